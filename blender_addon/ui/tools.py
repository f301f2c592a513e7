# SPDX-License-Identifier: GPL-3.0-or-later
"""The click tool in the toolbar of the 3D view, and its keys."""

from __future__ import annotations

import bpy

from . import panels_click

NAME = panels_click.TOOL


# Where clicks wait, of their mask; else of what clicks will mean.
BRACKETS = tuple(
    (operator, {"type": key, "value": "PRESS"}, {"properties": [("step", step)]})
    for operator in ("partwise.step_mask", "partwise.step_level")
    for key, step in (("LEFT_BRACKET", 1), ("RIGHT_BRACKET", -1))
)


class PARTWISE_TOOL_click(bpy.types.WorkSpaceTool):
    bl_space_type = "VIEW_3D"
    bl_context_mode = "OBJECT"
    bl_idname = NAME
    bl_label = "Click Parts"
    bl_description = (
        "Click or drag over what belongs to a part of a mesh.\n"
        "Ctrl: exclude. Shift: join the part under the mouse.\n"
        "The pointer shows what a click would mean.\n"
        "[ and ]: coarser or finer.\n"
        "Enter: accept. Backspace: remove the last click. Esc: clear"
    )
    bl_icon = "ops.sculpt.mask_by_color"
    bl_keymap = (
        ("partwise.include_point", {"type": "LEFTMOUSE", "value": "PRESS"}, None),
        ("partwise.exclude_point", {"type": "LEFTMOUSE", "value": "PRESS", "ctrl": True}, None),
        ("partwise.join_point", {"type": "LEFTMOUSE", "value": "PRESS", "shift": True}, None),
        ("partwise.accept_clicks", {"type": "RET", "value": "PRESS"}, None),
        ("partwise.accept_clicks", {"type": "NUMPAD_ENTER", "value": "PRESS"}, None),
        ("partwise.remove_click", {"type": "BACK_SPACE", "value": "PRESS"}, None),
        ("partwise.clear_clicks", {"type": "ESC", "value": "PRESS"}, None),
        *BRACKETS,
        ("partwise.hover", {"type": "MOUSEMOVE", "value": "ANY", "any": True}, None),
    )

    @staticmethod
    def draw_settings(
        context: bpy.types.Context, layout: bpy.types.UILayout, _tool: bpy.types.WorkSpaceTool
    ) -> None:
        panels_click.draw_state(context, layout.row())


def register() -> None:
    bpy.utils.register_tool(PARTWISE_TOOL_click, separator=True)


def unregister() -> None:
    bpy.utils.unregister_tool(PARTWISE_TOOL_click)
