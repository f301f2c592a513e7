# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a surface that is seen in part is convex, and the planes of its convex hull."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints

ON = 1e-3  # of half the extent, by which a plane of the surface may have places above it
CONVEX = 0.97  # share of a surface whose planes have none, from which on it is convex
MOST = 320  # corners of a hull; of more those are taken that lie farthest in as many directions


def supporting_planes(points: Floats, places: Floats, normals: Floats) -> Floats | None:
    """Planes (m, 4) of the convex hull of points (n, 3), unit normals outward and offsets.

    A place x is inside where all of `x @ plane[:3] + plane[3]` are negative. places, normals :
    (k, 3) of the surface that the points are of, spread evenly. None where the surface is not
    convex: where not nearly all of its own planes have all points below them; or where it is flat.
    """
    which = hull_corners(points)
    if which is None:
        return None
    corners = points[which]
    above = (normals @ corners.T).max(axis=1) - np.einsum("ij,ij->i", places, normals)
    unit = 0.5 * float(np.linalg.norm(np.ptp(corners, axis=0)))
    if (above < ON * unit).mean() < CONVEX:
        return None
    from scipy.spatial import ConvexHull

    if len(corners) > MOST:
        corners = corners[np.unique((_directions(MOST) @ corners.T).argmax(axis=1))]
    return np.unique(ConvexHull(corners).equations, axis=0)


def hull_corners(points: Floats) -> Ints | None:
    """Which of the points (n, 3) are corners of their convex hull; None where they are flat."""
    from scipy.spatial import ConvexHull, QhullError

    try:
        return np.asarray(ConvexHull(points).vertices, np.int64)
    except (QhullError, ValueError):
        return None


def _directions(count: int) -> Floats:
    """Unit vectors (count, 3) evenly over the sphere (the spiral of Swinbank and Purser, 2006)."""
    row = np.arange(count) + 0.5
    z, turn = 1 - 2 * row / count, np.pi * (1 + 5**0.5) * row
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)
