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
    assert part.name == "Part.04"


def test_what_only_the_panel_calls_opens_no_box_of_options():
    names = [f"PARTWISE_OT_{name}" for name in dir(bpy.ops.partwise)]
    kinds = [bpy.types.Operator.bl_rna_get_subclass_py(name) for name in names]
    internal = {kind.bl_idname: kind.bl_options for kind in kinds if "INTERNAL" in kind.bl_options}
    assert len(internal) > 3
    shown = [name for name, options in internal.items() if "REGISTER" in options]
    assert shown == ["partwise.add_preset"], "which is as all of Blender's presets are"
