# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of parts as icons: made when they are first drawn, kept until the extension goes."""

from __future__ import annotations

from functools import cache
from typing import Any

import bpy
import bpy.utils.previews

from ...backend.contract.arrays import NDArray, np

MOST = 600  # that are kept, about 40 kB each
SIDE, DOT = 96, 0.055  # pixels of an empty picture; radius of a dot, as a share of that

_icons: Any = None


def icon_of(key: str, picture: NDArray[np.uint8]) -> int:
    """The icon of a picture (H, W, 4) uint8, top row first."""
    global _icons
    if _icons is None or len(_icons) > MOST:
        forget()
        _icons = bpy.utils.previews.new()
    name = f"{key}\n{hash(picture.tobytes())}"
    if name not in _icons:
        made = _icons.new(name)
        made.image_size = picture.shape[1], picture.shape[0]
        pixels = picture[::-1].astype(np.float32) / 255.0
        pixels[..., :3] *= pixels[..., 3:]  # as Blender draws icons
        made.image_pixels_float.foreach_set(pixels.ravel())
        if hasattr(made, "is_image_custom"):
            made.is_image_custom = True
    return int(_icons[name].icon_id)


@cache
def empty() -> NDArray[np.uint8]:
    """A picture for what is still to come: three dots."""
    row, column = np.mgrid[:SIDE, :SIDE] + 0.5
    away = [np.hypot(column - x * SIDE, row - SIDE / 2) for x in (0.3, 0.5, 0.7)]
    cover = np.clip(DOT * SIDE - np.min(away, axis=0), 0, 1)
    picture = np.full((SIDE, SIDE, 4), 128, np.uint8)
    picture[..., 3] = np.rint(180 * cover)
    return picture


def forget() -> None:
    """Free all of them."""
    global _icons
    if _icons is not None:
        bpy.utils.previews.remove(_icons)
        _icons = None


def unregister() -> None:
    forget()
