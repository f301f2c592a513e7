# SPDX-License-Identifier: GPL-3.0-or-later
"""What new vertices take from the border: weights by which layers of a mesh continue on them."""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints, Singles

WIDTH = 4  # border vertices that a new one takes from


def carry_weights(points: Floats, border: Floats) -> tuple[Ints, Singles]:
    """Up to four border vertices for each point, and how much of each.

    points : (M,3). border : (B,3) positions, at least one. Weights fall with the distance and
    reach nothing where another vertex comes in for one that leaves (Franke and Little's form of
    Shepard's interpolation, 1982), so that what is carried has no steps.

    Returns rows of `border` (M,4) int64 and weights (M,4) float32 whose rows add up to 1.
    """
    from scipy.spatial import cKDTree

    count = min(WIDTH + 1, len(border))
    distance, row = cKDTree(border).query(points, k=count)
    distance, row = distance.reshape(len(points), count), row.reshape(len(points), count)
    size = float(np.ptp(border, axis=0).max()) or 1.0
    near = np.maximum(distance, 1e-9 * size)
    if count > WIDTH:
        reach = np.maximum(near[:, -1:], near[:, :1] * (1 + 1e-6))
        weight = np.square((reach - near[:, :-1]) / (reach * near[:, :-1]))
        row = row[:, :-1]
    else:
        weight = 1 / np.square(near)
        fill = WIDTH - count
        weight = np.pad(weight, ((0, 0), (0, fill)))
        row = np.pad(row, ((0, 0), (0, fill)), mode="edge")
    weight /= np.maximum(weight.max(axis=1, keepdims=True), 1e-300)
    weight /= weight.sum(axis=1, keepdims=True)
    return row.astype(np.int64), weight.astype(np.float32)
