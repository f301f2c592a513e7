# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture as the part generator sees it: its figure upright in 64 x 64 pixels, as patches, and
the parts that masks show there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles
from ..images.resample import resampled
from ..models.partflow import FILLED, MASK, PATCH, SIDE


@dataclass(frozen=True)
class Window:
    """The square of a picture that is seen. top, left : in pixels; step : pixels of it for one."""

    top: float
    left: float
    step: float

    @classmethod
    def around(cls, covered: Singles) -> Window:
        """The window in which a figure is as large as objects are. covered : (H, W), 0..1."""
        rows = np.flatnonzero((covered > 0.5).any(axis=1))
        columns = np.flatnonzero((covered > 0.5).any(axis=0))
        first, last = (np.array([line[end] for line in (rows, columns)]) for end in (0, -1))
        whole = float((last + 1 - first).max()) / FILLED
        top, left = (first + last + 1 - whole) / 2
        return cls(float(top), float(left), whole / SIDE)

    def of(self, picture: Singles) -> Singles:
        """(SIDE, SIDE, ...) of a picture (H, W, ...); nothing beyond its edges."""
        rows, columns = (SIDE, self.top, self.step), (SIDE, self.left, self.step)
        return resampled(picture, rows, columns)


def patches(picture: NDArray[np.uint8], covered: Singles, window: Window) -> Singles:
    """(64, PICTURE) of a picture (H, W, 4), its colours times how much the figure covers."""
    colours = picture[..., :3].astype(np.float32) / 255 * covered[..., None]
    seen = window.of(np.concatenate([colours, covered[..., None]], axis=2).astype(np.float32))
    count = SIDE // PATCH
    rows = seen.reshape(count, PATCH, count, PATCH, 4).swapaxes(1, 2)
    return np.clip(rows.reshape(count * count, -1), 0, 1)


def coverages(labels: NDArray[np.integer], parts: Sequence[int], window: Window) -> list[Singles]:
    """(MASK^2,) of each part, how much it covers. labels : (H, W) part of each pixel."""
    cell = SIDE // MASK
    found = []
    for part in parts:
        seen = window.of((labels == part).astype(np.float32))
        found.append(seen.reshape(MASK, cell, MASK, cell).mean((1, 3)).reshape(-1))
    return found
