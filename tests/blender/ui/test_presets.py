# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets that come with Partwise, presets of the artist, and settings that are remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest
from partwise.blender_addon.ui import preferences, presets

SHIPPED = {"3d_print", "character", "default", "hard_surface", "rough_blockout"}


@pytest.fixture
def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise


@pytest.fixture
def installed() -> Iterator[preferences.PartwisePreferences]:
    """The preferences that an installed extension has."""
    addon = bpy.context.preferences.addons.new()
    addon.module = preferences.PACKAGE
    yield addon.preferences
    bpy.context.preferences.addons.remove(bpy.context.preferences.addons[preferences.PACKAGE])


def values(settings: bpy.types.PropertyGroup) -> dict[str, object]:
    return {name: getattr(settings, name) for name in presets.names()}


def apply(name: str) -> None:
    path = bpy.utils.preset_find(name, presets.SUBFOLDER)
    bpy.ops.script.execute_preset(filepath=path, menu_idname="PARTWISE_MT_presets")


def test_all_settings_are_known():
    assert {"count_mode", "hint_sharp", "overlay_opacity"} <= set(presets.names())
    assert "name" not in presets.names()


def test_blender_finds_the_presets_that_come_with_partwise():
    found = {
        path.stem
        for folder in bpy.utils.preset_paths(presets.SUBFOLDER)
        for path in Path(folder).glob("*.py")
    }
    assert found == SHIPPED


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_each_preset_differs_from_the_others_whatever_was_set_before(name, settings):
    outcomes = []
    for other in SHIPPED - {name}:
        apply(other)
        before = values(settings)
        apply(name)
        outcomes.append(values(settings))
        assert outcomes[-1] != before
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_the_default_preset_is_what_new_scenes_have(settings):
    before = values(settings)
    apply("hard_surface")
    assert settings.hint_sharp
    assert settings.hint_materials
    apply("default")
    assert values(settings) == before


def test_a_preset_of_ones_own_can_be_saved_used_and_removed(settings):
    settings.closing, settings.part_count, settings.origin = "CAP", 17, "JOINT"
    assert bpy.ops.partwise.add_preset(name="My Own") == {"FINISHED"}
    settings.closing, settings.part_count, settings.origin = "NONE", 3, "SOURCE"
    apply("My_Own")
    assert (settings.closing, settings.part_count, settings.origin) == ("CAP", 17, "JOINT")
    bpy.ops.partwise.add_preset(name="My_Own", remove_name=True)
    assert bpy.utils.preset_find("My_Own", presets.SUBFOLDER) is None


def test_new_files_begin_with_the_last_settings(installed, settings):
    settings.granularity, settings.hint_seams, settings.origin = 0.8, True, "BOUNDS"
    remembered = values(settings)
    bpy.ops.wm.read_homefile(use_empty=True)
    assert values(bpy.context.scene.partwise) == remembered


def test_files_with_settings_of_their_own_keep_them(installed, settings, tmp_path):
    settings.closing = "CAP"
    path = str(tmp_path / "own.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    settings.closing, settings.hint_seams = "NONE", True
    bpy.ops.wm.open_mainfile(filepath=path)
    assert bpy.context.scene.partwise.closing == "CAP"
    assert not bpy.context.scene.partwise.hint_seams


def test_nothing_is_remembered_when_that_is_turned_off(installed, settings):
    installed.remember = False
    settings.closing = "CAP"
    assert installed.settings.closing == "NONE"
    installed.settings.hint_seams = True
    bpy.ops.wm.read_homefile(use_empty=True)
    assert not bpy.context.scene.partwise.hint_seams
