# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth Borders: faces are cut, everything on them goes along, in one step of undo."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import parts

from tests.blender.assemblies import labelled_cube
from tests.blender.ragged_ball import SLANTED, points, ragged_ball


def heights(mesh: bpy.types.Mesh) -> np.ndarray:
    """How far the vertices between two parts are along the way across their border."""
    labels = parts.get_labels(mesh)
    sides = [
        {vertex for face in mesh.polygons if labels[face.index] == side for vertex in face.vertices}
        for side in (0, 1)
    ]
    return points(mesh)[sorted(sides[0] & sides[1])] @ SLANTED


def test_borders_become_smooth_and_parts_stay_what_they_were():
    ball = ragged_ball()
    before, name, count = heights(ball.data).std(), ball.data.name, len(ball.data.polygons)
    bpy.ops.partwise.smooth_borders()
    assert jobs.current().state == "DONE"
    assert heights(ball.data).std() < 0.5 * before
    assert count < len(ball.data.polygons) < 1.3 * count
    assert ball.data.name == name
    assert [part.name for part in ball.data.partwise.parts][1] == "Lid"
    assert not ball.data.validate()
    uses = np.zeros(len(ball.data.edges), int)
    for loop in ball.data.loops:
        uses[loop.edge_index] += 1
    assert (uses == 2).all()


def test_parts_can_be_split_and_closed_then():
    bpy.context.scene.partwise.closing = "CAP"
    ball = ragged_ball()
    bpy.ops.partwise.smooth_borders()
    bpy.ops.partwise.split()
    made = bpy.data.collections[f"{ball.name}.parts"].objects
    assert sorted(part.name.rpartition(".")[2] for part in made) == ["01", "Lid"]


def test_undo_brings_the_whole_faces_back_in_one_step():
    ball = ragged_ball()
    name, count = ball.name, len(ball.data.polygons)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.partwise.smooth_borders()
    assert len(ball.data.polygons) > count
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    assert len(bpy.data.objects[name].data.polygons) == count


def test_objects_that_share_a_mesh_go_on_sharing():
    ball = ragged_ball()
    bpy.ops.object.duplicate(linked=True)
    ball.select_set(True)
    bpy.ops.partwise.smooth_borders()
    (other,) = (obj for obj in bpy.data.objects if obj != ball)
    assert other.data == ball.data
    assert len(bpy.data.meshes) == 1


def test_borders_without_teeth_are_left_alone():
    cube = labelled_cube()
    cube.select_set(True)
    with pytest.raises(RuntimeError, match="no teeth"):
        bpy.ops.partwise.smooth_borders()
    assert len(cube.data.polygons) == 6


def test_what_has_no_parts_says_so():
    bpy.ops.mesh.primitive_cube_add()
    assert not bpy.ops.partwise.smooth_borders.poll()
