# SPDX-License-Identifier: GPL-3.0-or-later
"""Editing parts by hand: what each operator does to labels and table, and what it refuses."""

from __future__ import annotations

import bmesh
import bpy
import numpy as np
import pytest
from partwise.backend.contract.tree import MergeTree
from partwise.blender_addon.core import trees
from partwise.blender_addon.core.trees import PolygonTree
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops import part_list
from partwise.blender_addon.ops import parts as ops_parts
from partwise.blender_addon.scene import parts

from tests.blender.ops.strip import STRIP, tick


@pytest.fixture
def edited(strip) -> bpy.types.Mesh:
    bpy.ops.object.mode_set(mode="EDIT")
    yield strip
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.fixture
def tree(strip) -> PolygonTree:
    """A tree with a patch for each face, which are merged from the left."""
    below = [0, *range(8, 14)]
    children = np.array([*zip(below, range(1, 8), strict=True)], dtype=np.int32)
    merge_tree = MergeTree(children, np.linspace(0, 1, 7).astype(np.float32), 4)
    tree = PolygonTree(merge_tree, np.arange(8, dtype=np.int32), np.ones(8))
    trees.keep("strip", tree)
    strip.partwise.fingerprint = "strip"
    yield tree
    trees.forget()


def activate(mesh: bpy.types.Mesh, part_id: int) -> None:
    ops_parts.activate(mesh, part_id)
    assert parts.active_part(mesh).part_id == part_id


def select(mesh: bpy.types.Mesh, *numbers: int) -> None:
    """Select faces in Edit Mode; the last one is active."""
    faces = bmesh.from_edit_mesh(mesh).faces
    faces.ensure_lookup_table()
    bpy.ops.mesh.select_all(action="DESELECT")
    for number in numbers:
        faces[number].select_set(True)
        faces.active = faces[number]
    bmesh.update_edit_mesh(mesh)


def selected(mesh: bpy.types.Mesh) -> list[int]:
    return [face.index for face in bmesh.from_edit_mesh(mesh).faces if face.select]


def labels(mesh: bpy.types.Mesh) -> list[int]:
    return parts.get_labels(mesh).tolist()


def rows(mesh: bpy.types.Mesh) -> list[tuple[int, int]]:
    return [(part.part_id, part.faces) for part in mesh.partwise.parts]


def ticks(mesh: bpy.types.Mesh) -> list[int]:
    return [part.part_id for part in mesh.partwise.parts if part.selected]


def borders(mesh: bpy.types.Mesh) -> list[tuple[int, int]]:
    return [(border.one, border.two) for border in mesh.partwise.kept_borders]


# merging


def test_merged_parts_keep_what_the_largest_was_given(mesh):
    largest = parts.part_of(mesh, 0)
    largest.name, largest.colour, largest.locked = "Trunk", (1, 0, 0), True
    tick(mesh, 0, 1, 5)
    assert bpy.ops.partwise.merge_parts() == {"FINISHED"}
    assert labels(mesh) == [0, 0, 0, 0, 0, 4, 4, 0]
    assert rows(mesh) == [(0, 6), (4, 2)]
    part = parts.active_part(mesh)
    assert (part.part_id, part.name, tuple(part.colour), part.locked) == (0, "Trunk", (1, 0, 0), 1)
    assert ticks(mesh) == []
    assert mesh.partwise.edited


def test_the_largest_is_the_one_with_most_area_not_most_faces(strip):
    strip.vertices.foreach_get("co", co := np.empty(54, dtype=np.float32))
    co[::3][co[::3] > 0.9] = 50
    strip.vertices.foreach_set("co", co)
    strip.update()
    parts.sync(strip)
    tick(strip, 4, 5)
    bpy.ops.partwise.merge_parts()
    assert rows(strip) == [(0, 3), (1, 2), (5, 3)]


def test_merging_needs_two_parts(mesh):
    tick(mesh, 4)
    with pytest.raises(RuntimeError, match="Tick two or more parts"):
        bpy.ops.partwise.merge_parts()
    assert labels(mesh) == STRIP.tolist()


def test_locked_borders_follow_a_merge(mesh):
    for one, two in ((0, 1), (1, 4), (4, 5)):
        border = mesh.partwise.kept_borders.add()
        border.one, border.two = one, two
    tick(mesh, 0, 1)
    bpy.ops.partwise.merge_parts()
    assert borders(mesh) == [(0, 4), (4, 5)]


# splitting


