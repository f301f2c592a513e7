# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Replace: what can be chosen, saved with the scene."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from partwise import blender_addon
from partwise.backend.contract.options import JOINS
from partwise.blender_addon.ui.replace_properties import _can_be_a_part


def asked() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise_replacing


def test_seams_are_those_of_the_engine(scene: bpy.types.Scene):
    items = asked().bl_rna.properties["join"].enum_items
    assert tuple(item.identifier.lower() for item in items) == JOINS
    assert asked().join.lower() == JOINS[0]


@pytest.mark.parametrize(("count", "kept"), [(0, 1), (7, 7), (99, 32)])
def test_variants_are_as_many_as_can_be_looked_at(scene: bpy.types.Scene, count: int, kept: int):
    asked().variants = count
    assert asked().variants == kept


def test_only_what_has_a_surface_can_take_a_place(scene: bpy.types.Scene):
    made = {
        "MESH": bpy.data.meshes.new("Mesh"),
        "CURVE": bpy.data.curves.new("Curve", "CURVE"),
        "FONT": bpy.data.curves.new("Text", "FONT"),
        "CAMERA": bpy.data.cameras.new("Camera"),
        "LIGHT": bpy.data.lights.new("Light", "POINT"),
        "EMPTY": None,
    }
    for kind, data in made.items():
        obj = bpy.data.objects.new(kind, data)
        assert obj.type == kind
        assert _can_be_a_part(asked(), obj) == (kind in ("MESH", "CURVE", "FONT"))


def test_settings_are_saved_and_opened_again(scene: bpy.types.Scene, tmp_path: Path):
    other = bpy.data.objects.new("Boot", bpy.data.meshes.new("Boot"))
    settings = asked()
    settings.text, settings.other, settings.join, settings.seed = "fedora", other, "TRIM", 7
    path = str(tmp_path / "hat.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert (asked().text, asked().other, asked().join, asked().seed) == ("", None, "AUTO", 0)
    bpy.ops.wm.open_mainfile(filepath=path)
    again = asked()
    assert (again.text, again.other.name, again.join, again.seed) == ("fedora", "Boot", "TRIM", 7)


def test_nothing_is_left_when_the_extension_goes(scene: bpy.types.Scene):
    blender_addon.unregister()
    try:
        assert not hasattr(bpy.types.Scene, "partwise_replacing")
    finally:
        blender_addon.register()
    assert asked().variants == 6
