# SPDX-License-Identifier: GPL-3.0-or-later
"""The click tools: their keys name operators that there are."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.scene import hover
from partwise.blender_addon.ui import keymaps, tools

from tests.blender.recording_layout import RecordingLayout


@pytest.mark.parametrize(
    ("keymap", "tool"),
    [*zip(keymaps.TOOL_KEYMAPS, tools.TOOLS, strict=True)],
    ids=["object", "edit"],
)
def test_a_tool_has_its_keys(keymap, tool):
    found = bpy.context.window_manager.keyconfigs.default.keymaps.get(keymap)
    made = {(item.idname, item.type) for item in found.keymap_items} if found else set()
    wanted = {(name, event["type"]) for name, event, _ in tool.bl_keymap}
    assert made in (wanted, set())  # Blender without a window has no key maps
    for name, _, options in tool.bl_keymap:
        category, operator = name.split(".")
        rna = getattr(getattr(bpy.ops, category), operator).get_rna_type()
        assert {key for key, _ in (options or {}).get("properties", ())} <= {*rna.properties.keys()}


def test_both_are_one_tool_in_two_modes():
    assert {tool.bl_idname for tool in tools.TOOLS} == {hover.TOOL}
    assert [tool.bl_context_mode for tool in tools.TOOLS] == ["OBJECT", "EDIT_MESH"]
    layout = RecordingLayout()
    tools.PARTWISE_TOOL_click_edit.draw_settings(bpy.context, layout, None)
    assert layout.properties == ["level", "hover"]
