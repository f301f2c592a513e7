# SPDX-License-Identifier: GPL-3.0-or-later
"""The click tool: its keys name operators that there are."""

from __future__ import annotations

import bpy
from partwise.blender_addon.ui import tools


def test_the_tool_has_its_keys():
    keymap = bpy.context.window_manager.keyconfigs.default.keymaps.get(
        "3D View Tool: Object, Click Parts"
    )
    made = {(item.idname, item.type) for item in keymap.keymap_items} if keymap else set()
    wanted = {(name, event["type"]) for name, event, _ in tools.PARTWISE_TOOL_click.bl_keymap}
    assert made in (wanted, set())  # Blender without a window has no key maps
    for name, _, _ in tools.PARTWISE_TOOL_click.bl_keymap:
        category, operator = name.split(".")
        assert getattr(bpy.ops, category).__getattr__(operator).get_rna_type()
