# SPDX-License-Identifier: GPL-3.0-or-later
"""Another mesh in the place of an object's own.

The object stays itself: name, place, parent, collections, modifiers, constraints, animation. So do
its vertex groups, which the new vertices are in as the nearest old ones were, so that a rig moves
the new part too; and its UV maps, in which each new face shows what the nearest old one does, so
that a material with textures keeps its colours. Shape keys are the old mesh's, and go with it. It
stays in the file until that is saved and opened again, and undo brings it back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import bpy
from mathutils.bvhtree import BVHTree
from mathutils.kdtree import KDTree

from ...backend.contract.arrays import NDArray, np
from .read import positions

CREASE = math.radians(30.0)  # a sharper edge is shaded as one
NEAR = 2e-3  # how far two values of a material may be apart, to be the same


def swap_mesh(
    obj: bpy.types.Object,
    vertices: NDArray[np.floating[Any]],
    faces: NDArray[np.integer[Any]],
    name: str,
    material: bpy.types.Material | None,
) -> bpy.types.Mesh:
    """Give an object a new mesh: (V, 3) in its own coordinates, (F, 3) turned outward."""
    groups = [(group.name, group.lock_weight) for group in obj.vertex_groups]
    active = obj.vertex_groups.active_index
    members = nearest_weights(obj.data, vertices) if groups else {}
    maps = nearest_maps(obj.data, vertices, faces)
    mesh = bpy.data.meshes.new(name)
    fill(mesh, vertices, faces)
    _put_maps(mesh, obj.data, maps, len(faces))
    if material is not None:
        mesh.materials.append(material)
    obj.data = mesh
    if groups:
        obj.vertex_groups.clear()
    for number, (group_name, is_locked) in enumerate(groups):
        group = obj.vertex_groups.new(name=group_name)
        for weight, rows in members.get(number, {}).items():
            group.add(rows, weight, "REPLACE")
        group.lock_weight = is_locked
    if groups:
        obj.vertex_groups.active_index = active
    return mesh


def fill(
    mesh: bpy.types.Mesh, vertices: NDArray[np.floating[Any]], faces: NDArray[np.integer[Any]]
) -> None:
    """Triangles into an empty mesh, smooth but for its creases."""
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, dtype=np.float32).ravel())
    mesh.loops.add(3 * len(faces))
    mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(faces, dtype=np.int32).ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * len(faces), 3, dtype=np.int32))
    mesh.update(calc_edges=True)
    mesh.validate()
    mesh.shade_smooth()
    mesh.set_sharp_from_angle(angle=CREASE)


def nearest_weights(
    mesh: bpy.types.Mesh, points: NDArray[np.floating[Any]]
) -> dict[int, dict[float, list[int]]]:
    """For each vertex group of a mesh, the points by the weight that the nearest vertex has."""
    own = positions(mesh)
    tree = KDTree(len(own))
    for number, place in enumerate(own.tolist()):
        tree.insert(place, number)
    tree.balance()
    found: dict[int, dict[float, list[int]]] = {}
    for row, point in enumerate(np.asarray(points, dtype=float).tolist()):
        nearest = tree.find(point)[1]
        for member in mesh.vertices[nearest].groups if nearest is not None else ():
            found.setdefault(member.group, {}).setdefault(member.weight, []).append(row)
    return found


def nearest_maps(
    mesh: bpy.types.Mesh, points: NDArray[np.floating[Any]], faces: NDArray[np.integer[Any]]
) -> dict[str, NDArray[np.float32]]:
    """For each UV map of a mesh the places (F, 3, 2) that new faces have in it.

    points : (V, 3); faces : (F, 3). All corners of a face lie on the one old triangle that is
    nearest to its middle: places between two islands would show what neither has.
    """
    if not len(mesh.uv_layers) or not len(mesh.polygons) or not len(faces):
        return {}
    mesh.calc_loop_triangles()
    triangles = len(mesh.loop_triangles)
    loops, corners = np.empty((2, triangles * 3), np.int32)
    mesh.loop_triangles.foreach_get("loops", loops)
    mesh.loop_triangles.foreach_get("vertices", corners)
    loops, corners = loops.reshape(-1, 3), corners.reshape(-1, 3)
    own = positions(mesh).astype(np.float64)
    tree = BVHTree.FromPolygons(own.tolist(), corners.tolist(), all_triangles=True)
    corner = np.asarray(points, np.float64)[np.asarray(faces)]  # (F, 3, 3)
    found = [tree.find_nearest(middle)[2] for middle in corner.mean(axis=1).tolist()]
    near = np.array([0 if row is None else row for row in found])
    share = _within(corner, own[corners[near]])
    maps = {}
    for layer in mesh.uv_layers:
        place = np.empty(len(mesh.loops) * 2, np.float32)
        layer.uv.foreach_get("vector", place)
        maps[layer.name] = np.einsum(
            "fck,fkx->fcx", share, place.reshape(-1, 2)[loops[near]]
        ).astype(np.float32)
    return maps


def _within(
    points: NDArray[np.floating[Any]], triangles: NDArray[np.floating[Any]]
) -> NDArray[np.floating[Any]]:
    """Weights (F, 3, 3) of a triangle's corners (F, 3, 3) at about the nearest place on it to each
    of three points (F, 3, 3)."""
    a, b, c = (triangles[:, k, None] for k in range(3))
    one, other, way = b - a, c - a, points - a
    oo, ot, tt = ((x * y).sum(axis=2) for x, y in ((one, one), (one, other), (other, other)))
    ow, tw = (one * way).sum(axis=2), (other * way).sum(axis=2)
    area = np.maximum(oo * tt - ot * ot, 1e-30)
    v, w = (tt * ow - ot * tw) / area, (oo * tw - ot * ow) / area
    share = np.clip(np.stack([1 - v - w, v, w], axis=2), 0.0, 1.0)
    return np.asarray(share / np.maximum(share.sum(axis=2, keepdims=True), 1e-30))


def _put_maps(
    mesh: bpy.types.Mesh,
    old: bpy.types.Mesh,
    maps: Mapping[str, NDArray[np.float32]],
    faces: int,
) -> None:
    """Give a new mesh of so many triangles an old one's UV maps, unless some were dropped."""
    if not maps or len(mesh.loops) != 3 * faces:
        return
    for name, place in maps.items():
        layer = mesh.uv_layers.new(name=name)
        layer.uv.foreach_set("vector", place.ravel())
        layer.active_render = old.uv_layers[name].active_render
    mesh.uv_layers.active_index = old.uv_layers.active_index


