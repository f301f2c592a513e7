# SPDX-License-Identifier: GPL-3.0-or-later
"""Places on a surface that can be seen."""

from __future__ import annotations

import numpy as np
import pytest

from backend.evaluation.surface import Places, SeenSurface, joined
from backend.geometry.mesh import build_face_graph, unit_vertices
from tests.bad_meshes import grid


def surface_of(vertices, faces):
    return SeenSurface(build_face_graph(unit_vertices(vertices, faces)[0], faces))


@pytest.fixture(scope="module")
def walls():
    """Two square sheets, one over the other, and a third between them, of two faces each."""
    square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float)
    vertices = np.concatenate([square + [0, 0, z] for z in (-0.01, 0, 0.01)])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    return surface_of(vertices, np.concatenate([faces, faces + 4, faces + 8]))


def test_places_are_where_their_weights_say():
    vertices = np.array([[0, 0, 0], [2, 0, 0], [0, 4, 0]], float)
    faces = np.array([[0, 1, 2]])
    places = Places(np.zeros(2, int), np.array([[1, 0, 0], [0.5, 0.25, 0.25]]))
    np.testing.assert_allclose(places.points(vertices, faces), [[0, 0, 0], [0.5, 1, 0]])
    np.testing.assert_allclose(places[1:].points(vertices, faces), [[0.5, 1, 0]])
    assert len(joined([places, places[:1]])) == 3


def test_both_sides_of_an_open_sheet_are_seen_and_what_is_between_sheets_is_not(walls):
    inside = np.full((6, 3), 1 / 3)
    seen = walls.seen(Places(np.arange(6), inside))
    assert seen.tolist() == [True, True, False, False, True, True]


def test_drawn_places_are_seen_and_the_same_again(walls):
    draws = [walls.draw(np.arange(6), 300, np.random.default_rng(1)) for _ in range(2)]
    assert draws[0].face.tolist() == draws[1].face.tolist()
    np.testing.assert_array_equal(draws[0].weight, draws[1].weight)
    assert walls.seen(draws[0]).all()
    assert set(draws[0].face.tolist()) >= {0, 1, 4, 5}


def test_the_rim_of_a_hidden_sheet_is_all_that_is_drawn_of_it(walls):
    places = walls.draw(np.array([2, 3]), 10, np.random.default_rng(0))
    assert len(places) == 10
    assert set(places.face.tolist()) <= {2, 3}
    assert walls.seen(places).all()
    points = places.points(walls.graph.vertices, walls.graph.faces)
    assert np.abs(points).max(axis=1).min() > 0.44, "a gap of 0.005, looked into at six degrees"


def test_places_are_drawn_by_area():
    vertices, faces = grid(4, 4)
    vertices[:, 0] = vertices[:, 0] ** 2
    surface = surface_of(vertices, faces)
    places = surface.draw(np.arange(len(faces)), 4000, np.random.default_rng(2))
    share = np.bincount(places.face, minlength=len(faces)) / 4000
    area = surface.graph.area / surface.graph.area.sum()
    np.testing.assert_allclose(share, area, atol=0.02)
