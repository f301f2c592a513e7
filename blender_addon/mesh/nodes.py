# SPDX-License-Identifier: GPL-3.0-or-later
"""Geometry Nodes as a library: a mesh goes through a node group and comes back, at C speed.

All that this needs (a node group, an object, a scene of their own) is gone afterwards, also on
failure; the artist's scene, selection and depsgraph are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import bpy

Build = Callable[[bpy.types.NodeTree, bpy.types.NodeSocket], bpy.types.NodeSocket]


def pieces(mesh: bpy.types.Mesh, build: Build) -> list[bpy.types.Mesh]:
    """The instances that a node group makes of a mesh, as new meshes.

    build : makes the nodes from the geometry's socket and returns the last one's. Shape keys,
    texts, custom properties and what `mesh_layers.lost_by_nodes` names do not come through.
    """
    with _evaluated(mesh, build) as (_, depsgraph):
        return [i.object.data.copy() for i in depsgraph.object_instances if i.is_instance]


def whole(mesh: bpy.types.Mesh, build: Build) -> bpy.types.Mesh:
    """What a node group makes of a mesh, as a new mesh. See `pieces`."""
    with _evaluated(mesh, build) as (obj, depsgraph):
        return bpy.data.meshes.new_from_object(
            obj.evaluated_get(depsgraph), preserve_all_data_layers=True, depsgraph=depsgraph
        )


@contextmanager
def _evaluated(
    mesh: bpy.types.Mesh, build: Build
) -> Iterator[tuple[bpy.types.Object, bpy.types.Depsgraph]]:
    scene = bpy.data.scenes.new(".partwise")
    obj = bpy.data.objects.new(".partwise", mesh)
    group = bpy.data.node_groups.new(".partwise", "GeometryNodeTree")
    try:
        for direction in ("INPUT", "OUTPUT"):
            group.interface.new_socket(
                "Geometry", in_out=direction, socket_type="NodeSocketGeometry"
            )
        last = build(group, group.nodes.new("NodeGroupInput").outputs[0])
        group.links.new(last, group.nodes.new("NodeGroupOutput").inputs[0])
        scene.collection.objects.link(obj)
        obj.modifiers.new("Partwise", "NODES").node_group = group
        layer = scene.view_layers[0]
        layer.update()
        yield obj, layer.depsgraph
    finally:
        bpy.data.objects.remove(obj)
        bpy.data.scenes.remove(scene)
        bpy.data.node_groups.remove(group)


def add(
    group: bpy.types.NodeTree,
    kind: str,
    links: Mapping[Any, object],
    **settings: object,
) -> bpy.types.NodeSocket:
    """Add a node with settings, link sockets to its inputs by name or index, and return its first
    output.

    What is no socket becomes the value of the input.
    """
    node = group.nodes.new(kind)
    for name, value in settings.items():
        setattr(node, name, value)
    for name, value in links.items():
        if isinstance(value, bpy.types.NodeSocket):
            group.links.new(value, node.inputs[name])
        else:
            node.inputs[name].default_value = value
    return node.outputs[0]


def attribute(group: bpy.types.NodeTree, name: str, data_type: str) -> bpy.types.NodeSocket:
    """The values of a named attribute, of type INT, FLOAT, FLOAT_VECTOR or BOOLEAN."""
    node = group.nodes.new("GeometryNodeInputNamedAttribute")
    node.data_type = data_type
    node.inputs["Name"].default_value = name
    return node.outputs["Attribute"]
