# SPDX-License-Identifier: GPL-3.0-or-later
"""Make objects of parts."""

from __future__ import annotations

import bpy

from ...backend.contract.errors import PartwiseError
from ..engine import jobs
from ..mesh.borders import changed_by_cuts
from ..mesh.labels import has_labels
from ..scene import closing, targets
from ..scene.apply import AppliesResults, hand_over
from ..scene.assembly import assembly_of, show_original, shows_original, split_objects
from .poll import SaysWhyNot
from .starting import not_now


class PARTWISE_OT_split(SaysWhyNot, bpy.types.Operator):
    """Make an object of each part of the selected objects. The originals are kept, hidden"""

    bl_idname = "partwise.split"
    bl_label = "Split"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return why_not(context) or not_closed(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings, chosen = context.scene.partwise, labelled(context)
        try:
            for obj in chosen:
                # Nothing is written to the original, so that shared data needs no copy.
                reason = targets.refusal(obj, copies=settings.copy_linked, shared=True)
                if reason is not None:
                    raise reason
            if settings.closing != "NONE":
                job = _start_closing(chosen, settings)
                if job.state == "FAILED":
                    self.report({"ERROR"}, str(job.error))
                return {"CANCELLED"}  # no step of undo: the job makes one when it splits
            made = split_objects(context, chosen, settings)
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{len(made)} parts{note_on_modifiers(made)}")
        return {"FINISHED"}


class PARTWISE_OT_apply_split(AppliesResults, bpy.types.Operator):
    """Make objects of parts that are closed"""

    bl_idname = "partwise.apply_split"
    bl_label = "Split"

    def execute(self, context: bpy.types.Context) -> set[str]:
        found = [(target.find(), closed) for target, closed in self.results()]
        objects, closed = (list(column) for column in zip(*found, strict=True))
        made = split_objects(context, objects, context.scene.partwise, closed)
        note = note_on_modifiers(made)
        if note:
            self.report({"INFO"}, f"{len(made)} parts{note}")
        return {"FINISHED"}


class PARTWISE_OT_toggle_original(SaysWhyNot, bpy.types.Operator):
    """Show the original instead of its parts, or the parts again. Nothing is lost either way"""

    bl_idname = "partwise.toggle_original"
    bl_label = "Show Original"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        if context.mode != "OBJECT" or assembly_of(context.object) is None:
            return "Select a part or its original in Object Mode"
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        folder = assembly_of(context.object)
        if folder is None:
            return {"CANCELLED"}
        show_original(context, folder, shown=not shows_original(folder))
        return {"FINISHED"}


def labelled(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects that have parts."""
    return [o for o in context.selected_objects if o.type == "MESH" and has_labels(o.data)]


def note_on_modifiers(made: list[bpy.types.Object]) -> str:
    """Which modifiers look otherwise at the cuts of parts, as the end of a sentence; empty without.

    What holds the borders of subdivided parts is there already.
    """
    names = sorted({name for part in made for name in changed_by_cuts(part)})
    return f". At cuts these modifiers may look different: {', '.join(names)}" if names else ""


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be split right now, for a tooltip; empty when it can."""
    reason = not_now(context)
    if not reason and not labelled(context):
        reason = "Select an object with parts. Press Decompose first"
    return reason


def not_closed(context: bpy.types.Context) -> str:
    """Why the engine that is chosen for it cannot close the cuts; empty when it can, or is not
    asked."""
    return closing.why_not(labelled(context), context.scene.partwise)


def _start_closing(objects: list[bpy.types.Object], settings: bpy.types.PropertyGroup) -> jobs.Job:
    """Ask the engine what closes the parts of all objects, then split them in one step of undo."""
    title, work = closing.job_of(objects, settings)

    def finish(found: list[closing.Closed]) -> None:
        for target, _ in found:
            copies = bpy.context.scene.partwise.copy_linked
            target.find_unchanged(copies=copies, shared=True)
        hand_over(PARTWISE_OT_apply_split, found)

    return jobs.start(title, work, finish)


CLASSES = (PARTWISE_OT_split, PARTWISE_OT_apply_split, PARTWISE_OT_toggle_original)
