# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies show the same surface, by other triangles."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.evaluation.copies import ALTERATIONS, FEWEST, HAIR, NOISE, divided
from backend.geometry.mesh import build_face_graph, same_positions, unit_vertices
from backend.geometry.nearest import NearestFace

BALL = trimesh.creation.icosphere(3)  # 1280 faces
DIAGONAL = 2 * 3**0.5


def copy_of(name: str, mesh: trimesh.Trimesh = BALL):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return ALTERATIONS[name](vertices, faces, np.random.default_rng(0))


@pytest.mark.parametrize("name", ALTERATIONS)
def test_the_surface_stays_where_it_was(name):
    copy = copy_of(name)
    away = NearestFace(np.asarray(BALL.vertices), np.asarray(BALL.faces))
    assert away(copy.vertices @ copy.turn)[1].max() < 0.02, "turned back, it lies on the original"
    assert build_face_graph(unit_vertices(copy.vertices, copy.faces)[0], copy.faces).islands == 1


@pytest.mark.parametrize(
    ("name", "faces"),
    [("remeshed", 1280), ("halved", 640), ("doubled", 5120), ("noisy", 1280), ("unwelded", 1280)],
)
def test_copies_have_as_many_faces_as_their_name_says(name, faces):
    assert len(copy_of(name).faces) == pytest.approx(faces, rel=0.02)


def test_noise_and_hairs_are_as_large_as_they_say():
    moved = {name: copy_of(name).vertices - BALL.vertices for name in ("noisy", "nudged")}
    far = {name: np.linalg.norm(move, axis=1) for name, move in moved.items()}
    assert 0.9 * NOISE < far["noisy"].max() / DIAGONAL <= NOISE
    assert (far["nudged"] > 0).sum() == 1
    assert far["nudged"].max() / DIAGONAL == pytest.approx(3**0.5 * HAIR)


def test_an_unwelded_copy_has_charts_that_share_no_place():
    copy = copy_of("unwelded")
    place = same_positions(copy.vertices)[copy.faces]
    pieces = trimesh.graph.connected_component_labels(
        trimesh.graph.face_adjacency(place, mesh=None), node_count=len(place)
    )
    assert pieces.max() >= 5
    assert len(copy.vertices) > len(BALL.vertices)


def test_islands_are_remade_each_by_itself_and_small_ones_left():
    far = BALL.copy()
    far.apply_translation((3, 0, 0))
    box = trimesh.creation.box()
    both = trimesh.util.concatenate([BALL, far, box])
    assert len(box.faces) < FEWEST
    copy = copy_of("halved", both)
    graph = build_face_graph(unit_vertices(copy.vertices, copy.faces)[0], copy.faces)
    assert np.bincount(graph.island).tolist() == pytest.approx([640, 640, 12], abs=8)
    assert copy_of("halved", box) is None, "eight corners and nothing else"


def test_division_keeps_area_and_closes():
    vertices, faces = divided(np.asarray(BALL.vertices), np.asarray(BALL.faces))
    fine = trimesh.Trimesh(vertices, faces, process=False)
    assert fine.is_watertight
    assert fine.area == pytest.approx(BALL.area)
    assert fine.volume == pytest.approx(BALL.volume)
