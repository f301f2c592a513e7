# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole that was imagined, taken apart: segmented as any mesh, or by masks, and completed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.progress import SILENT, Progress
from ..engines.base import PartMesh
from ..geometry.mesh import face_vectors
from .complete import complete_parts
from .segment import analyse
from .segment import labels as labels_of


def in_parts(
    whole: PartMesh,
    count: int | None = None,
    mask: NDArray[np.int32] | None = None,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> list[PartMesh]:
    """The closed parts of a whole, the largest first.

    count : how many, or fewer where it has fewer patches; the engine of segmentation chooses
    without. mask : (H, W) the part of each
    pixel of the picture that lies on the whole by its UVs, -1 for none; it counts before `count`.
    """
    if count == 1:
        return [whole]
    vertices, faces = whole.vertices, whole.faces
    analysis = analyse(vertices, faces, seed=seed, progress=progress.span(0.0, 0.5))
    if mask is not None and whole.uv is not None:
        part = _by_mask(whole.uv, mask, analysis.patch, face_vectors(vertices, faces)[1])
    else:
        most = analysis.tree.leaf_count
        part = labels_of(analysis, parts=None if count is None else min(count, most))
    done = complete_parts(vertices, faces, part, seed=seed, progress=progress.span(0.5, 1.0))
    every = np.concatenate([vertices, done.vertices])
    uv = None if whole.uv is None else _uv_of_vertices(whole, done.carry_vertex, done.carry_weight)
    made = []
    digits = len(str(len(done.faces)))
    for number, new in enumerate(done.faces):
        own = np.concatenate([faces[part == number], new])
        used, numbers = np.unique(own, return_inverse=True)
        made.append(
            PartMesh(
                every[used],
                numbers.reshape(-1, 3).astype(np.int64),
                f"part_{number + 1:0{digits}d}",
                None if uv is None else uv[own],
                colour=whole.colour,
            )
        )
    return made


def _by_mask(
    uv: Floats, mask: NDArray[np.int32], patch: NDArray[np.int32], area: Floats
) -> NDArray[np.int32]:
    """Part (F,) of each face: what most of its patch shows of a mask.

    Patches that show none of it go to the part that shows most of all.
    """
    height, width = mask.shape
    middle = uv.mean(axis=1)
    row = np.clip(((1 - middle[:, 1]) * height).astype(np.int64), 0, height - 1)
    column = np.clip((middle[:, 0] * width).astype(np.int64), 0, width - 1)
    shown = mask[row, column]
    parts, patches = int(mask.max()) + 1, int(patch.max()) + 1
    seen = shown >= 0
    place = patch[seen].astype(np.int64) * parts + shown[seen]
    votes = np.bincount(place, area[seen], patches * parts).reshape(patches, parts)
    best = np.where(votes.max(axis=1) > 0, votes.argmax(axis=1), votes.sum(axis=0).argmax())
    _, number = np.unique(best[patch], return_inverse=True)
    return number.reshape(-1).astype(np.int32)


def _uv_of_vertices(whole: PartMesh, carried: Ints, weight: NDArray[np.float32]) -> Floats:
    """A place (V + n, 2) in the texture of each vertex, new ones between those of the border.

    The picture was laid onto the whole from one side, so that all corners of a vertex have one.
    """
    assert whole.uv is not None
    uv = np.zeros((len(whole.vertices), 2))
    uv[whole.faces.reshape(-1)] = whole.uv.reshape(-1, 2)
    return np.concatenate([uv, np.einsum("nk,nkc->nc", weight, uv[carried])])
