# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed parts: what lies inside others, and signed distances."""

import numpy as np
import pytest

from backend.training.generator.bodies import Bodies, on_surface, soundness, visible_areas
from tests.backend.training.generator.boxes import box


def meshes(*parts):
    return [(part.vertices, part.faces) for part in parts]


def test_points_are_inside_closed_parts():
    bodies = Bodies(meshes(box([0, 0, 0], [1, 1, 1]), box([2, 0, 0], [3, 1, 1])))
    points = np.array([[0.5, 0.5, 0.5], [2.5, 0.5, 0.5], [1.5, 0.5, 0.5], [0.99, 0.01, 0.5]])
    assert bodies.inside(0, points).tolist() == [True, False, False, True]
    assert bodies.inside(1, points).tolist() == [False, True, False, False]


def test_places_are_even_and_look_outward():
    mesh = meshes(box([-1, -1, -1], [1, 1, 3]))[0]
    points, normals = on_surface(*mesh, 4000, np.random.default_rng(0))
    ends = np.abs(normals[:, 2]) > 0.5
    assert ends.mean() == pytest.approx(8 / 40, abs=0.01)
    assert ((points - [0, 0, 1]) * normals).sum(axis=1).min() > 0


def test_what_is_inside_another_part_does_not_show():
    areas = visible_areas(meshes(box([0, 0, 0], [2, 2, 2]), box([1.5, 0.5, 0.5], [2.5, 1.5, 1.5])))
    assert areas == pytest.approx([23, 3], abs=0.5)


def test_where_parts_touch_neither_shows():
    areas = visible_areas(meshes(box([0, 0, 0], [1, 1, 1]), box([1, 0, 0], [2, 1, 1])))
    assert areas == pytest.approx([5, 5], abs=0.3)


def test_the_distance_to_all_is_that_to_the_deepest_part():
    parts = [box([-1, -1, -1], [0.2, 1, 1]), box([-0.2, -1, -1], [1, 1, 1])]
    points = np.array([[-0.1, 0, 0], [0.1, 0, 0], [2, 0, 0], [-0.8, 0, 0]])
    distance, part = Bodies(meshes(*parts)).distance(points)
    assert distance == pytest.approx([-0.3, -0.3, 1.0, -0.2])
    assert part.tolist() == [0, 1, 1, 0]


def test_the_distance_to_one_is_negative_inside_and_ends_at_the_limit():
    bodies = Bodies(meshes(box([0, 0, 0], [1, 1, 1])))
    points = np.array([[0.5, 0.5, 0.4], [0.5, 0.5, 1.25], [1.3, 1.4, 0.5], [0.5, 0.5, 9]])
    found = bodies.distance_to(0, points, 0.6, 0.0, 1.0)
    assert found == pytest.approx([-0.4, 0.25, 0.5, 0.6])


def test_distances_are_those_of_the_frame_that_is_given():
    middle, scale = np.array([1.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0])
    bodies = Bodies(meshes(box([0, 0, 0], [2, 2, 4])))  # becomes [-1, 1]^3
    points = np.array([[0, 0, 0.8], [0, 0, 1.25], [0.5, 0, 0], [1.3, 0, 1.4]])
    found = bodies.distance_to(0, points, 2.0, middle, scale)
    assert found == pytest.approx([-0.2, 0.25, -0.5, 0.5])


def crossed():
    """Two boxes that overlap as one surface, which nobody united."""
    one, other = box([0, 0, 0], [2, 2, 2]), box([1, 0.5, 0.5], [3, 1.5, 1.5])
    faces = np.concatenate([one.faces, other.faces + len(one.vertices)])
    return np.concatenate([one.vertices, other.vertices]), faces


def test_what_runs_through_itself_is_not_sound():
    assert soundness(*meshes(box([0, 0, 0], [1, 1, 1]))[0]) == 1
    assert soundness(*crossed()) == pytest.approx(1 - 6 / 34, abs=0.05)
    vertices, faces = meshes(box([0, 0, 0], [1, 1, 1]))[0]
    assert soundness(vertices, faces[:, ::-1]) == 0


def test_sides_are_right_where_a_surface_runs_through_itself():
    bodies = Bodies([crossed()])
    found = bodies.distance_to(0, np.array([[1.9, 0.6, 0.6], [1.9, 1.4, 1.4]]), 1.0, 0.0, 1.0)
    assert (found < 0).all()
