# SPDX-License-Identifier: GPL-3.0-or-later
"""Decompose: meshes to the engine and parts back; and new cuts of the tree that came with them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy
from bpy.props import IntProperty

from ...backend.contract.errors import BadInput, PartwiseError
from ...backend.contract.records import Value
from ..core.labels import Labels
from ..engine import jobs
from ..mesh.labels import has_labels
from ..scene import engine_choice, targets
from ..scene.analyses import Analysis, analyse, analysed, keep_tree, tree_of
from ..scene.apply import AppliesResults, hand_over
from ..scene.cuts import apply_cut, follow_slider
from ..scene.orders import Order, Wish, prepare, selection
from .parts import PartOperator
from .poll import SaysWhyNot
from .starting import run


class Change(Value):
    """A new cut that is ready to be applied to an object."""

    found: Analysis
    cut: Labels


class PARTWISE_OT_decompose(SaysWhyNot, bpy.types.Operator):
    """Find the parts of the selected meshes and show them in colours. The meshes stay whole.

    In Edit Mode with some faces selected, only these are decomposed
    """

    bl_idname = "partwise.decompose"
    bl_label = "Decompose"
    bl_options = {"REGISTER"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return why_not(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.partwise
        try:
            usable, skipped = targets.usable_meshes(context, copies=settings.copy_linked)
            wish = Wish.of(settings)
            orders = [(prepare(obj, settings, chosen=selection(obj)), wish) for obj in usable]
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        left_out = [each for each in skipped if each.kind != targets.NO_MESH]
        if left_out:  # one line; the panel lists all
            more = f" And {len(left_out) - 1} more." if left_out[1:] else ""
            self.report({"WARNING"}, f"Left out: {left_out[0].reason}{more}")
        return run(self, lambda: start(_title(usable), orders, copies=settings.copy_linked))


class PARTWISE_OT_apply_parts(AppliesResults, bpy.types.Operator):
    """Write the parts that were found onto the meshes"""

    bl_idname = "partwise.apply_parts"
    bl_label = "Decompose"

    def execute(self, context: bpy.types.Context) -> set[str]:
        for change in self.results():
            apply(context, change)
        return {"FINISHED"}


class PARTWISE_OT_step_parts(PartOperator, bpy.types.Operator):
    """Cut the active object into more or fewer parts"""

    bl_idname = "partwise.step_parts"
    bl_label = "More or Fewer Parts"

    step: IntProperty(name="Step", description="How many parts more, or fewer", default=1)

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        if jobs.busy():
            return "A job is running"
        is_gone = tree_of(context.object.data) is None  # the file was loaded, or the mesh edited
        return why_not(context) if is_gone else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        mesh = context.object.data
        if tree_of(mesh) is not None:
            return super().execute(context)
        _analyse_again(mesh, self.step)
        return {"CANCELLED"}  # the step of undo comes with the parts

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        tree = tree_of(mesh)
        if tree is not None:
            count = tree.tree.parts_at(mesh.partwise.granularity) + self.step
            count = tree.tree.whole(count, self.step)
            apply_cut(mesh, tree.cut(count), tree)


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be decomposed right now, in words for a tooltip; empty when it can."""
    if jobs.busy():
        return "A job is running"
    if context.mode not in ("OBJECT", "EDIT_MESH"):
        return "Switch to Object Mode"
    try:
        targets.usable_meshes(context, copies=context.scene.partwise.copy_linked)
    except BadInput as reason:
        return str(reason)
    return engine_choice.why_not(context.scene.partwise, "segment")


def was_decomposed(mesh: bpy.types.Mesh) -> bool:
    """Has a mesh parts that an engine made?"""
    return has_labels(mesh) and bool(mesh.partwise.engine)


def apply(context: bpy.types.Context, change: Change) -> None:
    """Write the parts that were found onto a mesh."""
    found = change.found
    shared = not context.scene.partwise.copy_linked
    obj = found.order.target.find()
    mesh = targets.make_editable(context, obj, shared=shared).data
    keep_tree(mesh, found)
    mesh.partwise.engine = found.engine
    mesh.partwise.variant = found.order.variant
    mesh.partwise.notice = found.notice
    apply_cut(mesh, change.cut, found.tree)


def start(title: str, orders: list[tuple[Order, Wish]], *, copies: bool = False) -> jobs.Job:
    """Analyse meshes and apply a cut of each, all in one undo step at the end."""

    def work() -> Generator[jobs.Ask, Any, list[Analysis]]:
        found = []
        for number, (order, _) in enumerate(orders):
            span = (number / len(orders), (number + 1) / len(orders))
            found.append((yield from analyse(order, span)))
        return found

    def finish(found: list[Analysis]) -> None:
        changes = []
        for one, (order, wish) in zip(found, orders, strict=True):
            # Whatever can fail comes before the first change.
            order.target.find_unchanged(copies=copies, shared=True)
            changes.append(Change(one, one.tree.cut(wish.parts(one.tree.tree, order.target.name))))
        hand_over(PARTWISE_OT_apply_parts, changes)

    return jobs.start(title, work(), finish)


def recut_live(mesh: bpy.types.Mesh) -> None:
    """The granularity slider moved: a new cut of the tree, without the engine.

    When the tree is not known any more (the file was loaded, the mesh edited), it is computed
    again first.
    """
    if not follow_slider(mesh):
        _analyse_again(mesh)


def _analyse_again(mesh: bpy.types.Mesh, step: int = 0) -> None:
    context = bpy.context
    obj = next((o for o in context.view_layer.objects if o.data == mesh), None)
    if obj is None or why_not(context) or targets.refusal(obj, shared=True) is not None:
        return
    settings = context.scene.partwise
    order = prepare(obj, settings, mesh.partwise.variant, chosen=analysed(mesh))
    start(_title([obj]), [(order, Wish("GRANULARITY", mesh.partwise.granularity, step=step))])


def _title(objects: list[bpy.types.Object]) -> str:
    if len(objects) == 1:
        return f"Decomposing {objects[0].name}"
    return f"Decomposing {len(objects)} Objects"


CLASSES = (
    PARTWISE_OT_decompose,
    PARTWISE_OT_apply_parts,
    PARTWISE_OT_step_parts,
)
