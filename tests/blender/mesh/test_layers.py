# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers of meshes as arrays: read, written, traced, and given back where nodes lose them."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh import layers

from tests.blender.mesh_dump import dump_mesh

VALUES = {
    "FLOAT": [0.5],
    "INT": [-7],
    "INT8": [-7],
    "BOOLEAN": [True],
    "QUATERNION": [0.5, 0.5, 0.5, -0.5],
    "INT16_2D": [3, -4],
    "INT32_2D": [30000, -4],
    "FLOAT_VECTOR": [1, 2, 3],
    "FLOAT2": [1, 2],
    "FLOAT_COLOR": [0.25, 0.5, 0.75, 1],
    "FLOAT4X4": list(range(16)),
}


@pytest.fixture
def quads(scene: bpy.types.Scene) -> bpy.types.Mesh:
    """Two squares side by side."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=2, y_subdivisions=1)
    return bpy.context.object.data


@pytest.mark.parametrize("kind", VALUES)
def test_values_come_back_in_their_type(quads: bpy.types.Mesh, kind: str):
    values = np.zeros((2, len(VALUES[kind])), layers._VALUES[kind][2])
    values[1] = VALUES[kind]
    layers.put(quads, "mine", kind, "FACE", values)
    found = layers.read(quads.attributes["mine"])
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


def test_texts_are_values_too(quads: bpy.types.Mesh):
    texts = np.array([b"one", "zwei \u6728".encode()], dtype=object)
    layers.put(quads, "text", "STRING", "FACE", texts)
    assert layers.read(quads.attributes["text"]).tolist() == texts.tolist()


def test_a_layer_of_another_kind_gives_way(quads: bpy.types.Mesh):
    layers.put(quads, "mine", "INT", "FACE", np.array([[1], [2]]))
    before = len(quads.attributes)
    layers.put(quads, "mine", "INT", "FACE", np.array([[3], [4]]))
    layers.put(quads, "mine", "FLOAT", "POINT", np.full((6, 1), 0.5))
    assert len(quads.attributes) == before
    found = quads.attributes["mine"]
    assert (found.data_type, found.domain) == ("FLOAT", "POINT")
    layers.drop(quads, "mine", "never there")
    assert "mine" not in quads.attributes


def test_elements_are_numbered_and_what_is_not_is_new(quads: bpy.types.Mesh):
    assert layers.sizes(quads) == {"POINT": 6, "EDGE": 7, "FACE": 2, "CORNER": 8}
    for domain in layers.ORIGIN:
        assert (layers.origin(quads, domain) == layers.NEW).all()
    layers.put_origin(quads)
    for domain, count in layers.sizes(quads).items():
        assert layers.origin(quads, domain).tolist() == list(range(count))
    layers.put(quads, layers.ORIGIN["FACE"], "FLOAT", "FACE", np.zeros((2, 1)))
    assert layers.origin(quads, "FACE").tolist() == [layers.NEW] * 2, "of another kind"


def test_corners_know_their_faces_and_edges(quads: bpy.types.Mesh):
    faces, edges = layers.corner_faces(quads), layers.corner_edges(quads)
    ends = layers.edge_vertices(quads)
    for face in quads.polygons:
        for corner in face.loop_indices:
            assert faces[corner] == face.index
            loop = quads.loops[corner]
            assert edges[corner] == loop.edge_index
            assert loop.vertex_index in ends[edges[corner]]
    bare = bpy.data.meshes.new("bare")
    assert layers.edge_vertices(bare).shape == (0, 2)
    assert layers.corner_edges(bare).shape == layers.corner_faces(bare).shape == (0,)


def test_what_nodes_lose_comes_back_to_the_copies(vase: bpy.types.Object):
    before = dump_mesh(vase.data)
    lost = layers.Lost.of(vase.data)
    mesh = vase.data.copy()
    texts = [a.name for a in mesh.attributes if a.data_type == "STRING"]
    assert texts
    layers.drop(mesh, *texts)
    for edge in mesh.edges if bpy.app.version < (5, 0) else ():
        edge.use_freestyle_mark = False
    lost.restore(mesh, lambda domain: np.arange(layers.sizes(mesh)[domain]))
    after = dump_mesh(mesh)
    for name in (*texts, "freestyle_edge"):
        assert after.layers[name][1].tolist() == before.layers[name][1].tolist()
    layers.drop(mesh, *texts)
    lost.restore(mesh, lambda domain: np.full(layers.sizes(mesh)[domain], layers.NEW))
    assert set(layers.read(mesh.attributes[texts[0]])) == {b""}, "what is new has no text"


def test_members_without_weight_are_found_and_made(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_plane_add()
    obj = bpy.context.object
    for name in ("a", "b"):
        obj.vertex_groups.new(name=name)
    obj.vertex_groups["a"].add([0, 1], 0.5, "REPLACE")
    obj.vertex_groups["b"].add([1, 3], 0.0, "REPLACE")
    assert layers.group_names(obj.data) == ["a", "b"]
    assert layers.zero_weights(obj.data, range(4)) == {1: [1, 3]}
    assert layers.zero_weights(obj.data, [0, 3]) == {1: [3]}
    layers.add_zero_weights(obj.data, {0: [2]})
    assert layers.zero_weights(obj.data, range(4)) == {0: [2], 1: [1, 3]}
    assert bpy.data.objects.get(".partwise") is None


def test_only_radii_and_sculpts_need_another_way(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_cube_add()
    obj = bpy.context.object
    assert not layers.lost_by_nodes(obj)
    obj.modifiers.new("Sculpt", "MULTIRES")
    assert not layers.lost_by_nodes(obj), "nothing was sculpted"
    bpy.ops.object.multires_subdivide(modifier="Sculpt")
    assert layers.lost_by_nodes(obj)
