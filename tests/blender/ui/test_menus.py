# SPDX-License-Identifier: GPL-3.0-or-later
"""Partwise in Blender's own menus."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import bpy
import numpy as np
import pytest
from partwise import blender_addon
from partwise.blender_addon.scene import parts
from partwise.blender_addon.ui import menus

from tests.blender.recording_layout import RecordingLayout, draw


def entries(name: str) -> list[Callable[..., None]]:
    """Our entries in one of Blender's menus."""
    drawn = getattr(bpy.types, name)._dyn_ui_initialize()
    return [entry for entry in drawn if entry.__module__ == menus.__name__]


def reached(place: str) -> dict[str, RecordingLayout]:
    """What our entries in one of Blender's menus lead to: all our menus, by their names."""

    class Menu:
        layout = RecordingLayout()

    for entry in entries(place):
        entry(Menu, bpy.context)
    found, waiting = {}, list(Menu.layout.menus)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = draw(getattr(bpy.types, name))
            waiting += found[name].menus
    return found


def operators_for_people() -> set[str]:
    """All operators of Partwise that are not internal."""
    found = set()
    for name in blender_addon.MODULES:
        module = importlib.import_module(f"{blender_addon.__name__}.{name}")
        for cls in getattr(module, "CLASSES", ()):
            if issubclass(cls, bpy.types.Operator) and "INTERNAL" not in cls.bl_options:
                found.add(cls.bl_idname)
    return found


@pytest.fixture
def fox() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "Fox"
    return bpy.context.object


def label(obj: bpy.types.Object) -> None:
    parts.set_labels(obj.data, np.array([0, 0, 0, 1, 1, 7], np.int32))


@pytest.mark.parametrize("name", menus.PLACES)
def test_the_entry_is_there_once_and_goes_with_the_extension(name):
    assert len(entries(name)) == 1
    blender_addon.unregister()
    try:
        assert not entries(name)
    finally:
        blender_addon.register()
    assert len(entries(name)) == 1


def test_every_operator_is_in_a_menu_of_the_header_so_that_it_is_found(fox):
    label(fox)
    found = reached("VIEW3D_MT_object")
    bpy.ops.object.mode_set(mode="EDIT")
    found |= {f"{name} in Edit Mode": menu for name, menu in reached("VIEW3D_MT_edit_mesh").items()}
    bpy.ops.object.mode_set(mode="OBJECT")
    shown = {operator for menu in found.values() for operator in menu.operators}
    assert {"partwise.isolate_parts", "partwise.lock_border"} <= operators_for_people()
    assert not operators_for_people() - shown


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT"])
def test_context_menus_are_short_and_hold_nothing_that_the_header_has_not(fox, mode):
    label(fox)
    bpy.ops.object.mode_set(mode=mode)
    place = {"OBJECT": "VIEW3D_MT_object", "EDIT": "VIEW3D_MT_edit_mesh"}[mode]
    full = {name for menu in reached(place).values() for name in menu.operators}
    (short,) = reached(f"{place}_context_menu").values()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert set(short.operators) < full
    assert 4 <= len(short.operators) <= 6


@pytest.mark.parametrize("place", menus.PLACES)
def test_no_operator_is_in_one_menu_twice(fox, place):
    """F3 would list it twice; with other options it is another entry."""
    if "edit" in place:
        bpy.ops.object.mode_set(mode="EDIT")
    shown = [text for menu in reached(place).values() for text in menu.texts]
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(shown) == len(set(shown))


def test_search_finds_ticks_and_locks_by_their_own_words():
    for name, word in (("tick_parts", "tick"), ("lock_parts", "lock")):
        rna = getattr(bpy.ops.partwise, name).get_rna_type()
        for item in rna.properties["action"].enum_items:
            assert word in item.name.lower()


@pytest.mark.parametrize("state", ["EMPTY", "NO_PARTS", "PARTS", "EDIT", "SCULPT"])
def test_what_is_grey_says_why(state):
    if state != "EMPTY":
        bpy.ops.mesh.primitive_cube_add()
    if state == "PARTS":
        label(bpy.context.object)
    if state in ("EDIT", "SCULPT"):
        bpy.ops.object.mode_set(mode=state)
    grey = 0
    for operator in operators_for_people():
        run = getattr(bpy.ops.partwise, operator.partition(".")[2])
        if not run.poll():
            grey += 1
            with pytest.raises(RuntimeError, match=r"poll\(\) ") as error:
                run()
            assert "context is incorrect" not in str(error.value), operator
    if bpy.context.object:
        bpy.ops.object.mode_set(mode="OBJECT")
    assert grey > 3


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
    for name in ("new_part", "assign_faces", "pick_part"):
        assert f"partwise.{name}" in shown.operators
    assert "partwise.split" not in shown.operators
    bpy.ops.object.mode_set(mode="OBJECT")


def test_nothing_selected(scene):
    assert "Decompose" in draw(menus.PARTWISE_MT_main).texts
    assert not bpy.ops.partwise.decompose.poll()
