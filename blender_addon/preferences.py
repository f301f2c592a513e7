# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences: how new files begin, and the state of the engine."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, PointerProperty

from .properties import PartwiseSettings

PACKAGE = (__package__ or "").rpartition(".")[0]  # the extension, which holds this folder


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


def find(context: bpy.types.Context) -> PartwisePreferences | None:
    """The preferences; None when Partwise runs without being installed, as in its tests."""
    addon = context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None


CLASSES = (PartwisePreferences,)
