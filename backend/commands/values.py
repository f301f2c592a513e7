# SPDX-License-Identifier: GPL-3.0-or-later
"""What values of the command line's options may be, and the sentence when one may not be: types for
argparse. And whether an output is one file or a folder, which its ending says.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path

MOST_GIGABYTES = 4096.0

# Endings of outputs that name a file; a folder may be called anything else, "v1.2" for example.
FILE_ENDINGS = {
    ".glb", ".gltf", ".obj", ".mtl", ".ply", ".stl", ".off", ".3mf", ".npz", ".npy", ".fbx",
    ".dae", ".abc", ".blend", ".usd", ".usda", ".usdc", ".usdz", ".x3d", ".wrl", ".step",
    ".stp", ".iges", ".zip", ".gz", ".7z", ".json", ".csv", ".txt", ".md", ".xml", ".html",
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".jp2", ".webp", ".gif", ".bmp", ".tif", ".tiff",
    ".tga", ".exr", ".hdr", ".avif", ".heic", ".heif", ".ico", ".ppm", ".pgm", ".svg", ".pdf",
    ".psd", ".mp4", ".avi", ".mov",
}  # fmt: skip


def is_file_name(path: Path) -> bool:
    """Whether an output names one file rather than a folder: by its ending alone."""
    return path.suffix.lower() in FILE_ENDINGS


def number(lowest: float, highest: float, words: str) -> Callable[[str], float]:
    """A number in a closed range. words : say the range, after “a number”."""

    def parse(text: str) -> float:
        value = _read(text)
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"it must be a number {words}, not '{text}'")
        return value

    return parse


granularity = number(0.0, 1.0, "from 0 (coarsest) to 1 (finest)")
strength = number(0.0, 1.0, "from 0 (not at all) to 1 (fully)")
share = number(0.0, 0.2, "from 0 to 0.2")


def size_in_bytes(text: str) -> int:
    """Bytes of a number of GB."""
    value = _read(text)
    if not 0.0 < value <= MOST_GIGABYTES:
        raise argparse.ArgumentTypeError(f"it must be a number of GB above 0, not '{text}'")
    return int(1e9 * value)


def whole_number(least: int, what: str) -> Callable[[str], int]:
    """An integer of at least `least`. what : is counted."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(
                f"it must be a whole number of at least {least} ({what}), not '{text}'"
            )
        return value

    return parse


def _read(text: str) -> float:
    """What a text says, NaN where that is no number: it is in no range."""
    try:
        return float(text)
    except ValueError:
        return math.nan
