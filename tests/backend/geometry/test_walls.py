# SPDX-License-Identifier: GPL-3.0-or-later
"""Inner walls: which islands are some, and which outer face each of their faces lines."""

import numpy as np
import pytest
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.walls import hidden_walls
from tests.backend.geometry.double_walls import inner_wall


def graph_of(*meshes):
    mesh = trimesh.util.concatenate(meshes)
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def ball(radius=1.0, subdivisions=4):
    return trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)


def turned(mesh):
    return trimesh.Trimesh(mesh.vertices, mesh.faces[:, ::-1], process=False)


@pytest.mark.parametrize("thickness", [0.005, 0.03, 0.1])
@pytest.mark.parametrize("subdivisions", [3, 4, 5])
def test_each_inner_face_has_the_outer_face_above_it(thickness, subdivisions):
    outer = ball()
    graph = graph_of(outer, turned(ball(1 - thickness, subdivisions)))
    host, count = hidden_walls(graph), len(outer.faces)
    np.testing.assert_array_equal(host[:count], np.arange(count))
    assert (host[count:] < count).all()
    way = graph.centroid / np.linalg.norm(graph.centroid, axis=1, keepdims=True)
    apart = np.arccos(np.clip((way[count:] * way[host[count:]]).sum(axis=1), -1, 1))
    assert apart.max() < 0.12  # a triangle of the outer wall spans 0.07
    assert apart.mean() < 0.04


def test_walls_of_a_few_large_triangles_are_paired():
    box = trimesh.creation.box([1, 1, 1])
    graph = graph_of(box, turned(trimesh.creation.box([0.95, 0.95, 0.95])))
    host = hidden_walls(graph)
    # A lid above a lid, not a side.
    assert ((graph.normal[12:] * graph.normal[host[12:]]).sum(axis=1) > 0.99).all()


def test_a_mesh_that_is_inside_out_has_the_same_outer_wall():
    outer = ball()
    host = hidden_walls(graph_of(turned(outer), ball(0.97)))
    assert (host < len(outer.faces)).all()


def test_a_wall_behind_a_part_of_the_outer_one_is_paired():
    outer = ball()
    inner = inner_wall(outer, 0.02)
    half = trimesh.Trimesh(inner.vertices, inner.faces[inner.triangles_center[:, 2] > 0.2])
    host = hidden_walls(graph_of(outer, half))
    assert (host < len(outer.faces)).all()


@pytest.mark.parametrize(
    "meshes",
    {
        "one wall": [ball()],
        "ball in a box": [trimesh.creation.box([2.2] * 3), ball()],
        "void in a box": [trimesh.creation.box([2.2] * 3), turned(ball(0.5))],
        "body in clothes": [ball(), ball(0.98)],
        "head in a helmet": [ball(), turned(ball(0.97)), ball(0.6)],
        "side by side": [ball(), turned(ball(0.9)).apply_translation([2.1, 0, 0])],
    }.items(),
    ids=lambda item: item[0],
)
def test_what_is_no_inner_wall_stays_itself(meshes):
    name, shells = meshes
    host = hidden_walls(graph_of(*shells))
    if "helmet" not in name:
        assert host is None
        return
    sizes = np.cumsum([len(shell.faces) for shell in shells])
    assert (host[sizes[0] : sizes[1]] < sizes[0]).all()  # the helmet's own inner wall
    np.testing.assert_array_equal(host[sizes[1] :], np.arange(sizes[1], sizes[2]))
