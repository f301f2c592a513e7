# SPDX-License-Identifier: GPL-3.0-or-later
"""Imagined parts with places of their own in one texture, painted all around, and with names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats
from ..contract.palette import to_linear
from ..contract.progress import SILENT, Progress
from ..engines.base import PartMesh
from ..geometry.mesh import face_vectors

if TYPE_CHECKING:
    from ..images.painting import Portrait

SIZES = (1024, 2048)  # pixels of a texture's side
DETAILED = 700  # pixels of a figure from which it gets the larger one
SAMPLES = np.array([[4, 1, 1], [1, 4, 1], [1, 1, 4], [2, 2, 2]]) / 6.0
PROJECTED = (
    "Textures show the picture from the front alone: the library that unwraps is not there, or not "
    "made for this Python."
)
FAILED = "These parts could not be unwrapped, so that their texture shows the front alone."


@dataclass(frozen=True)
class Painted:
    """parts : with their places in a texture (H, W, 4). notes : sentences about what failed."""

    parts: list[PartMesh]
    texture: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def painted(parts: Sequence[PartMesh], portrait: Portrait, progress: Progress = SILENT) -> Painted:
    """Parts unwrapped into one texture and painted by a picture of them.

    Without the library for it their texture is the picture, laid onto them from where it is seen.
    Raises Cancelled.
    """
    from ..images.painting import Skin
    from ..images.painting import painted as painting
    from ..images.unwrapping import available, unwrapped

    rows, columns = np.nonzero(portrait.covered > 0.5)
    longer = max(int(np.ptp(rows)), int(np.ptp(columns)))
    size = SIZES[int(longer >= DETAILED)]
    meshes = [(part.vertices, part.faces) for part in parts]
    places = unwrapped(meshes, size, progress.span(0.0, 0.4, "Unwrapping"))
    if places is None:
        note = FAILED if available() else PROJECTED
        texture = portrait.picture
        return Painted(_named(parts, texture, portrait), texture, (note,))
    skins = [Skin(*mesh, uv) for mesh, uv in zip(meshes, places, strict=True)]
    texture = painting(skins, portrait, size, progress.span(0.4, 1.0, "Painting"))
    made = [replace(part, uv=uv) for part, uv in zip(parts, places, strict=True)]
    return Painted(_named(made, texture, portrait), texture)


def _named(
    parts: Sequence[PartMesh], texture: NDArray[np.uint8], portrait: Portrait
) -> list[PartMesh]:
    """Parts with the colour that their texture has most, named by it and by where they are seen."""
    from ..images.colours import oklab
    from ..images.names import names_by

    shown = np.array([_mean(part, texture) for part in parts])
    seen = [portrait.projection.places(part.vertices) for part in parts]
    every = np.concatenate(seen)
    low, extent = every.min(axis=0), np.maximum(np.ptp(every, axis=0), 1e-9)
    middles = [((one.min(axis=0) + one.max(axis=0)) / 2 - low) / extent for one in seen]
    middles = [np.array([across, 1 - up]) for across, up in middles]
    names = names_by(oklab(shown.astype(np.float32)), np.array(middles))
    light = to_linear(shown / 255.0)
    return [
        replace(part, name=name, colour=(float(one[0]), float(one[1]), float(one[2])))
        for part, name, one in zip(parts, names, light, strict=True)
    ]


def _mean(part: PartMesh, texture: NDArray[np.uint8]) -> Floats:
    """The mean colour (3,) of a part's texture, 0..255, by area."""
    assert part.uv is not None
    height, width = texture.shape[:2]
    uv = np.einsum("sc,fcx->fsx", SAMPLES, part.uv)
    column = np.clip((uv[..., 0] * width).astype(int), 0, width - 1)
    row = np.clip(((1 - uv[..., 1]) * height).astype(int), 0, height - 1)
    colour = texture[row, column, :3].mean(axis=1)
    area = face_vectors(part.vertices, part.faces)[1]
    weight = area if area.sum() > 0 else np.ones(len(area))
    return np.asarray(np.average(colour, axis=0, weights=weight))
