# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours as they are seen, and their names.

Source: Björn Ottosson, "A perceptual color space for image processing", 2020.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Singles
from ..contract.palette import to_linear

# Hues in degrees of OKLCH at which a name begins.
HUES = (
    (0, "pink"), (18, "red"), (42, "orange"), (78, "yellow"), (118, "lime"), (132, "green"),
    (170, "teal"), (205, "cyan"), (235, "blue"), (285, "purple"), (322, "magenta"), (345, "pink"),
)  # fmt: skip


def oklab(encoded: NDArray[np.uint8] | Singles) -> Singles:
    """OKLab (..., 3) of sRGB (..., 3), of bytes 0..255 or of floats in the same range."""
    if encoded.dtype == np.uint8:
        linear = _table()[encoded]
    else:
        linear = np.take(_table(), np.clip(np.rint(encoded), 0, 255).astype(np.uint8))
    long_medium_short = linear @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ],
        np.float32,
    )
    roots = np.cbrt(long_medium_short)
    return np.asarray(
        roots
        @ np.array(
            [
                [0.2104542553, 1.9779984951, 0.0259040371],
                [0.7936177850, -2.4285922050, 0.7827717662],
                [-0.0040720468, 0.4505937099, -0.8086757660],
            ],
            np.float32,
        ),
        dtype=np.float32,
    )


@functools.cache
def _table() -> Singles:
    return to_linear(np.arange(256) / 255.0).astype(np.float32)


def colour_name(lab: Floats) -> str:
    """A word for an OKLab colour (3,): "dark blue", "white", "brown"."""
    light, chroma = float(lab[0]), float(np.hypot(lab[1], lab[2]))
    if chroma < 0.035:
        greys = ((0.25, "black"), (0.45, "dark grey"), (0.72, "grey"), (0.92, "light grey"))
        return next((name for limit, name in greys if light < limit), "white")
    hue = float(np.degrees(np.arctan2(lab[2], lab[1]))) % 360
    name = [word for begin, word in HUES if hue >= begin][-1]
    if name in ("orange", "red", "yellow") and 30 <= hue < 100:
        if light < 0.62 and not (name == "red" and chroma > 0.12):
            return "dark brown" if light < 0.38 else "brown"
        if light > 0.75 and chroma < 0.11:
            return "beige"
    if light < 0.4:
        return f"dark {name}"
    if light > 0.82 and name not in ("yellow", "lime", "pink"):
        return f"light {name}"
    return name
