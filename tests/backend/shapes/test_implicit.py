# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed distances: zero on the surface, negative inside, and bounds that hold the solid."""

from __future__ import annotations

import numpy as np
import pytest

from backend.shapes.implicit import (
    Solid,
    box,
    cylinder,
    ellipsoid,
    frame,
    half_space,
    round_cone,
    sphere,
    torus,
    tube,
    unit,
)

TURN = frame([1, 2, 3])
SOLIDS = {
    "sphere": sphere([0.1, 0.2, 0.3], 0.7),
    "cone": round_cone([0, 0, 0], [1, 0.5, 0], 0.4, 0.2),
    "box": box([0.2, 0, 0], [0.5, 0.3, 0.8], 0.1, TURN),
    "cylinder": cylinder([0, 0, -0.5], [0.2, 0.3, 0.6], 0.4, 0.3, 0.05),
    "torus": torus([0, 0.1, 0], [1, 1, 0], 0.6, 0.2),
    "ellipsoid": ellipsoid([0, 0, 0.1], [0.9, 0.5, 0.3], TURN),
}


def grid(solid: Solid) -> np.ndarray:
    """Points (3, N) in and around the bounds of a solid."""
    middle, half = (solid.lower + solid.upper) / 2, (solid.upper - solid.lower) / 2
    step = np.linspace(-1.5, 1.5, 25)
    places = np.stack(np.meshgrid(step, step, step, indexing="ij")).reshape(3, -1)
    return (middle[:, None] + half[:, None] * places).astype(np.float32)


@pytest.mark.parametrize("name", SOLIDS)
def test_the_bounds_hold_all_that_is_inside(name: str):
    solid = SOLIDS[name]
    points = grid(solid)
    inside = solid.distance(points) < -1e-4
    assert inside.any()
    assert (points[:, inside] >= solid.lower[:, None]).all()
    assert (points[:, inside] <= solid.upper[:, None]).all()


@pytest.mark.parametrize("name", ["sphere", "box", "torus", "capsule"])
def test_exact_distances_grow_no_faster_than_the_way(name: str):
    solid = {**SOLIDS, "capsule": round_cone([0, 0, 0], [1, 0.5, 0], 0.4, 0.4)}[name]
    points = grid(solid)
    rng = np.random.default_rng(0)
    other = points + rng.normal(0, 0.02, points.shape).astype(np.float32)
    way = np.linalg.norm(other - points, axis=0)
    change = np.abs(solid.distance(other) - solid.distance(points))
    assert (change <= 1.001 * way + 1e-5).all()


def test_distances_by_hand():
    points = np.array([[2, 0, 0], [0, 0, 0], [0.5, 2, 0]], np.float32).T
    np.testing.assert_allclose(sphere([0, 0, 0], 1).distance(points), [1, -1, 1.0615528], rtol=1e-5)
    np.testing.assert_allclose(box([0, 0, 0], [1, 1, 1]).distance(points), [1, -1, 1], atol=1e-6)
    capsule = round_cone([0, 0, 0], [1, 0, 0], 0.5, 0.5)
    np.testing.assert_allclose(capsule.distance(points), [0.5, -0.5, 1.5], atol=1e-6)
    plane = half_space([0, 1, 0], [0, 2, 0])
    np.testing.assert_allclose(plane.distance(points), [-1, -1, 1], atol=1e-6)


@pytest.mark.parametrize("name", SOLIDS)
def test_a_mirrored_solid_is_where_its_mirror_image_was(name: str):
    solid = SOLIDS[name]
    points = grid(solid)
    flipped = points * np.array([[-1], [1], [1]], np.float32)
    mirrored = solid.mirrored()
    np.testing.assert_allclose(mirrored.distance(flipped), solid.distance(points), atol=1e-5)
    assert mirrored.lower[0] == -solid.upper[0]
    assert (mirrored.lower <= mirrored.upper).all()


@pytest.mark.parametrize("axis", [[1, 0, 0], [0, 0, -1], [1, 2, 3]])
def test_a_frame_is_a_rotation_onto_its_axis(axis):
    found = frame(axis)
    np.testing.assert_allclose(found.T @ found, np.eye(3), atol=1e-12)
    assert np.linalg.det(found) == pytest.approx(1)
    np.testing.assert_allclose(found[:, 2], unit(axis))


def test_a_tube_holds_its_points():
    knots = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]], float)
    pieces = tube(knots, [0.2, 0.1])
    assert len(pieces) == 3
    distance = np.min([piece.distance(knots.T.astype(np.float32)) for piece in pieces], axis=0)
    np.testing.assert_allclose(distance[[0, -1]], [-0.2, -0.1], atol=1e-5)
    assert (distance < -0.09).all()
