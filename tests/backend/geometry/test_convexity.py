# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces that are convex, as far as they are seen, and planes of their hull."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.geometry.convexity import MOST, hull_corners, supporting_planes


def planes_of(
    mesh: trimesh.Trimesh, faces: np.ndarray | None = None, side: int = 1
) -> np.ndarray | None:
    """Planes of the hull of some faces of a mesh, all by default; side : -1 turns them over."""
    rows = np.arange(len(mesh.faces)) if faces is None else np.flatnonzero(faces)
    used = np.unique(mesh.faces[rows])
    places = mesh.vertices[mesh.faces[rows]].mean(axis=1)
    return supporting_planes(mesh.vertices[used], places, side * mesh.face_normals[rows])


def test_planes_of_a_box_are_its_sides() -> None:
    planes = planes_of(trimesh.creation.box((2, 4, 6)))
    assert planes is not None
    assert sorted(-planes[:, 3]) == pytest.approx([1, 1, 2, 2, 3, 3])
    assert (np.array([0.9, 1.9, -2.9]) @ planes[:, :3].T + planes[:, 3]).max() < 0


def test_half_a_ball_is_convex_and_a_bowl_is_not() -> None:
    ball = trimesh.creation.icosphere(2)
    upper = ball.triangles_center[:, 2] > 0
    assert planes_of(ball, upper) is not None
    assert planes_of(ball, upper, side=-1) is None


def test_two_ends_of_a_rod_are_convex_together_and_a_step_is_not() -> None:
    rod = trimesh.creation.cylinder(0.1, 1.0).subdivide().subdivide()
    ends = np.abs(rod.triangles_center[:, 2]) > 0.2
    assert planes_of(rod, ends) is not None
    step = rod.vertices.copy()
    step[step[:, 2] > 0.2, :2] *= 1.5
    assert planes_of(trimesh.Trimesh(step, rod.faces, process=False), ends) is None


def test_of_many_corners_few_planes_are_made_that_leave_nothing_out() -> None:
    ball = trimesh.creation.icosphere(4)
    planes = planes_of(ball)
    assert planes is not None
    assert len(planes) < 2 * MOST
    assert np.linalg.norm(planes[:, 3]) > 0
    outside = 1.001 * ball.vertices
    assert (outside @ planes[:, :3].T + planes[:, 3]).max(axis=1).min() > 0


def test_what_is_flat_has_no_hull() -> None:
    flat = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    assert hull_corners(flat) is None
    assert supporting_planes(flat, flat, np.tile([0.0, 0, 1], (4, 1))) is None
