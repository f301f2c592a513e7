# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences: how new files begin, the state of the engine, large models and their place."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, FloatProperty, PointerProperty, StringProperty

from ...backend.contract import installed
from ..engine import jobs, place, setups
from . import keymaps, setup_card
from .properties import PartwiseSettings
from .setup_properties import PartwiseSources

PACKAGE = place.PACKAGE


def _moved(preferences: PartwisePreferences, _context: bpy.types.Context) -> None:
    """Another folder: a path that is whole, and an engine that looks there."""
    chosen = preferences.home.strip()
    whole = str(place.absolute(chosen)) if chosen else ""
    if whole != preferences.home:
        preferences.home = whole  # which comes here again
        return
    setups.renew_engine()


class PartwisePreferences(bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > Partwise."""

    bl_idname = PACKAGE

    remember: BoolProperty(
        name="Remember Settings",
        description="Begin new files with the settings that were used last",
        default=True,
    )
    settings: PointerProperty(type=PartwiseSettings, description="What new files begin with")
    home: StringProperty(
        name="Folder",
        description="Where large models and their engine lie; empty for the usual place of this "
        "system. What lies in another folder stays there",
        subtype="DIR_PATH",
        update=_moved,
    )
    memory: FloatProperty(
        name="Memory Limit",
        description="GB that large networks may take of the graphics card, or of main memory where "
        "there is none; 0 for as many as are free. With less they take longer",
        default=0.0,
        min=0.0,
        max=4096.0,
        soft_max=96.0,
        step=50,
        precision=1,
    )
    trials: BoolProperty(
        name="Engines on Trial",
        description="List engines in the menus too that are not good enough yet",
        default=False,
    )
    sources: PointerProperty(type=PartwiseSources, description="Where these come from")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        row = layout.row()
        row.operator("partwise.open_guide", icon="HELP")
        row.operator("partwise.save_guide", icon="FILE_FOLDER")
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
        box.prop(self, "trials")
        keymaps.draw(layout, context)
        draw_large_models(layout, context, self)


def find(context: bpy.types.Context) -> PartwisePreferences | None:
    """The preferences; None when Partwise runs without being installed, as in its tests."""
    found: PartwisePreferences | None = place.preferences()
    return found


def draw_large_models(
    layout: bpy.types.UILayout, context: bpy.types.Context, preferences: PartwisePreferences
) -> None:
    """Where large models lie, and the whole set-up card."""
    header, body = layout.panel("partwise_large_models", default_closed=False)
    header.label(text="Large Models")
    if body is None:
        return
    column = body.column()
    column.enabled = not setups.busy()
    column.prop(preferences, "home", placeholder=str(installed.home()))
    text = "Memory Limit (GB)" if preferences.memory else "Memory Limit (0 = Auto)"
    body.column().prop(preferences, "memory", text=text)
    setup_card.draw_sources(body)
    setup_card.draw_card(body, context, short=False)


def engine_state() -> tuple[str, str]:
    """The state of the engine in words, and an icon."""
    job, version = jobs.current(), jobs.engine_version()
    if job is not None and jobs.busy():
        return f"busy, {job.title} ({job.share:.0%})", "SORTTIME"
    if version is None:
        return "not running, it starts when it is needed", "RADIOBUT_OFF"
    return (f"ready, version {version}" if version else "starting"), "RADIOBUT_ON"


CLASSES = (PartwisePreferences,)
