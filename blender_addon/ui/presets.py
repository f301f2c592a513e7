# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets of the settings, and the settings that were used last: new files begin with them."""

from __future__ import annotations

from pathlib import Path

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel

from ..scene import changed
from . import preferences
from .properties import PartwiseSettings

FOLDER = str(Path(__file__).parents[1])  # holds presets/partwise, which come with Partwise
SUBFOLDER = "partwise"


class PARTWISE_MT_presets(bpy.types.Menu):
    """Settings for kinds of models"""

    bl_idname = "PARTWISE_MT_presets"
    bl_label = "Presets"
    preset_subdir = SUBFOLDER
    preset_operator = "script.execute_preset"
    draw = bpy.types.Menu.draw_preset


class PARTWISE_OT_add_preset(AddPresetBase, bpy.types.Operator):
    """Add a preset of these settings, or remove the active one"""

    bl_idname = "partwise.add_preset"
    bl_label = "Add Partwise Preset"
    preset_menu = "PARTWISE_MT_presets"
    preset_subdir = SUBFOLDER
    preset_defines = ("settings = bpy.context.scene.partwise",)

    @property
    def preset_values(self) -> list[str]:
        return [f"settings.{name}" for name in names()]


class PARTWISE_PT_presets(PresetPanel, bpy.types.Panel):
    """The popover of the button in the header of the Partwise panel."""

    bl_label = "Partwise Presets"
    preset_subdir = SUBFOLDER
    preset_operator = "script.execute_preset"
    preset_add_operator = "partwise.add_preset"


def names() -> list[str]:
    """The names of all settings, without those that only show others."""
    built_in = set(bpy.types.PropertyGroup.bl_rna.properties.keys())
    found = PartwiseSettings.bl_rna.properties.items()
    return [name for name, each in found if name not in built_in and not each.is_skip_save]


def remember(settings: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """A setting of a scene was changed: new files will begin with it."""
    chosen = preferences.find(context)
    if chosen is None or not chosen.remember or not isinstance(settings.id_data, bpy.types.Scene):
        return
    copy(settings, chosen.settings)
    context.preferences.is_dirty = True  # for Blender to save it, when it is asked to do so


def copy(source: bpy.types.PropertyGroup, target: bpy.types.PropertyGroup) -> None:
    """Give one group of settings the values of another, where they differ."""
    values = {name: getattr(source, name) for name in names()}
    for name, value in values.items():  # read before, for setting one may call `remember`
        if value != getattr(target, name):
            setattr(target, name, value)


def begin_file() -> None:
    """Scenes in which no setting was ever touched get those that were used last."""
    chosen = preferences.find(bpy.context)
    if chosen is None or not chosen.remember:
        return
    for scene in bpy.data.scenes:
        is_new = not any(scene.partwise.is_property_set(name) for name in names())
        if is_new and scene.is_editable:
            copy(chosen.settings, scene.partwise)


def register() -> None:
    bpy.utils.register_preset_path(FOLDER)
    changed.settings.listen(remember)
    changed.loaded.listen(begin_file)


def unregister() -> None:
    changed.loaded.ignore(begin_file)
    changed.settings.ignore(remember)
    bpy.utils.unregister_preset_path(FOLDER)


CLASSES = (PARTWISE_MT_presets, PARTWISE_OT_add_preset, PARTWISE_PT_presets)
