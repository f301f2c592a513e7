# SPDX-License-Identifier: GPL-3.0-or-later
"""The click tool in Edit Mode: what a click means is selected, as Blender's own clicks select."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy
from bpy.props import EnumProperty

from ...backend.contract.errors import PartwiseError
from ...backend.contract.records import Record
from ..core.clicks import Faces
from ..engine import jobs
from ..mesh.selection import select_faces
from ..scene import click_masks, edit_pick, hover
from ..scene.apply import AppliesResults, hand_over
from ..scene.clickable import alone
from .poll import SaysWhyNot

WAYS = (
    ("SET", "Set", "Select what was clicked, and nothing else"),
    ("ADD", "Add", "Select what was clicked, too"),
    ("SUBTRACT", "Subtract", "Take what was clicked out of the selection"),
)


class Selection(Record):
    """What a click on an object means, and what becomes of the selection."""

    target: click_masks.Target
    faces: Faces
    way: str


class PARTWISE_OT_select_clicked(SaysWhyNot, bpy.types.Operator):
    """Click a part of a mesh to select its faces.

    Shift: in addition. Ctrl: take them out of the selection
    """

    bl_idname = "partwise.select_clicked"
    bl_label = "Select Clicked Part"
    bl_options = {"INTERNAL"}

    way: EnumProperty(items=WAYS, options={"SKIP_SAVE"})

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "" if context.mode == "EDIT_MESH" else "Switch to Edit Mode"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if context.region is None or context.region.type != "WINDOW":
            return {"CANCELLED"}
        hit = edit_pick.under_mouse(context, event.mouse_region_x, event.mouse_region_y)
        if hit is None:
            is_any = any(obj.data.total_vert_sel for obj in context.objects_in_mode)
            if self.way == "SET" and is_any:
                bpy.ops.mesh.select_all("EXEC_DEFAULT", True, action="DESELECT")
            return {"CANCELLED"}
        try:
            select(context, hover.seen(hit), self.way)
        except PartwiseError as reason:
            self.report({"WARNING"}, str(reason))
        hover.rest_at((event.mouse_region_x, event.mouse_region_y))
        return {"CANCELLED"}  # the step of undo is that of what applies it


class PARTWISE_OT_apply_selection(AppliesResults, bpy.types.Operator):
    """Select what a click means"""

    bl_idname = "partwise.apply_selection"
    bl_label = "Select Clicked Part"

    def execute(self, context: bpy.types.Context) -> set[str]:
        for one in self.results():
            obj = one.target.find()
            if one.way == "SET":
                bpy.ops.mesh.select_all(action="DESELECT")
            select_faces(obj.data, one.faces, selected=one.way != "SUBTRACT")
        return {"FINISHED"}


def select(context: bpy.types.Context, hit: edit_pick.Hit, way: str) -> None:
    """Select what a click at a place means: at once where that is known, else when it is found out.

    Raises BadInput when another job runs, and PartwiseError when the engine fails at once.
    """
    made = alone(context, hit)
    (question,) = made.questions()
    reading = click_masks.read(hit.obj)

    def finish(_result: None = None) -> None:
        answer = reading.answers(made)[question]
        obj = reading.target.find()
        if obj.data.is_editmode and click_masks.current(obj) is reading:
            hand_over(PARTWISE_OT_apply_selection, [Selection(reading.target, answer.faces, way)])

    def work() -> Generator[jobs.Ask, Any, None]:
        yield from reading.find_out(question)

    if question in reading.answers(made):
        finish()
        return
    job = jobs.start(f"Analysing {hit.obj.name}", work(), finish)
    jobs.wait(click_masks.MOMENT)
    if job.state == jobs.FAILED and job.error is not None:
        raise job.error


CLASSES = (PARTWISE_OT_select_clicked, PARTWISE_OT_apply_selection)
