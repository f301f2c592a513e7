# SPDX-License-Identifier: GPL-3.0-or-later
"""Split: where the parts and their original go, what is refused, one step of undo."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import parts
from partwise.blender_addon.scene.assembly import assembly_of

HALVES = np.array([0, 0, 0, 2, 2, 2], dtype=np.int32)


def labelled_cube(labels: np.ndarray = HALVES) -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add(location=(1, 2, 3))
    parts.set_labels(bpy.context.object.data, labels, names={2: "脚 Fuß"})
    return bpy.context.object


def names(collection: str) -> list[str]:
    return [obj.name for obj in bpy.data.collections[collection].objects]


def is_closed(mesh: bpy.types.Mesh) -> bool:
    uses = np.zeros(len(mesh.edges), dtype=int)
    for loop in mesh.loops:
        uses[loop.edge_index] += 1
    return bool((uses == 2).all())


def test_parts_and_the_original_have_collections_of_their_own():
    cube = labelled_cube()
    assert bpy.ops.partwise.split() == {"FINISHED"}
    assert names("Cube.parts") == ["Cube.Part 1", "Cube.脚 Fuß"]
    assert names("Cube.source") == ["Cube"]
    assert cube.users_collection == (bpy.data.collections["Cube.source"],)
    assert bpy.data.collections["Cube.source"].hide_viewport
    assert bpy.data.collections["Cube.source"].hide_render
    assert [obj.name for obj in bpy.context.selected_objects] == names("Cube.parts")
    assert bpy.context.object.name == "Cube.Part 1"


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
    assert names("Cube.parts") == ["Cube.Part 1", "Cube.Rest"]


def test_several_objects_at_once():
    one = labelled_cube()
    two = labelled_cube()
    one.select_set(True)
    bpy.ops.partwise.split()
    assert names(f"{one.name}.parts")[0] == "Cube.Part 1"
    assert names(f"{two.name}.parts")[0] == "Cube.001.Part 1"
    assert len(bpy.context.selected_objects) == 4


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


def test_cuts_are_closed_by_the_engine():
    bpy.context.scene.partwise.cap = True
    cube = labelled_cube()
    cube.scale = (1, 2, -3)
    bpy.ops.partwise.split()
    assert jobs.current().state == "DONE"
    made = bpy.data.collections["Cube.parts"].objects
    assert len(made) == 2
    assert all(is_closed(part.data) for part in made)
    assert all("partwise_cap" in part.data.attributes for part in made)
    assert not is_closed(cube.data) or len(cube.data.polygons) == 6


def test_the_original_can_be_looked_at_and_split_again():
    cube = labelled_cube()
    bpy.ops.partwise.split()
    first = bpy.data.collections["Cube.parts"]
    first.objects[0].location.x += 5
    bpy.ops.partwise.toggle_original()
    assert bpy.context.object == cube
    assert cube.visible_get()
    assert not first.objects[0].visible_get()
    bpy.ops.partwise.split()
    assert [c.name for c in bpy.data.collections if ".source" in c.name] == ["Cube.source"]
    assert len(bpy.data.collections["Cube.parts.001"].objects) == 2
    assert not cube.visible_get()
    assert first.objects[0].location.x == 6, "the artist's edit of the first parts is kept"
    bpy.context.view_layer.objects.active = cube
    assert assembly_of(cube).name == "Cube.parts.001"


def test_the_parts_come_back():
    cube = labelled_cube()
    bpy.ops.partwise.split()
    for expected in (True, False):
        bpy.ops.partwise.toggle_original()
        assert cube.visible_get() == expected
        assert bpy.data.objects["Cube.Part 1"].visible_get() != expected
    assert len(bpy.context.selected_objects) == 2


def test_undo_brings_the_whole_back_in_one_step():
    labelled_cube()
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.partwise.split()
    bpy.ops.ed.undo_push(message="Split")
    bpy.ops.ed.undo()
    assert "Cube.parts" not in bpy.data.collections
    assert [obj.name for obj in bpy.data.objects] == ["Cube"]
    bpy.ops.ed.redo()
    assert names("Cube.parts") == ["Cube.Part 1", "Cube.脚 Fuß"]


def test_what_cannot_be_split_says_why():
    bpy.ops.mesh.primitive_cube_add()
    assert not bpy.ops.partwise.split.poll()
    labelled_cube()
    bpy.ops.object.duplicate(linked=True)
    with pytest.raises(RuntimeError, match="shares its mesh"):
        bpy.ops.partwise.split()
    assert len(bpy.data.collections) == 1 or "Cube.parts" not in bpy.data.collections


def test_shared_meshes_are_split_on_request():
    cube = labelled_cube()
    bpy.ops.object.duplicate(linked=True)
    bpy.context.scene.partwise.copy_linked = True
    bpy.ops.partwise.split()
    assert names("Cube.001.parts") == ["Cube.001.Part 1", "Cube.001.脚 Fuß"]
    assert cube.visible_get()
    assert parts.get_labels(cube.data).tolist() == HALVES.tolist()


def test_a_part_can_be_split_further():
    labelled_cube()
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part 1"]
    for other in bpy.context.selected_objects:
        other.select_set(other == part)
    parts.set_labels(part.data, np.array([0, 1, 1], dtype=np.int32))
    bpy.ops.partwise.split()
    assert names("Cube.Part 1.parts") == ["Cube.Part 1.Part 1", "Cube.Part 1.Part 2"]
    assert not part.visible_get()
    assert bpy.data.objects["Cube.脚 Fuß"].visible_get()


def test_when_one_of_several_fails_nothing_has_changed(monkeypatch):
    from partwise.backend.contract.errors import BadInput
    from partwise.blender_addon.scene import assembly

    one, two = labelled_cube(), labelled_cube()
    one.select_set(True)
    split_mesh = assembly.split_mesh

    def fail_on_the_second(obj, *args, **options):
        if obj == one:
            raise BadInput("Cannot.", "Do not.")
        return split_mesh(obj, *args, **options)

    monkeypatch.setattr(assembly, "split_mesh", fail_on_the_second)
    with pytest.raises(RuntimeError, match="Cannot"):
        bpy.ops.partwise.split()
    assert {obj.name for obj in bpy.data.objects} == {one.name, two.name}
    assert len(bpy.data.meshes) == 2
    assert one.visible_get()
    assert two.visible_get()


def test_edit_mode_is_left_first():
    labelled_cube()
    bpy.ops.object.mode_set(mode="EDIT")
    assert not bpy.ops.partwise.split.poll()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert bpy.ops.partwise.split.poll()
