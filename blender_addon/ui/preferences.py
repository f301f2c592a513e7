# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences: how new files begin, and the state of the engine."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, PointerProperty

from ..engine import jobs
from .properties import PartwiseSettings

PACKAGE = (__package__ or "").rpartition(".blender_addon")[0]  # the extension


class PartwisePreferences(bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > Partwise."""

    bl_idname = PACKAGE

    remember: BoolProperty(
        name="Remember Settings",
        description="Begin new files with the settings that were used last",
        default=True,
    )
    settings: PointerProperty(type=PartwiseSettings, description="What new files begin with")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        column = layout.column(heading="New Files")
        column.prop(self, "remember")
        column = column.column()
        column.active = self.remember
        column.prop(self.settings, "show_overlay")
        column.prop(self.settings, "overlay_opacity")
        box = layout.box()
        state, icon = engine_state()
        box.label(text=f"Engine: {state}", icon=icon)
        row = box.row()
        row.operator("partwise.restart_engine", icon="FILE_REFRESH")
        row.operator("partwise.open_log", icon="TEXT")


def find(context: bpy.types.Context) -> PartwisePreferences | None:
    """The preferences; None when Partwise runs without being installed, as in its tests."""
    addon = context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None


def engine_state() -> tuple[str, str]:
    """The state of the engine in words, and an icon."""
    job, version = jobs.current(), jobs.engine_version()
    if job is not None and jobs.busy():
        return f"busy, {job.title} ({job.share:.0%})", "SORTTIME"
    if version is None:
        return "not running, it starts when it is needed", "RADIOBUT_OFF"
    return (f"ready, version {version}" if version else "starting"), "RADIOBUT_ON"


CLASSES = (PartwisePreferences,)
