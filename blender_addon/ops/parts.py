# SPDX-License-Identifier: GPL-3.0-or-later
"""Edit the parts of the active object: merge, split, assign, lock borders, select, remove.

Each changes the labels through `parts` and is one step of Blender's history.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput, PartwiseError
from ..core import labels
from ..engine import jobs
from ..mesh.read import selected_faces
from ..mesh.selection import select_faces
from ..scene import edits, naming, parts
from ..scene.analyses import Analysis, analyse, keep_tree, tree_of
from ..scene.apply import run_as_step
from ..scene.orders import Order
from .poll import SaysWhyNot


def why_not(context: bpy.types.Context, *, edit_mode: bool = False) -> str:
    """Why the parts of the active object cannot be edited, for a tooltip; empty when they can."""
    obj = context.object
    if obj is None or obj.type != "MESH":
        return "Select a mesh"
    if edit_mode and context.mode != "EDIT_MESH":
        return "Select faces in Edit Mode first"
    if context.mode not in ("OBJECT", "EDIT_MESH"):
        return "Switch to Object Mode or Edit Mode"
    if not obj.data.is_editable or obj.data.override_library is not None:
        return "The mesh is linked from another file. Make it local first"
    if not parts.has_labels(obj.data):
        return "This mesh has no parts yet. Press Decompose first"
    return ""


def ticked(mesh: bpy.types.Mesh) -> list[bpy.types.PropertyGroup]:
    """The parts that are ticked in the list."""
    return [part for part in mesh.partwise.parts if part.selected]


def chosen(mesh: bpy.types.Mesh) -> list[bpy.types.PropertyGroup]:
    """The parts that an operator works on: those that are ticked, else the active one."""
    active = parts.active_part(mesh)
    return ticked(mesh) or ([active] if active else [])


class PartOperator(SaysWhyNot):
    """Base of operators on the parts of the active object."""

    bl_options = {"REGISTER", "UNDO"}
    needs_edit_mode = False

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return why_not(context, edit_mode=cls.needs_edit_mode) or cls.lacks(context)

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        """What else is missing on a mesh with parts; empty when nothing is."""
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            self.edit(context, context.object.data)
        except PartwiseError as error:
            self.report({"ERROR"}, str(error))  # type: ignore[attr-defined]
            return {"CANCELLED"}
        return {"FINISHED"}

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        """Do it. Raises PartwiseError, before anything was changed, when it cannot be done."""
        raise NotImplementedError


def _relabel(
    mesh: bpy.types.Mesh,
    new: labels.Labels,
    kind: str,
    made: Collection[int],
    names: dict[int, str] | None = None,
) -> None:
    """Apply labels (F,) in which parts were made by hand; names : of those that are new."""
    parts.set_labels(mesh, new, names=names)
    edits.mark(mesh, made, kind)


def activate(mesh: bpy.types.Mesh, part_id: int) -> None:
    """Make a part the active row of the list."""
    rows = [part.part_id for part in mesh.partwise.parts]
    if part_id in rows:
        mesh.partwise.active = rows.index(part_id)


class PARTWISE_OT_merge_parts(PartOperator, bpy.types.Operator):
    """Make one part of those that are ticked in the list; it keeps the name of the largest"""

    bl_idname = "partwise.merge_parts"
    bl_label = "Merge Parts"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return "" if len(ticked(context.object.data)) > 1 else "Tick two or more parts in the list"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        merged = ticked(mesh)
        ids = [part.part_id for part in merged]
        into = max(merged, key=lambda part: part.area).part_id
        _move_borders(mesh, dict.fromkeys(ids, into))
        _relabel(mesh, labels.merge(parts.get_labels(mesh), ids, into), edits.MERGED, [into])
        activate(mesh, into)
        mesh.partwise.parts.foreach_set("selected", [False] * len(mesh.partwise.parts))


class PARTWISE_OT_split_part(PartOperator, bpy.types.Operator):
    """Cut the active part into pieces where the engine sees the next border"""

    bl_idname = "partwise.split_part"
    bl_label = "Split Part"

    pieces: IntProperty(name="Pieces", description="Number of pieces", default=2, min=2, soft_max=8)
    part_id: IntProperty(default=-1, options={"HIDDEN", "SKIP_SAVE"})  # by default, the active one

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        if parts.active_part(context.object.data) is None:
            return "Choose a part in the list"
        return "A job is running" if jobs.busy() else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        mesh = context.object.data
        active = parts.active_part(mesh)
        if self.part_id < 0 and active is not None:
            self.part_id = active.part_id
        tree = tree_of(mesh)
        inside = parts.get_labels(mesh) == self.part_id
        if inside.any() and (tree is None or not (tree.patch[inside] >= 0).any()):
            job = _analyse_first(context.object, self.part_id, self.pieces)
            if job.state == "FAILED":
                self.report({"ERROR"}, str(job.error))
            return {"CANCELLED"}  # no step of undo: the job makes one when it splits
        return super().execute(context)

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        part, tree = parts.part_of(mesh, self.part_id), tree_of(mesh)
        if part is None or tree is None:
            raise BadInput("The part is not there any more.", "Choose another one in the list.")
        current = parts.get_labels(mesh)
        inside = current == part.part_id
        piece, found = tree.cut_within(inside, self.pieces)
        if found < 2:
            raise BadInput(
                f"The engine sees no border inside “{part.name}”.",
                "Select faces of it in Edit Mode and use New Part from Selected Faces.",
            )
        if found < self.pieces:
            self.report({"INFO"}, f"“{part.name}” can be cut into {found} pieces at most")
        new = labels.split(current, part.part_id, piece, tree.area)
        locked, visible = part.locked, part.visible
        is_named = naming.is_renamed(part)
        made = set(np.unique(new[inside]).tolist()) - {part.part_id}
        names = dict.fromkeys(made, part.name) if is_named else None
        _relabel(mesh, new, edits.SPLIT, made | {self.part_id}, names)
        for row in mesh.partwise.parts:
            if row.part_id in made:
                row.locked, row.visible = locked, visible
        activate(mesh, self.part_id)


class PARTWISE_OT_assign_faces(PartOperator, bpy.types.Operator):
    """Make the selected faces belong to the active part"""

    bl_idname = "partwise.assign_faces"
    bl_label = "Assign Selected Faces"
    needs_edit_mode = True

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return "" if parts.active_part(context.object.data) else "Choose a part in the list"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        part_id = mesh.partwise.parts[mesh.partwise.active].part_id
        new = np.where(_selected(mesh), part_id, parts.get_labels(mesh))
        _relabel(mesh, new, edits.ASSIGNED, [part_id])
        activate(mesh, part_id)


class PARTWISE_OT_new_part(PartOperator, bpy.types.Operator):
    """Make a part of its own of the selected faces"""

    bl_idname = "partwise.new_part"
    bl_label = "New Part from Selected Faces"
    needs_edit_mode = True

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        current = parts.get_labels(mesh)
        part_id = labels.unused_id(set(current.tolist()))
        new = np.where(_selected(mesh), part_id, current)
        _relabel(mesh, new, edits.ASSIGNED, [part_id])
        activate(mesh, part_id)


class PARTWISE_OT_select_faces(PartOperator, bpy.types.Operator):
    """Select the faces of the ticked parts, or of the active part, in Edit Mode"""

    bl_idname = "partwise.select_faces"
    bl_label = "Select Faces"

    extend: BoolProperty(name="Extend", description="Keep what is selected already")
    unassigned: BoolProperty(name="Unassigned", description="Select the faces without a part")

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        ids = [part.part_id for part in chosen(mesh)]
        ids = [labels.UNLABELLED] if self.unassigned else ids
        if not ids:
            raise BadInput("No part is chosen.", "Choose a part in the list.")
        wanted = np.isin(parts.get_labels(mesh), ids)
        select_in_edit_mode(context, mesh, wanted, extend=self.extend)


class PARTWISE_OT_pick_part(PartOperator, bpy.types.Operator):
    """Show in the list which parts the selected faces belong to"""

    bl_idname = "partwise.pick_part"
    bl_label = "Pick Parts of Selected Faces"
    needs_edit_mode = True

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        import bmesh

        faces = bmesh.from_edit_mesh(mesh).faces
        current, is_selected = parts.get_labels(mesh), _selected(mesh)
        ids = np.unique(current[is_selected]).tolist()
        rows = [part.part_id in ids for part in mesh.partwise.parts]
        if not any(rows):
            raise BadInput("The selected faces belong to no part.", "Select faces of a part.")
        mesh.partwise.parts.foreach_set("selected", rows)
        last = faces.active if faces.active and faces.active.select else None
        activate(mesh, int(current[last.index]) if last else next(i for i in ids if i >= 0))


class PARTWISE_OT_lock_border(PartOperator, bpy.types.Operator):
    """Keep the border between the two ticked parts when the model is cut again"""

    bl_idname = "partwise.lock_border"
    bl_label = "Lock Border"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return "" if len(ticked(context.object.data)) == 2 else "Tick two parts in the list"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        one, two = ticked(mesh)
        if context.mode == "EDIT_MESH":
            context.object.update_from_editmode()
        polygon, edge = _corners(mesh)
        if not labels.touch(parts.get_labels(mesh), polygon, edge, one.part_id, two.part_id):
            raise BadInput(
                f"“{one.name}” and “{two.name}” do not touch.",
                "Tick two parts that are neighbours.",
            )
        if {one.part_id, two.part_id} not in [{b.one, b.two} for b in mesh.partwise.kept_borders]:
            border = mesh.partwise.kept_borders.add()
            border.one, border.two = one.part_id, two.part_id


class PARTWISE_OT_unlock_borders(PartOperator, bpy.types.Operator):
    """Let new cuts move the borders of the ticked parts again, or all when none is ticked"""

    bl_idname = "partwise.unlock_borders"
    bl_label = "Unlock Borders"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return "" if len(context.object.data.partwise.kept_borders) else "No border is locked"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        ids = {part.part_id for part in ticked(mesh)}
        borders = mesh.partwise.kept_borders
        for number in reversed(range(len(borders))):
            if not ids or {borders[number].one, borders[number].two} & ids:
                borders.remove(number)


class PARTWISE_OT_remove_parts(PartOperator, bpy.types.Operator):
    """Forget all parts of this mesh. The mesh itself stays as it is"""

    bl_idname = "partwise.remove_parts"
    bl_label = "Remove All Parts"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not _has_work(context.object.data):
            return self.execute(context)
        result: set[str] = context.window_manager.invoke_confirm(
            self,
            event,
            title="Remove All Parts?",
            message="Parts were edited by hand.",
            confirm_text="Remove",
            icon="WARNING",
        )
        return result

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        parts.remove_labels(mesh)
        mesh.partwise.edited = False


def _has_work(mesh: bpy.types.Mesh) -> bool:
    """Would removing the parts lose something that Decompose does not bring back?"""
    table = mesh.partwise
    return (
        table.edited
        or len(table.kept_borders) > 0
        or any(part.locked or naming.is_renamed(part) for part in table.parts)
    )


def _analyse_first(obj: bpy.types.Object, part_id: int, pieces: int) -> jobs.Job:
    """The tree is not in memory, as after loading a file: get it from the engine, then split."""
    settings = bpy.context.scene.partwise
    order = Order.of(obj, settings, obj.data.partwise.variant)

    def work() -> Generator[Any, Any, Analysis]:
        return (yield from analyse(order))

    def finish(found: Analysis) -> None:
        changed = order.target.find_unchanged(copies=True)
        keep_tree(changed.data, found)
        step = PARTWISE_OT_split_part.bl_idname
        run_as_step(step, changed, part_id=part_id, pieces=pieces)

    return jobs.start(f"Analysing {obj.name}", work(), finish)


def _selected(mesh: bpy.types.Mesh) -> NDArray[np.bool_]:
    chosen_faces = selected_faces(mesh)
    if not chosen_faces.any():
        raise BadInput("No face is selected.", "Select faces in Edit Mode.")
    return chosen_faces


def select_in_edit_mode(
    context: bpy.types.Context,
    mesh: bpy.types.Mesh,
    wanted: NDArray[np.bool_],
    *,
    extend: bool = False,
) -> None:
    """Show polygons (F,) of the active object selected, in Edit Mode. extend : beside what is."""
    if context.mode != "EDIT_MESH":
        bpy.ops.object.mode_set(mode="EDIT")
    context.tool_settings.mesh_select_mode = (False, False, True)
    if not extend:
        bpy.ops.mesh.select_all(action="DESELECT")
    select_faces(mesh, wanted)


def _corners(mesh: bpy.types.Mesh) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(C,) int32 each, the polygon and the edge of each corner."""
    edge = np.empty(len(mesh.loops), dtype=np.int32)
    mesh.loops.foreach_get("edge_index", edge)
    size = np.empty(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("loop_total", size)
    return np.repeat(np.arange(len(size), dtype=np.int32), size), edge


def _move_borders(mesh: bpy.types.Mesh, into: dict[int, int]) -> None:
    """Locked borders of parts that were merged become borders of what they were merged into."""
    borders = mesh.partwise.kept_borders
    pairs = {
        tuple(sorted((into.get(border.one, border.one), into.get(border.two, border.two))))
        for border in borders
    }
    borders.clear()
    for one, two in sorted(pairs):
        if one != two:
            border = borders.add()
            border.one, border.two = one, two


CLASSES = (
    PARTWISE_OT_merge_parts,
    PARTWISE_OT_split_part,
    PARTWISE_OT_assign_faces,
    PARTWISE_OT_new_part,
    PARTWISE_OT_select_faces,
    PARTWISE_OT_pick_part,
    PARTWISE_OT_lock_border,
    PARTWISE_OT_unlock_borders,
    PARTWISE_OT_remove_parts,
)