def main_material(
    mesh: bpy.types.Mesh, chosen: NDArray[np.bool_] | None = None
) -> bpy.types.Material | None:
    """The material of most of the faces, or of those that are chosen (F,)."""
    if not len(mesh.materials) or not len(mesh.polygons):
        return None
    slots = np.empty(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("material_index", slots)
    slots = (slots if chosen is None else slots[chosen]).clip(0, len(mesh.materials) - 1)
    return mesh.materials[int(np.bincount(slots).argmax())] if len(slots) else mesh.materials[0]


def wished_material(
    wishes: Mapping[str, Any], old: bpy.types.Material | None
) -> bpy.types.Material | None:
    """The material of the words: a new one, or one of this file that is the same; without, `old`.

    wishes : {name, colour, metallic, roughness, transmission, ior, coat, sheen, emission}, as
    far as given. What is not given is as on `old`, where that is plain.
    """
    if not wishes:
        return old
    colour = wishes.get("colour") or (colour_of(old) if old else (0.8, 0.8, 0.8, 1.0))
    colour = [float(value) for value in colour]
    alpha, colour[3] = colour[3], 1.0
    name = str(wishes.get("name") or "part")
    values = {
        "Base Color": colour,
        "Metallic": float(wishes.get("metallic", 0.0)),
        "Roughness": float(wishes.get("roughness", 0.5)),
        "Alpha": alpha,
        "Transmission Weight": float(wishes.get("transmission") or 0.0),
        "IOR": float(wishes.get("ior", 1.5)),
        "Coat Weight": float(wishes.get("coat") or 0.0),
        "Sheen Weight": float(wishes.get("sheen") or 0.0),
        "Emission Strength": float(wishes.get("emission") or 0.0),
        "Emission Color": colour,
    }
    for known in bpy.data.materials:
        if (
            known.library is None
            and known.name.partition(".")[0] == name
            and _is_like(known, values)
        ):
            return known
    made = bpy.data.materials.new(name)
    if made.node_tree is None:  # always there from Blender 5.0 on
        made.use_nodes = True
    shader = _shader(made)
    for socket, value in values.items():
        if shader is not None and socket in shader.inputs:
            shader.inputs[socket].default_value = value
    made.diffuse_color = (*colour[:3], alpha)
    made.metallic, made.roughness = values["Metallic"], values["Roughness"]
    if alpha < 1.0 and hasattr(made, "surface_render_method"):
        made.surface_render_method = "BLENDED"
    if values["Transmission Weight"] and hasattr(made, "use_raytrace_refraction"):
        made.use_raytrace_refraction = True  # else Eevee shows it black
    return made


def colour_of(material: bpy.types.Material) -> tuple[float, float, float, float]:
    """Linear RGBA that a material has without its textures."""
    shader = _shader(material)
    if shader is None or shader.inputs["Base Color"].is_linked:
        return tuple(material.diffuse_color)
    red, green, blue, _ = shader.inputs["Base Color"].default_value
    return red, green, blue, float(shader.inputs["Alpha"].default_value)


def _shader(material: bpy.types.Material) -> bpy.types.Node | None:
    nodes = material.node_tree.nodes if material.node_tree else ()
    return next((node for node in nodes if node.type == "BSDF_PRINCIPLED"), None)


def _is_like(material: bpy.types.Material, values: Mapping[str, Any]) -> bool:
    shader = _shader(material)
    return shader is not None and all(
        socket in shader.inputs
        and not shader.inputs[socket].is_linked
        and np.allclose(
            np.array(shader.inputs[socket].default_value, dtype=float), value, rtol=0.0, atol=NEAR
        )
        for socket, value in values.items()
    )
