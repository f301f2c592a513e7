# SPDX-License-Identifier: GPL-3.0-or-later
"""A skin under a piece of surface, for parts that no lid over their border can close.

The inner wall of a cup, closed by a disc over its rim, would enclose the cup's hollow, not its
clay; a patch of a flat side would enclose nothing. Such a part becomes a thin plate instead: a
copy of its surface, sunk into the solid, that shares the border.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from .fill import inner_keys, split_edges
from .loops import cross

DEPTH = 0.1  # of the square root of the area, at most
SHARE = 0.4  # of the wall's thickness, at most: the other side may get a skin as well
SLOPE = 0.5  # of the distance from the border, at most


def sunken_copy(
    points: Floats,
    faces: Ints,
    on_border: NDArray[np.bool_],
    inward: float,
    thickness: Callable[[Floats, Floats], Floats],
) -> tuple[Floats, Ints]:
    """Copy a surface below itself.

    Parameters
    ----------
    points : (n,3) float64. faces : (f,3) int64. on_border : (n,), vertices to keep.
    inward : -1 if the solid lies against the normals, 1 if along.
    thickness : positions (k,3), unit directions (k,3) -> distances (k,) through the solid.

    Returns the points followed by new ones, and faces (g,3), wound as the given ones are, that
    use vertices on the border and new ones, and no edge of the given faces but the border's.
    """
    from scipy.spatial import cKDTree

    count = len(points)
    inner = inner_keys(faces) >= 0
    ahead = np.roll(faces, -1, axis=1)
    rim = faces[~inner], ahead[~inner]
    points, faces = split_edges(points, faces, inner & on_border[faces] & on_border[ahead])
    kept = np.append(on_border, np.zeros(len(points) - count, dtype=bool))
    lonely = kept[faces].all(axis=1)
    middles = len(points) + np.arange(lonely.sum())
    a, b, c = faces[lonely].T
    fans = [
        np.stack([a, b, middles], 1),
        np.stack([b, c, middles], 1),
        np.stack([c, a, middles], 1),
    ]
    points = np.concatenate([points, points[faces[lonely]].mean(axis=1)])
    faces = np.concatenate([faces[~lonely], *fans])
    kept = np.append(kept, np.zeros(len(middles), dtype=bool))

    corners = points[faces]
    normals = cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = 0.5 * float(np.linalg.norm(normals, axis=1).sum())
    down = np.zeros_like(points)
    for corner in range(3):
        np.add.at(down, faces[:, corner], normals * inward)
    down /= np.maximum(np.linalg.norm(down, axis=1, keepdims=True), 1e-300)

    moved = np.nonzero(~kept)[0]
    start, end = points[rim[0]], points[rim[1]]
    marks = np.concatenate([(1 - t) * start + t * end for t in (0.0, 0.25, 0.5, 0.75)])
    depth = np.full(len(moved), DEPTH * np.sqrt(area))
    if len(marks):
        depth = np.minimum(depth, SLOPE * cKDTree(marks).query(points[moved])[0])
    depth = np.minimum(depth, SHARE * thickness(points[moved], down[moved]))
    sunk = points[moved] + depth[:, None] * down[moved]
    number = np.arange(len(points))
    number[moved] = count + np.arange(len(moved))
    return np.concatenate([points[:count], sunk]), number[faces]
