# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole that was imagined, taken apart: segmented as any mesh, or by masks, and completed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.progress import SILENT, Progress
from ..engines.base import PartMesh
from ..images.projection import Projection
from .complete import complete_parts
from .masked import parts_by_mask
from .segment import analyse
from .segment import labels as labels_of


def in_parts(
    whole: PartMesh,
    count: int | None = None,
    mask: NDArray[np.int32] | None = None,
    view: Projection | None = None,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> list[PartMesh]:
    """The closed parts of a whole, the largest first.

    count : how many, or fewer where it has fewer patches; the engine of segmentation chooses
    without. mask : (H, W) the part of each pixel of the picture that lies on the whole by its UVs,
    -1 for none; it counts before `count`. view : of that picture, from the front without.
    """
    if count == 1:
        return [whole]
    vertices, faces = whole.vertices, whole.faces
    masked = mask is not None and whole.uv is not None
    analysis = analyse(  # a mask of one side says nothing of the other
        vertices, faces, seed=seed, symmetric=not masked, progress=progress.span(0.0, 0.5)
    )
    if mask is not None and whole.uv is not None:
        near = vertices[:, 2] if view is None else view.nearness(vertices)
        part = parts_by_mask(mask, _places(whole), near, analysis)
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


def _uv_of_vertices(whole: PartMesh, carried: Ints, weight: NDArray[np.float32]) -> Floats:
    """A place (V + n, 2) in the texture of each vertex, new ones between those of the border."""
    uv = _places(whole)
    return np.concatenate([uv, np.einsum("nk,nkc->nc", weight, uv[carried])])


def _places(whole: PartMesh) -> Floats:
    """A place (V, 2) in the picture of each vertex.

    The picture was laid onto the whole from one side, so that all corners of a vertex have one.
    """
    assert whole.uv is not None
    uv = np.zeros((len(whole.vertices), 2))
    uv[whole.faces.reshape(-1)] = whole.uv.reshape(-1, 2)
    return uv
