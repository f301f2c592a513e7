# SPDX-License-Identifier: GPL-3.0-or-later
"""Tick, lock, show and hide parts: what the list of parts does to its rows."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from bpy.props import EnumProperty, IntProperty

from ...backend.contract.arrays import np
from ...backend.contract.errors import BadInput
from ..core.labels import UNLABELLED, unused_id
from ..scene import edits, parts, ticks, visibility
from .parts import PartOperator, activate, chosen

_shown: list[int] = []  # rows as they were last shown, from top to bottom, for ranges of ticks


def keep_order(rows: Sequence[int]) -> None:
    """The list shows these rows now, from top to bottom."""
    _shown[:] = rows


class PARTWISE_OT_tick_part(PartOperator, bpy.types.Operator):
    """Tick this part for what works on several.

    Shift: all from the active part to this one. Ctrl: this one only
    """

    bl_idname = "partwise.tick_part"
    bl_label = "Tick Part"
    bl_options = {"INTERNAL"}  # no step of undo, as all that only chooses parts

    row: IntProperty(options={"SKIP_SAVE"})
    way: EnumProperty(
        items=(
            ("TOGGLE", "Toggle", "Tick this part, or take its tick away"),
            ("RANGE", "Range", "Tick all parts from the active one to this one"),
            ("ONLY", "Only", "Tick this part only"),
        ),
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.way = "RANGE" if event.shift else "ONLY" if event.ctrl else "TOGGLE"
        return self.execute(context)

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        table = mesh.partwise
        if not 0 <= self.row < len(table.parts):
            raise BadInput("There is no such part.", "Choose one in the list.")
        ticked = ticks.rows(mesh)
        if self.way == "TOGGLE":
            ticked ^= {self.row}
        elif self.way == "RANGE":
            ticked |= {*between(_shown, table.active, self.row), self.row}
        else:
            ticked = {self.row}
        ticks.choose(mesh, ticked, self.row)


def between(shown: Sequence[int], one: int, other: int) -> list[int]:
    """The rows from one to the other, as they are shown from top to bottom."""
    places = sorted(shown.index(row) for row in (one, other) if row in shown)
    return list(shown[places[0] : places[-1] + 1]) if places else []


class PARTWISE_OT_tick_parts(PartOperator, bpy.types.Operator):
    """Tick or untick all parts of the list"""

    bl_idname = "partwise.tick_parts"
    bl_label = "Tick Parts"
    bl_options = set()

    action: EnumProperty(
        name="Action",
        items=(
            ("ALL", "Tick All", "Tick all parts"),
            ("NONE", "Untick All", "Untick all parts"),
            ("INVERT", "Invert Ticks", "Tick what is not ticked, and untick what is"),
        ),
    )

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        every, ticked = set(range(len(mesh.partwise.parts))), ticks.rows(mesh)
        wanted = {"ALL": every, "NONE": set(), "INVERT": every - ticked}
        ticks.choose(mesh, wanted[self.action])


class PARTWISE_OT_lock_parts(PartOperator, bpy.types.Operator):
    """Keep parts as they are when the model is cut again, or let them go"""

    bl_idname = "partwise.lock_parts"
    bl_label = "Lock Parts"

    action: EnumProperty(
        name="Action",
        items=(
            ("LOCK", "Lock Parts", "Lock the ticked parts, or the active one"),
            ("UNLOCK", "Unlock Parts", "Unlock the ticked parts, or the active one"),
            ("LOCK_ALL", "Lock All Parts", "Lock all parts"),
            ("UNLOCK_ALL", "Unlock All Parts", "Unlock all parts"),
        ),
    )

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        rows = mesh.partwise.parts if self.action.endswith("ALL") else chosen(mesh)
        for part in rows:
            part.locked = self.action.startswith("LOCK")


class PARTWISE_OT_isolate_parts(PartOperator, bpy.types.Operator):
    """Show only the ticked parts, or the active one; once more shows all again"""

    bl_idname = "partwise.isolate_parts"
    bl_label = "Isolate Parts"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return "" if chosen(context.object.data) else "Choose a part in the list"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        ids = {part.part_id for part in chosen(mesh)}
        wanted = [part.part_id in ids for part in mesh.partwise.parts]
        if wanted == [part.visible for part in mesh.partwise.parts]:
            wanted = [True] * len(wanted)
        _show(mesh, wanted)


class PARTWISE_OT_show_parts(PartOperator, bpy.types.Operator):
    """Show all parts"""

    bl_idname = "partwise.show_parts"
    bl_label = "Show All Parts"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        _show(mesh, [True] * len(mesh.partwise.parts))


class PARTWISE_OT_part_of_unassigned(PartOperator, bpy.types.Operator):
    """Make a part of all faces that belong to none"""

    bl_idname = "partwise.part_of_unassigned"
    bl_label = "Part of Unassigned Faces"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return "" if parts.unassigned(context.object.data) else "Every face belongs to a part"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        current = parts.get_labels(mesh)
        part_id = unused_id(set(current.tolist()))
        parts.set_labels(mesh, np.where(current == UNLABELLED, part_id, current))
        edits.mark(mesh, [part_id], edits.ASSIGNED)
        activate(mesh, part_id)


def _show(mesh: bpy.types.Mesh, visible: list[bool]) -> None:
    mesh.partwise.parts.foreach_set("visible", visible)
    visibility.update(mesh)


CLASSES = (
    PARTWISE_OT_tick_part,
    PARTWISE_OT_tick_parts,
    PARTWISE_OT_lock_parts,
    PARTWISE_OT_isolate_parts,
    PARTWISE_OT_show_parts,
    PARTWISE_OT_part_of_unassigned,
)
