# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is written over what a command reads: labels, pictures, textures, meshes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..assets.asset import Asset
from ..contract.errors import BadInput


def refuse_overwriting(read: Iterable[Path | None], written: Iterable[Path | None]) -> None:
    """Raises BadInput where a file is to be written over one that is read; None is no file."""
    kept = {_place(path): path for path in read if path is not None}
    for path in written:
        source = None if path is None else kept.get(_place(path))
        if source is not None:
            raise BadInput(
                f"The output would replace the input {path}.",
                "Give another name with -o or --preview.",
            )


def textures_of(asset: Asset) -> list[Path]:
    """The pictures beside a mesh file that belong to it."""
    return [image for image in asset.images if isinstance(image, Path)]


def _place(path: Path) -> str:
    """One text for one file, however it is written."""
    return os.path.normcase(os.path.realpath(path))
