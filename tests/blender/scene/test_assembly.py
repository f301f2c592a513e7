# SPDX-License-Identifier: GPL-3.0-or-later
"""Split: where the parts and their original go, and what they know of each other."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.scene import parts
from partwise.blender_addon.scene.assembly import assembly_of, split_at

from tests.blender.assemblies import HALVES, labelled_cube, names


def test_parts_and_the_original_have_collections_of_their_own():
    cube = labelled_cube()
    assert bpy.ops.partwise.split() == {"FINISHED"}
    assert names("Cube.parts") == ["Cube.Part.01", "Cube.脚 Fuß"]
    assert names("Cube.source") == ["Cube"]
    assert cube.users_collection == (bpy.data.collections["Cube.source"],)
    assert bpy.data.collections["Cube.source"].hide_viewport
    assert bpy.data.collections["Cube.source"].hide_render
    assert [obj.name for obj in bpy.context.selected_objects] == names("Cube.parts")
    assert bpy.context.object.name == "Cube.Part.01"


def test_parts_know_their_assembly():
    cube = labelled_cube()
    bpy.ops.partwise.split()
    folder = bpy.data.collections["Cube.parts"]
    assert assembly_of(cube) == folder
    assert {assembly_of(part) for part in folder.objects} == {folder}
    assert [part.partwise.part_id for part in folder.objects] == [0, 2]
    assert assembly_of(None) is None


def test_the_original_is_not_changed_and_nothing_is_left_over():
    cube = labelled_cube()
    bpy.ops.partwise.split()
    assert parts.get_labels(cube.data).tolist() == HALVES.tolist()
    assert not [layer for layer in cube.data.attributes if layer.name.startswith(".partwise")]
    assert (len(bpy.data.scenes), len(bpy.data.node_groups), len(bpy.data.meshes)) == (1, 0, 3)
    assert len(bpy.data.objects) == 3


def test_faces_without_a_part_become_the_rest():
    labelled_cube(np.array([0, 0, 0, -1, -1, -1], dtype=np.int32))
    bpy.ops.partwise.split()
    assert names("Cube.parts") == ["Cube.Part.01", "Cube.Rest"]


@pytest.mark.parametrize("origin", ["SOURCE", "BOUNDS", "SURFACE", "JOINT"])
def test_the_origin_moves_and_the_part_does_not(origin):
    bpy.context.scene.partwise.origin = origin
    cube = labelled_cube(np.array([0, 0, 0, 0, 0, 2], dtype=np.int32))
    before = {tuple(round(x, 5) for x in cube.matrix_world @ v.co) for v in cube.data.vertices}
    bpy.ops.partwise.split()
    bpy.context.view_layer.update()
    made = bpy.data.collections["Cube.parts"].objects
    after = {
        tuple(round(x, 5) for x in part.matrix_world @ v.co)
        for part in made
        for v in part.data.vertices
    }
    assert after == before
    lid = made[-1]
    assert (lid.location == cube.location) == (origin == "SOURCE")


def test_origins_can_be_given_for_some_parts():
    cube = labelled_cube()
    first, second = split_at(bpy.context, cube, {2: np.array([0.5, 0.0, 1.0])})
    assert tuple(first.location) == tuple(cube.location)
    assert tuple(second.location) == pytest.approx((1.5, 2.0, 4.0))
    assert set(bpy.context.selected_objects) == {first, second}
    assert assembly_of(second).name == "Cube.parts"


def test_a_part_can_be_split_further():
    labelled_cube()
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part.01"]
    for other in bpy.context.selected_objects:
        other.select_set(other == part)
    parts.set_labels(part.data, np.array([0, 1, 1], dtype=np.int32))
    bpy.ops.partwise.split()
    assert names("Cube.Part.01.parts") == ["Cube.Part.01.Part.01", "Cube.Part.01.Part.02"]
    assert not part.visible_get()
    assert bpy.data.objects["Cube.脚 Fuß"].visible_get()
