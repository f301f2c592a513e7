# SPDX-License-Identifier: GPL-3.0-or-later
"""Hidden parts: what the viewport shows, and that nothing is left behind."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh import build as mesh_build
from partwise.blender_addon.mesh.preview import is_preview
from partwise.blender_addon.scene import parts, visibility

from tests.watched import watched

LABELS = np.array([0, 0, 3, 3, 8, -1], np.int32)  # a cube's faces; ids have gaps


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    parts.set_labels(bpy.context.object.data, LABELS)
    return bpy.context.object


def show(mesh, **visible):
    for name, value in visible.items():
        parts.part_of(mesh, int(name.removeprefix("part"))).visible = value


def shown(obj) -> list[int]:
    """The part ids of the faces that the viewport shows."""
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return sorted(parts.get_labels(evaluated.data).tolist())


def test_a_hidden_part_disappears_and_the_mesh_stays(cube):
    show(cube.data, part3=False)
    assert shown(cube) == [-1, 0, 0, 8]
    assert len(cube.data.polygons) == 6
    show(cube.data, part0=False, part8=False)
    assert shown(cube) == [-1]
    show(cube.data, part3=True)
    assert shown(cube) == [-1, 3, 3]


def test_it_is_of_the_viewport_only(cube):
    show(cube.data, part3=False)
    assert [modifier.show_render for modifier in cube.modifiers] == [False]
    assert all(is_preview(modifier) for modifier in cube.modifiers)


def test_nothing_is_left_when_all_are_shown_again(cube):
    subdivision = cube.modifiers.new("Subdivision", "SUBSURF")
    show(cube.data, part3=False, part8=False)
    show(cube.data, part8=True)
    assert len(bpy.data.node_groups) == 1
    show(cube.data, part3=True)
    assert list(cube.modifiers) == [subdivision]
    assert len(bpy.data.node_groups) == 0


def test_it_follows_the_faces_of_a_new_cut(cube):
    show(cube.data, part3=False)
    parts.set_labels(cube.data, np.array([3, 0, 0, 0, 8, 8], np.int32))
    assert shown(cube) == [0, 0, 0, 8, 8]


def test_a_hidden_part_that_is_no_more_hides_nothing(cube):
    show(cube.data, part3=False)
    parts.set_labels(cube.data, np.zeros(6, np.int32))
    assert len(cube.modifiers) == 0
    parts.set_labels(cube.data, LABELS)
    assert shown(cube) == sorted(LABELS.tolist())


def test_all_objects_with_the_mesh_show_the_same(cube):
    twin = cube.copy()
    bpy.context.collection.objects.link(twin)
    show(cube.data, part3=False)
    assert shown(cube) == shown(twin) == [-1, 0, 0, 8]
    assert len(bpy.data.node_groups) == 1
    show(cube.data, part3=True)
    assert len(cube.modifiers) == len(twin.modifiers) == len(bpy.data.node_groups) == 0


def test_a_copy_with_a_mesh_of_its_own_is_independent(cube):
    show(cube.data, part3=False)
    copy = cube.copy()
    copy.data = cube.data.copy()
    bpy.context.collection.objects.link(copy)
    show(copy.data, part0=False)
    assert shown(cube) == [-1, 0, 0, 8]
    assert shown(copy) == [-1, 8]
    show(cube.data, part3=True)
    assert shown(copy) == [-1, 8]


def test_split_parts_do_not_get_it(cube):
    show(cube.data, part3=False)
    part = mesh_build.build_part(cube, bpy.data.meshes.new("part"), "part", 3)
    assert len(part.modifiers) == 0
    assert len(cube.modifiers) == 1
    assert mesh_build.origin_is_free(cube)


def test_undo_and_redo(cube):
    name = cube.name
    bpy.ops.ed.undo_push(message="before")
    show(cube.data, part3=False)
    bpy.ops.ed.undo_push(message="hide")
    bpy.ops.ed.undo()
    assert shown(bpy.data.objects[name]) == sorted(LABELS.tolist())
    assert len(bpy.data.node_groups) == 0
    bpy.ops.ed.redo()
    assert shown(bpy.data.objects[name]) == [-1, 0, 0, 8]


def test_a_mesh_without_objects_is_no_error():
    mesh = bpy.data.meshes.new("alone")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    parts.set_labels(mesh, np.array([1], np.int32))
    mesh.partwise.parts[0].visible = False
    assert len(bpy.data.node_groups) == 0


def test_many_hidden_parts_take_few_nodes_made_once():
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=20, y_subdivisions=20)
    grid = bpy.context.object
    parts.set_labels(grid.data, np.arange(400, dtype=np.int32) % 200)
    rows = grid.data.partwise.parts
    rows.foreach_set("visible", np.arange(200) % 2 == 0)
    with watched() as seen:
        visibility.update(grid.data)
    assert seen.longest <= len(rows), "something was read or written for each face"
    assert len(shown(grid)) == 200
    (group,) = bpy.data.node_groups
    assert len(group.nodes) <= 2 * 100 + 4, "more than a comparison and an Or for each part"
    rows.foreach_set("visible", np.arange(200) < 100)
    visibility.update(grid.data)
    assert len(group.nodes) <= 6, "neighbours take one comparison together"
    made = [node.as_pointer() for node in group.nodes]
    visibility.update(grid.data)
    assert [node.as_pointer() for node in group.nodes] == made, "made anew for nothing"


def test_runs_of_hidden_parts():
    parts = [(9, False), (0, False), (2, False), (4, True), (7, False)]
    assert visibility.hidden_ranges(parts) == [(0, 2), (7, 9)]
    assert visibility.hidden_ranges([(1, True)]) == []
