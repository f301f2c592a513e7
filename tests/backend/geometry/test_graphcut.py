# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders that move onto creases and straighten."""

import numpy as np
import pytest
import trimesh

from backend.geometry.graphcut import BorderCutter
from backend.geometry.mesh import build_face_graph, unit_vertices
from tests.backend.geometry.solids import l_shape


def graph_of(mesh):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def border_length(graph, labels):
    return graph.edge_length[labels[graph.first] != labels[graph.second]].sum()


@pytest.fixture(scope="module")
def waist():
    """A smooth body with one narrow waist at x = 0, about 10 k faces."""
    body = trimesh.creation.icosphere(subdivisions=5)
    vertices = np.asarray(body.vertices) * [2.0, 1, 1]
    vertices[:, 1:] *= 0.45 + 0.55 * np.abs(np.tanh(1.6 * vertices[:, :1]))
    return graph_of(trimesh.Trimesh(vertices, body.faces, process=False))


def test_a_ragged_border_becomes_shorter_and_finds_the_waist(waist):
    rng = np.random.default_rng(0)
    x = waist.centroid[:, 0]
    ragged = (x + 0.02 * rng.normal(size=len(x)) + 0.02 > 0).astype(np.int32)
    refined = BorderCutter(waist).refine(ragged)
    assert border_length(waist, refined) < 0.4 * border_length(waist, ragged)
    at = waist.edge_middle[refined[waist.first] != refined[waist.second], 0]
    assert np.abs(at).max() < 0.03


def test_a_border_beside_a_concave_crease_moves_into_it():
    mesh = l_shape()
    for _ in range(5):
        mesh = mesh.subdivide()
    ell = graph_of(mesh)
    labels = ((ell.centroid[:, 0] > -0.02) & (ell.centroid[:, 1] < 1e-6)).astype(np.int32)
    refined = BorderCutter(ell).refine(labels)
    border = refined[ell.first] != refined[ell.second]
    assert np.isclose(ell.bend, np.pi / 2)[border].any()


def test_no_part_vanishes_however_small():
    graph = graph_of(trimesh.creation.icosphere(subdivisions=4))
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 40, len(graph.faces)).astype(np.int32)
    refined = BorderCutter(graph).refine(labels)
    assert set(refined.tolist()) == set(labels.tolist())


def test_one_part_is_left_alone():
    graph = graph_of(trimesh.creation.icosphere(subdivisions=2))
    labels = np.zeros(len(graph.faces), np.int32)
    np.testing.assert_array_equal(BorderCutter(graph).refine(labels), labels)


def test_held_faces_keep_their_side_of_a_mask(waist):
    mask = waist.centroid[:, 0] > 0.02
    inside = np.flatnonzero((waist.centroid[:, 0] > 0.02) & (waist.centroid[:, 0] < 0.03))[:3]
    outside = np.flatnonzero((waist.centroid[:, 0] < 0.0) & (waist.centroid[:, 0] > -0.01))[:3]
    refined = BorderCutter(waist).refine_mask(mask, inside, outside)
    assert refined[inside].all()
    assert not refined[outside].any()
