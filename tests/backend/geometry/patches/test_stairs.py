# SPDX-License-Identifier: GPL-3.0-or-later
"""Voxel meshes: their stairs are no creases, and no other mesh is taken for one."""

import numpy as np
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches.graphcut import CONCAVE_FROM
from backend.geometry.patches.stairs import without_stairs
from backend.pipelines.analysis import analyse


def graph_of(vertices, faces):
    vertices, faces = np.asarray(vertices, float), np.asarray(faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def voxels(full):
    """The surface of the full cells of a grid: two triangles for each free side of a cell."""
    corner, faces = {}, []
    for cell in np.argwhere(full):
        for axis in range(3):
            for side in (0, 1):
                beside = cell.copy()
                beside[axis] += 2 * side - 1
                if full[tuple(beside)]:
                    continue
                square = []
                for u, w in ((0, 0), (1, 0), (1, 1), (0, 1))[:: 2 * side - 1]:
                    at = cell.copy()
                    at[axis] += side
                    at[(axis + 1) % 3] += u
                    at[(axis + 2) % 3] += w
                    square.append(corner.setdefault(tuple(at), len(corner)))
                faces += [square[:3], [square[0], square[2], square[3]]]
    return np.array(list(corner), float), np.array(faces)


def ball(cells=19):
    place = np.stack(np.meshgrid(*[np.arange(cells) - cells // 2] * 3, indexing="ij"))
    return voxels(np.linalg.norm(place, axis=0) < cells // 2 - 1)


def test_the_stairs_of_a_ball_are_smooth_on_the_same_triangles():
    graph = graph_of(*ball())
    even = without_stairs(graph)
    assert (graph.bend > CONCAVE_FROM).mean() > 0.1
    assert (even.bend > CONCAVE_FROM).mean() < 0.04
    np.testing.assert_array_equal(even.faces, graph.faces)
    np.testing.assert_array_equal(even.first, graph.first)
    outward = (even.normal * even.centroid).sum(axis=1)
    assert (outward > 0).all()
    radius = np.linalg.norm(even.vertices, axis=1)
    assert 0.9 < np.ptp(even.vertices) / np.ptp(graph.vertices) < 1.05
    assert radius.std() < 0.5 * np.linalg.norm(graph.vertices, axis=1).std()


def test_other_meshes_have_no_stairs():
    box = trimesh.creation.box([2, 1, 1])
    for _ in range(3):
        box = box.subdivide()
    assert without_stairs(graph_of(box.vertices, box.faces)) is None
    ico = trimesh.creation.icosphere(subdivisions=3)
    assert without_stairs(graph_of(ico.vertices, ico.faces)) is None
    assert without_stairs(graph_of(*triangle())) is None


def triangle():
    return np.eye(3), np.array([[0, 1, 2]])


def test_borders_of_voxels_are_cut_on_smooth_ground_and_terraces_are_no_flat_faces():
    vertices, faces = ball()
    found = analyse(vertices, faces, engine="geometric", symmetric=False)
    assert (found.cutter.graph.bend > CONCAVE_FROM).mean() < 0.04
    np.testing.assert_array_equal(found.seen.vertices, unit_vertices(vertices, faces)[0])
    assert found.tree.leaf_count == found.grown_tree.leaf_count
