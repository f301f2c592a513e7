# SPDX-License-Identifier: GPL-3.0-or-later
"""What is used most, around the pointer. It has a key only for those who switch it on."""

from __future__ import annotations

import bpy

from . import keymaps, menus
from .panels_click import TOOL


class PARTWISE_MT_pie(bpy.types.Menu):
    """What is used most of Partwise, around the pointer"""

    bl_idname = keymaps.PIE
    bl_label = "Partwise"

    def draw(self, context: bpy.types.Context) -> None:
        pie = self.layout.menu_pie()  # west, east, south, north, and between them
        pie.operator_context = "INVOKE_REGION_WIN"
        menus.draw_decompose(pie, context)
        pie.operator("partwise.split", text="Split into Objects", icon="OUTLINER_COLLECTION")
        click = pie.operator("wm.tool_set_by_id", text="Click Parts", icon="MOUSE_LMB")
        click.name = TOOL
        pie.operator("partwise.isolate_parts", icon="ZOOM_SELECTED")
        pie.operator("partwise.step_parts", text="Fewer Parts", icon="REMOVE").step = -1
        pie.operator("partwise.step_parts", text="More Parts", icon="ADD").step = 1
        pie.operator("partwise.merge_parts", icon="AUTOMERGE_ON")
        pie.operator("partwise.complete", text="Complete Parts", icon="MOD_SOLIDIFY")


CLASSES = (PARTWISE_MT_pie,)
