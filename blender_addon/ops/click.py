# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks on meshes, and the part that is made of them: short operators, one step of undo each."""

from __future__ import annotations

import bpy
import numpy as np
from bpy.props import FloatVectorProperty, IntProperty
from mathutils import Vector

from ...backend.contract.errors import BadInput, PartwiseError
from ..core import clicks
from ..core.labels import UNLABELLED
from ..engine import jobs
from ..mesh.labels import ATTRIBUTE, get_labels, has_labels
from ..scene import changed, click_masks, edits, hover, parts, pick, targets
from ..scene.selection import select_only
from .parts import activate
from .poll import SaysWhyNot


class PointOperator(SaysWhyNot):
    """Base of the three kinds of clicks.

    With a mouse, what is under it is clicked, and becomes the active object; without one, the
    place of the active object that is nearest to `point`.
    """

    bl_options = {"UNDO", "INTERNAL"}
    kind = clicks.INCLUDE

    point: FloatVectorProperty(
        name="Point",
        description="Where, in the coordinates of the object",
        subtype="XYZ",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "" if context.mode == "OBJECT" else "Switch to Object Mode"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if context.region is None or context.region.type != "WINDOW":
            return {"CANCELLED"}
        try:
            hit = pick.under_mouse(context, event.mouse_region_x, event.mouse_region_y)
            if hit is None:
                raise BadInput("There is no mesh under the mouse.", "Click on a mesh.")
            return self._add(context, hit)
        except PartwiseError as reason:
            return self._refuse(reason)

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            obj = context.object
            hit = pick.nearest_on(obj, Vector(self.point)) if obj and obj.type == "MESH" else None
            if hit is None:
                raise BadInput("There is no mesh to click on.", "Select a mesh.")
            return self._add(context, hit)
        except PartwiseError as reason:
            return self._refuse(reason)

    def _add(self, context: bpy.types.Context, hit: pick.Hit) -> set[str]:
        """Raises BadInput, before anything is changed, when the click cannot be made."""
        if jobs.busy() and not click_masks.is_asking():
            raise BadInput(
                "Partwise is still working on another job.", "Wait for it, or cancel it."
            )
        hit = hover.seen(hit)
        made = with_click(context, hit, self.kind)
        hover.leave()
        obj = targets.make_editable(context, hit.obj)
        _activate(context, obj)
        table, new = obj.data.partwise, made.clicks[-1]
        table.clicks_extend = made.extended
        row = table.clicks.add()
        row.kind, row.face, row.choice = new.kind, new.face, new.choice
        row.point, row.place = hit.point, hit.place
        return _answer(self, obj)

    def _refuse(self, reason: PartwiseError) -> set[str]:
        self.report({"WARNING"}, str(reason))  # type: ignore[attr-defined]
        return {"CANCELLED"}


class PARTWISE_OT_include_point(PointOperator, bpy.types.Operator):
    """Click what belongs to the part"""

    bl_idname = "partwise.include_point"
    bl_label = "Include"


class PARTWISE_OT_exclude_point(PointOperator, bpy.types.Operator):
    """Click what does not belong to the part"""

    bl_idname = "partwise.exclude_point"
    bl_label = "Exclude"
    kind = clicks.EXCLUDE


class PARTWISE_OT_join_point(PointOperator, bpy.types.Operator):
    """Click a part to join it to what was clicked, or to the active part when nothing was.

    Where there is no part yet, what belongs together there is joined
    """

    bl_idname = "partwise.join_point"
    bl_label = "Join"
    kind = clicks.JOIN


def with_click(context: bpy.types.Context, hit: pick.Hit, kind: str) -> clicks.ClickList:
    """All clicks on an object with one more, of the kind that a tool makes.

    Raises BadInput when that click cannot be made, or has nothing to go on there.
    """
    reason = targets.refusal(hit.obj, copies=context.scene.partwise.copy_linked)
    if reason is not None:
        raise reason
    mesh = hit.obj.data
    before = click_masks.clicks_of(mesh)
    if not before.clicks:
        active = parts.active_part(mesh) if kind == clicks.JOIN else None
        before = clicks.ClickList((), UNLABELLED if active is None else active.part_id)
    if kind == clicks.EXCLUDE and not before.clicks:
        raise BadInput(
            f"Nothing of “{hit.obj.name}” is included yet.",
            "Click the part that you want first.",
        )
    if kind == clicks.JOIN:
        _check_join(hit)
        if part_at(mesh, hit.face) is not None:
            kind = clicks.PART
    choice = clicks.LEVELS[context.window_manager.partwise.level]
    return before.with_click(clicks.FaceClick(kind, tuple(hit.point), hit.face, choice))


def _check_join(hit: pick.Hit) -> None:
    """Raises BadInput when what is there cannot be joined."""
    mesh = hit.obj.data
    part = part_at(mesh, hit.face)
    if len(mesh.partwise.clicks):
        answer = click_masks.answer_of(hit.obj)
        if answer is not None and answer.faces[hit.face]:
            raise BadInput(
                "This belongs to what you clicked already.",
                "Shift+click a part beside it, or press Enter to accept.",
            )
    else:
        active = parts.active_part(mesh)
        if active is not None and active.locked:
            raise BadInput(
                f"“{active.name}” is locked, so nothing can be joined to it.",
                "Unlock it in the list of parts, or choose another one there.",
            )
        if part is not None and part == active:
            raise BadInput(
                f"“{part.name}” is the active part, to which others are joined.",
                "Shift+click another part, or choose another active part in the list.",
            )
    if part is not None and part.locked:
        raise BadInput(
            f"“{part.name}” is locked, so it cannot be joined to another part.",
            "Unlock it in the list of parts.",
        )


class ClicksOperator(SaysWhyNot):
    """Base of operators on the clicks of the active object."""

    bl_options = {"UNDO"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        if context.mode != "OBJECT":
            return "Switch to Object Mode"
        return "" if has_clicks(context.object) else "There are no clicks on the active object"


class PARTWISE_OT_accept_clicks(ClicksOperator, bpy.types.Operator):
    """Make a part of what was clicked"""

    bl_idname = "partwise.accept_clicks"
    bl_label = "Accept"

    def execute(self, context: bpy.types.Context) -> set[str]:
        obj, mesh = context.object, context.object.data
        try:
            click_masks.ask(obj)  # as after loading a file
            answer = click_masks.answer_of(obj)
            if answer is None:
                self.report({"WARNING"}, "The clicks are being worked on. Accept them in a moment")
                return {"CANCELLED"}
            reason = targets.refusal(obj)
            if reason is not None:
                raise reason
            table, part = mesh.partwise, part_to_become(mesh)
            locked = [part.part_id for part in table.parts if part.locked]
            current = get_labels(mesh)
            extended = UNLABELLED if part is None else part.part_id
            made = clicks.accept(current, answer.faces, extended, locked)
            parts.set_labels(mesh, made.labels, names=made.names)
        except PartwiseError as error:
            self.report({"WARNING"}, str(error))
            return {"CANCELLED"}
        if not np.array_equal(made.labels, current):
            edits.mark(mesh, [made.part_id], edits.CLICKED)
        activate(mesh, made.part_id)
        part = table.parts[table.active]
        self.report({"INFO"}, f"“{part.name}”: {part.faces:,} face{'s' * (part.faces != 1)}")
        return _clear(obj)


class PARTWISE_OT_remove_click(ClicksOperator, bpy.types.Operator):
    """Take back the last click"""

    bl_idname = "partwise.remove_click"
    bl_label = "Remove Last Click"

    def execute(self, context: bpy.types.Context) -> set[str]:
        obj = context.object
        table = obj.data.partwise
        table.clicks.remove(len(table.clicks) - 1)
        return _answer(self, obj) if len(table.clicks) else _clear(obj)


class PARTWISE_OT_clear_clicks(ClicksOperator, bpy.types.Operator):
    """Take back all clicks"""

    bl_idname = "partwise.clear_clicks"
    bl_label = "Clear Clicks"

    def execute(self, context: bpy.types.Context) -> set[str]:
        return _clear(context.object)


class PARTWISE_OT_step_mask(ClicksOperator, bpy.types.Operator):
    """Take a larger or a smaller one of the masks that the clicks may mean"""

    bl_idname = "partwise.step_mask"
    bl_label = "Coarser or Finer"

    step: IntProperty(name="Step", description="1 for a larger mask, -1 for a smaller", default=1)

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        reason = super().objection(context)
        if reason:
            return reason
        answer = click_masks.answer_of(context.object)
        return "" if answer and answer.choices > 1 else "The clicks have one meaning only"

    def execute(self, context: bpy.types.Context) -> set[str]:
        obj = context.object
        answer = click_masks.answer_of(obj)
        choice = answer.choice + self.step if answer else -1
        if answer is None or not 0 <= choice < answer.choices:
            self.report({"INFO"}, f"There is no {'coarser' if self.step > 0 else 'finer'} mask")
            return {"CANCELLED"}
        table = obj.data.partwise
        table.clicks[len(table.clicks) - 1].choice = choice
        return _answer(self, obj)


class PARTWISE_OT_show_clicks(ClicksOperator, bpy.types.Operator):
    """Find out again what the clicks mean, as after loading a file"""

    bl_idname = "partwise.show_clicks"
    bl_label = "Show What Was Clicked"
    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return super().objection(context) or ("A job is running" if jobs.busy() else "")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return _answer(self, context.object)


def part_at(mesh: bpy.types.Mesh, face: int) -> bpy.types.PropertyGroup | None:
    """The row of the part that a polygon belongs to, None when it belongs to none."""
    if not (has_labels(mesh) and 0 <= face < len(mesh.polygons)):
        return None
    label = mesh.attributes[ATTRIBUTE].data[face].value
    return None if label == UNLABELLED else parts.part_of(mesh, label)


def part_to_become(mesh: bpy.types.Mesh) -> bpy.types.PropertyGroup | None:
    """The row of the part that clicks become when they are accepted; None when of a new one.

    It is the one that they extend, else the first of those that they join that the artist named.
    """
    table = mesh.partwise
    joined = (part_at(mesh, row.face) for row in table.clicks if row.kind == clicks.PART)
    free = (part for part in joined if part is not None and not part.locked)
    named = (part for part in free if edits.is_own_name(part.name, part.part_id))
    return parts.part_of(mesh, table.clicks_extend) or next(named, None)


def has_clicks(obj: bpy.types.Object | None) -> bool:
    """Was an object clicked, and that not accepted yet?"""
    return obj is not None and obj.type == "MESH" and len(obj.data.partwise.clicks) > 0


def _answer(operator: bpy.types.Operator, obj: bpy.types.Object) -> set[str]:
    """Have the mask of the clicks found out; they stay, whatever comes of it."""
    try:
        click_masks.ask(obj)
    except PartwiseError as error:
        operator.report({"WARNING"}, str(error))
    changed.seen.say()
    return {"FINISHED"}


def _clear(obj: bpy.types.Object) -> set[str]:
    click_masks.stop()
    obj.data.partwise.clicks.clear()
    obj.data.partwise.clicks_extend = UNLABELLED
    changed.seen.say()
    return {"FINISHED"}


def _activate(context: bpy.types.Context, obj: bpy.types.Object) -> None:
    """Make an object the active one, selected alone, as clicking it with another tool would."""
    objects = context.view_layer.objects
    if objects.active != obj or not obj.select_get():
        select_only(context, [obj])


CLASSES = (
    PARTWISE_OT_include_point,
    PARTWISE_OT_exclude_point,
    PARTWISE_OT_join_point,
    PARTWISE_OT_accept_clicks,
    PARTWISE_OT_remove_click,
    PARTWISE_OT_clear_clicks,
    PARTWISE_OT_step_mask,
    PARTWISE_OT_show_clicks,
)
