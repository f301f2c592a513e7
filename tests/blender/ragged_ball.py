# SPDX-License-Identifier: GPL-3.0-or-later
"""A ball of quads in two parts whose border has teeth, with layers that tell where a vertex is."""

from __future__ import annotations

import bpy
import numpy as np
from partwise.blender_addon.mesh.labels import get_centres
from partwise.blender_addon.scene import parts

SLANTED = np.array([1.0, 2.0, 3.0]) / np.sqrt(14)


def ragged_ball(*, smooth: bool = True) -> bpy.types.Object:
    """The ball, active and selected."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=24, ring_count=16)
    ball = bpy.context.object
    mesh = ball.data
    place = points(mesh)
    group = ball.vertex_groups.new(name="Height")
    for vertex, height in enumerate(place[:, 2].tolist()):
        group.add([vertex], (height + 1) / 2, "REPLACE")
    colour = mesh.color_attributes.new("Place", "FLOAT_COLOR", "POINT")
    colour.data.foreach_set("color", np.column_stack([place, np.ones(len(place))]).ravel())
    corner = mesh.color_attributes.new("Corner", "FLOAT_COLOR", "CORNER")
    vertex = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", vertex)
    at = np.column_stack([place, np.ones(len(place))])[vertex]
    corner.data.foreach_set("color", at.ravel())
    mesh.materials.append(bpy.data.materials.new("Lower"))
    mesh.materials.append(bpy.data.materials.new("Upper"))
    centres = get_centres(mesh)
    mesh.polygons.foreach_set("material_index", (centres[:, 2] > 0).astype(np.int32))
    ball.shape_key_add(name="Basis")
    wide = ball.shape_key_add(name="Wide")
    wide.points.foreach_set("co", (2 * place).astype(np.float32).ravel())
    mesh.shade_smooth() if smooth else mesh.shade_flat()
    parts.set_labels(mesh, (centres @ SLANTED > 0.2).astype(np.int32), names={1: "Lid"})
    return ball


def points(mesh: bpy.types.Mesh) -> np.ndarray:
    """(V, 3) where vertices are."""
    place = np.empty((len(mesh.vertices), 3), np.float32)
    mesh.vertices.foreach_get("co", place.ravel())
    return place
