# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as the encoders of pictures want them: a figure on white, 224 pixels square."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles

BORDER = 0.1  # of the longer side, around a figure
SHORT_SIDE, SIDE = 256, 224
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def on_white(
    picture: NDArray[np.uint8], coverage: Singles, border: float = BORDER
) -> NDArray[np.uint8]:
    """A figure in the middle of a white square with a border: (S, S, 3) RGB.

    picture : (H, W, 3 or 4). coverage : (H, W) of the figure, 0..1. border : a share of the longer
    side. Raises ValueError where nothing is covered.
    """
    rows, columns = (
        np.flatnonzero((coverage > 0).any(axis=1)),
        np.flatnonzero((coverage > 0).any(0)),
    )
    if not len(rows):
        raise ValueError("no figure")
    shown = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    part = coverage[shown][..., None].astype(np.float32)
    figure = picture[shown][..., :3] * part + 255.0 * (1 - part)
    height, width = figure.shape[:2]
    longer = max(height, width)
    side = longer + 2 * round(border * longer)
    square = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = np.rint(figure)
    return square


def normalised(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A picture (H, W, 3) as DINOv2 was shown pictures: (3, 224, 224).

    The short side becomes 256 pixels, of which the middle 224 are taken.
    """
    from PIL import Image

    height, width = picture.shape[:2]
    short = min(height, width)
    # As the encoder's own preparation has it, the longer side is cut down to whole pixels.
    size = (SHORT_SIDE * width // short, SHORT_SIDE * height // short)
    resized = Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - SIDE) // 2, (size[1] - SIDE) // 2
    middle = np.asarray(resized.crop((left, top, left + SIDE, top + SIDE)), np.float32)
    return np.ascontiguousarray(((middle / 255 - MEAN) / DEVIATION).transpose(2, 0, 1))
