# SPDX-License-Identifier: GPL-3.0-or-later
"""Join Back: parts become the whole again."""

from __future__ import annotations

import bpy

from ..backend.errors import PartwiseError
from . import jobs, parts
from .assembly import SOURCE, assembly_of
from .mesh_compare import are_whole
from .mesh_join import Joined, join_meshes
from .mesh_keys import remove_meshes


class PARTWISE_OT_join_back(bpy.types.Operator):
    """Make one object of the parts again. Where nothing was edited, it is exactly the original"""

    bl_idname = "partwise.join_back"
    bl_label = "Join Back"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

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
        for obj in context.selected_objects:
            obj.select_set(False)
        seen = [obj for obj in originals if obj.name in context.view_layer.objects]
        for obj in seen:
            obj.select_set(True)
        context.view_layer.objects.active = seen[0] if seen else None
        return {"FINISHED"}


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be joined right now, for a tooltip; empty when it can."""
    if jobs.busy():
        return "A job is running"
    if context.mode != "OBJECT":
        return "Switch to Object Mode"
    if not assemblies(context):
        return "Select a part, or the original of parts"
    return ""


def assemblies(context: bpy.types.Context) -> list[bpy.types.Collection]:
    """The collections of parts to which the selected objects belong."""
    found = [assembly_of(obj) for obj in (*context.selected_objects, context.object)]
    return list(dict.fromkeys(f for f in found if f is not None and f.partwise.source is not None))


def parts_of(folder: bpy.types.Collection) -> list[bpy.types.Object]:
    """The parts in a collection that are parts of its own original."""
    original = folder.partwise.source
    return [o for o in folder.all_objects if o.type == "MESH" and o.partwise.source == original]


def added_modifiers(folder: bpy.types.Collection) -> list[str]:
    """Names of modifiers that parts have and their original has not."""
    known = {modifier.name for modifier in folder.partwise.source.modifiers}
    return sorted({m.name for part in parts_of(folder) for m in part.modifiers} - known)


def join_back(folder: bpy.types.Collection) -> bool:
    """Put the original in the place of its parts; parts that were split themselves go first.

    Where parts were edited, moved, added or deleted, the original gets a mesh made of them.
    Returns whether that was so.
    """
    pieces = parts_of(folder)
    for piece in pieces:
        for inner in [c for c in bpy.data.collections if c.partwise.source == piece]:
            join_back(inner)
    original = folder.partwise.source
    edited = bool(pieces) and not are_whole(pieces, original)
    if edited:
        _replace_mesh(original, join_meshes(original, pieces))
    _bring_back(original)
    _remove(folder, pieces, original)
    return edited


def _replace_mesh(original: bpy.types.Object, joined: Joined) -> None:
    before, mesh = original.data, joined.mesh
    table = {row.part_id: row for row in before.partwise.parts}
    parts.set_labels(mesh, joined.labels, names={i: row.name for i, row in table.items()})
    for row in mesh.partwise.parts:
        known = table.get(row.part_id)
        for name in ("colour", "visible", "locked") if known is not None else ():
            if getattr(row, name) != getattr(known, name):
                setattr(row, name, getattr(known, name))
    for border in before.partwise.kept_borders:
        kept = mesh.partwise.kept_borders.add()
        kept.one, kept.two = border.one, border.two
    mesh.partwise.engine = before.partwise.engine
    name = before.name
    original.data = mesh
    if before.users == 0:
        remove_meshes([before])
    mesh.name = name


def _bring_back(original: bpy.types.Object) -> None:
    """Out of the hidden collection, to where that is."""
    every = [*(scene.collection for scene in bpy.data.scenes), *bpy.data.collections]
    for home in [h for h in original.users_collection if f".{SOURCE}" in h.name]:
        for parent in every:
            if parent.children.get(home.name) == home and original.name not in parent.objects:
                parent.objects.link(original)
        home.objects.unlink(original)
        if not home.objects and not home.children:
            bpy.data.collections.remove(home)


def _remove(
    folder: bpy.types.Collection, pieces: list[bpy.types.Object], original: bpy.types.Object
) -> None:
    for piece in pieces:
        for child in [c for c in piece.children if c not in pieces]:
            place = child.matrix_world.copy()
            child.parent = original
            child.matrix_world = place
    meshes = {piece.data for piece in pieces}
    bpy.data.batch_remove(pieces)
    remove_meshes([mesh for mesh in meshes if mesh.users == 0])
    folder.partwise.source = None
    if not folder.objects and not folder.children:  # else the artist keeps something there
        bpy.data.collections.remove(folder)


CLASSES = (PARTWISE_OT_join_back,)
