# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders between parts, simple loops, outlines with holes."""

from __future__ import annotations

import numpy as np
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from backend.geometry.caps.loops import borders, cross, nest, newell_normal, simple_loops


def circle(radius, z=0.0, count=24, clockwise=False):
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False) * (-1 if clockwise else 1)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), np.full(count, z)], axis=1)


def test_cross_agrees_with_numpy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 4, 3)), rng.normal(size=(4, 3))
    assert np.allclose(cross(a, b), np.cross(a, b))


def test_borders_of_a_cut_box_are_directed_as_the_left_part():
    mesh = trimesh.creation.box()
    labels = (mesh.triangles_center[:, 2] > 0.49).astype(np.int64)
    found = borders(np.array(mesh.faces, np.int64), labels, len(mesh.vertices))
    top = {
        tuple(e)
        for f in mesh.faces[labels == 1].tolist()
        for e in zip(f, f[1:] + f[:1], strict=True)
    }
    for (a, b), (left, right) in zip(found.edge.tolist(), found.part.tolist(), strict=True):
        assert ((a, b) in top) == (left == 1)
        assert {left, right} == {0, 1}
    assert len(found.edge) == 4


def test_an_edge_of_four_faces_joins_faces_of_the_same_part():
    # Two tetrahedra that share an edge: each is a part, and nothing lies between them.
    one = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])
    two = np.array([[0, 4, 1], [0, 5, 4], [0, 1, 5], [1, 4, 5]])
    found = borders(np.concatenate([one, two]), np.repeat([0, 1], 4), 6)
    assert len(found.edge) == 0


def test_a_figure_eight_becomes_two_loops():
    edges = [(0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 0)]
    assert sorted(sorted(loop) for loop in simple_loops(edges)) == [[0, 1, 2], [0, 3, 4]]


def test_open_ways_and_double_edges_are_no_loops():
    assert simple_loops([(0, 1), (1, 2), (5, 6), (6, 5)]) == []
    assert len(simple_loops([(9, 0), (0, 1), (1, 2), (2, 0), (2, 8)])) == 1


@given(st.lists(st.permutations(range(7)), min_size=1, max_size=5), st.integers(3, 7))
def test_every_edge_of_a_balanced_graph_ends_up_in_a_loop(cycles, length):
    edges = {e for c in cycles for e in zip(c[:length], c[1:length] + c[:1], strict=True)}
    balanced = all(sum(a == v for a, _ in edges) == sum(b == v for _, b in edges) for v in range(7))
    loops = simple_loops(sorted(edges))
    found = [e for loop in loops for e in zip(loop, loop[1:] + loop[:1], strict=True)]
    assert len(found) == len(set(found))
    assert set(found) <= edges
    assert all(len(set(loop)) == len(loop) >= 3 for loop in loops)
    if balanced and not any((b, a) in edges for a, b in edges):
        assert set(found) == edges


def test_newell_normal_is_the_area_vector():
    square = np.array([[0.0, 0, 1], [2, 0, 1], [2, 3, 1], [0, 3, 1]])
    assert np.allclose(newell_normal(square), [0, 0, 6])


def test_a_pipes_end_is_an_outline_with_a_hole():
    loops = [circle(0.8, clockwise=True), circle(1.0)]
    down = [np.tile([0.0, 0, -1], (24, 1))] * 2
    assert nest(loops, down) == [[1, 0]]


def test_the_two_ends_of_a_tapered_rod_are_not():
    loops = [circle(1.0, z=0.0), circle(0.8, z=0.3, clockwise=True)]
    inward = [np.tile([0.0, 0, 1], (24, 1)), np.tile([0.0, 0, -1], (24, 1))]
    assert nest(loops, inward) == [[0], [1]]


def test_loops_side_by_side_are_apart():
    beside = circle(0.5, clockwise=True) + [3, 0, 0]
    down = [np.tile([0.0, 0, -1], (24, 1))] * 2
    assert nest([circle(1.0), beside], down) == [[0], [1]]
