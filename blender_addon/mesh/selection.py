# SPDX-License-Identifier: GPL-3.0-or-later
"""Which faces of a mesh are selected in Edit Mode."""

from __future__ import annotations

import bpy

from ...backend.contract.arrays import NDArray, np


def select_faces(mesh: bpy.types.Mesh, wanted: NDArray[np.bool_], *, selected: bool = True) -> None:
    """Select these faces (F,) of a mesh in Edit Mode, or take them out of the selection; the others
    stay as they are. Hidden ones are never selected."""
    import bmesh

    edited = bmesh.from_edit_mesh(mesh)
    edited.faces.ensure_lookup_table()
    for number in np.flatnonzero(wanted).tolist():
        face = edited.faces[number]
        if not face.hide:
            face.select_set(selected)
    edited.select_flush_mode()
    bmesh.update_edit_mesh(mesh, loop_triangles=False, destructive=False)
