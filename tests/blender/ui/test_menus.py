# SPDX-License-Identifier: GPL-3.0-or-later
"""Partwise in Blender's own menus."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise import blender_addon
from partwise.blender_addon.scene import parts
from partwise.blender_addon.ui import menus

from tests.blender.recording_layout import RecordingLayout, draw


def entries(name: str) -> int:
    """How often one of Blender's menus has the entry."""
    return getattr(bpy.types, name)._dyn_ui_initialize().count(menus.draw_entry)


@pytest.fixture
def fox() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "Fox"
    return bpy.context.object


def label(obj: bpy.types.Object) -> None:
    parts.set_labels(obj.data, np.array([0, 0, 0, 1, 1, 7], np.int32))


@pytest.mark.parametrize("name", menus.PLACES)
def test_the_entry_is_there_once_and_goes_with_the_extension(name):
    assert entries(name) == 1
    blender_addon.unregister()
    try:
        assert entries(name) == 0
    finally:
        blender_addon.register()
    assert entries(name) == 1


def test_the_entry_opens_the_menu(fox):
    class Menu:
        layout = RecordingLayout()

    menus.draw_entry(Menu, bpy.context)
    assert Menu.layout.menus == ["PARTWISE_MT_main"]


def test_object_mode(fox):
    shown = draw(menus.PARTWISE_MT_main)
    for name in ("decompose", "split", "join_back", "export_parts", "toggle_original"):
        assert f"partwise.{name}" in shown.operators
    assert "wm.tool_set_by_id" in shown.operators
    assert "partwise.assign_faces" not in shown.operators
    assert "Decompose" in shown.texts
    bpy.ops.mesh.primitive_cube_add()
    fox.select_set(True)
    assert "Decompose 2 Objects" in draw(menus.PARTWISE_MT_main).texts


def test_what_cannot_be_done_is_grey(fox):
    assert bpy.ops.partwise.decompose.poll()
    for name in ("split", "join_back", "export_parts", "toggle_original", "try_another"):
        assert not getattr(bpy.ops.partwise, name).poll()
    label(fox)
    assert bpy.ops.partwise.split.poll()
    bpy.ops.partwise.split()
    assert "Show Original" in draw(menus.PARTWISE_MT_main).texts
    for name in ("join_back", "export_parts", "toggle_original"):
        assert getattr(bpy.ops.partwise, name).poll()
    bpy.ops.partwise.toggle_original()
    assert "Show Parts" in draw(menus.PARTWISE_MT_main).texts


def test_edit_mode(fox):
    label(fox)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    bpy.ops.mesh.select_all(action="DESELECT")
    bpy.ops.mesh.select_random(ratio=0.5)
    shown = draw(menus.PARTWISE_MT_main)
    count = fox.data.total_face_sel
    assert f"Decompose {count} Selected Faces" in shown.texts
    for name in ("new_part", "assign_faces", "pick_part", "select_faces"):
        assert f"partwise.{name}" in shown.operators
    assert "partwise.split" not in shown.operators
    bpy.ops.object.mode_set(mode="OBJECT")


def test_nothing_selected(scene):
    assert "Decompose" in draw(menus.PARTWISE_MT_main).texts
    assert not bpy.ops.partwise.decompose.poll()
