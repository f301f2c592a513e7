# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension can be enabled, disabled and enabled again."""

from __future__ import annotations

import bpy
from partwise import blender_addon


def test_it_can_be_enabled_twice():
    blender_addon.unregister()
    assert not hasattr(bpy.types.Mesh, "partwise")
    blender_addon.register()
    mesh = bpy.data.meshes.new("a")
    part = mesh.partwise.parts.add()
    part.part_id = 3
    part.name = ""
    assert part.name == "Part 4"
