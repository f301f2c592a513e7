# SPDX-License-Identifier: GPL-3.0-or-later
"""A skin under a piece of surface closes it, and keeps within the wall."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.caps.shell import DEPTH, SHARE, sunken_copy
from backend.geometry.mesh import is_closed_manifold, signed_volume


def plate(side: int = 6):
    """A flat square of size 1, normals up, and which of its vertices are on the border."""
    step = np.arange(side + 1)
    x, y = (axis.ravel() for axis in np.meshgrid(step, step, indexing="ij"))
    points = np.stack([x / side, y / side, np.zeros(len(x))], axis=1)
    corner = (step[:-1, None] * (side + 1) + step[:-1]).ravel()
    a, b, c, d = corner, corner + side + 1, corner + side + 2, corner + 1
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    border = (x == 0) | (x == side) | (y == 0) | (y == side)
    return points, faces, border


def sunk(thickness: float, side: int = 6):
    points, faces, border = plate(side)
    found = sunken_copy(points, faces, border, -1.0, lambda at, way: np.full(len(at), thickness))
    return points, faces, border, *found


@pytest.mark.parametrize("side", [1, 2, 6])
def test_the_copy_and_the_piece_enclose_a_solid(side: int):
    points, faces, _, new_points, new_faces = sunk(10.0, side)
    np.testing.assert_array_equal(new_points[: len(points)], points)
    whole = np.concatenate([faces, new_faces[:, ::-1]])
    assert is_closed_manifold(whole)
    assert signed_volume(new_points, whole) > 0


def test_the_border_stays_and_the_rest_goes_down_but_not_through_the_wall():
    for thickness in (10.0, 0.01):
        points, _, border, new_points, new_faces = sunk(thickness)
        depth = -new_points[len(points) :, 2]
        assert (depth > 0).all()
        assert depth.max() <= min(DEPTH, SHARE * thickness) + 1e-12
        used = np.unique(new_faces)
        assert border[used[used < len(points)]].all(), "of the old vertices only the border's"