def test_a_part_is_split_at_the_next_borders_of_the_tree(mesh, tree):
    activate(mesh, 0)
    assert bpy.ops.partwise.split_part(pieces=3) == {"FINISHED"}
    found = labels(mesh)
    assert found[3:] == STRIP[3:].tolist()
    assert sorted(found[:3]) == [0, 2, 3]
    assert [part.name for part in mesh.partwise.parts] == [
        "Part.01", "Part.02", "Part.03", "Part.04", "Part.05", "Part.06",
    ]  # fmt: skip
    assert parts.active_part(mesh).part_id == 0


def test_pieces_of_a_named_part_take_its_name_lock_and_visibility(mesh, tree):
    part = parts.part_of(mesh, 0)
    part.name, part.locked = "Leg", True
    activate(mesh, 0)
    bpy.ops.partwise.split_part(pieces=3)
    made = [part for part in mesh.partwise.parts if part.part_id in (0, 2, 3)]
    assert [part.name for part in made] == ["Leg", "Leg.001", "Leg.002"]
    assert all(part.locked for part in made)
    assert not parts.part_of(mesh, 1).locked


def test_too_many_pieces_become_as_many_as_there_are(mesh, tree):
    activate(mesh, 1)
    bpy.ops.partwise.split_part(pieces=5)
    assert len(mesh.partwise.parts) == 5


def test_a_part_of_one_patch_is_not_split(mesh, tree):
    activate(mesh, 5)
    with pytest.raises(RuntimeError, match=r"no border inside “Part.06”\. Select faces"):
        bpy.ops.partwise.split_part()
    assert labels(mesh) == STRIP.tolist()


def test_without_its_tree_the_mesh_is_analysed_first():
    bpy.ops.mesh.primitive_monkey_add()
    mesh = bpy.context.object.data
    centre = np.array([face.center.x for face in mesh.polygons])
    parts.set_labels(mesh, (centre > 0).astype(np.int32))
    before = parts.get_labels(mesh)
    activate(mesh, 1)
    bpy.ops.partwise.split_part(pieces=3)
    assert jobs.current().state == "DONE", jobs.current().error
    after = parts.get_labels(mesh)
    assert (after[before == 0] == 0).all()
    assert len(np.unique(after[before == 1])) == 3
    bpy.ops.partwise.split_part(pieces=2)
    assert len(mesh.partwise.parts) == 5


# faces


def test_selected_faces_are_assigned_to_the_active_part(edited):
    activate(edited, 4)
    select(edited, 2, 3)
    bpy.ops.partwise.assign_faces()
    assert labels(edited) == [0, 0, 4, 4, 1, 4, 4, 5]
    assert parts.active_part(edited).part_id == 4


def test_a_part_that_lost_all_faces_is_gone(edited):
    activate(edited, 4)
    select(edited, 7)
    bpy.ops.partwise.assign_faces()
    assert rows(edited) == [(0, 3), (1, 2), (4, 3)]


def test_selected_faces_become_a_part(edited):
    select(edited, 2, 3)
    bpy.ops.partwise.new_part()
    assert labels(edited) == [0, 0, 2, 2, 1, 4, 4, 5]
    assert parts.active_part(edited).part_id == 2


@pytest.mark.parametrize("name", ["assign_faces", "new_part", "pick_part"])
def test_without_selected_faces_there_is_nothing_to_assign(edited, name):
    activate(edited, 4)
    with pytest.raises(RuntimeError, match="No face is selected"):
        getattr(bpy.ops.partwise, name)()
    assert labels(edited) == STRIP.tolist()


@pytest.mark.parametrize("name", ["assign_faces", "new_part", "pick_part"])
def test_faces_are_assigned_in_edit_mode_only(strip, name):
    with pytest.raises(RuntimeError, match="Edit Mode"):
        getattr(bpy.ops.partwise, name)()


def test_faces_of_parts_are_selected(mesh):
    activate(mesh, 1)
    bpy.ops.partwise.select_faces()
    assert bpy.context.mode == "EDIT_MESH"
    assert selected(mesh) == [3, 4]
    tick(mesh, 0, 5)
    bpy.ops.partwise.select_faces()
    assert selected(mesh) == [0, 1, 2, 7]
    tick(mesh, 4)
    bpy.ops.partwise.select_faces(extend=True)
    assert selected(mesh) == [0, 1, 2, 5, 6, 7]


def test_parts_are_picked_from_faces(edited):
    select(edited, 7, 4)
    bpy.ops.partwise.pick_part()
    assert ticks(edited) == [1, 5]
    assert parts.active_part(edited).part_id == 1


def test_picking_and_selecting_are_inverse(edited):
    select(edited, 3, 4, 7)
    bpy.ops.partwise.pick_part()
    bpy.ops.partwise.select_faces()
    assert selected(edited) == [3, 4, 7]


# borders


def test_a_border_between_two_parts_is_locked_once(mesh):
    tick(mesh, 1, 4)
    bpy.ops.partwise.lock_border()
    bpy.ops.partwise.lock_border()
    assert borders(mesh) == [(1, 4)]


