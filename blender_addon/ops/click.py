# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks and strokes on meshes, and the part that is made of them: one step of undo each."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

import bpy
from bpy.props import FloatVectorProperty, IntProperty
from mathutils import Vector

from ...backend.contract.arrays import np
from ...backend.contract.errors import BadInput, PartwiseError
from ..core import clicks
from ..core.labels import UNLABELLED
from ..engine import jobs
from ..mesh.labels import get_labels
from ..scene import changed, click_masks, edits, hover, parts, pick, targets
from ..scene.clickable import part_at, with_click
from ..scene.selection import select_only
from .parts import activate
from .poll import SaysWhyNot

STRIDE = 14.0  # pixels of a stroke from one look to the next, times the interface's scale
BLIND = 3  # strides from one click to the next while nothing is known
MOST_OF_A_STROKE = 24  # clicks

Pixel = tuple[float, float]
"""A place in the region of a 3D view."""


class PointOperator(SaysWhyNot):
    """Base of the three kinds of clicks.

    With a mouse, what is under it is clicked, and becomes the active object; without one, the
    place of the active object that is nearest to `point`. While the button is held it paints: it
    adds, or takes, what clicks on its way would mean. All is one step of undo.
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
            self._add(context, hit)
        except PartwiseError as reason:
            return self._refuse(reason)
        self._stroke = Stroke(
            context.object.session_uid, (event.mouse_region_x, event.mouse_region_y)
        )
        context.window_manager.modal_handler_add(self)  # until the button is let go
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type == "MOUSEMOVE":
            self._paint(context, (event.mouse_region_x, event.mouse_region_y))
        elif event.type == "LEFTMOUSE" and event.value == "RELEASE":
            hover.rest_at((event.mouse_region_x, event.mouse_region_y))
            return {"FINISHED"}
        elif event.type in ("ESC", "RIGHTMOUSE") and event.value == "PRESS":
            obj = context.object
            if has_clicks(obj):
                _take_back(self, obj, self._stroke.count)
            return {"CANCELLED"}
        return {"RUNNING_MODAL"}

    def _paint(self, context: bpy.types.Context, pixel: Pixel) -> None:
        """Go on with a stroke: click where what is under the mouse is not yet as it should be."""
        if not self._stroke.goes_on(pixel, context.preferences.system.ui_scale):
            return
        with contextlib.suppress(PartwiseError):  # the stroke goes on where a click can be made
            hit = pick.under_mouse(context, *pixel)
            if hit is not None and self._stroke.clicks(hit, self.kind):
                self._add(context, hit, goes_on=True)
                self._stroke.made()

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            obj = context.object
            hit = pick.nearest_on(obj, Vector(self.point)) if obj and obj.type == "MESH" else None
            if hit is None:
                raise BadInput("There is no mesh to click on.", "Select a mesh.")
            return self._add(context, hit)
        except PartwiseError as reason:
            return self._refuse(reason)

    def _add(self, context: bpy.types.Context, hit: pick.Hit, *, goes_on: bool = False) -> set[str]:
        """Raises BadInput, before anything is changed, when the click cannot be made."""
        if jobs.busy() and not click_masks.is_asking():
            raise BadInput(
                "Partwise is still working on another job.", "Wait for it, or cancel it."
            )
        hit = hover.seen(hit)
        made = with_click(context, hit, self.kind, goes_on=goes_on)
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


@dataclass
class Stroke:
    """A click that goes on as long as the mouse button is held.

    uid : of the object that is painted on; at : pixel of the last look; count : clicks so far;
    last : pixel of the last of them.
    """

    uid: int
    at: Pixel
    count: int = 1
    last: Pixel | None = None

    def goes_on(self, pixel: Pixel, scale: float) -> bool:
        """Has the mouse come far enough to look again? Then that is where it was last."""
        self.last = self.last or self.at
        is_far = math.dist(pixel, self.at) >= STRIDE * scale and self.count < MOST_OF_A_STROKE
        if is_far:
            self.at = pixel
        return is_far

    def clicks(self, hit: pick.Hit, kind: str) -> bool:
        """Is a click of this kind to be made here? As long as it is not known what those before it
        mean, only some way from them."""
        if hit.obj.session_uid != self.uid:
            return False
        answer = click_masks.answer_of(hit.obj)
        if answer is None:
            return math.dist(self.at, self.last or self.at) >= BLIND * STRIDE
        return bool(answer.faces[hit.face]) != (kind != clicks.EXCLUDE)

    def made(self) -> None:
        """A click was made where the mouse was last."""
        self.count, self.last = self.count + 1, self.at


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
        return _take_back(self, context.object)


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


def _take_back(operator: bpy.types.Operator, obj: bpy.types.Object, count: int = 1) -> set[str]:
    """Remove the last clicks."""
    rows = obj.data.partwise.clicks
    for _ in range(min(count, len(rows))):
        rows.remove(len(rows) - 1)
    return _answer(operator, obj) if len(rows) else _clear(obj)


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
