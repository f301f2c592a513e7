# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences: how new files begin, and the state of the engine."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy
from bpy.props import BoolProperty, PointerProperty

from ...backend.contract.requests import Ping
from ..engine import jobs
from .properties import PartwiseSettings

PACKAGE = (__package__ or "").rpartition(".blender_addon")[0]  # the extension


class PARTWISE_OT_restart_engine(bpy.types.Operator):
    """End the engine's process and start it anew, which frees its memory"""

    bl_idname = "partwise.restart_engine"
    bl_label = "Restart Engine"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if jobs.busy():
            cls.poll_message_set("A job is running")
        return not jobs.busy()

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.stop_engine()
        job = jobs.start("Starting the Engine", _greet())
        if job.state == "FAILED":
            self.report({"ERROR"}, str(job.error))
            return {"CANCELLED"}
        return {"FINISHED"}


class PARTWISE_OT_open_log(bpy.types.Operator):
    """Open what the engine wrote, in the system's own program for texts"""

    bl_idname = "partwise.open_log"
    bl_label = "Open Log"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        path = jobs.log_file()
        exists = path is not None and path.is_file()
        if not exists:
            cls.poll_message_set("The engine has not written anything yet")
        return exists

    def execute(self, context: bpy.types.Context) -> set[str]:
        result: set[str] = bpy.ops.wm.path_open(filepath=str(jobs.log_file()))
        return result


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


def _greet() -> Generator[jobs.Ask, Any, None]:
    yield jobs.Ask(Ping())


CLASSES = (PARTWISE_OT_restart_engine, PARTWISE_OT_open_log, PartwisePreferences)
