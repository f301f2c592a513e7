# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose parts where they are seen: a click on a coloured part, in Object Mode, with any tool.

Blender's own selection is first, whatever the click does there. Then, of what is the active object
by that, the part is chosen. So nothing is taken from anybody.
"""

from __future__ import annotations

from functools import partial

import bpy
from bpy.props import BoolProperty

from ...backend.contract.errors import PartwiseError
from ..engine import jobs
from ..scene import pick, ticks
from ..scene.clickable import part_at
from ..scene.proposals import find


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
        return context.mode == "OBJECT" and context.scene.partwise.show_overlay

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if context.region is not None and context.region.type == "WINDOW":
            try:
                hit = pick.under_mouse(context, event.mouse_region_x, event.mouse_region_y)
            except PartwiseError:
                hit = None  # it is nothing with parts
            is_active = hit is not None and hit.obj == context.object
            if hit is not None and (is_active or not self.extend):  # Shift adds objects, too
                chosen = partial(choose, hit.obj.session_uid, hit.face, extends=self.extend)
                bpy.app.timers.register(chosen, first_interval=0.0)  # when Blender has selected
        return {"PASS_THROUGH"}


def choose(uid: int, face: int, *, extends: bool = False) -> None:
    """Choose the part that was hit on an object, alone or with those that are chosen, if it is the
    active object.

    extends : it is ticked with the part that was active, or its tick is taken away.
    """
    obj = find(uid)
    if obj is None or obj.type != "MESH" or obj != bpy.context.view_layer.objects.active:
        return
    mesh, part = obj.data, part_at(obj.data, face)
    if part is None or not (part.visible and mesh.is_editable):
        return
    row, ticked = list(mesh.partwise.parts).index(part), ticks.rows(mesh)
    if not extends:
        ticks.choose(mesh, (), row)
    elif row in ticked:
        ticks.choose(mesh, ticked - {row}, row)
    else:
        active = mesh.partwise.active
        both = {active} if not ticked and active < len(mesh.partwise.parts) else ticked
        ticks.choose(mesh, both | {row}, row)
    if extends and not obj.select_get():
        obj.select_set(True)  # which Blender's Shift+click has just taken away
    jobs.redraw_sidebars()


CLASSES = (PARTWISE_OT_choose_part,)
