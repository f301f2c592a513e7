# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders that move onto creases and straighten."""

import sys

import numpy as np
import pytest
import trimesh

from backend.geometry import minimum_cut
from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches.graphcut import BorderCutter
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


def refined(graph, mask):
    nothing = np.zeros(0, np.int64)
    return BorderCutter(graph).refine_mask(mask, nothing, nothing)


def test_a_ragged_border_becomes_shorter_and_finds_the_waist(waist):
    rng = np.random.default_rng(0)
    x = waist.centroid[:, 0]
    ragged = x + 0.02 * rng.normal(size=len(x)) + 0.02 > 0
    mask = refined(waist, ragged)
    assert border_length(waist, mask) < 0.4 * border_length(waist, ragged)
    at = waist.edge_middle[mask[waist.first] != mask[waist.second], 0]
    assert np.abs(at).max() < 0.03


def test_a_border_beside_a_concave_crease_moves_into_it():
    mesh = l_shape()
    for _ in range(5):
        mesh = mesh.subdivide()
    ell = graph_of(mesh)
    mask = refined(ell, (ell.centroid[:, 0] > -0.02) & (ell.centroid[:, 1] < 1e-6))
    border = mask[ell.first] != mask[ell.second]
    assert np.isclose(ell.bend, np.pi / 2)[border].any()


def test_a_border_moves_into_a_group_as_far_as_its_reach(waist):
    x = waist.centroid[:, 0]
    group = (x > 0.02).astype(np.int8)
    edges = np.flatnonzero(group[waist.first] != group[waist.second])
    cutter, side = BorderCutter(waist), np.array([2, 1])
    free, on_first = cutter.cut(group, side, np.array([0.04, 0.0]), edges)
    # Beyond the faces at the border itself only the left group gives way, to the waist.
    assert (x[free[group[free] == 1]] < 0.03).all()
    assert (x[free[on_first]] < 0.012).any()


def test_groups_of_no_side_take_no_part(waist):
    x = waist.centroid[:, 0]
    group = np.digitize(x, [-0.02, 0.06])
    edges = np.flatnonzero((group[waist.first] + group[waist.second]) == 1)
    free, _ = BorderCutter(waist).cut(group, np.array([1, 2, 0]), np.full(3, 0.04), edges)
    assert set(group[free]) == {0, 1}


def test_one_side_is_left_alone(waist):
    for mask in (np.zeros(len(waist.faces), bool), np.ones(len(waist.faces), bool)):
        np.testing.assert_array_equal(refined(waist, mask), mask)


def test_places_are_forgotten_after_each_call(waist):
    cutter = BorderCutter(waist)
    assert cutter.places(np.array([7, 3]), np.array([3, 4, 7])).tolist() == [1, -1, 0]
    assert cutter.places(np.array([4]), np.array([3, 4, 7])).tolist() == [-1, 0, -1]


def test_neighbours_are_those_of_the_shared_edges(waist):
    face, edge, other = BorderCutter(waist).neighbours.of(np.array([5, 17]))
    ends = np.sort(np.stack([waist.first, waist.second]), axis=0)
    np.testing.assert_array_equal(np.sort(np.stack([face, other]), axis=0), ends[:, edge])
    assert face.tolist() == [5, 5, 5, 17, 17, 17]


def test_held_faces_keep_their_side_of_a_mask(waist):
    mask = waist.centroid[:, 0] > 0.02
    inside = np.flatnonzero((waist.centroid[:, 0] > 0.02) & (waist.centroid[:, 0] < 0.03))[:3]
    outside = np.flatnonzero((waist.centroid[:, 0] < 0.0) & (waist.centroid[:, 0] > -0.01))[:3]
    refined = BorderCutter(waist).refine_mask(mask, inside, outside)
    assert refined[inside].all()
    assert not refined[outside].any()


def test_only_the_border_near_some_faces_is_moved(waist):
    x = waist.centroid[:, 0]
    ragged = x + 0.02 * np.random.default_rng(0).normal(size=len(x)) + 0.02 > 0
    nothing, cutter = np.zeros(0, np.int64), BorderCutter(waist)
    away = cutter.refine_mask(ragged, nothing, nothing, near=x > 0.5)
    np.testing.assert_array_equal(away, ragged)
    near = cutter.refine_mask(ragged, nothing, nothing, near=x < 0.5)
    np.testing.assert_array_equal(near, refined(waist, ragged))
    assert (near != ragged).any()


def test_without_pymaxflow_borders_are_the_same(waist, monkeypatch):
    x = waist.centroid[:, 0]
    ragged = x + 0.02 * np.random.default_rng(0).normal(size=len(x)) + 0.02 > 0
    mask = refined(waist, ragged)
    minimum_cut.has_pymaxflow.cache_clear()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "maxflow", None)  # importing it fails
        np.testing.assert_array_equal(refined(waist, ragged), mask)
        assert not minimum_cut.has_pymaxflow()
    minimum_cut.has_pymaxflow.cache_clear()
