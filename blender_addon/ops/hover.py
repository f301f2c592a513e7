# SPDX-License-Identifier: GPL-3.0-or-later
"""What a click would mean, while the pointer moves; and how large a part clicks mean."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from ...backend.contract.errors import PartwiseError
from ..core import clicks
from ..scene import edit_pick, hover, pick
from ..scene.clickable import alone, with_click
from .click import has_clicks
from .poll import SaysWhyNot

MODES = ("OBJECT", "EDIT_MESH")
LEVELS = tuple(clicks.LEVELS)  # from the smallest


class PARTWISE_OT_hover(bpy.types.Operator):
    """Show what a click would mean here. Nothing is changed"""

    bl_idname = "partwise.hover"
    bl_label = "Show What a Click Would Mean"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.mode in MODES

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        is_here = context.region is not None and context.region.type == "WINDOW"
        pixel = event.mouse_region_x, event.mouse_region_y
        if not (is_here and context.scene.partwise.hover):
            hover.leave()
        elif not hover.rests(pixel, context.preferences.system.ui_scale):
            point_at(context, pixel, kind_of(event))
        return {"PASS_THROUGH"}  # it is for whoever else follows the pointer, too


class PARTWISE_OT_step_level(SaysWhyNot, bpy.types.Operator):
    """Let clicks mean larger or smaller parts"""

    bl_idname = "partwise.step_level"
    bl_label = "Coarser or Finer Clicks"
    bl_options = {"INTERNAL"}

    step: IntProperty(name="Step", description="1 for larger parts, -1 for smaller", default=1)

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        if context.mode not in MODES:
            return "Switch to Object Mode or Edit Mode"
        is_clicked = context.mode == "OBJECT" and has_clicks(context.object)
        return "The clicks that there are have their own mask" if is_clicked else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        tool = context.window_manager.partwise
        place = LEVELS.index(tool.level) + self.step
        tool.level = LEVELS[min(max(place, 0), len(LEVELS) - 1)]
        return {"FINISHED"}


def point_at(context: bpy.types.Context, pixel: tuple[float, float], kind: str) -> None:
    """The pointer is at a pixel of the 3D view, where a click of a kind may be made."""
    pointed = None
    try:
        if context.mode == "OBJECT":
            hit = pick.under_mouse(context, *pixel)
            made = None if hit is None else with_click(context, hit, kind)
        else:
            hit = edit_pick.under_mouse(context, *pixel)
            made = None if hit is None else alone(context, hit)
        if hit is not None and made is not None:
            pointed = hover.Pointed(hit.obj.session_uid, made)
    except PartwiseError:
        pass  # the click will say it
    hover.point_at(pointed)


def kind_of(event: bpy.types.Event) -> str:
    """The kind of click that would be made with the keys that are held."""
    return clicks.EXCLUDE if event.ctrl else clicks.JOIN if event.shift else clicks.INCLUDE


CLASSES = (PARTWISE_OT_hover, PARTWISE_OT_step_level)
