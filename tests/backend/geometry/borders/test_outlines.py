# SPDX-License-Identifier: GPL-3.0-or-later
"""Polygons that borders cut: quads stay quads away from borders, and pieces are polygons."""

from itertools import pairwise

import numpy as np

from backend.geometry.borders.cut import smooth_cut
from backend.geometry.borders.outlines import outlined
from backend.geometry.mesh import build_face_graph, is_closed_manifold
from tests.backend.geometry.borders.balls import SLANTED


def quad_ball(cells=8):
    """A ball of quads: a cube's sides in cells, blown up; its graph, and the quad of each half."""
    grid = np.linspace(-0.5, 0.5, cells + 1)
    at, quads = {}, []
    for axis in range(3):
        for side in (0, cells):
            for u in range(cells):
                for w in range(cells):
                    square = []
                    for du, dw in ((0, 0), (1, 0), (1, 1), (0, 1))[:: 1 if side else -1]:
                        key = [0, 0, 0]
                        key[axis], key[(axis + 1) % 3] = side, u + du
                        key[(axis + 2) % 3] = w + dw
                        square.append(at.setdefault(tuple(key), len(at)))
                    quads.append(square)
    vertices = grid[np.array(list(at))]
    vertices *= 0.5 / np.linalg.norm(vertices, axis=1, keepdims=True)
    quads = np.array(quads)
    faces = np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1).reshape(-1, 3)
    return build_face_graph(vertices, faces), np.repeat(np.arange(len(quads)), 2)


def test_quads_that_are_cut_become_polygons_and_others_stay():
    graph, quad = quad_ball()
    middle = graph.vertices[graph.faces].reshape(-1, 6, 3).mean(axis=1)
    before = (middle @ SLANTED > 0.1).astype(np.int64)
    cut = smooth_cut(graph, before[quad])
    found = outlined(cut, graph.faces, quad, len(before))
    far = np.abs(middle @ SLANTED - 0.1) > 0.2
    assert not far[found.source].any()
    np.testing.assert_array_equal(found.label[far], before[far])
    assert 0.02 < len(np.unique(found.source)) / len(before) < 0.5
    # Two pieces of each, and all triangles of the cut together.
    assert len(found.source) < 2.5 * len(np.unique(found.source))
    inside = np.isin(quad[cut.source], found.source)
    assert (found.size - 2).sum() == inside.sum()


def test_all_polygons_together_are_closed():
    graph, quad = quad_ball()
    before = (graph.centroid @ SLANTED > 0.1)[::2].astype(np.int64)
    cut = smooth_cut(graph, before[quad])
    found = outlined(cut, graph.faces, quad, len(before))
    number = np.concatenate([graph.faces.ravel(), cut.point + len(graph.vertices)])
    fans = []
    for corners in np.split(number[found.corner], np.cumsum(found.size)[:-1]):
        fans += [[corners[0], *ends] for ends in pairwise(corners[1:])]
    whole = ~np.isin(quad, found.source)
    assert is_closed_manifold(np.concatenate([graph.faces[whole], np.array(fans)]))


def test_a_border_along_a_diagonal_cuts_a_quad_in_two_triangles():
    graph, quad = quad_ball(2)
    labels = np.zeros(len(quad), np.int64)
    cut = smooth_cut(graph, labels)
    labels[0] = 1  # as if a curve ran along the diagonal of the first quad
    found = outlined(type(cut)(**{**vars(cut), "label": labels}), graph.faces, quad, len(quad) // 2)
    assert found.source.tolist() == [0, 0]
    assert found.size.tolist() == [3, 3]
    assert found.piece_label.tolist() == [0, 1]
