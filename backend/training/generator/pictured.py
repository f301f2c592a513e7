# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of objects as the flow is told them: patches, and what each part covers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models.members import SIDE, mask_member
from ...models.partflow import PATCH
from . import pack
from .renders import NOTHING
from .shelf import Singles


class Pictures:
    """Those of a folder of `renders`, where more may come, or of a file of `pack`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        rows = pack.read(path) if path.is_file() else []
        self.packed = {row.name: row.arrays for row in rows}

    def of(self, name: str) -> dict[str, NDArray[Any]] | None:
        """`picture`, `part` and `view` of an object, if they are there."""
        from safetensors.numpy import load_file

        path = self.path / f"{name}.safetensors"
        return load_file(path) if path.is_file() else self.packed.get(name)


def pictured(held: dict[str, NDArray[Any]], *, mirrored: bool = False) -> dict[str, NDArray[Any]]:
    """`picture` (V, 64, 256) uint8 patches, `mask` (V, 64, 64) uint8, each pixel's part, and `view`
    (V, VIEW).

    held : as `renders` wrote them.
    """
    picture, part, view = held["picture"], held["part"], held["view"]
    if mirrored:
        picture, part = picture[:, :, ::-1], part[:, :, ::-1]
        view = view * np.array([-1, 1, 1, 1], np.float32)
    views, side = len(picture), SIDE // PATCH
    patches = picture.reshape(views, side, PATCH, side, PATCH, 4).swapaxes(2, 3)
    return {
        "picture": np.ascontiguousarray(patches.reshape(views, side * side, -1)),
        "mask": np.ascontiguousarray(part),
        "view": view,
    }


def masks_of(
    part: NDArray[np.uint8], chosen: NDArray[np.int64], view: Singles | None = None
) -> Singles:
    """`mask_member` of chosen parts in a map (64, 64) of the part of each pixel."""
    each = (part[None] == chosen[:, None, None]).astype(np.float32)
    return mask_member(each, (part != NOTHING).astype(np.float32), view)
