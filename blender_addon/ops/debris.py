# SPDX-License-Identifier: GPL-3.0-or-later
"""Debris of the active object: look at it, and take it away."""

from __future__ import annotations

import bpy

from ..scene import debris, parts
from .parts import PartOperator, select_in_edit_mode


class OnDebris(PartOperator):
    """Base of operators on what the last analysis found to be debris."""

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        known = debris.text_of(context.object.data)
        return "" if known else "No piece is known that nobody sees, or that touches nothing"


class PARTWISE_OT_select_debris(OnDebris, bpy.types.Operator):
    """Select pieces inside of the mesh that nobody sees, and specks that touch nothing"""

    bl_idname = "partwise.select_debris"
    bl_label = "Select Debris"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        select_in_edit_mode(context, mesh, debris.debris_of(mesh))


class PARTWISE_OT_remove_debris(OnDebris, bpy.types.Operator):
    """Delete pieces inside of the mesh that nobody sees, and specks that touch nothing"""

    bl_idname = "partwise.remove_debris"
    bl_label = "Delete Debris"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        unwanted = debris.debris_of(mesh)
        told = debris.text_of(mesh)
        debris.remove(mesh, unwanted)
        parts.sync(mesh)
        self.report({"INFO"}, f"Deleted {told}. Decompose Again brings the slider back")


CLASSES = (PARTWISE_OT_select_debris, PARTWISE_OT_remove_debris)
