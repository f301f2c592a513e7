# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of objects as the flow is told them: patches, and what each part covers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models.partflow import MASK, PATCH, SIDE
from . import pack
from .shelf import Singles


class Pictures:
    """Those of a folder of `renders`, where more may come, or of a file of `pack`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        rows = pack.read(path) if path.is_file() else []
        self.packed = {row.name: row.arrays for row in rows}

    def of(self, name: str) -> dict[str, NDArray[Any]] | None:
        """`picture` and `part` of an object, if they are there."""
        from safetensors.numpy import load_file

        path = self.path / f"{name}.safetensors"
        return load_file(path) if path.is_file() else self.packed.get(name)


def pictured(held: dict[str, NDArray[Any]], *, mirrored: bool = False) -> dict[str, NDArray[Any]]:
    """`picture` (V, 64, 256) uint8 patches, and `mask` (V, 64, 64) uint8, each pixel's part.

    held : as `renders` wrote them.
    """
    picture, part = held["picture"], held["part"]
    if mirrored:
        picture, part = picture[:, :, ::-1], part[:, :, ::-1]
    views, side = len(picture), SIDE // PATCH
    patches = picture.reshape(views, side, PATCH, side, PATCH, 4).swapaxes(2, 3)
    return {
        "picture": np.ascontiguousarray(patches.reshape(views, side * side, -1)),
        "mask": np.ascontiguousarray(part),
    }


def masks_of(part: NDArray[np.uint8], chosen: NDArray[np.int64]) -> Singles:
    """(N, MASK^2) coverage of chosen parts in a map (64, 64) of the part of each pixel."""
    each = (part[None] == chosen[:, None, None]).astype(np.float32)
    cell = SIDE // MASK
    means = each.reshape(len(chosen), MASK, cell, MASK, cell).mean((2, 4))
    return means.reshape(len(chosen), MASK * MASK)
