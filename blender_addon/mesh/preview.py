# SPDX-License-Identifier: GPL-3.0-or-later
"""The modifier that leaves hidden parts out of the viewport, and its node group.

It is no part of what is split, joined or rendered: whoever copies modifiers leaves out what
`is_preview` says. The group names part ids, not faces, so that it stays right when faces get other
parts.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from .labels import ATTRIBUTE

NAME = "Partwise Preview"
RANGES = "partwise_ranges"  # what the group was made for
COLUMN, ROW = 180, 140  # of the node editor, for those who look

Ranges = list[tuple[int, int]]
"""First and last id of each run of hidden parts."""

EVERYTHING: Ranges = [(-(2**31), 2**31 - 1)]
"""Of a mesh, also where it has no parts."""


def is_preview(modifier: bpy.types.Modifier) -> bool:
    """Is this the modifier that hides parts?"""
    return modifier.type == "NODES" and modifier.name.startswith(NAME)


def put_preview(holders: Iterable[bpy.types.Object], ranges: Ranges) -> None:
    """Leave the parts with these ids out of what is shown of objects, all of one mesh."""
    holders = list(holders)
    found = [modifier for obj in holders for modifier in obj.modifiers if is_preview(modifier)]
    group = next((modifier.node_group for modifier in found if modifier.node_group), None)
    if group is None or group.users > len(found):  # copied with an object whose mesh is another
        group = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    _fill(group, ranges)
    for obj in holders:
        modifier = next((each for each in obj.modifiers if is_preview(each)), None)
        if modifier is None:
            modifier = obj.modifiers.new(NAME, "NODES")
            modifier.show_render = False
            modifier.show_expanded = False
        if modifier.node_group != group:
            _give(modifier, group)


def remove_preview(obj: bpy.types.Object) -> None:
    """Take the preview off an object, with its node group when nothing else uses it."""
    for modifier in [each for each in obj.modifiers if is_preview(each)]:
        _give(modifier, None)
        obj.modifiers.remove(modifier)


def _give(modifier: bpy.types.Modifier, group: bpy.types.NodeTree | None) -> None:
    before, modifier.node_group = modifier.node_group, group
    if before is not None and before.users == 0:
        bpy.data.node_groups.remove(before)


def _fill(group: bpy.types.NodeTree, ranges: Ranges) -> None:
    """Make a group that deletes the faces whose part id is in one of the ranges, or all."""
    if group.get(RANGES) == str(ranges):
        return
    group[RANGES] = str(ranges)
    group.nodes.clear()
    group.interface.clear()
    for in_out in ("INPUT", "OUTPUT"):
        group.interface.new_socket("Geometry", in_out=in_out, socket_type="NodeSocketGeometry")
    group.is_modifier = True
    shown = _node(group, "NodeGroupOutput", 4, 0)
    if ranges == EVERYTHING:
        return
    part = _node(group, "GeometryNodeInputNamedAttribute", 0, 1, data_type="INT")
    part.inputs["Name"].default_value = ATTRIBUTE
    hidden = None
    for row, (first, last) in enumerate(ranges, start=1):
        inside = _within(group, part.outputs["Attribute"], first, last, row)
        if hidden is not None:
            either = _node(group, "FunctionNodeBooleanMath", 2, row, operation="OR")
            group.links.new(hidden, either.inputs[0])
            group.links.new(inside, either.inputs[1])
            inside = either.outputs[0]
        hidden = inside
    delete = _node(group, "GeometryNodeDeleteGeometry", 3, 0, domain="FACE")
    whole = _node(group, "NodeGroupInput", 2, 0)
    group.links.new(whole.outputs[0], delete.inputs["Geometry"])
    group.links.new(hidden, delete.inputs["Selection"])
    group.links.new(delete.outputs[0], shown.inputs[0])


def _within(
    group: bpy.types.NodeTree, value: bpy.types.NodeSocket, first: int, last: int, row: int
) -> bpy.types.NodeSocket:
    """Is a value in a range? Equal to its middle up to its half: one node, and nodes are slow."""
    node = _node(group, "FunctionNodeCompare", 1, row, data_type="FLOAT", operation="EQUAL")
    inputs = {socket.identifier: socket for socket in node.inputs}
    group.links.new(value, inputs["A"])
    inputs["B"].default_value = (first + last) / 2
    inputs["Epsilon"].default_value = (last - first) / 2 + 0.25
    return node.outputs[0]


def _node(
    group: bpy.types.NodeTree, kind: str, column: int, row: int, **settings: str
) -> bpy.types.Node:
    node = group.nodes.new(kind)
    node.location = column * COLUMN, -row * ROW
    for name, value in settings.items():
        setattr(node, name, value)
    return node
