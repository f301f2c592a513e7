# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys are Blender's key map items, can be changed, and none is taken that nobody asked for."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest
from partwise.blender_addon.ui import keymaps, tools

from tests.blender.recording_layout import RecordingLayout


class Items(list):
    """What Blender's key map items can."""

    def new(self, idname, **event):
        item = SimpleNamespace(idname=idname, properties=SimpleNamespace(), active=True, **event)
        self.append(item)
        return item


class Maps(dict):
    def new(self, name, space_type):
        return self.setdefault(name, SimpleNamespace(name=name, keymap_items=Items()))


@pytest.fixture
def keys() -> SimpleNamespace:
    """Key maps as with a window, with those of the tool."""
    made = SimpleNamespace(keymaps=Maps())
    for name, tool in zip(keymaps.TOOL_KEYMAPS, tools.TOOLS, strict=True):
        items = made.keymaps.new(name, "VIEW_3D").keymap_items
        for idname, event, _ in tool.bl_keymap:
            items.new(idname, **event)
    return made


@pytest.fixture
def registered(keys, monkeypatch):
    monkeypatch.setattr(keymaps, "_made", [])
    manager = SimpleNamespace(keyconfigs=SimpleNamespace(addon=keys, user=keys))
    context = SimpleNamespace(window_manager=manager)
    monkeypatch.setattr(keymaps, "bpy", SimpleNamespace(context=context))
    keymaps.register()
    return context


def test_operators_and_their_options_exist():
    for shortcut in keymaps.SHORTCUTS:
        category, name = shortcut.operator.split(".")
        rna = getattr(getattr(bpy.ops, category), name).get_rna_type()
        assert set(shortcut.properties) <= set(rna.properties.keys())
        assert shortcut.event["type"] in bpy.types.Event.bl_rna.properties["type"].enum_items


def test_only_the_click_on_a_part_is_on_before_anybody_asks_for_it():
    on = [shortcut for shortcut in keymaps.SHORTCUTS if shortcut.active]
    assert {(each.operator, each.event["value"]) for each in on} == {
        ("partwise.choose_part", "CLICK")
    }


def test_they_come_and_go(registered, keys):
    items = keys.keymaps["Object Mode"].keymap_items
    assert [item.active for item in items] == [True, True, False]
    assert items[1].properties.extend
    keymaps.unregister()
    assert not items


def test_the_preferences_show_all_of_them_and_nothing_else(registered, keys, monkeypatch):
    keys.keymaps["Object Mode"].keymap_items.new("object.delete", type="X", value="PRESS")
    drawn = []
    stand_in = SimpleNamespace(draw_kmi=lambda *arguments: drawn.append(arguments[3].idname))
    monkeypatch.setitem(__import__("sys").modules, "rna_keymap_ui", stand_in)
    layout = RecordingLayout()
    keymaps.draw(layout, registered)
    assert layout.texts == ["Shortcuts", "Object Mode", "Mesh", *keymaps.TOOL_KEYMAPS.values()]
    assert "object.delete" not in drawn
    assert drawn.count("partwise.choose_part") == 2
    assert "partwise.include_point" in drawn
    assert "partwise.hover" not in drawn


def test_without_a_window_there_are_none(monkeypatch):
    monkeypatch.setattr(keymaps, "_made", [])
    keyconfigs = SimpleNamespace(addon=None)
    context = SimpleNamespace(window_manager=SimpleNamespace(keyconfigs=keyconfigs))
    monkeypatch.setattr(keymaps, "bpy", SimpleNamespace(context=context))
    keymaps.register()
    assert keymaps._made == []
