# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders a hair apart are one surface for what is measured, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.sewing import HAIR, SHORT, sewn


def in_halves(gap: float, faces: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """A sphere of unit size whose two halves share no vertex and are so far apart."""
    ball = trimesh.creation.icosphere(faces, 0.5)
    upper = ball.triangles_center[:, 2] > 0
    vertices = [ball.vertices, ball.vertices + [0, 0, gap]]
    corners = np.where(upper[:, None], ball.faces + len(ball.vertices), ball.faces)
    return np.concatenate(vertices), corners.astype(np.int64)


def islands(vertices: np.ndarray, faces: np.ndarray) -> int:
    return build_face_graph(unit_vertices(vertices, faces)[0], faces).islands


@pytest.mark.parametrize(("gap", "found"), [(0.0, 1), (0.5 * HAIR, 1), (3 * HAIR, 2)])
def test_halves_a_hair_apart_are_one_island(gap, found):
    assert islands(*in_halves(gap)) == found


def test_what_is_sewn_has_no_open_border():
    vertices, faces = in_halves(0.5 * HAIR)
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    assert 2 * len(graph.first) == 3 * len(faces)
    assert np.array_equal(graph.vertices, unit_vertices(vertices, faces)[0]), "only numbers change"


def test_triangles_smaller_than_a_hair_stay_apart():
    small = 0.5 * HAIR / SHORT
    near = np.array([[0, 0, 0], [small, 0, 0], [0, small, 0]])
    vertices = np.concatenate([near, near + [0, 0, 0.9 * HAIR], [[1, 0, 0], [1, 1, 0], [0, 1, 0]]])
    faces = np.arange(9).reshape(3, 3)
    assert sewn(vertices, np.arange(9), faces, np.zeros(0, np.int64)) is None


def test_closed_bodies_that_touch_are_not_asked():
    one = trimesh.creation.box((1, 1, 1))
    other = trimesh.creation.box((1, 1, 1))
    other.apply_translation((1 + 1e-5, 0, 0))
    both = trimesh.util.concatenate([one, other])
    assert islands(np.asarray(both.vertices), np.asarray(both.faces, np.int64)) == 2
