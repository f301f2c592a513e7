# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the rich object, and everything that an artist may do to one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
from mathutils import Vector
from partwise.blender_addon.mesh.build import build_part, move_origin, part_centres
from partwise.blender_addon.mesh.split import split_mesh
from partwise.blender_addon.scene import parts

Part = bpy.types.Object


def split(obj: bpy.types.Object, origin: str = "SOURCE") -> dict[int, Part]:
    labels = parts.get_labels(obj.data)
    meshes = split_mesh(obj, labels)
    made = {label: build_part(obj, mesh, "Part", label) for label, mesh in meshes.items()}
    if origin != "SOURCE":
        for label, centre in part_centres(obj.data, labels, meshes, origin).items():
            move_origin(made[label], centre)
    for part in made.values():
        bpy.context.scene.collection.objects.link(part)
    bpy.context.view_layer.update()
    return made


def _first(part: Part, name: str) -> Any:
    return part.data.attributes[name].data[0]


EDITS: dict[str, Callable[[Part], object]] = {
    "moved": lambda p: setattr(p, "location", p.location + Vector((0.001, 0, 0))),
    "turned": lambda p: setattr(p, "rotation_euler", (0.31, -0.5, 0.7)),
    "scaled": lambda p: setattr(p, "scale", (-1.5, 0.81, 1.25)),
    "vertex": lambda p: setattr(p.data.vertices[0], "co", p.data.vertices[0].co * 1.01),
    "key": lambda p: setattr(p.data.shape_keys.key_blocks[2].data[0], "co", (0, 0, 1)),
    "key removed": lambda p: p.shape_key_remove(p.data.shape_keys.key_blocks[3]),
    "uv": lambda p: setattr(p.data.uv_layers[1].uv[0], "vector", (0.5, 0.5)),
    "weight": lambda p: p.vertex_groups[0].add([0], 0.77, "REPLACE"),
    "zero weight": lambda p: p.vertex_groups["Never used"].add([0], 0.0, "REPLACE"),
    "group": lambda p: p.vertex_groups.new(name="More"),
    "attribute": lambda p: setattr(_first(p, "INT of FACE"), "value", 5000),
    "text": lambda p: setattr(_first(p, "STRING of EDGE"), "value", b"mine"),
    "new attribute": lambda p: setattr(
        p.data.attributes.new("Mine", "INT", "FACE").data[0], "value", 1
    ),
    "material": lambda p: p.data.materials.append(bpy.data.materials.new("More")),
    "material index": lambda p: setattr(
        p.data.polygons[0], "material_index", p.data.polygons[0].material_index + 1
    ),
    "sharp": lambda p: setattr(
        p.data.edges[0], "use_edge_sharp", not p.data.edges[0].use_edge_sharp
    ),
    "turned over": lambda p: p.data.flip_normals(),
    "custom normals": lambda p: p.data.normals_split_custom_set([(0, 0, 1)] * len(p.data.loops)),
}
