# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces are selected in Edit Mode, and others stay as they are."""

from __future__ import annotations

import bmesh
import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.read import selected_faces
from partwise.blender_addon.mesh.selection import select_faces


@pytest.fixture
def mesh() -> bpy.types.Mesh:
    """Four faces in a row, in Edit Mode, of which the first is selected."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=1)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    bpy.ops.mesh.select_all(action="DESELECT")
    select_faces(bpy.context.object.data, np.arange(4) == 0)
    return bpy.context.object.data


def test_faces_come_and_go(mesh):
    assert selected_faces(mesh).tolist() == [True, False, False, False]
    select_faces(mesh, np.arange(4) >= 2)
    assert selected_faces(mesh).tolist() == [True, False, True, True]
    select_faces(mesh, np.arange(4) == 3, selected=False)
    assert selected_faces(mesh).tolist() == [True, False, True, False]


def test_hidden_faces_stay_out(mesh):
    edited = bmesh.from_edit_mesh(mesh)
    edited.faces.ensure_lookup_table()
    edited.faces[3].hide_set(True)
    select_faces(mesh, np.ones(4, bool))
    assert selected_faces(mesh).tolist() == [True, True, True, False]
