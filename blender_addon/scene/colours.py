# SPDX-License-Identifier: GPL-3.0-or-later
"""The colours that an object's polygons have of their own, as a hint where parts may end.

What a renderer would show without light: the base colour of each material, its pictures at the
polygons' UV coordinates and its colour attributes multiplied, as glTF does. Where materials make no
difference, the active colour attribute counts, as vertex paint is seen in Solid shading.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.palette import to_linear, to_srgb_bytes
from ...backend.contract.records import Record
from ..mesh import layers
from ..mesh.read import corner_vertices
from ..mesh.replacement import colour_of
from . import pictures

Floats: TypeAlias = "NDArray[np.floating[Any]]"
Ints: TypeAlias = "NDArray[np.integer[Any]]"

GREY = 0.8  # linear light of what has no material, as Blender shows it
SHADERS = {"BSDF_PRINCIPLED": "Base Color", "BSDF_DIFFUSE": "Color", "EMISSION": "Color"}
INWARD = 0.5  # of its way to the middle of its polygon a corner looks its picture up


def polygon_colours(obj: bpy.types.Object) -> NDArray[np.uint8] | None:
    """(F, 3) sRGB of each polygon, the mean over it; None where all are of one colour."""
    mesh = obj.data
    if not mesh.is_editmode:
        return _colours(obj, mesh)
    obj.update_from_editmode()
    copy = mesh.copy()  # Edit Mode hides UV maps and colours
    try:
        return _colours(obj, copy)
    finally:
        bpy.data.meshes.remove(copy)


class Corners(Record):
    """Corners of some polygons, one polygon after the other.

    corner, polygon : (n,) int64, which of the mesh they are and whose. starts : (k,) the first of
    each of the k polygons. vertex : (C,) the vertex of every corner of the mesh.
    """

    corner: Ints
    polygon: Ints
    starts: Ints
    vertex: Ints

    @classmethod
    def of(cls, size: Ints, chosen: NDArray[np.bool_], vertex: Ints) -> Corners:
        """Those of the `chosen` polygons (F,). size : (F,) corners of each."""
        owner = np.repeat(np.arange(len(size)), size)
        corner = np.flatnonzero(chosen[owner])
        starts = np.cumsum(size[chosen]) - size[chosen]
        return cls(corner, owner[corner], starts, vertex)

    def mean(self, values: Floats) -> Floats:
        """(k, c) of each polygon, of values (n, c)."""
        count = np.diff(self.starts, append=len(values))[:, None]
        return np.asarray(np.add.reduceat(values, self.starts, axis=0) / count)

    def layer(self, layer: bpy.types.Attribute) -> Floats:
        """(n, 3) linear light of a colour attribute."""
        values = layers.read(layer)[:, :3]
        row = {"POINT": self.vertex[self.corner], "FACE": self.polygon}.get(
            layer.domain, self.corner
        )
        found = values[row].clip(0.0, 1.0)
        return to_linear(found) if layer.data_type == "BYTE_COLOR" else found


def _colours(obj: bpy.types.Object, mesh: bpy.types.Mesh) -> NDArray[np.uint8] | None:
    polygons = len(mesh.polygons)
    light = np.full((polygons, 3), GREY)
    slot, size = np.zeros(polygons, np.int32), np.zeros(polygons, np.int32)
    mesh.polygons.foreach_get("material_index", slot)
    mesh.polygons.foreach_get("loop_total", size)
    vertex = corner_vertices(mesh)
    for number, material in enumerate(one.material for one in obj.material_slots):
        last = number == len(obj.material_slots) - 1
        chosen = slot >= number if last else slot == number  # as Blender shows a slot too high
        if material is not None and chosen.any():
            light[chosen] = _of_material(material, mesh, Corners.of(size, chosen, vertex))
    painted = mesh.color_attributes.active_color
    if polygons and painted is not None and not _differ(light):
        every = Corners.of(size, np.ones(polygons, dtype=bool), vertex)
        light = every.mean(every.layer(painted))
    return to_srgb_bytes(light) if polygons and _differ(light) else None


def _differ(light: Floats) -> bool:
    return bool((to_srgb_bytes(light) != to_srgb_bytes(light[:1])).any())


def _of_material(material: bpy.types.Material, mesh: bpy.types.Mesh, corners: Corners) -> Floats:
    """(k, 3) linear light of each polygon that has a material."""
    nodes = material.node_tree.nodes if material.node_tree else ()
    shader = next((node for node in nodes if node.type in SHADERS), None)
    socket = None if shader is None else shader.inputs[SHADERS[shader.type]]
    if socket is None or not socket.is_linked:
        plain = colour_of(material) if socket is None else socket.default_value
        return np.tile(np.array(plain[:3]), (len(corners.starts), 1))
    found = [each for node in _behind(socket) for each in _of_node(node, mesh, corners)]
    if not found:  # nodes make it of nothing that can be read here
        return np.tile(np.array(material.diffuse_color[:3]), (len(corners.starts), 1))
    return corners.mean(np.prod(found, axis=0))


def _behind(socket: bpy.types.NodeSocket) -> Iterator[bpy.types.Node]:
    """The nodes that a colour is made by, each once."""
    open_, seen = [socket], set()
    while open_:
        for link in open_.pop().links:
            node = link.from_node
            if link.from_socket.type == "RGBA" and node.name not in seen:
                seen.add(node.name)
                yield node
                open_ += [one for one in node.inputs if one.type == "RGBA"]


def _of_node(node: bpy.types.Node, mesh: bpy.types.Mesh, corners: Corners) -> Iterator[Floats]:
    """(n, 3) linear light at each corner, if a node has any to give."""
    if node.type == "TEX_IMAGE":
        values = _of_image(node, mesh, corners)
        if values is not None:
            yield values
    elif node.type in ("VERTEX_COLOR", "ATTRIBUTE"):
        name = node.layer_name if node.type == "VERTEX_COLOR" else node.attribute_name
        layer = mesh.color_attributes.get(name) if name else mesh.color_attributes.active_color
        if layer is not None:
            yield corners.layer(layer)
    elif node.type == "RGB":
        yield np.tile(np.array(node.outputs[0].default_value[:3]), (len(corners.corner), 1))


def _of_image(node: bpy.types.Node, mesh: bpy.types.Mesh, corners: Corners) -> Floats | None:
    """(n, 3) linear light of a picture, within each polygon near each of its corners."""
    uv_map = _uv_map(node, mesh)
    if node.image is None or uv_map is None:
        return None
    try:
        picture = pictures.read(node.image)
    except BadInput:  # what cannot be loaded is seen as if it were not there
        return None
    values = np.zeros((len(mesh.loops), 2), np.float32)
    uv_map.uv.foreach_get("vector", values.ravel())
    at = values[corners.corner]
    owner = np.repeat(
        np.arange(len(corners.starts)), np.diff(corners.starts, append=len(corners.corner))
    )
    at += INWARD * (corners.mean(at)[owner] - at)
    width, height = picture.size
    with np.errstate(invalid="ignore"):
        cell = np.nan_to_num(at % 1.0) * [width, height]
    column, row = cell.astype(int).T.clip(0, [[width - 1], [height - 1]])
    light = picture.values[row, column, :3].clip(0.0, 1.0)
    return light if picture.is_light else to_linear(light)


def _uv_map(node: bpy.types.Node, mesh: bpy.types.Mesh) -> bpy.types.MeshUVLoopLayer | None:
    """The UV map of a picture's node: the one that it is linked to, else that for renders."""
    links = node.inputs["Vector"].links
    source = links[0].from_node if links else None
    if source is not None and source.type == "UVMAP" and source.uv_map in mesh.uv_layers:
        return mesh.uv_layers[source.uv_map]
    return next((layer for layer in mesh.uv_layers if layer.active_render), None)
