# SPDX-License-Identifier: GPL-3.0-or-later
"""Debris of a mesh: pieces that nobody sees, and specks that touch nothing, as the engine told."""

from __future__ import annotations

import bpy

from ...backend.contract.arrays import NDArray, np
from .analyses import tree_of


def debris_of(mesh: bpy.types.Mesh) -> NDArray[np.bool_] | None:
    """(F,) the polygons of debris; None where none is known."""
    tree = tree_of(mesh)
    return None if tree is None or tree.debris is None else tree.debris >= 0


def text_of(mesh: bpy.types.Mesh) -> str:
    """What debris there is, in a few words; empty where none is known."""
    tree = tree_of(mesh)
    if tree is None or tree.debris is None:
        return ""
    specks = tree.specks
    inside = f"{tree.unseen:,} unseen piece{'s' * (tree.unseen != 1)}" if tree.unseen else ""
    apart = f"{specks:,} speck{'s' * (specks != 1)}" if specks else ""
    return " and ".join(filter(None, (inside, apart)))


def remove(mesh: bpy.types.Mesh, unwanted: NDArray[np.bool_]) -> None:
    """Take polygons (F,) out of a mesh, in Edit Mode too, with what belongs to them alone."""
    import bmesh

    edited = bmesh.from_edit_mesh(mesh) if mesh.is_editmode else bmesh.new()
    try:
        if not mesh.is_editmode:
            edited.from_mesh(mesh)
        edited.faces.ensure_lookup_table()
        faces = [edited.faces[number] for number in np.flatnonzero(unwanted).tolist()]
        bmesh.ops.delete(edited, geom=faces, context="FACES")
        if mesh.is_editmode:
            bmesh.update_edit_mesh(mesh)
        else:
            edited.to_mesh(mesh)
            mesh.update()
    finally:
        if not mesh.is_editmode:
            edited.free()
