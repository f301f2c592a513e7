# SPDX-License-Identifier: GPL-3.0-or-later
"""Points for encoders: evenly over the surface, some far apart, in a cube."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.mesh import face_vectors
from backend.latents.encode import Box, cloud, far_apart
from backend.library.families.forms import block


def test_points_lie_on_the_surface_with_its_normals() -> None:
    vertices, faces = block((2, 1, 1))
    points, face = cloud(vertices, faces, 6000, np.random.default_rng(0))
    assert points.shape == (6000, 6)
    assert points.dtype == np.float32
    assert np.allclose(points[:, 3:], face_vectors(vertices, faces)[0][face])
    top = points[points[:, 4] > 0.9]
    assert np.allclose(top[:, 1], 0.5)
    assert len(top) / 6000 == pytest.approx(2 / 10, abs=0.01)  # by area


def test_a_surface_without_area_has_no_points() -> None:
    with pytest.raises(ValueError, match="area"):
        cloud(np.zeros((3, 3)), np.array([[0, 1, 2]]), 10, np.random.default_rng(0))


def test_points_that_are_chosen_are_far_apart_and_begin_with_the_first_drawn() -> None:
    rng = np.random.default_rng(0)
    points = rng.random((500, 6)).astype(np.float32)
    chosen = far_apart(points, 32, np.random.default_rng(1))
    drawn = np.random.default_rng(1).choice(500, 128, replace=False)
    assert chosen[0] == drawn[0]
    assert len(set(chosen.tolist())) == 32
    gaps = np.linalg.norm(points[chosen, None, :3] - points[None, chosen, :3], axis=-1)
    np.fill_diagonal(gaps, np.inf)
    random = points[drawn[:32], None, :3] - points[None, drawn[:32], :3]
    apart = np.linalg.norm(random, axis=-1) + np.eye(32) * 9
    assert gaps.min() > 1.5 * apart.min()


def test_few_points_are_drawn_more_than_once() -> None:
    points = np.random.default_rng(0).random((20, 6)).astype(np.float32)
    assert len(far_apart(points, 16, np.random.default_rng(0))) == 16


def test_a_cube_goes_around_points_and_back() -> None:
    points = np.array([[1.0, 2.0, 3.0], [5.0, 3.0, 3.5]])
    box = Box.around(points, reach=0.665)
    inward = box.inward(points)
    assert np.abs(inward).max() == pytest.approx(0.665)
    assert inward[0, 0] == pytest.approx(-0.665)
    assert np.allclose(box.outward(inward), points)
    assert Box.around(points[:1], 0.665).inward(points[:1]) == pytest.approx(0.0)
