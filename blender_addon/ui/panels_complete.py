# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete in the sidebar: the button or the preview, the options, and a report of each part.

Options and report have panels of their own, closed, for twelve parts would fill the tab.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ...backend.contract.arrays import np
from ..engine import jobs
from ..ops import complete
from ..ops.parts import chosen
from ..scene import completions, engine_choice, proposals, surroundings
from ..scene.completions import Completion, Report
from . import volumes
from .engine_panel import draw_choice, draw_taken
from .panels import RoomyPanel, SidebarPanel
from .proposals import PreviewPanel, draw_proposal
from .texts import draw_text

MOST_ROWS = 12  # of the reports
# What answered, where that says more than that it was the engine whose work this is.
WORDS = {"hidden": "", "cap": "flat cap", "sheet": "open sheet", "none": "nothing was open"}


class PARTWISE_PT_complete(RoomyPanel, bpy.types.Panel):
    bl_label = "Complete"
    bl_parent_id = "PARTWISE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 3

    @classmethod
    def fits(cls, context: bpy.types.Context) -> bool:
        return complete.is_whole(context.object) or bool(complete.pieces(context)[0])

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        row = layout.row(align=True)
        row.scale_y = 1.3
        row.operator("partwise.complete", text=button_text(context), icon="MOD_SOLIDIFY")
        row.operator("partwise.open_parts", text="", icon="TRASH")
        reason = complete.why_not(context)
        if reason and not jobs.busy():
            draw_text(layout, context, reason, icon="INFO")
        draw_choice(layout, context, "complete")
        draw_taken(layout, context, "complete")
        draw_summary(layout, [report for _, report, _ in completed(context)])


class PARTWISE_PT_completion(PreviewPanel, bpy.types.Panel):
    """What completes parts, as long as it is a preview."""

    bl_label = "Complete"
    applies = complete.PARTWISE_OT_apply_completed

    def draw(self, context: bpy.types.Context) -> None:
        draw_proposal(self.layout, context, self.applies)
        draw_makers(self.layout, context)
        draw_reports(self.layout, context, list(proposed(context)))


class PARTWISE_PT_complete_options(SidebarPanel, bpy.types.Panel):
    bl_label = "New Faces"
    bl_parent_id = "PARTWISE_PT_complete"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        draw_options(self.layout, context.scene.partwise)


class PARTWISE_PT_complete_report(SidebarPanel, bpy.types.Panel):
    bl_label = "Report"
    bl_parent_id = "PARTWISE_PT_complete"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 2

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return any(True for _ in completed(context))

    def draw(self, context: bpy.types.Context) -> None:
        draw_reports(self.layout, context, list(completed(context)))


def button_text(context: bpy.types.Context) -> str:
    """What the button says: how many parts it completes."""
    if complete.is_whole(context.object):
        count = len(chosen(context.object.data))
    else:
        count = len(complete.pieces(context)[0])
    return f"Complete {count} Parts" if count > 1 else "Complete Part"


def draw_options(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """How the new faces look."""
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    column.prop(settings, "complete_uv")
    column.prop(settings, "complete_own_slot")
    column.prop(settings, "thicken", slider=True)


def draw_reports(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    told: list[tuple[str, Report, float]],
) -> None:
    """A line for each part: closed or not, its name, hidden share, volume, and what answered."""
    if not told:
        return
    # What is not closed comes first, for that is what one must see.
    told = sorted(told, key=lambda each: bool(each[1]["closed"]))
    closed = [abs(report["volume"]) * scale for _, report, scale in told if report["closed"]]
    unit = volumes.unit_of(context.scene.unit_settings, closed)
    column = layout.column(align=True)
    for name, report, scale in told[:MOST_ROWS]:
        icon = "CHECKMARK" if report["closed"] else "ERROR"
        row = column.row()
        row.label(text=name, icon=icon)
        values = row.row()
        values.alignment = "RIGHT"
        values.label(text=report_text(report, scale, unit))
    if len(told) > MOST_ROWS:
        column.label(text=f"and {len(told) - MOST_ROWS} more", icon="BLANK1")


def draw_summary(layout: bpy.types.UILayout, reports: list[Report]) -> None:
    """One line about all parts, so that what comes below stays in sight."""
    if not reports:
        return
    left = sum(not report["closed"] for report in reports)
    if left:
        layout.label(text=f"{counted(left)} not closed", icon="ERROR")
    else:
        layout.label(text=f"{counted(len(reports))} closed", icon="CHECKMARK")


def draw_makers(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Which engine was asked for what is previewed, and what it has to say of it."""
    proposal = proposals.current(complete.PARTWISE_OT_apply_completed)
    found = [done for _, done in (proposal.variant.result or ())] if proposal is not None else []
    for text in dict.fromkeys(engine_choice.made_by(done.engine) for done in found):
        if text:
            layout.label(text=text, icon="INFO")
    for notice in dict.fromkeys(done.notice for done in found):
        if notice:
            draw_text(layout, context, notice, icon="INFO")


def counted(parts: int) -> str:
    """How many parts are something."""
    return "1 part is" if parts == 1 else f"{parts} parts are"


def report_text(report: Report, scale: float, unit: volumes.Unit) -> str:
    """What is told of a part, in short. scale : of a volume, from the mesh to the world."""
    texts = []
    if report["hidden_share"] > 0:
        texts.append(f"{report['hidden_share']:.0%} new")
    if report["closed"]:
        texts.append(volumes.text_of(abs(report["volume"]) * scale, unit))
    engine = str(report["engine"])
    texts.append(WORDS.get(engine, engine_choice.label(engine)))
    return ", ".join(filter(None, texts))


def proposed(context: bpy.types.Context) -> Iterator[tuple[str, Report, float]]:
    """Of each part that is previewed its name, the report and the scale of its volume."""
    proposal = proposals.current(complete.PARTWISE_OT_apply_completed)
    for basis, done in (proposal.variant.result or ()) if proposal is not None else ():
        obj = basis.find()
        if obj is None:
            continue
        if isinstance(done, Completion):
            names = {row.part_id: row.name for row in obj.data.partwise.parts}
            for part_id, report in done.report.items():
                yield names.get(part_id, obj.name), report, scale_of(obj)
        else:
            yield surroundings.called(obj), done.report, scale_of(obj)


def completed(context: bpy.types.Context) -> Iterator[tuple[str, Report, float]]:
    """The same of parts that are completed."""
    if complete.is_whole(context.object):
        obj = context.object
        for row in obj.data.partwise.parts:
            if row.report.engine:
                yield row.name, completions.read_report(row.report), scale_of(obj)
        return
    for obj in complete.pieces(context)[0]:
        if obj.data.partwise.report.engine:
            yield (
                surroundings.called(obj),
                completions.read_report(obj.data.partwise.report),
                scale_of(obj),
            )


def scale_of(obj: bpy.types.Object) -> float:
    """How much larger a volume of its mesh is in the world."""
    world: Any = np.array(obj.matrix_world)[:3, :3]
    return float(abs(np.linalg.det(world)))


CLASSES = (
    PARTWISE_PT_complete,
    PARTWISE_PT_complete_options,
    PARTWISE_PT_complete_report,
    PARTWISE_PT_completion,
)
