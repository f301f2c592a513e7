# SPDX-License-Identifier: GPL-3.0-or-later
"""Faceted solids: where their facets lie, and what is left of solids cut by others."""

from __future__ import annotations

import numpy as np
import pytest

from backend.shapes.implicit import box, sphere
from backend.shapes.polyhedra import (
    bevelled,
    both,
    bowed,
    faceted_ball,
    faceted_cone,
    minus,
    polyhedron,
    regular,
)


def test_facets_stay_inside_their_ball_and_their_bounds() -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform(-1.5, 1.5, (3, 40000)).astype(np.float32)
    solids = [
        faceted_ball(rng, (0.1, 0, -0.2), (0.5, 0.3, 0.4), 20),
        faceted_cone((0.2, 0.1, 0), (0.6, 0.5, 0.7), 0.3, 0.1, 5),
    ]
    for solid in solids:
        inside = points[:, solid.distance(points) < 0]
        assert inside.shape[1] > 100
        assert (inside >= solid.lower[:, None]).all()
        assert (inside <= solid.upper[:, None]).all()


def test_a_prism_has_the_circumradius_that_was_asked_for() -> None:
    prism = faceted_cone((0, 0, 0), (0, 0, 1), 0.5, 0.5, 6, (1, 0, 0))
    corner = np.array([[0.499], [0.0], [0.5]], np.float32)
    assert abs(float(prism.distance(corner)[0])) < 0.002
    assert float(prism.distance(np.array([[0.0], [0.0], [0.5]], np.float32))[0]) < -0.4


def places(*rows: tuple[float, ...]) -> np.ndarray:
    """Points (3, N)."""
    return np.array(rows, np.float32).T


def test_a_polyhedron_is_exact_on_its_faces_and_inside():
    normals = np.concatenate([np.eye(3), -np.eye(3)])
    cube = polyhedron(normals, np.ones(6), np.full(3, -1.0), np.ones(3))
    points = places((0, 0, 0), (0.75, 0, 0), (1, 0.5, 0.5), (3, 0, 0), (0, -1.5, 0))
    np.testing.assert_allclose(cube.distance(points), [-1, -0.25, 0, 2, 0.5], atol=1e-6)


def test_a_frustum_narrows_towards_its_end():
    cone = faceted_cone((0, 0, 0), (0, 0, 2), 1.0, 0.5, 4, (1, 0, 0))
    for height, radius in ((0.001, 1.0), (1.0, 0.75), (1.999, 0.5)):
        found = cone.distance(places((radius, 0, height), (0, 0, height)))
        assert found[0] == pytest.approx(0, abs=2e-3)
        assert found[1] < 0
    assert (cone.distance(places((0, 0, -0.1), (0, 0, 2.1))) > 0.09).all()


def test_turned_facets_are_those_of_the_turned_ball():
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    made = [
        faceted_ball(np.random.default_rng(4), (0, 0, 0), (0.5, 0.3, 0.2), 16, rotation)
        for rotation in (None, turn)
    ]
    points = np.random.default_rng(0).uniform(-0.6, 0.6, (3, 500)).astype(np.float32)
    turned = (turn @ points).astype(np.float32)
    np.testing.assert_allclose(made[1].distance(turned), made[0].distance(points), atol=1e-5)


def test_what_is_taken_away_and_what_two_share():
    block, ball = box((0, 0, 0), (1, 1, 1)), sphere((1, 0, 0), 0.5)
    points = places((0, 0, 0), (0.75, 0, 0), (1.2, 0, 0), (3, 0, 0))
    assert (minus(block, ball).distance(points) < 0).tolist() == [True, False, False, False]
    assert (both(block, ball).distance(points) < 0).tolist() == [False, True, False, False]
    shared = both(block, ball)
    np.testing.assert_allclose(shared.lower, [0.5, -0.5, -0.5])
    np.testing.assert_allclose(shared.upper, [1, 0.5, 0.5])


def test_polygons_of_outlines():
    six = regular(6, 2.0, turn=0.5)
    np.testing.assert_allclose(np.linalg.norm(six, axis=1), 2.0)
    np.testing.assert_allclose(np.linalg.norm(six - np.roll(six, 1, axis=0), axis=1), 2.0)
    np.testing.assert_allclose(six[0], [2 * np.cos(np.pi / 6), 1.0])
    plate = bevelled(0.5, 0.3, 0.1)
    area = 0.5 * np.cross(np.c_[plate, np.zeros(8)], np.c_[np.roll(plate, -1, axis=0), np.zeros(8)])
    assert area[:, 2].sum() == pytest.approx(4 * 0.5 * 0.3 - 4 * 0.1**2 / 2)
    np.testing.assert_allclose(np.abs(plate).max(axis=0), [0.5, 0.3])
    narrow = bevelled(0.5, 0.1, 5.0)
    assert np.abs(narrow).max(axis=0).tolist() == [0.5, 0.1], "no more than fits is cut off"


def test_a_bowed_plate_is_moved_where_it_is_told_and_nowhere_else() -> None:
    plate = box((0, 0, 0.1), (0.5, 0.4, 0.05))
    bent = bowed(plate, lambda p: np.float32(0.5) * p[0] * p[0], 0.125, 0.5)
    points = np.random.default_rng(0).uniform(-0.7, 0.7, (3, 20000)).astype(np.float32)
    straight = points - np.array([[0], [0], [1]], np.float32) * (0.5 * points[0] ** 2)
    distance = bent.distance(points)
    assert ((distance < 0) == (plate.distance(straight.astype(np.float32)) < 0)).all()
    assert (distance <= plate.distance(straight.astype(np.float32)).clip(0)).all()
    inside = points[:, distance < 0]
    assert (inside >= bent.lower[:, None]).all()
    assert (inside <= bent.upper[:, None]).all()
