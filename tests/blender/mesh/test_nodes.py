# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes go through Geometry Nodes and come back, and nothing of the way there is left."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh import nodes

KINDS = ("meshes", "objects", "scenes", "node_groups", "collections")


@pytest.fixture
def cube(scene: bpy.types.Scene) -> bpy.types.Mesh:
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    side = np.array([[0], [0], [1], [1], [1], [2]])
    mesh_layers.put(mesh, "side", "INT", "FACE", side)
    mesh_layers.put(mesh, "marked", "BOOLEAN", "FACE", side == 1)
    return mesh


def names() -> dict[str, list[str]]:
    return {kind: [item.name for item in getattr(bpy.data, kind)] for kind in KINDS}


def sides(mesh: bpy.types.Mesh) -> list[int]:
    return mesh_layers.read(mesh.attributes["side"])[:, 0].tolist()


def without_marked(group: bpy.types.NodeTree, geometry: bpy.types.NodeSocket):
    """Nodes that leave out marked faces."""
    links = {"Geometry": geometry, "Selection": nodes.attribute(group, "marked", "BOOLEAN")}
    return nodes.add(group, "GeometryNodeDeleteGeometry", links, domain="FACE")


def an_instance_of_each_side(group: bpy.types.NodeTree, geometry: bpy.types.NodeSocket):
    links = {"Geometry": geometry, "Group ID": nodes.attribute(group, "side", "INT")}
    return nodes.add(group, "GeometryNodeSplitToInstances", links, domain="FACE")


def test_a_mesh_comes_back_as_the_nodes_made_it(cube: bpy.types.Mesh):
    before = names()
    made = nodes.whole(cube, without_marked)
    assert sides(made) == [0, 0, 2]
    assert sides(cube) == [0, 0, 1, 1, 1, 2], "the mesh itself stays as it was"
    bpy.data.meshes.remove(made)
    assert names() == before


def test_instances_come_back_as_meshes(cube: bpy.types.Mesh):
    before = names()
    made = nodes.pieces(cube, an_instance_of_each_side)
    assert sorted(map(sides, made)) == [[0, 0], [1, 1, 1], [2]]
    assert all(mesh.users == 0 for mesh in made)
    bpy.data.batch_remove(made)
    assert names() == before


@pytest.mark.parametrize("through", [nodes.whole, nodes.pieces])
def test_a_failure_leaves_nothing_behind(through, cube: bpy.types.Mesh):
    before, chosen = names(), bpy.context.object

    def fail(*_: object) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        through(cube, fail)
    assert names() == before
    assert bpy.context.object == chosen
    assert chosen.select_get()


def test_what_the_artist_looks_at_is_not_touched(cube: bpy.types.Mesh):
    obj, scene = bpy.context.object, bpy.context.scene
    modifiers = len(obj.modifiers)
    nodes.whole(cube, lambda group, geometry: geometry)
    assert (bpy.context.scene, bpy.context.object) == (scene, obj)
    assert len(obj.modifiers) == modifiers
    assert [each.name for each in scene.objects] == [obj.name]
