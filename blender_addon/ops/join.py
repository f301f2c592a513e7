# SPDX-License-Identifier: GPL-3.0-or-later
"""Join Back: parts become the whole again."""

from __future__ import annotations

import bpy

from ...backend.contract.errors import PartwiseError
from ..scene.assembly import assembly_of
from ..scene.assembly_join import added_modifiers, join_back
from ..scene.selection import select_only
from .poll import SaysWhyNot
from .starting import not_now


class PARTWISE_OT_join_back(SaysWhyNot, bpy.types.Operator):
    """Make one object of the parts again. Where nothing was edited, it is exactly the original"""

    bl_idname = "partwise.join_back"
    bl_label = "Join Back"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return why_not(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        originals = []
        try:
            for name in [folder.name for folder in assemblies(context)]:
                folder = bpy.data.collections.get(name)
                if folder is not None:  # else it was joined with the one that it was in
                    originals.append(folder.partwise.source)
                    lost = added_modifiers(folder)
                    if join_back(folder) and lost:
                        text = f"Modifiers that only parts had were left out: {', '.join(lost)}"
                        self.report({"WARNING"}, text)
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        context.view_layer.update()
        select_only(context, originals)
        return {"FINISHED"}


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be joined right now, for a tooltip; empty when it can."""
    reason = not_now(context)
    if not reason and not assemblies(context):
        reason = "Select a part, or the original of parts"
    return reason


def assemblies(context: bpy.types.Context) -> list[bpy.types.Collection]:
    """The collections of parts to which the selected objects belong."""
    found = [assembly_of(obj) for obj in (*context.selected_objects, context.object)]
    return list(dict.fromkeys(f for f in found if f is not None and f.partwise.source is not None))


CLASSES = (PARTWISE_OT_join_back,)
