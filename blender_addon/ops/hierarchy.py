# SPDX-License-Identifier: GPL-3.0-or-later
"""Hang parts on each other, and take off them what they do not use."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ..scene.assembly import assembly_of
from ..scene.assembly_join import hangs_on_part, parts_of
from ..scene.hierarchy import drop_unused, parent_parts, unparent_parts
from .poll import SaysWhyNot


class AssemblyOperator(SaysWhyNot):
    """Base of operators on all parts of the assembly of the active object."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        if context.mode != "OBJECT":
            return "Switch to Object Mode"
        return "Select a part. Press Split first" if assembly_of(context.object) is None else ""

    @staticmethod
    def parts(context: bpy.types.Context) -> list[bpy.types.Object]:
        """The parts that can be changed."""
        folder = assembly_of(context.object)
        return [part for part in parts_of(folder) if part.is_editable] if folder else []

    def tell(self, done: bool, text: str) -> set[str]:
        """Report what was done; without anything there is no step of undo."""
        self.report({"INFO"}, text)  # type: ignore[attr-defined]
        return {"FINISHED"} if done else {"CANCELLED"}


class PARTWISE_OT_parent_parts(AssemblyOperator, bpy.types.Operator):
    """Parent each part to the one that it hangs on, from the largest outwards. Nothing moves"""

    bl_idname = "partwise.parent_parts"
    bl_label = "Parent Parts"

    pivots: BoolProperty(
        name="Pivots at Contacts",
        description="Put the origin of each part where it meets the one that it hangs on",
        default=True,
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        parts = self.parts(context)
        count = parent_parts(parts, pivots=self.pivots)
        if count:
            return self.tell(True, f"{count} parts are parented")
        return self.tell(False, "These parts cannot be parented: they are animated, or only one")


class PARTWISE_OT_unparent_parts(AssemblyOperator, bpy.types.Operator):
    """Take the parts off each other again. Nothing moves, and origins stay where they are"""

    bl_idname = "partwise.unparent_parts"
    bl_label = "Unparent Parts"

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        reason = super().objection(context)
        hanging = not reason and any(map(hangs_on_part, cls.parts(context)))
        return reason or ("" if hanging else "No part is parented to another one")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.tell(True, f"{unparent_parts(self.parts(context))} parts are free")


class PARTWISE_OT_drop_unused(AssemblyOperator, bpy.types.Operator):
    """Take off the parts the material slots of no face and the vertex groups of no vertex"""

    bl_idname = "partwise.drop_unused"
    bl_label = "Drop Unused Slots and Groups"

    def execute(self, context: bpy.types.Context) -> set[str]:
        found = [drop_unused(part) for part in self.parts(context)]
        slots, groups = (sum(column) for column in zip(*found, strict=True))
        text = f"{slots} material slots and {groups} vertex groups were dropped"
        return self.tell(bool(slots or groups), text)


CLASSES = (PARTWISE_OT_parent_parts, PARTWISE_OT_unparent_parts, PARTWISE_OT_drop_unused)
