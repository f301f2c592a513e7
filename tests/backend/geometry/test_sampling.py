# SPDX-License-Identifier: GPL-3.0-or-later
"""Points on surfaces, directions in cones, and rotations."""

import numpy as np
import trimesh

from backend.geometry.sampling import cone, points_by_group, random_rotation, spread_axes


def test_points_lie_on_the_faces_of_their_group_by_area():
    box = trimesh.creation.box((4, 1, 1))
    group = np.arange(12) // 4
    points, face = points_by_group(
        np.asarray(box.vertices),
        np.asarray(box.faces),
        box.area_faces,
        group,
        400,
        np.random.default_rng(0),
    )
    assert (group[face] == np.arange(3)[:, None]).all()
    gap = trimesh.triangles.closest_point(box.triangles[face.ravel()], points.reshape(-1, 3))
    np.testing.assert_allclose(gap, points.reshape(-1, 3), atol=1e-9)
    for g in range(3):
        drawn = np.bincount(face[g], minlength=12)[group == g] / 400
        share = box.area_faces[group == g] / box.area_faces[group == g].sum()
        np.testing.assert_allclose(drawn, share, atol=0.02)


def test_groups_without_area_still_get_points():
    vertices = np.zeros((3, 3))
    points, face = points_by_group(
        vertices, np.array([[0, 1, 2]]), np.zeros(1), np.zeros(1, int), 4, np.random.default_rng(0)
    )
    assert points.shape == (1, 4, 3)
    assert (face == 0).all()


def test_cone_directions_are_unit_and_within_the_angle():
    axis = np.random.default_rng(1).normal(size=(50, 3))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    ways = cone(axis, 16, np.radians(40), np.random.default_rng(2))
    np.testing.assert_allclose(np.linalg.norm(ways, axis=2), 1, atol=1e-9)
    angle = np.degrees(np.arccos(np.einsum("nkj,nj->nk", ways, axis)))
    assert angle.max() <= 40.001
    assert angle.max() > 35


def test_axes_spread_over_the_half_sphere():
    axes = spread_axes(16)
    cosine = np.abs(axes @ axes.T) - np.eye(16)
    assert cosine.max() < np.cos(np.radians(15))


def test_rotations_turn_and_do_not_mirror():
    rng = np.random.default_rng(0)
    made = [random_rotation(rng) for _ in range(200)]
    for one in made:
        np.testing.assert_allclose(one @ one.T, np.eye(3), atol=1e-12)
        np.testing.assert_allclose(np.linalg.det(one), 1)
    assert np.abs(np.mean(made, axis=0)).max() < 0.2, "no direction is preferred"
