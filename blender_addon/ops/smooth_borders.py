# SPDX-License-Identifier: GPL-3.0-or-later
"""Make borders of parts smooth, where they have teeth: faces are cut, on request only."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy

from ...backend.contract.arrays import np
from ...backend.contract.errors import PartwiseError
from ...backend.contract.records import Value
from ...backend.contract.requests import SmoothBorders, SmoothedBorders
from ..core.labels import Labels, compact
from ..engine import jobs
from ..mesh.keys import remove_meshes
from ..mesh.labels import get_labels
from ..mesh.read import triangulate
from ..mesh.smooth_borders import Pieces, cut_along
from ..scene import parts, targets
from ..scene.analyses import ask_about
from ..scene.apply import AppliesResults, hand_over
from ..scene.targets import Target
from .assemble import labelled, why_not
from .poll import SaysWhyNot


class Smoothed(Value):
    """The pieces of one mesh, and (F,) the part id of each polygon that there will be."""

    pieces: Pieces
    labels: Labels


Found = list[tuple[Target, Smoothed]]


class PARTWISE_OT_smooth_borders(SaysWhyNot, bpy.types.Operator):
    """Cut faces of the selected objects where borders of parts have teeth, so that they are smooth.
    This changes the topology at these borders; those along creases and edge loops stay"""

    bl_idname = "partwise.smooth_borders"
    bl_label = "Smooth Borders"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return why_not(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        copies, prepared = context.scene.partwise.copy_linked, []
        for obj in labelled(context):
            reason = targets.refusal(obj, copies=copies, shared=True)
            if reason is not None:
                self.report({"ERROR"}, str(reason))
                return {"CANCELLED"}
            prepared.append((Target.of(obj), get_labels(obj.data)))
        job = _start(prepared)
        if job.state == "FAILED":
            self.report({"ERROR"}, str(job.error))
        return {"CANCELLED"}  # no step of undo: the job makes one when it cuts


class PARTWISE_OT_apply_smooth_borders(AppliesResults, bpy.types.Operator):
    """Cut faces along smooth borders"""

    bl_idname = "partwise.apply_smooth_borders"
    bl_label = "Smooth Borders"

    def execute(self, context: bpy.types.Context) -> set[str]:
        done = []
        for target, found in self.results():
            obj = target.find()
            if obj.data in done:  # shared by an object before
                continue
            obj = targets.make_editable(context, obj, shared=not context.scene.partwise.copy_linked)
            done.append(_apply(obj, found))
        return {"FINISHED"}


def _start(prepared: list[tuple[Target, Labels]]) -> jobs.Job:
    """Ask the engine where borders run, then cut all objects in one step of undo."""

    def work() -> Generator[jobs.Ask, Any, Found]:
        found: Found = []
        for number, (target, labels) in enumerate(prepared):
            span = (number / len(prepared), (number + 1) / len(prepared))
            found.append((target, (yield from _ask(target, labels, span))))
        return found

    def finish(found: Found) -> None:
        for target, _ in found:
            target.find_unchanged(copies=bpy.context.scene.partwise.copy_linked, shared=True)
        useful = [(target, one) for target, one in found if len(one.pieces.source)]
        if not useful:
            raise PartwiseError(
                "These borders have no teeth that could be cut off.",
                "Borders along creases and edge loops stay as they are.",
            )
        hand_over(PARTWISE_OT_apply_smooth_borders, useful)

    return jobs.start("Smoothing Borders", work(), finish)


def _ask(target: Target, labels: Labels, span: jobs.Span) -> Generator[jobs.Ask, Any, Smoothed]:
    arrays = yield from jobs.compute(lambda: target.arrays)
    ids, part = compact(labels[arrays.polygon])

    def on_mesh(answer: SmoothedBorders) -> Smoothed:
        mesh = target.snapshot
        triangles = triangulate(mesh) if mesh.triangles is None else mesh.triangles
        pieces = Pieces.of(answer, triangles, mesh.corner_vertex, len(mesh.positions))
        label = np.concatenate([answer.label[~pieces.cut], answer.piece_label])
        return Smoothed(pieces, ids[label].astype(np.int32))

    request = SmoothBorders(arrays.fingerprint, part.astype(np.int32), arrays.polygon)
    done: Smoothed = yield from ask_about(arrays, request, on_mesh, span)
    return done


def _apply(obj: bpy.types.Object, found: Smoothed) -> bpy.types.Mesh:
    """Give an object, and those that share its mesh, one that is cut."""
    before = obj.data
    mesh = cut_along(before, found.pieces)
    parts.set_labels(mesh, found.labels)
    for other in [o for o in bpy.data.objects if o.data == before]:
        other.data = mesh
    name = before.name
    if before.users == 0:
        remove_meshes([before])
    mesh.name = name
    return mesh


CLASSES = (PARTWISE_OT_smooth_borders, PARTWISE_OT_apply_smooth_borders)
