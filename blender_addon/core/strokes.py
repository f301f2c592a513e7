# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawn lines to pixels: what an engine is shown of strokes. No bpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ...backend.contract.arrays import NDArray, np

SIDE = 512  # pixels of the picture
MARGIN = 0.12  # of it beside what is drawn, as around the outline of a part
WIDTH = 1  # pixels to both sides of a line's middle

Line: TypeAlias = "NDArray[np.float64]"
"""(N, 2) places along a stroke, the second upwards."""


def drawn(lines: Sequence[Line], side: int = SIDE) -> NDArray[np.uint8] | None:
    """Black lines on white (side, side, 4), the top row first, in the middle and as large as fits.

    None where nothing of them is seen: without lines, or with all in one place.
    """
    lines = [line[np.isfinite(line).all(axis=1)] for line in lines]
    lines = [line for line in lines if len(line)]
    if not lines:
        return None
    every = np.concatenate(lines)
    low, high = every.min(axis=0), every.max(axis=0)
    size = float((high - low).max())
    if not size > 0:
        return None
    scale = side * (1 - 2 * MARGIN) / size
    dark = np.zeros((side, side), dtype=bool)
    for line in lines:
        place = (line - (low + high) / 2) * [scale, -scale] + side / 2
        column, row = np.clip(np.floor(_along(place)).astype(np.int64), 0, side - 1).T
        dark[row, column] = True
    picture = np.full((side, side, 4), 255, np.uint8)
    picture[_wider(dark), :3] = 0
    return picture


def _along(place: Line) -> Line:
    """Places so close to each other that no pixel between them is left out."""
    if len(place) < 2:
        return place
    length = np.linalg.norm(np.diff(place, axis=0), axis=1)
    at = np.append(0.0, np.cumsum(length))
    wanted = np.linspace(0.0, at[-1], int(2 * at[-1]) + 2)
    return np.stack([np.interp(wanted, at, axis) for axis in place.T], axis=1)


def _wider(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    around = np.pad(dark, WIDTH)
    side = len(dark)
    found = np.zeros_like(dark)
    for down in range(2 * WIDTH + 1):
        for right in range(2 * WIDTH + 1):
            found |= around[down : down + side, right : right + side]
    return found
