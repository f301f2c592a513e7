# SPDX-License-Identifier: GPL-3.0-or-later
"""The node groups of `borders`: one lends a part the faces round it, one takes them away again."""

from __future__ import annotations

from typing import TypeAlias

import bpy

from .layers import CAP, ORIGIN
from .nodes import add, attribute

Group: TypeAlias = bpy.types.NodeTree
Socket: TypeAlias = bpy.types.NodeSocket

# Attributes that the first group leaves for the second, at the end of which they are gone.
LENT = ".partwise_lent"  # BOOLEAN, FACE
KEY = ".partwise_key"  # FLOAT_VECTOR, POINT: the place before subdivision, by which rims meet
SPREAD = (1000.0, 1000.0, 1000.0)  # where ids are strewn
NEAR, WELD = 1e-3, 1e-7  # of ids that are strewn, and of places that were copied


def lending(name: str, whole: bpy.types.Object) -> Group:
    """Faces of the `whole` that touch the part and are not its own, welded to it by origin ids.

    An id that two vertices on the part's border have tells nothing; one that none has borrows
    nothing. Vertices inside the part are not asked: edits may give them the id of another.
    """
    group, start = _begin(name)
    surface, caps = _apart(group, start, _flag(group, CAP), "FACE", inverted=True)
    info = add(group, "GeometryNodeObjectInfo", {"Object": whole})
    links = {"Geometry": info.node.outputs["Geometry"], "Name": LENT, "Value": True}
    others = _node(group, "StoreNamedAttribute", links, data_type="BOOLEAN", domain="FACE")
    both = _join(group, surface, others)

    vertex, face = (attribute(group, ORIGIN[domain], "INT") for domain in ("POINT", "FACE"))
    lent, place = _flag(group, LENT), _node(group, "InputPosition")
    kept = _not(group, lent)
    own = _both(
        group, _both(group, kept, _open(group)), _compare(group, "GREATER_THAN", vertex, -1)
    )
    mine = _vector(group, "SCALE", {0: place, "Scale": own})
    shift = _vector(
        group, "SUBTRACT", {0: _total(group, mine, vertex, "FLOAT_VECTOR", "POINT"), 1: place}
    )
    once = _compare(group, "EQUAL", _total(group, own, vertex, "INT", "POINT"), 1)
    found = _both(group, once, _either(group, own, lent))
    both, found, shift = _capture(group, both, "POINT", BOOLEAN=found, VECTOR=shift)

    missing = _compare(group, "EQUAL", _total(group, kept, face, "INT", "FACE"), 0)
    share = _on(group, found, "FLOAT", "POINT")  # of its vertices, on a face
    touching = _math(group, "GREATER_THAN", share, 0.0)
    useless = _not(group, _both(group, missing, touching))
    both = _delete(group, both, _both(group, lent, useless))

    # What is lent goes where the part's vertices went, those beyond with the nearest of them.
    held, _ = _apart(group, both, _both(group, lent, found), "POINT")
    nearest = _node(group, "SampleNearest", {"Geometry": held}, domain="POINT")
    followed = _sample(group, held, shift, nearest)
    links = {"Switch": found, "False": followed, "True": shift}
    moved = _node(group, "Switch", links, input_type="VECTOR")
    both = _set(group, both, Selection=lent, Offset=moved)

    # Welded by ids: vertices that lie on each other without being one stay apart. Ids are strewn
    # in space, for Blender is slow to find what is near among points in a row.
    both, place = _capture(group, both, "POINT", VECTOR=place)
    links = {"Max": SPREAD, "ID": vertex}
    strewn = add(group, "FunctionNodeRandomValue", links, data_type="FLOAT_VECTOR")
    both = _set(group, both, Selection=found, Position=strewn)
    both = _weld(group, both, found, NEAR)
    both = _set(group, both, Position=place)
    links = {"Geometry": _join(group, both, caps), "Name": KEY}
    links["Value"] = _node(group, "InputPosition")
    closed = _node(group, "StoreNamedAttribute", links, data_type="FLOAT_VECTOR", domain="POINT")
    return _end(group, _where_closed(group, start, both, closed))


def trimming(name: str, *, keep_shading: bool) -> Group:
    """Without what was lent; with the rims of caps on the border.

    keep_shading : shaded at the cut as if what was lent were there.
    """
    group, geometry = _begin(name)
    lent = _flag(group, LENT)
    at_cut = _on(group, lent, "BOOLEAN", "POINT")
    wanted = _vector(group, "SCALE", {0: _node(group, "InputNormal"), "Scale": at_cut})
    if keep_shading:
        geometry, wanted = _capture(group, geometry, "CORNER", VECTOR=wanted)
    geometry = _delete(group, geometry, lent)
    geometry = _where_closed(group, geometry, geometry, _with_rims(group, geometry))
    if keep_shading:
        geometry = _node(group, "SetMeshNormal", {"Mesh": geometry}, mode="TANGENT_SPACE")
        group.links.new(wanted, geometry.node.inputs["Custom Normal"])  # there from this mode on
    return _end(group, _node(group, "RemoveAttribute", {"Geometry": geometry, "Name": LENT}))


def _with_rims(group: Group, geometry: Socket) -> Socket:
    """The open edges of caps where those of the surface are, and welded to them."""
    rim, cap = _open(group), _flag(group, CAP)
    border, _ = _apart(group, geometry, _both(group, rim, _not(group, cap)), "POINT")
    key = attribute(group, KEY, "FLOAT_VECTOR")
    links = {"Geometry": _set(group, border, Position=key), "Sample Position": key}
    nearest = _node(group, "SampleNearest", links, domain="POINT")
    there = _sample(group, border, _node(group, "InputPosition"), nearest)
    geometry = _set(group, geometry, Selection=_both(group, rim, cap), Position=there)
    welded = _weld(group, geometry, rim, WELD)
    return _node(group, "RemoveAttribute", {"Geometry": welded, "Name": KEY})


