# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces that nobody sees, and specks that touch nothing."""

import numpy as np
import pytest
import trimesh

from backend.geometry import debris as module
from backend.geometry.debris import debris
from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.rays import RayScene


def ball(radius, at=(0, 0, 0), detail=2):
    return trimesh.creation.icosphere(detail, radius).apply_translation(at)


BODY = ball(1, detail=3)
INSIDE = ball(0.3, (0.2, 0, 0))
SPECK = ball(0.01, (1.2, 0, 0))


def found(*meshes):
    """The debris, and of each mesh the piece that all of its faces are of."""
    whole = trimesh.util.concatenate(list(meshes))
    faces = np.asarray(whole.faces, np.int64)
    graph = build_face_graph(unit_vertices(np.asarray(whole.vertices, float), faces)[0], faces)
    told = debris(graph, RayScene(graph.vertices, graph.faces))
    if told is None:
        return None, None
    ends = np.cumsum([len(mesh.faces) for mesh in meshes])[:-1]
    pieces = [np.unique(one) for one in np.split(told.piece, ends)]
    assert all(len(one) == 1 for one in pieces)
    return told, [int(one[0]) for one in pieces]


def test_a_plain_surface_has_none():
    assert found(BODY) == (None, None)


def test_unseen_pieces_come_first_and_then_specks():
    told, pieces = found(BODY, SPECK, INSIDE, ball(0.1, (-0.5, 0, 0)))
    assert pieces[:2] == [-1, 2]
    assert set(pieces[2:]) == {0, 1}
    assert told.inside == 2
    assert told.text == ("There are 2 pieces inside that nobody sees and 1 speck touching nothing.")
    assert found(BODY, SPECK)[0].text == "There is 1 speck touching nothing."


def test_what_is_wound_inside_out_is_unseen_as_well():
    turned = INSIDE.copy()
    turned.invert()
    assert found(BODY, turned)[1] == [-1, 0]


@pytest.mark.parametrize(
    "other",
    [
        ball(0.15, (0.95, 0, 0)),  # an eye, half of it outside
        ball(0.01, (1.005, 0, 0)),  # a rivet
        ball(0.5, (2, 0, 0)),  # another ball
    ],
)
def test_what_is_seen_or_touches_is_none(other):
    assert found(BODY, other) == (None, None)


def test_what_is_seen_through_an_opening_is_none():
    bowl = BODY.copy()
    bowl.update_faces(bowl.triangles_center[:, 2] < 0.3)
    assert found(bowl, INSIDE) == (None, None)


def test_many_specks_are_meant(monkeypatch):
    """As leaves and sparks are."""
    assert found(BODY, SPECK)[0] is not None
    monkeypatch.setattr(module, "MOST_SPECKS", 1e-6)
    assert found(BODY, SPECK) == (None, None)


def test_a_heap_is_not_told(monkeypatch):
    monkeypatch.setattr(module, "MOST_ISLANDS", 2)
    assert found(BODY, INSIDE, SPECK) == (None, None)


def test_a_sticker_that_a_coarse_stand_in_hides_is_seen(monkeypatch):
    monkeypatch.setattr("backend.geometry.rays.PROXY_FROM", 200)
    sticker = ball(0.12, (0.9, 0, 0), 1)
    assert found(BODY, sticker) == (None, None)
    assert found(BODY, INSIDE)[1] == [-1, 0]
