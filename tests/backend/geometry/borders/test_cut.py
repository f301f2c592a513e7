# SPDX-License-Identifier: GPL-3.0-or-later
"""Triangles cut along smooth borders: closed, as large as before, and the rest untouched."""

import numpy as np
import pytest
import trimesh

from backend.contract.errors import Cancelled
from backend.geometry.borders.cut import smooth_cut
from backend.geometry.mesh import is_closed_manifold
from tests.backend.geometry.borders.balls import ACROSS, SLANTED, ball, built, graph_of, turning


def areas(vertices, faces):
    a, b, c = vertices[faces].transpose(1, 0, 2)
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


@pytest.mark.parametrize("subdivisions", [2, 3, 4])
@pytest.mark.parametrize("ways", [(SLANTED,), (SLANTED, ACROSS)])
def test_a_cut_ball_is_closed_and_its_borders_are_smooth(subdivisions, ways):
    graph, labels = ball(subdivisions, ways)
    cut = smooth_cut(graph, labels)
    vertices, faces = built(graph, cut)
    assert is_closed_manifold(faces)
    assert areas(vertices, faces).sum() == pytest.approx(graph.area.sum())
    before, after = (
        turning(*mesh)
        for mesh in ((graph.vertices, graph.faces, labels), (vertices, faces, cut.label))
    )
    assert (before > np.radians(45)).mean() > 0.5
    assert (after > np.radians(60)).sum() == 0
    assert after.sum() < 0.5 * before.sum()


def test_pieces_are_no_slivers_and_lie_as_their_triangles_do():
    graph, labels = ball(4, (SLANTED, ACROSS))
    cut = smooth_cut(graph, labels)
    vertices, faces = built(graph, cut)
    a, b, c = vertices[faces].transpose(1, 0, 2)
    normal = np.cross(b - a, c - a)
    assert (np.einsum("ij,ij->i", normal, graph.normal[cut.source]) > 0).all()
    sides = np.square(np.stack([a - b, b - c, c - a])).sum(axis=(0, 2))
    assert (2 * np.sqrt(3) * np.linalg.norm(normal, axis=1) / sides).min() > 0.03


def test_triangles_that_no_curve_crosses_stay_as_they_are():
    graph, labels = ball(4)
    cut = smooth_cut(graph, labels)
    whole = cut.whole
    assert whole.sum() > 0.8 * len(labels)
    np.testing.assert_array_equal(cut.corner[whole], 3 * cut.source[whole][:, None] + np.arange(3))
    assert (np.diff(cut.source) >= 0).all()
    np.testing.assert_array_equal(np.unique(cut.source), np.arange(len(labels)))
    far = np.abs(graph.centroid @ SLANTED - 0.1) > 2 * graph.edge_length.max()
    assert whole[far[cut.source]].all()
    np.testing.assert_array_equal(cut.label[far[cut.source]], labels[cut.source][far[cut.source]])


def test_three_parts_meet_in_a_point_inside_a_triangle():
    graph, _ = ball(3)
    turn = np.arctan2(graph.centroid[:, 1], graph.centroid[:, 0])
    labels = ((turn + np.pi) // (2 * np.pi / 2.9999)).astype(np.int64) % 3
    cut = smooth_cut(graph, labels)
    middle = (cut.weight > 0).all(axis=1)
    assert 1 <= middle.sum() <= 2
    np.testing.assert_allclose(cut.weight.sum(axis=1), 1)
    assert is_closed_manifold(built(graph, cut)[1])


def test_a_part_without_an_inside_is_not_lost():
    graph, _ = ball(3)
    labels = np.zeros(len(graph.faces), np.int64)
    labels[(graph.centroid @ SLANTED) > 0.1] = 2
    labels[7] = 1
    cut = smooth_cut(graph, labels)
    np.testing.assert_array_equal(cut.source[cut.label == 1], [7])
    assert not cut.whole.all()


def test_a_border_along_edges_of_a_box_is_not_cut():
    box = trimesh.creation.box([2, 1, 1])
    for _ in range(3):
        box = box.subdivide()
    graph = graph_of(box)
    labels = (graph.normal[:, 2] > 0.5).astype(np.int64)
    cut = smooth_cut(graph, labels)
    assert cut.whole.all()
    np.testing.assert_array_equal(cut.label, labels)


def test_parts_that_touch_in_vertices_alone_are_not_cut_there():
    one, two = (trimesh.creation.box(bounds=[[at] * 3, [at + 1] * 3]) for at in (0, 1))
    graph = graph_of(trimesh.util.concatenate([one, two]))
    labels = np.repeat([0, 1], 12)
    cut = smooth_cut(graph, labels)
    assert cut.whole.all()
    np.testing.assert_array_equal(cut.label, labels)


def test_one_part_has_no_border():
    graph, labels = ball(2)
    cut = smooth_cut(graph, 0 * labels)
    assert cut.whole.all()
    assert not len(cut.rows)


def test_a_cut_can_be_cancelled():
    from backend.contract.progress import Progress

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        smooth_cut(*ball(2), progress=Progress(stop))
