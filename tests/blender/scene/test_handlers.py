# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo keeps the part table and the face attribute in step."""

from __future__ import annotations

import bpy
import numpy as np
from partwise.blender_addon.scene import parts

HALVES = np.array([0, 0, 0, 1, 1, 1], dtype=np.int32)


def step(mesh: bpy.types.Mesh, labels: list[int]) -> None:
    parts.set_labels(mesh, np.array(labels, dtype=np.int32))
    bpy.ops.ed.undo_push(message="parts")


def state() -> tuple[list[int], list[tuple[int, int]]]:
    mesh = bpy.context.object.data
    return (
        parts.get_labels(mesh).tolist(),
        [(part.part_id, part.faces) for part in mesh.partwise.parts],
    )


def test_undo_and_redo_in_object_mode():
    bpy.ops.mesh.primitive_cube_add()
    step(bpy.context.object.data, [0, 0, 0, 1, 1, 1])
    step(bpy.context.object.data, [0, 1, 2, 3, 4, 5])
    after = state()
    bpy.ops.ed.undo()
    assert state() == ([0, 0, 0, 1, 1, 1], [(0, 3), (1, 3)])
    bpy.ops.ed.redo()
    assert state() == after


def test_undo_and_redo_in_edit_mode():
    bpy.ops.mesh.primitive_cube_add()
    parts.set_labels(bpy.context.object.data, HALVES)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.ed.undo_push(message="edit")
    step(bpy.context.object.data, [0, 0, 0, 2, 2, 2])
    step(bpy.context.object.data, [0, 0, 0, 0, 0, 0])
    bpy.ops.ed.undo()
    assert state() == ([0, 0, 0, 2, 2, 2], [(0, 3), (2, 3)])
    bpy.ops.ed.redo()
    assert state() == ([0] * 6, [(0, 6)])
    bpy.ops.object.mode_set(mode="OBJECT")


def test_parts_that_come_back_in_edit_mode_are_what_they_were():
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    parts.set_labels(mesh, HALVES)
    bpy.ops.object.mode_set(mode="EDIT")
    part = parts.part_of(mesh, 1)
    part.name, part.colour, part.locked = "Foot", (1, 0, 0), True
    bpy.ops.ed.undo_push(message="edit")
    step(mesh, [0, 0, 0, 0, 0, 0])
    bpy.ops.ed.undo()
    part = parts.part_of(bpy.context.object.data, 1)
    assert (part.name, tuple(part.colour), part.locked) == ("Foot", (1, 0, 0), True)
    bpy.ops.object.mode_set(mode="OBJECT")
