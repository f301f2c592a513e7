# SPDX-License-Identifier: GPL-3.0-or-later
"""Assemblies -> whole objects: the original in the place of its parts, with what was edited."""

from __future__ import annotations

import re
from typing import Any

import bpy

from ...backend.contract.arrays import np
from ..mesh.borders import is_border, release_borders
from ..mesh.caps import caps_digest
from ..mesh.compare import are_whole
from ..mesh.join import Joined, join_meshes
from ..mesh.keys import remove_meshes
from ..mesh.preview import is_preview
from . import parts

# What a row of the table keeps when the mesh is another one.
KEPT = ("colour", "visible", "locked", "given", "edited")
SOURCE = "source"  # an original is put away in `<Name>.source`


def parts_of(folder: bpy.types.Collection) -> list[bpy.types.Object]:
    """The parts in a collection that are parts of its own original."""
    original = folder.partwise.source
    return [o for o in folder.all_objects if o.type == "MESH" and o.partwise.source == original]


def added_modifiers(folder: bpy.types.Collection) -> list[str]:
    """Names of modifiers that parts have and their original has not."""
    known = {modifier.name for modifier in folder.partwise.source.modifiers}
    return sorted({m.name for part in parts_of(folder) for m in _modifiers(part)} - known)


def _modifiers(obj: bpy.types.Object) -> list[bpy.types.Modifier]:
    """Those of the artist."""
    return [each for each in obj.modifiers if not (is_preview(each) or is_border(each))]


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


def discard_untouched(original: bpy.types.Object) -> None:
    """Delete parts of an earlier split that hold nothing of the artist's own work."""
    for folder in [c for c in bpy.data.collections if c.partwise.source == original]:
        pieces = parts_of(folder)
        alone = set(folder.all_objects) == set(pieces) and not _used_elsewhere(pieces, folder)
        if alone and all(map(_is_untouched, pieces)) and are_whole(pieces, original):
            _remove(folder, pieces, original)


def _used_elsewhere(pieces: list[bpy.types.Object], folder: bpy.types.Collection) -> bool:
    """Does anything but their collection know the parts: a child, a constraint, a driver?"""
    scenes = set(bpy.data.scenes)  # these know all that is in them
    users = bpy.data.user_map(subset=pieces).values()
    # Parts know each other where they are parented.
    return any(found - scenes - {folder} - set(pieces) for found in users) or any(
        len(piece.users_collection) > 1 for piece in pieces
    )


def _is_untouched(piece: bpy.types.Object) -> bool:
    """Is a part, but for its place and the mesh that was cut, as Split made it, caps too?"""
    original = piece.partwise.source
    # Split gave both one name, but for meshes that several objects share.
    named = piece.data.users > 1 or _stem(piece.name) == _stem(piece.data.name)
    stacks = ((_modifiers(piece), _modifiers(original)), (piece.constraints, original.constraints))
    return (
        named
        and piece.data.partwise.caps == caps_digest(piece.data)
        and _alike(piece, original, PARENTING if hangs_on_part(piece) else frozenset())
        and _properties(piece) == _properties(original)
        and _own_materials(piece) <= _own_materials(original)
        and all(len(one) == len(two) and all(map(_alike, one, two)) for one, two in stacks)
    )


def _stem(name: str) -> str:
    return re.sub(r"\.\d{3,}$", "", name)


# What Split itself sets, what exploding moves, and what says nothing about the artist's work.
_OWN = {
    *("name", "data", "location", "delta_location", "use_fake_user", "execution_time"),
    *("matrix_basis", "matrix_local", "matrix_world", "dimensions", "active_shape_key_index"),
    *("active_material", "active_material_index", "persistent_uid"),
}


PARENTING = frozenset({"parent", "parent_type", "parent_bone", "matrix_parent_inverse"})


def hangs_on_part(piece: bpy.types.Object) -> bool:
    """Is a part parented to another part of its original?"""
    parent = piece.parent
    return parent is not None and parent.partwise.source == piece.partwise.source


def _alike(one: Any, two: Any, but: frozenset[str] = frozenset()) -> bool:
    """Have two of Blender's structures the same values in all settings that can be set?

    but : settings that may differ.
    """
    if type(one) is not type(two):
        return False
    for prop in one.bl_rna.properties:
        if prop.is_readonly or prop.identifier in _OWN or prop.identifier in but:
            continue
        mine, theirs = getattr(one, prop.identifier), getattr(two, prop.identifier)
        if prop.type == "POINTER":
            if isinstance(mine or theirs, bpy.types.ID) and mine != theirs:
                return False
        elif not np.array_equal(np.asarray(mine), np.asarray(theirs)):
            return False
    return True


def _properties(owner: bpy.types.ID) -> dict[str, Any]:
    """Custom properties as plain values."""
    return {
        key: value.to_dict() if hasattr(value, "to_dict") else np.asarray(value).tolist()
        for key, value in owner.items()
        if key not in ("partwise", "cycles")
    }


def _own_materials(obj: bpy.types.Object) -> set[bpy.types.Material | None]:
    """Those that the object has, not its mesh."""
    return {slot.material for slot in obj.material_slots if slot.link == "OBJECT"}


def _replace_mesh(original: bpy.types.Object, joined: Joined) -> None:
    before, mesh = original.data, joined.mesh
    table = {row.part_id: row for row in before.partwise.parts}
    parts.set_labels(mesh, joined.labels, names={i: row.name for i, row in table.items()})
    for row in mesh.partwise.parts:
        known = table.get(row.part_id)
        for name in KEPT if known is not None else ():
            if getattr(row, name) != getattr(known, name):
                setattr(row, name, getattr(known, name))
    for border in before.partwise.kept_borders:
        kept = mesh.partwise.kept_borders.add()
        kept.one, kept.two = border.one, border.two
    for row in before.partwise.kept_names:
        copy = mesh.partwise.kept_names.add()
        copy.name, copy.middle, copy.area = row.name, row.middle, row.area
    mesh.partwise.edited = before.partwise.edited
    for name in ("engine", "variant", "notice"):
        setattr(mesh.partwise, name, getattr(before.partwise, name))
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
    release_borders(pieces)
    meshes = {piece.data for piece in pieces}
    bpy.data.batch_remove(pieces)
    remove_meshes([mesh for mesh in meshes if mesh.users == 0])
    folder.partwise.source = None
    if not folder.objects and not folder.children:  # else the artist keeps something there
        bpy.data.collections.remove(folder)
