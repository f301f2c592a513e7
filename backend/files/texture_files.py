# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures beside a model: found as its author meant them, checked, and joined where glTF joins.

glTF knows PNG and JPEG; everything else that Pillow reads becomes PNG. A picture that cannot be
read is none: a model is worth more than its texture.
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

Picture = bytes | memoryview | Path | None
PLAIN_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}  # that PNG holds


class Beside:
    """Finds the files that a model names. Folders are listed once, for models name many files."""

    def __init__(self) -> None:
        self._listed: dict[Path, dict[str, str]] = {}

    def find(self, folders: Sequence[Path], name: str) -> Path | None:
        """The file that a model calls `name`, looked for from each of `folders`; None if missing.

        Backslashes are slashes, upper and lower case are alike where nothing else fits, and of a
        path of another machine as much of the end is used as is there.
        """
        words = name.strip().strip("\"'").strip().replace("\\", "/")
        parts = [part for part in words.split("/") if part not in ("", ".")]
        absolute = words.startswith("/") or re.match(r"[A-Za-z][\w+.-]*:", words)
        for first in range(1 if absolute and len(parts) > 1 else 0, len(parts)):
            for folder in folders:
                found = self._below(folder, parts[first:])
                if found is not None:
                    return found
        return None

    def _below(self, folder: Path, parts: list[str]) -> Path | None:
        try:
            exact = folder.joinpath(*parts)
            if exact.is_file():
                return exact
            for part in parts[:-1]:
                folder = folder / part if (folder / part).is_dir() else self._alike(folder, part)
            found = self._alike(folder, parts[-1])
            return found if found.is_file() else None
        except (OSError, ValueError, KeyError):  # no such folder, a name too long, a zero byte
            return None

    def _alike(self, folder: Path, name: str) -> Path:
        """The entry of a folder whose name differs in case or composition of letters at most."""
        if folder not in self._listed:
            names = sorted(os.listdir(folder), reverse=True)
            self._listed[folder] = {_folded(entry): entry for entry in names}
        return folder / self._listed[folder][_folded(name)]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def usable(path: Path) -> Picture:
    """The path of a PNG or JPEG, the bytes of a PNG made of another picture, or None."""
    with _opened(path) as image:
        if image is None:
            return None
        if image.format in ("PNG", "JPEG", "MPO") and image.mode != "CMYK":
            image.verify()
            return path
        return as_png(image)
    return None


def as_png(image: Image) -> bytes:
    """A picture as PNG, quickly rather than small."""
    stream = io.BytesIO()
    plain = image if image.mode in PLAIN_MODES else image.convert("RGBA")
    plain.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


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
