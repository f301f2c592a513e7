# SPDX-License-Identifier: GPL-3.0-or-later
"""Ticks are no step of undo, and are there again where a step goes back to the parts they had."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.scene import parts, ticks


@pytest.fixture
def mesh() -> bpy.types.Mesh:
    """Six faces in the parts 0, 1 and 5."""
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = bpy.context.object.data.name = "Cube"
    parts.set_labels(bpy.context.object.data, np.array([0, 0, 1, 1, 5, 5], np.int32))
    bpy.ops.ed.undo_push(message="parts")
    return bpy.context.object.data


def now() -> bpy.types.Mesh:
    return bpy.data.meshes["Cube"]


def test_rows_are_ticked_and_one_is_active(mesh):
    ticks.choose(mesh, {0, 2}, 2)
    assert ticks.rows(mesh) == {0, 2}
    assert mesh.partwise.active == 2
    ticks.choose(mesh, ())
    assert ticks.rows(mesh) == set()
    assert mesh.partwise.active == 2


def test_what_was_ticked_is_ticked_again_when_a_merge_is_undone(mesh):
    ticks.choose(mesh, {0, 2}, 2)
    bpy.ops.partwise.merge_parts("EXEC_DEFAULT", True)
    assert ticks.rows(now()) == set()
    bpy.ops.ed.undo()
    assert ticks.rows(now()) == {0, 2}
    assert now().partwise.active == 2
    bpy.ops.ed.redo()
    assert ticks.rows(now()) == set()
    assert len(now().partwise.parts) == 2


def test_an_undo_of_something_else_leaves_them(mesh):
    ticks.choose(mesh, {1}, 1)
    bpy.ops.partwise.lock_parts("EXEC_DEFAULT", True, action="LOCK_ALL")
    ticks.choose(mesh, {0, 1}, 0)
    bpy.ops.ed.undo()
    assert not any(part.locked for part in now().partwise.parts)
    assert ticks.rows(now()) == {0, 1}


def test_a_row_that_was_chosen_with_a_step_of_undo_is_left_to_it(mesh):
    ticks.choose(mesh, {1}, 1)
    mesh.partwise.active = 2  # as a click on the row does, with a step of its own
    bpy.ops.ed.undo_push(message="Active Part")
    mesh.partwise.active = 0
    bpy.ops.ed.undo_push(message="Active Part")
    bpy.ops.ed.undo()
    assert now().partwise.active == 2
    assert ticks.rows(now()) == {1}


def test_only_the_last_tables_are_remembered(mesh, monkeypatch):
    monkeypatch.setattr(ticks, "MOST", 2)
    for last in range(4):
        parts.set_labels(mesh, np.array([0, 0, 1, 1, 5, 6 + last], np.int32))
        ticks.choose(mesh, {0})
    assert len(ticks._kept) == 2
