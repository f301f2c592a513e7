# SPDX-License-Identifier: GPL-3.0-or-later
"""The click tool in the toolbar of the 3D view, in Object and in Edit Mode, and its keys."""

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
# The pointer moves, or what is held with it changes.
HOVER = tuple(
    ("partwise.hover", {"type": kind, "value": "ANY", "any": True}, None)
    for kind in ("MOUSEMOVE", "LEFT_CTRL", "RIGHT_CTRL", "LEFT_SHIFT", "RIGHT_SHIFT")
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
        *HOVER,
    )

    @staticmethod
    def draw_settings(
        context: bpy.types.Context, layout: bpy.types.UILayout, _tool: bpy.types.WorkSpaceTool
    ) -> None:
        panels_click.draw_state(context, layout.row())


class PARTWISE_TOOL_click_edit(bpy.types.WorkSpaceTool):
    bl_space_type = "VIEW_3D"
    bl_context_mode = "EDIT_MESH"
    bl_idname = NAME
    bl_label = "Click Parts"
    bl_description = (
        "Click a part of the mesh to select its faces.\n"
        "Shift: in addition. Ctrl: take them out of the selection.\n"
        "The pointer shows what a click would mean.\n"
        "[ and ]: coarser or finer"
    )
    bl_icon = PARTWISE_TOOL_click.bl_icon
    bl_keymap = (
        *(
            (
                "partwise.select_clicked",
                {"type": "LEFTMOUSE", "value": "PRESS", **held},
                {"properties": [("way", way)]},
            )
            for way, held in (("SET", {}), ("ADD", {"shift": True}), ("SUBTRACT", {"ctrl": True}))
        ),
        *BRACKETS[2:],  # there are no clicks that wait
        *HOVER,
    )

    @staticmethod
    def draw_settings(
        context: bpy.types.Context, layout: bpy.types.UILayout, _tool: bpy.types.WorkSpaceTool
    ) -> None:
        panels_click.draw_settings(context, layout.row())
        layout.label(
            text=panels_click.hint("Click a part to select it. Shift adds, Ctrl subtracts")
        )


TOOLS = (PARTWISE_TOOL_click, PARTWISE_TOOL_click_edit)


def register() -> None:
    for tool in TOOLS:
        bpy.utils.register_tool(tool, separator=True)


def unregister() -> None:
    for tool in reversed(TOOLS):
        bpy.utils.unregister_tool(tool)
