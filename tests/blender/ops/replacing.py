# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure with parts, on which Replace is tried: a body, a hat on it, two horns at its sides."""

from __future__ import annotations

import bpy
import numpy as np
from partwise.blender_addon.scene import parts

BODY, HAT, LEFT, RIGHT = range(4)


def add_figure(name: str = "Fox") -> bpy.types.Object:
    """One mesh of four balls with a material each, its parts named but for the last; active."""
    places = ((0, 0, 0, 1.0), (0, 0, 1.1, 0.5), (1.1, 0, 0.3, 0.35), (-1.1, 0, 0.3, 0.35))
    objects = []
    for number, (x, y, z, radius) in enumerate(places):
        bpy.ops.mesh.primitive_uv_sphere_add(
            segments=16, ring_count=8, radius=radius, location=(x, y, z)
        )
        obj = bpy.context.object
        obj.data.materials.append(bpy.data.materials.new(f"Skin {number}"))
        obj.data.materials[0].diffuse_color = (0.1 * number, 0.5, 0.2, 1.0)
        objects.append(obj)
    for obj in objects:
        obj.select_set(True)
    bpy.context.view_layer.objects.active = objects[0]
    bpy.ops.object.join()
    fox = bpy.context.object
    fox.name = fox.data.name = name
    each = len(fox.data.polygons) // 4
    labels = np.repeat(np.arange(4, dtype=np.int32), each)
    parts.set_labels(fox.data, labels, names={BODY: "Body", HAT: "Hat", LEFT: "Horn"})
    fox.data.partwise.active = HAT
    return fox


def content(mesh: bpy.types.Mesh) -> tuple[bytes, ...]:
    """All that a mesh holds, to compare byte for byte."""

    def of(data: object, field: str, count: int, kind: type) -> bytes:
        values = np.empty(count, dtype=kind)
        data.foreach_get(field, values)
        return values.tobytes()

    found = [
        of(mesh.vertices, "co", 3 * len(mesh.vertices), np.float32),
        of(mesh.loops, "vertex_index", len(mesh.loops), np.int32),
        of(mesh.polygons, "material_index", len(mesh.polygons), np.int32),
    ]
    for layer in mesh.uv_layers:
        found.append(of(layer.uv, "vector", 2 * len(mesh.loops), np.float32))
    return tuple(found)


def size(obj: bpy.types.Object) -> np.ndarray:
    """(3,) of its own mesh."""
    points = np.empty(3 * len(obj.data.vertices), dtype=np.float32)
    obj.data.vertices.foreach_get("co", points)
    return np.ptp(points.reshape(-1, 3), axis=0)
