# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth borders of parts on stairs of voxels."""

import numpy as np
import pytest
import trimesh

from backend.contract.errors import BadInput
from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.pipelines.smooth_borders import cut_polygons, smooth_borders
from tests.backend.geometry.borders.balls import SLANTED, ball, built


def test_a_border_on_voxels_follows_the_shape_they_stand_for():
    place = np.stack(np.meshgrid(*[np.arange(15) - 7] * 3, indexing="ij"))
    full = trimesh.voxel.VoxelGrid(np.linalg.norm(place, axis=0) < 6.5)
    mesh = full.as_boxes()
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    middle = vertices[faces].mean(axis=1).round(3)  # walls between two cells go
    _, number, count = np.unique(middle, axis=0, return_inverse=True, return_counts=True)
    faces = faces[count[number.reshape(-1)] == 1]
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    labels = (graph.centroid @ SLANTED > 0.1).astype(np.int64)
    cut = smooth_borders(graph, labels)
    points, triangles = built(graph, cut)
    rough = _heights(graph.vertices, graph.welded[graph.faces], labels)
    smooth = _heights(points, triangles, cut.label)
    assert smooth.std() < 0.5 * rough.std()


def _heights(vertices, faces, labels):
    """How far vertices between two labels are along the way across their border."""
    one, two = (set(faces[labels == label].ravel().tolist()) for label in (0, 1))
    return vertices[sorted(one & two)] @ SLANTED


def test_labels_of_any_type_of_numbers_will_do():
    graph, labels = ball(2)
    cut = smooth_borders(graph, labels.astype(np.int32))
    assert cut.label.dtype == np.int64
    assert not cut.whole.all()


def test_polygons_are_cut_and_what_does_not_fit_is_refused():
    graph, labels = ball(2)
    polygon = np.arange(len(labels))
    cut, found = cut_polygons(graph.vertices, graph.faces, labels, polygon)
    assert len(found.label) == len(labels)
    assert found.size.sum() > 3 * len(np.unique(found.source))
    assert found.corner.max() < 3 * len(labels) + len(cut.rows)
    with pytest.raises(BadInput, match="polygon"):
        cut_polygons(graph.vertices, graph.faces, labels, polygon[1:])
    with pytest.raises(BadInput, match="label"):
        cut_polygons(graph.vertices, graph.faces, labels[1:], polygon)
    with pytest.raises(BadInput, match="no size"):
        cut_polygons(0 * graph.vertices, graph.faces, labels, polygon)