@pytest.mark.parametrize(
    ("ids", "reason"), [((0,), "two parts"), ((0, 1, 4), "two parts"), ((0, 4), "do not touch")]
)
def test_only_a_border_of_two_neighbours_is_locked(mesh, ids, reason):
    tick(mesh, *ids)
    with pytest.raises(RuntimeError, match=reason):
        bpy.ops.partwise.lock_border()
    assert borders(mesh) == []


def test_borders_are_unlocked(mesh):
    with pytest.raises(RuntimeError, match="No border is locked"):
        bpy.ops.partwise.unlock_borders()
    for one, two in ((0, 1), (1, 4), (4, 5)):
        tick(mesh, one, two)
        bpy.ops.partwise.lock_border()
    tick(mesh, 5)
    bpy.ops.partwise.unlock_borders()
    assert borders(mesh) == [(0, 1), (1, 4)]
    tick(mesh)
    bpy.ops.partwise.unlock_borders()
    assert borders(mesh) == []


# removing


def test_parts_are_removed(mesh):
    assert bpy.ops.partwise.remove_parts() == {"FINISHED"}
    assert not parts.has_labels(mesh)
    assert rows(mesh) == []
    with pytest.raises(RuntimeError, match="no parts yet"):
        bpy.ops.partwise.remove_parts()


def test_removing_asks_only_when_work_would_be_lost(strip):
    table = strip.partwise
    assert not ops_parts._has_work(strip)
    table.parts[0].name = "Head"
    assert ops_parts._has_work(strip)
    table.parts[0].name = "Part.01"
    table.parts[1].locked = True
    assert ops_parts._has_work(strip)
    table.parts[1].locked = False
    assert not ops_parts._has_work(strip)
    tick(strip, 0, 1)
    bpy.ops.partwise.merge_parts()
    assert ops_parts._has_work(strip)


# refusals

NAMES = [cls.bl_idname.partition(".")[2] for cls in (*ops_parts.CLASSES, *part_list.CLASSES)]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_works_without_a_mesh_or_without_parts(name):
    operator = getattr(bpy.ops.partwise, name)
    with pytest.raises(RuntimeError, match=r"Select a mesh|Edit Mode"):
        operator()
    bpy.ops.object.empty_add()
    with pytest.raises(RuntimeError, match=r"Select a mesh|Edit Mode"):
        operator()
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(RuntimeError, match=r"no parts yet|Edit Mode"):
        operator()
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="no parts yet"):
        operator()
    bpy.ops.object.mode_set(mode="SCULPT")
    with pytest.raises(RuntimeError, match=r"Switch to Object Mode|Edit Mode"):
        operator()
    bpy.ops.object.mode_set(mode="OBJECT")


def test_linked_meshes_are_refused(strip, tmp_path):
    path = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (source, target):
        target.objects = source.objects
    obj = target.objects[0]
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    before = parts.get_labels(obj.data)
    assert before.tolist() == STRIP.tolist()
    for name in ("merge_parts", "split_part", "remove_parts", "tick_part", "select_faces"):
        with pytest.raises(RuntimeError, match="linked from another file"):
            getattr(bpy.ops.partwise, name)()
    assert (parts.get_labels(obj.data) == before).all()


# undo


def state(mesh: bpy.types.Mesh) -> tuple[object, ...]:
    table = mesh.partwise
    return labels(mesh), rows(mesh), [part.name for part in table.parts], borders(mesh)


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("merge_parts", {}),
        ("split_part", {"pieces": 2}),
        ("assign_faces", {}),
        ("new_part", {}),
        ("remove_parts", {}),
        ("lock_border", {}),
    ],
)
def test_each_is_one_step_of_undo(strip, tree, mode, name, options):
    if mode == "OBJECT" and name in ("assign_faces", "new_part"):
        pytest.skip("works in Edit Mode only")
    if mode == "EDIT" and name == "lock_border":
        pytest.skip("Blender's Edit Mode undoes the mesh only, and a locked border is not in it")
    object_name = bpy.context.object.name

    def mesh() -> bpy.types.Mesh:
        return bpy.data.objects[object_name].data

    bpy.ops.object.mode_set(mode=mode)
    tick(mesh(), 0, 1)
    if mode == "EDIT":
        select(mesh(), 6, 7)
    bpy.ops.ed.undo_push(message="Before")
    before = state(mesh())
    assert getattr(bpy.ops.partwise, name)("EXEC_DEFAULT", True, **options) == {"FINISHED"}
    after = state(mesh())
    assert after != before
    bpy.ops.ed.undo()
    assert state(mesh()) == before
    bpy.ops.ed.redo()
    assert state(mesh()) == after
