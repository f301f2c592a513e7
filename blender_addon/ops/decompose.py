# SPDX-License-Identifier: GPL-3.0-or-later
"""Decompose: meshes to the engine and parts back; and new cuts of the tree that came with them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from bpy.props import IntProperty
from numpy.typing import NDArray

from ...backend.contract.errors import BadInput, MeshNotOpen, PartwiseError
from ...backend.contract.requests import Fields, OpenMesh, Segment, Segmented
from ...backend.contract.tree import MergeTree
from ..core import labels, trees
from ..core.trees import PolygonTree
from ..engine import jobs
from ..mesh import read as mesh_read
from ..scene import edits, parts, targets
from ..scene.orders import Order, Wish, next_variant, prepare, selection


@dataclass(frozen=True)
class Decomposed:
    """What the engine found on one object.

    name : of the analysis, by which its tree is kept; engine : the one that ran; notice : a
    sentence where it is not the one that was to run.
    """

    order: Order
    name: str
    tree: PolygonTree
    engine: str
    notice: str


@dataclass(frozen=True)
class Change:
    """A new cut that is ready to be applied to an object."""

    found: Decomposed
    cut: labels.Labels


_waiting: list[Change] = []  # from the job to the operator that applies it


class PARTWISE_OT_decompose(bpy.types.Operator):
    """Find the parts of the selected meshes and show them in colours. The meshes stay whole.

    In Edit Mode with some faces selected, only these are decomposed
    """

    bl_idname = "partwise.decompose"
    bl_label = "Decompose"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

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
        return _run(self, start(_title(usable), orders, copies=settings.copy_linked))


class PARTWISE_OT_try_another(bpy.types.Operator):
    """Find other parts that are plausible too, in place of these. Locked parts and borders stay"""

    bl_idname = "partwise.try_another"
    bl_label = "Try Another"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = why_not(context)
        if not reason and not _decomposed(context):
            reason = "Decompose this object first"
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.partwise
        try:
            again = _decomposed(context)
            orders = [
                (
                    prepare(obj, settings, next_variant(obj.data), chosen=analysed(obj.data)),
                    Wish.like(obj.data, settings),
                )
                for obj in again
            ]
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return _run(self, start(_title(again), orders, copies=settings.copy_linked))


class PARTWISE_OT_apply_parts(bpy.types.Operator):
    """Write the parts that were found onto the meshes"""

    bl_idname = "partwise.apply_parts"
    bl_label = "Decompose"
    bl_options = {"UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(_waiting)

    def execute(self, context: bpy.types.Context) -> set[str]:
        while _waiting:
            change = _waiting.pop()
            found = change.found
            mesh = targets.make_editable(context, found.order.target.find()).data
            keep_tree(mesh, found)
            mesh.partwise.engine = found.engine
            mesh.partwise.variant = found.order.variant
            mesh.partwise.notice = found.notice
            edits.forget_replaced(mesh)
            apply_cut(mesh, change.cut, found.tree)
        return {"FINISHED"}


class PARTWISE_OT_step_parts(bpy.types.Operator):
    """Cut the active object into more or fewer parts"""

    bl_idname = "partwise.step_parts"
    bl_label = "More or Fewer Parts"
    bl_options = {"REGISTER", "UNDO"}

    step: IntProperty(name="Step", description="How many parts more, or fewer", default=1)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        obj = context.object
        if obj is None or obj.type != "MESH" or tree_of(obj.data) is None:
            cls.poll_message_set("Decompose this object first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        mesh = context.object.data
        tree = tree_of(mesh)
        if tree is None:  # by a script, past the poll
            return {"CANCELLED"}
        count = tree.tree.parts_at(mesh.partwise.granularity) + self.step
        apply_cut(mesh, tree.cut(count), tree)
        return {"FINISHED"}


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
    return ""


def was_decomposed(mesh: bpy.types.Mesh) -> bool:
    """Has a mesh parts that an engine made?"""
    return parts.has_labels(mesh) and bool(mesh.partwise.engine)


def analyse(order: Order, span: jobs.Span = (0.0, 1.0)) -> Generator[jobs.Ask, Any, Decomposed]:
    """The step of a job that gets the merge tree of a mesh from the engine.

    span : the part of the job's progress that it covers.
    """
    arrays = yield from jobs.compute(lambda: order.target.arrays)
    groups, borders = order.hints.for_engine(arrays)
    request = Segment(
        arrays.fingerprint,
        engine=order.engine,
        variant=order.variant,
        groups=groups,
        borders=borders,
    )

    def on_polygons(answer: Segmented) -> Decomposed:
        """The engine's tree of triangles, as one of polygons; away from Blender's main thread."""
        areas = arrays.triangle_areas()
        patch = labels.majority(answer.patch, arrays.polygon, areas, arrays.polygons)
        area = np.bincount(arrays.polygon, weights=areas, minlength=arrays.polygons).astype(float)
        tree = MergeTree(answer.tree_children, answer.tree_height, answer.natural_parts)
        # Undo goes back from one analysis of a shape to another, whose tree must be there too.
        name = f"{arrays.fingerprint} {order.engine} {order.variant} {request.hints_digest()}"
        found = PolygonTree(tree, patch, area)
        return Decomposed(order, name, found, answer.engine, answer.notice)

    decomposed: Decomposed = yield from ask_about(arrays, request, on_polygons, span)
    return decomposed


def ask_about(
    arrays: mesh_read.MeshArrays,
    request: Fields,
    then: Callable[[Any], Any] | None = None,
    span: jobs.Span = (0.0, 1.0),
) -> Generator[jobs.Ask, Any, Any]:
    """The step of a job that asks about a mesh, and sends the mesh if the engine lacks it."""
    try:
        return (yield jobs.Ask(request, then, span))
    except MeshNotOpen:
        pass  # it is sent now
    opened = OpenMesh(arrays.vertices, arrays.faces, arrays.fingerprint)
    yield jobs.Ask(opened, span=(span[0], span[0]))
    return (yield jobs.Ask(request, then, span))


def start(title: str, orders: list[tuple[Order, Wish]], *, copies: bool = False) -> jobs.Job:
    """Analyse meshes and apply a cut of each, all in one undo step at the end."""

    def work() -> Generator[jobs.Ask, Any, list[Decomposed]]:
        found = []
        for number, (order, _) in enumerate(orders):
            span = (number / len(orders), (number + 1) / len(orders))
            found.append((yield from analyse(order, span)))
        return found

    def finish(found: list[Decomposed]) -> None:
        changes = []
        for one, (order, wish) in zip(found, orders, strict=True):
            # Whatever can fail comes before the first change.
            order.target.find_unchanged(copies=copies)
            changes.append(Change(one, one.tree.cut(wish.parts(one.tree.tree, order.target.name))))
        _waiting[:] = changes
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
            bpy.ops.partwise.apply_parts("EXEC_DEFAULT", True)

    return jobs.start(title, work(), finish)


def keep_tree(mesh: bpy.types.Mesh, found: Decomposed) -> None:
    """Let a mesh find the tree of an analysis, as long as that is in memory."""
    trees.keep(found.name, found.tree)
    mesh.partwise.fingerprint = found.name


def tree_of(mesh: bpy.types.Mesh) -> PolygonTree | None:
    """The merge tree of a mesh with parts, when it is still known."""
    return trees.find(mesh.partwise.fingerprint, parts.face_count(mesh))


def analysed(mesh: bpy.types.Mesh) -> NDArray[np.bool_] | None:
    """(F,) the polygons that were decomposed, None when that is all: for doing it again.

    Where the tree is gone, those that have parts.
    """
    tree = tree_of(mesh)
    faces = (parts.get_labels(mesh) if tree is None else tree.patch) >= 0
    return faces if faces.any() and not faces.all() else None


def apply_cut(mesh: bpy.types.Mesh, cut: labels.Labels, tree: PolygonTree) -> None:
    """Give a mesh the parts of a new cut, apart from what is locked, and set its slider to it."""
    global _slider_follows
    _relabel(mesh, cut, tree)
    _slider_follows = True
    try:
        mesh.partwise.granularity = tree.granularity_of(len(np.unique(cut[cut >= 0])))
    finally:
        _slider_follows = False


_slider_follows = False  # the slider is being set to a cut, rather than the cut to the slider


def recut_live(mesh: bpy.types.Mesh) -> None:
    """The granularity slider moved: a new cut of the tree, without the engine.

    When the tree is not known any more (the file was loaded, the mesh edited), it is computed
    again first.
    """
    if _slider_follows or not parts.has_labels(mesh):
        return
    tree = tree_of(mesh)
    if tree is None:
        _analyse_again(mesh)
    else:
        _relabel(mesh, tree.cut(tree.tree.parts_at(mesh.partwise.granularity)), tree)


def _relabel(mesh: bpy.types.Mesh, cut: labels.Labels, tree: PolygonTree) -> None:
    table = mesh.partwise
    new = labels.recut(
        cut,
        parts.get_labels(mesh),
        tree.area,
        locked=[part.part_id for part in table.parts if part.locked],
        kept_borders=[(border.one, border.two) for border in table.kept_borders],
    )
    edits.apply_cut(mesh, new, tree.area)


def _analyse_again(mesh: bpy.types.Mesh) -> None:
    context = bpy.context
    obj = next((o for o in context.view_layer.objects if o.data == mesh), None)
    if obj is None or why_not(context) or targets.refusal(obj) is not None:
        return
    settings = context.scene.partwise
    order = prepare(obj, settings, mesh.partwise.variant, chosen=analysed(mesh))
    start(_title([obj]), [(order, Wish("GRANULARITY", mesh.partwise.granularity))])


def _decomposed(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects that can be decomposed again."""
    usable, _ = targets.usable_meshes(context, copies=context.scene.partwise.copy_linked)
    return [obj for obj in usable if was_decomposed(obj.data)]


def _run(operator: bpy.types.Operator, job: jobs.Job) -> set[str]:
    """The end of an operator that started a job."""
    if job.state == "FAILED":
        operator.report({"ERROR"}, str(job.error))
        return {"CANCELLED"}
    return {"FINISHED"}


def _title(objects: list[bpy.types.Object]) -> str:
    if len(objects) == 1:
        return f"Decomposing {objects[0].name}"
    return f"Decomposing {len(objects)} Objects"


CLASSES = (
    PARTWISE_OT_decompose,
    PARTWISE_OT_try_another,
    PARTWISE_OT_apply_parts,
    PARTWISE_OT_step_parts,
)
