# SPDX-License-Identifier: GPL-3.0-or-later
"""Marked edges and groups of faces, on the mesh and on its patches."""

import numpy as np
import pytest
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches.clusters import Clusters
from backend.geometry.patches.cues import LENGTH, patch_graph
from backend.geometry.patches.hints import marked_edges, marked_lengths, without_edges
from backend.geometry.patches.merging import heeding
from backend.geometry.patches.superfaces import LARGE_ISLANDS, superfaces

NO_BORDERS = np.zeros((0, 2), np.int64)


def graph_of(mesh):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


@pytest.fixture(scope="module")
def ball():
    return graph_of(trimesh.creation.icosphere(subdivisions=3))


@pytest.fixture(scope="module")
def halves(ball):
    return (ball.centroid[:, 2] > 0).astype(np.int64)


def no_groups(graph):
    return np.full(len(graph.faces), -1)


def test_edges_between_groups_are_marked_where_both_sides_have_an_opinion(ball, halves):
    marked = marked_edges(ball, halves, NO_BORDERS)
    np.testing.assert_array_equal(marked, halves[ball.first] != halves[ball.second])
    assert not marked_edges(ball, np.where(halves, 1, -1), NO_BORDERS).any()


def test_marked_edges_are_found_by_their_vertices_in_either_order(ball):
    chosen = np.array([3, 40, 700])
    ends = ball.edge_vertices()[chosen]
    marked = marked_edges(ball, no_groups(ball), np.concatenate([ends[:2], ends[2:, ::-1]]))
    np.testing.assert_array_equal(np.flatnonzero(marked), chosen)
    diagonal = np.array([[0, len(ball.vertices) - 1], [5, 5]])  # no edges of the mesh
    assert not marked_edges(ball, no_groups(ball), diagonal).any()


def test_an_edge_is_marked_on_both_sides_of_an_unwelded_seam(ball):
    soup_vertices = ball.vertices[ball.faces].reshape(-1, 3)
    soup = build_face_graph(soup_vertices, np.arange(len(soup_vertices)).reshape(-1, 3))
    edge = soup.edge_vertices()[10]
    assert marked_edges(soup, no_groups(soup), edge[None]).sum() == 1


def test_a_mesh_cut_open_along_a_loop_is_two_islands(ball, halves):
    marked = marked_edges(ball, halves, NO_BORDERS)
    opened = without_edges(ball, marked)
    assert opened.islands == 2
    assert len(opened.first) == len(opened.bend) == len(opened.edge) == (~marked).sum()
    assert len(np.unique(opened.island * 2 + halves)) == 2
    assert without_edges(ball, np.zeros_like(marked)) is ball


def test_patches_end_at_marks_and_know_how_much_of_their_borders_is_marked(ball, halves):
    rng = np.random.default_rng(0)
    marked = marked_edges(ball, halves, NO_BORDERS)
    patch = superfaces(without_edges(ball, marked), rng, 60)
    side = np.zeros(patch.max() + 1, int)
    side[patch] = halves
    np.testing.assert_array_equal(side[patch], halves)
    cues = patch_graph(ball, patch, rng)
    lengths = marked_lengths(ball, cues, patch, halves, marked)
    across = side[cues.pair[:, 0]] != side[cues.pair[:, 1]]
    np.testing.assert_allclose(lengths, np.where(across, cues.border[:, LENGTH], 0))


def test_contacts_of_islands_are_marked_where_their_groups_differ():
    balls = [
        trimesh.creation.icosphere(subdivisions=2).apply_translation([2.01 * k, 0, 0])
        for k in range(3)
    ]
    graph = graph_of(trimesh.util.concatenate(balls))
    ball = np.repeat(np.arange(3), len(balls[0].faces))
    patch, cues = ball, patch_graph(graph, ball, np.random.default_rng(0))
    groups = np.array([4, 4, 7])[ball]
    lengths = marked_lengths(graph, cues, patch, groups, marked_edges(graph, groups, NO_BORDERS))
    expected = [cues.border[k, LENGTH] if 2 in pair else 0 for k, pair in enumerate(cues.pair)]
    np.testing.assert_allclose(lengths, expected)
    assert any(expected)


def test_scores_fall_with_the_share_that_is_marked(ball, halves):
    rng = np.random.default_rng(0)
    patch = superfaces(ball, rng, 30)
    cues = patch_graph(ball, patch, rng)
    share = np.linspace(0, 1, len(cues.pair))
    kept = heeding(share * cues.border[:, LENGTH], cues.border[:, LENGTH])
    assert kept[0] == 1
    assert (np.diff(kept) <= 0).all()
    assert kept[share < 0.5].min() > 0.9
    assert kept[-1] < 0.05
    assert (heeding(0 * cues.border[:, LENGTH], cues.border[:, LENGTH]) == 1).all()


def test_marks_add_up_when_clusters_merge(ball):
    rng = np.random.default_rng(0)
    cues = patch_graph(ball, superfaces(ball, rng, 30), rng)
    state = Clusters(cues, marked=cues.border[:, LENGTH].copy())
    first, second = cues.pair[0]
    state.merge(np.array([first]), np.array([second]), np.array([cues.patches]))
    np.testing.assert_allclose(state.marked, state.border[:, LENGTH])


def test_small_islands_of_different_groups_share_no_patch():
    crumbs = [
        trimesh.creation.icosahedron().apply_translation([k % 32, k // 32, 0]).apply_scale(0.3)
        for k in range(1000)
    ]
    graph = graph_of(trimesh.util.concatenate(crumbs))
    groups = np.random.default_rng(0).integers(0, 5, 1000).repeat(len(crumbs[0].faces))
    patch = superfaces(graph, np.random.default_rng(0), groups=groups)
    assert len(np.unique(patch[graph.island >= LARGE_ISLANDS])) < 1000 - LARGE_ISLANDS
    assert len(np.unique(patch * 5 + groups)) == patch.max() + 1
