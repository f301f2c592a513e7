# SPDX-License-Identifier: GPL-3.0-or-later
"""Large models in the sidebar: the set-up card, short, and the way to all of it."""

from __future__ import annotations

import bpy

from ..engine import place
from . import setup_card
from .panels import RoomyPanel


class PARTWISE_PT_setup(RoomyPanel, bpy.types.Panel):
    bl_label = "Large Models"
    bl_parent_id = "PARTWISE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 8

    def draw(self, context: bpy.types.Context) -> None:
        setup_card.draw_card(self.layout, context, short=True)
        if place.preferences() is not None:
            more = self.layout.operator(
                "preferences.addon_show", text="Folder and Sources...", icon="PREFERENCES"
            )
            more.module = place.PACKAGE


CLASSES = (PARTWISE_PT_setup,)
