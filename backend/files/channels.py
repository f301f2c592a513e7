# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels of pictures, read and joined where glTF wants in one picture what others have in two.

A picture that cannot be read is none: a model is worth more than its texture.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..assets.textures import as_png

if TYPE_CHECKING:
    from PIL.Image import Image


def channel(path: Path, which: str) -> Image | None:
    """One channel of a picture, 8 bits: ``"r"``, ``"g"``, ``"b"``, ``"m"`` (alpha), or ``"l"``.

    None if the picture cannot be read, or has no such alpha.
    """
    with _opened(path) as image:
        if image is None:
            return None
        if which == "m":
            if "A" not in image.getbands() and "transparency" not in image.info:
                return None
            alpha = image.convert("RGBA").getchannel("A")
            return alpha if alpha.getextrema() != (255, 255) else None
        if which in ("r", "g", "b"):
            return image.convert("RGB").getchannel(which.upper())
        if image.mode.startswith("I"):  # 16 bits, which Pillow would cut off
            grey = np.asarray(image, dtype=np.float64) / 257.0
            from PIL import Image as pillow

            return pillow.fromarray(np.clip(np.rint(grey), 0, 255).astype(np.uint8))
        return image.convert("L")
    return None


def colour(path: Path) -> Image | None:
    """A picture in red, green and blue, or None if it cannot be read."""
    with _opened(path) as image:
        return None if image is None else image.convert("RGB")
    return None


def merged(channels: list[Image | int]) -> bytes:
    """A PNG of three or four channels, given as pictures or one value for all pixels."""
    from PIL import Image as pillow

    pictures = [c for c in channels if not isinstance(c, int)]
    size = (max(p.width for p in pictures), max(p.height for p in pictures))
    bands = [
        pillow.new("L", size, c) if isinstance(c, int) else c if c.size == size else c.resize(size)
        for c in channels
    ]
    return as_png(pillow.merge("RGBA" if len(bands) == 4 else "RGB", bands))


def holds_normals(path: Path) -> bool:
    """Whether a picture looks like a map of normals: mostly (128, 128, 255). Heights are grey."""
    image = colour(path)
    if image is None:
        return False
    red, green, blue = np.asarray(image.resize((64, 64)), dtype=float).mean(axis=(0, 1))
    return bool(blue > 150 and abs(red - 128) < 40 and abs(green - 128) < 40)


@contextmanager
def _opened(path: Path) -> Iterator[Image | None]:
    """The picture, or None; what goes wrong while it is used ends the block without a word."""
    opened = False
    try:
        from PIL import Image as pillow

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pillow.open(path) as image:
                opened = True
                yield image
    except Exception:  # Pillow raises everything from SyntaxError to struct.error
        if not opened:
            yield None