def _begin(name: str) -> tuple[Group, Socket]:
    group = bpy.data.node_groups.new(name, "GeometryNodeTree")
    for way in ("INPUT", "OUTPUT"):
        group.interface.new_socket("Geometry", in_out=way, socket_type="NodeSocketGeometry")
    group.is_modifier = True
    return group, add(group, "NodeGroupInput", {})


def _end(group: Group, geometry: Socket) -> Group:
    group.links.new(geometry, group.nodes.new("NodeGroupOutput").inputs[0])
    return group


def _node(
    group: Group, kind: str, links: dict[str, object] | None = None, **settings: str
) -> Socket:
    return add(group, f"GeometryNode{kind}", links or {}, **settings)


def _flag(group: Group, name: str) -> Socket:
    return attribute(group, name, "BOOLEAN")


def _on(group: Group, value: Socket, kind: str, domain: str) -> Socket:
    """A value as it is on the elements of another domain."""
    return _node(group, "FieldOnDomain", {"Value": value}, data_type=kind, domain=domain)


def _open(group: Group) -> Socket:
    """Has an edge one face? On vertices: has any of their edges?"""
    alone = _compare(group, "EQUAL", _node(group, "InputMeshEdgeNeighbors"), 1)
    return _on(group, alone, "BOOLEAN", "EDGE")


def _where_closed(group: Group, part: Socket, without: Socket, closed: Socket) -> Socket:
    """One of two geometries: has the part caps? The other is not computed."""
    _, caps = _apart(group, part, _flag(group, CAP), "FACE", inverted=True)
    size = _node(group, "AttributeDomainSize", {"Geometry": caps}).node.outputs["Face Count"]
    links = {"Switch": _compare(group, "GREATER_THAN", size, 0), "False": without, "True": closed}
    return _node(group, "Switch", links, input_type="GEOMETRY")


def _capture(group: Group, geometry: Socket, domain: str, **fields: Socket) -> list[Socket]:
    """The geometry, then each value as it is now, by its type."""
    node = _node(group, "CaptureAttribute", {"Geometry": geometry}, domain=domain).node
    for kind, field in fields.items():
        node.capture_items.new(kind, kind)
        group.links.new(field, node.inputs[kind])
    return [node.outputs[name] for name in ("Geometry", *fields)]


def _apart(
    group: Group, geometry: Socket, chosen: Socket, domain: str, *, inverted: bool = False
) -> tuple[Socket, Socket]:
    """What is chosen and what is not; inverted : the other way round."""
    links = {"Geometry": geometry, "Selection": chosen}
    outputs = _node(group, "SeparateGeometry", links, domain=domain).node.outputs
    return (outputs[1], outputs[0]) if inverted else (outputs[0], outputs[1])


def _join(group: Group, first: Socket, second: Socket) -> Socket:
    """Both, in this order: the link that is made last comes first."""
    joined = _node(group, "JoinGeometry", {"Geometry": second})
    group.links.new(first, joined.node.inputs["Geometry"])
    return joined


def _sample(group: Group, geometry: Socket, value: Socket, index: Socket) -> Socket:
    links = {"Geometry": geometry, "Value": value, "Index": index}
    return _node(group, "SampleIndex", links, data_type="FLOAT_VECTOR", domain="POINT")


def _set(group: Group, geometry: Socket, **links: Socket) -> Socket:
    return _node(group, "SetPosition", {"Geometry": geometry, **links})


def _delete(group: Group, geometry: Socket, chosen: Socket) -> Socket:
    links = {"Geometry": geometry, "Selection": chosen}
    return _node(group, "DeleteGeometry", links, domain="FACE", mode="ALL")


def _weld(group: Group, geometry: Socket, chosen: Socket, distance: float) -> Socket:
    links = {"Geometry": geometry, "Selection": chosen, "Distance": distance}
    return _node(group, "MergeByDistance", links)


def _total(group: Group, value: Socket, ids: Socket, kind: str, domain: str) -> Socket:
    """The sum over all elements with the same id."""
    links = {"Value": value, "Group ID": ids}
    total = _node(group, "AccumulateField", links, data_type=kind, domain=domain)
    return total.node.outputs["Total"]


def _math(group: Group, operation: str, one: Socket, two: float) -> Socket:
    return add(group, "ShaderNodeMath", {0: one, 1: two}, operation=operation)


def _vector(group: Group, operation: str, values: dict[str | int, Socket]) -> Socket:
    return add(group, "ShaderNodeVectorMath", values, operation=operation)


def _compare(group: Group, operation: str, number: Socket, limit: int) -> Socket:
    settings = {"data_type": "INT", "operation": operation}
    compared = add(group, "FunctionNodeCompare", {}, **settings)
    one, two = (socket for socket in compared.node.inputs if socket.enabled)
    group.links.new(number, one)
    two.default_value = limit
    return compared


def _both(group: Group, one: Socket, two: Socket) -> Socket:
    return add(group, "FunctionNodeBooleanMath", {0: one, 1: two}, operation="AND")


def _either(group: Group, one: Socket, two: Socket) -> Socket:
    return add(group, "FunctionNodeBooleanMath", {0: one, 1: two}, operation="OR")


def _not(group: Group, one: Socket) -> Socket:
    return add(group, "FunctionNodeBooleanMath", {0: one}, operation="NOT")
