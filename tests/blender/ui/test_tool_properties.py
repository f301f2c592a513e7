# SPDX-License-Identifier: GPL-3.0-or-later
"""How the click tool is set right now is no work of the artist: it is not undone."""

from __future__ import annotations

import bpy
from partwise.blender_addon.core import clicks
from partwise.blender_addon.scene import hover


def test_levels_are_those_that_clicks_know():
    tool = bpy.context.window_manager.partwise
    items = tool.bl_rna.properties["level"].enum_items
    assert [item.identifier for item in items] == list(clicks.LEVELS)
    assert tool.level == "PART"


def test_another_level_asks_again_at_the_same_place(monkeypatch):
    asked = []
    monkeypatch.setattr(hover, "again", asked.append)
    bpy.context.window_manager.partwise.level = "FINE"
    bpy.context.window_manager.partwise.level = "PART"
    assert asked == [0, clicks.LIKELIEST]


def test_a_level_outlives_an_undo():
    bpy.ops.ed.undo_push(message="start")
    bpy.ops.ed.undo_push(message="more")
    bpy.context.window_manager.partwise.level = "COARSE"
    bpy.ops.ed.undo()
    assert bpy.context.window_manager.partwise.level == "COARSE"
    bpy.context.window_manager.partwise.level = "PART"
