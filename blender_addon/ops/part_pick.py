# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose parts where they are seen: a click on a coloured part, in Object Mode, with any tool.

The operator runs when the mouse button is let go, after Blender has selected as it always does, and
only for what is the active object then. So it takes nothing from anybody.
"""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ...backend.contract.errors import PartwiseError
from ..engine import jobs
from ..scene import pick, ticks
from ..scene.clickable import part_at


class PARTWISE_OT_choose_part(bpy.types.Operator):
    """Click a part in its colour to choose it in the list of parts. Shift: tick several"""

    bl_idname = "partwise.choose_part"
    bl_label = "Choose Part"
    bl_options = {"INTERNAL"}  # no step of undo

    extend: BoolProperty(
        name="Extend",
        description="Tick this part too, or take its tick away",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        obj = context.object
        return (
            context.mode == "OBJECT"
            and context.scene.partwise.show_overlay
            and obj is not None
            and obj.type == "MESH"
            and len(obj.data.partwise.parts) > 0
        )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if context.region is not None and context.region.type == "WINDOW":
            try:
                hit = pick.under_mouse(context, event.mouse_region_x, event.mouse_region_y)
            except PartwiseError:
                hit = None  # it is nothing with parts
            if hit is not None and hit.obj == context.object:
                choose(hit, extends=self.extend)
        return {"PASS_THROUGH"}


def choose(hit: pick.Hit, *, extends: bool = False) -> bool:
    """Choose the part that was hit, alone or with those that are chosen. Returns whether one was.

    extends : it is ticked with the part that was active, or its tick is taken away.
    """
    mesh = hit.obj.data
    part = part_at(mesh, hit.face)
    if part is None or not part.visible:
        return False
    row, ticked = list(mesh.partwise.parts).index(part), ticks.rows(mesh)
    if not extends:
        ticks.choose(mesh, (), row)
    elif row in ticked:
        ticks.choose(mesh, ticked - {row}, row)
    else:
        active = mesh.partwise.active
        both = {active} if not ticked and active < len(mesh.partwise.parts) else ticked
        ticks.choose(mesh, both | {row}, row)
    if extends and not hit.obj.select_get():
        hit.obj.select_set(True)  # which Blender's Shift+click has just taken away
    jobs.redraw_sidebars()
    return True


CLASSES = (PARTWISE_OT_choose_part,)
