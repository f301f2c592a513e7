# SPDX-License-Identifier: GPL-3.0-or-later
"""The clicks in the sidebar and in the header of their tool."""

from __future__ import annotations

import bpy

from ..core import clicks
from ..engine import aside, jobs
from ..ops.click import has_clicks, part_to_become
from ..scene import click_masks, hover, parts
from ..scene.hover import is_tool_active
from .panels import RoomyPanel
from .texts import draw_text

TOOL = hover.TOOL


class PARTWISE_PT_click(RoomyPanel, bpy.types.Panel):
    bl_label = "Click"
    bl_parent_id = "PARTWISE_PT_main"
    bl_options = {"HIDE_HEADER"}  # one button as long as nothing is clicked
    bl_order = 0

    @classmethod
    def fits(cls, context: bpy.types.Context) -> bool:
        return bool(context.mode == "OBJECT")

    def draw(self, context: bpy.types.Context) -> None:
        layout, is_clicked = self.layout, has_clicks(context.object)
        if not is_clicked:
            if is_tool_active(context):
                draw_help(layout, context)
            else:
                layout.operator("wm.tool_set_by_id", text="Click Parts").name = TOOL
            return
        draw_counts(layout, context.object.data)
        answer = click_masks.answer_of(context.object)
        if answer is not None:
            draw_answer(layout, context, answer)
        elif jobs.busy():
            layout.label(text="Analysing")
        else:
            layout.operator("partwise.show_clicks", icon="FILE_REFRESH")
        draw_choice(layout, answer)  # also when there is none, so that nothing below jumps
        row = layout.row(align=True)
        row.scale_y = 1.3
        accept = row.row(align=True)
        accept.enabled = can_accept(answer)
        accept.operator("partwise.accept_clicks", text=accept_text(context.object.data))
        row.operator("partwise.remove_click", text="", icon="LOOP_BACK")
        row.operator("partwise.clear_clicks", text="", icon="X")


def draw_help(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What the mouse and the keys do, before the first click."""
    column = layout.column(align=True)
    for icon, text in keys(context.object):
        column.label(text=text, icon=icon)


def keys(obj: bpy.types.Object | None) -> list[tuple[str, str]]:
    """What the mouse and the keys do in the click tool, on an object, each with an icon.

    Keys are words: Blender's icons of them have many widths.
    """
    active = parts.active_part(obj.data) if obj is not None and obj.type == "MESH" else None
    joins = f"a part that joins {active.name}" if active is not None else "what joins it"
    return [
        ("MOUSE_LMB", "Click a part of a mesh"),
        ("MOUSE_LMB", "Ctrl: what is not part of it"),
        ("MOUSE_LMB", f"Shift: {joins}"),
        ("BLANK1", "Enter: accept. Esc: clear"),
    ]


def draw_counts(layout: bpy.types.UILayout, mesh: bpy.types.Mesh) -> None:
    """How many clicks there are of each kind."""
    made = click_masks.clicks_of(mesh).clicks
    excluded = sum(not click.is_wanted for click in made)
    row = layout.row(align=True)
    row.label(text=f"{len(made) - excluded} included", icon="RADIOBUT_ON")
    row.label(text=f"{excluded} excluded", icon="RADIOBUT_OFF")


def draw_answer(
    layout: bpy.types.UILayout, context: bpy.types.Context, answer: clicks.ClickAnswer
) -> None:
    """How sure the engine is, which engine it was, and what it has to say."""
    if answer.warning:
        draw_text(layout, context, answer.warning, icon="ERROR")
    if answer.faces.any() and answer.engine:
        layout.label(text=f"{answer.score:.0%} sure, {answer.engine} engine")
    elif answer.faces.any():
        layout.label(text="Whole parts, joined")
    else:
        draw_text(layout, context, "The clicks mean no faces. Click closer to the mesh.")


def draw_choice(layout: bpy.types.UILayout, answer: clicks.ClickAnswer | None) -> None:
    """The buttons for a coarser or finer mask, as far as there is one."""
    row = layout.row(align=True)
    for step, text in ((1, "Coarser"), (-1, "Finer")):
        button = row.row(align=True)
        button.enabled = answer is not None and 0 <= answer.choice + step < answer.choices
        button.operator("partwise.step_mask", text=text).step = step


def can_accept(answer: clicks.ClickAnswer | None) -> bool:
    return answer is not None and bool(answer.faces.any())


def accept_text(mesh: bpy.types.Mesh) -> str:
    """What the button that accepts says."""
    part = part_to_become(mesh)
    return f"Accept into {part.name}" if part else "Accept as Part"


def draw_state(context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
    """One line for the header of the tool: its settings, the state, and the buttons."""
    draw_settings(context, layout)
    if not has_clicks(context.object):
        layout.label(text=hint("Click a part. Ctrl excludes, Shift joins the part that is there"))
        return
    answer = click_masks.answer_of(context.object)
    if answer is not None and can_accept(answer) and answer.engine:
        layout.label(text=f"{answer.score:.0%} sure")
    elif jobs.busy():
        layout.label(text="Analysing")
    accept = layout.row()
    accept.enabled = can_accept(answer)
    accept.operator("partwise.accept_clicks")
    layout.operator("partwise.clear_clicks", text="Clear")


def draw_settings(context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
    """How large a part clicks mean, and whether the pointer shows it."""
    layout.row().prop(context.window_manager.partwise, "level", expand=True)
    layout.prop(context.scene.partwise, "hover")


def hint(text: str) -> str:
    """What to do, or that the mesh under the pointer is worked on."""
    if not hover.is_analysing():
        return text
    obj, (_, share) = hover.hovered(), aside.stage()
    return f"Analysing {obj.name if obj else ''} {share:.0%}"


CLASSES = (PARTWISE_PT_click,)
