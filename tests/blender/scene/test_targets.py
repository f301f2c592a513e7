# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects are accepted, why others are not, and finding them again."""

from __future__ import annotations

import bpy
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.scene import targets
from partwise.blender_addon.scene.targets import Target


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


@pytest.fixture
def library(tmp_path):
    """A file that holds an object named 資産 “Asset”."""
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "資産 Asset"
    path = str(tmp_path / "bücher 資産.blend")
    bpy.data.libraries.write(path, {bpy.context.object}, fake_user=True)
    bpy.data.objects.remove(bpy.context.object)
    return path


def link(path, **options):
    with bpy.data.libraries.load(path, link=True, **options) as (source, wanted):
        wanted.objects = source.objects
    obj = wanted.objects[0]
    bpy.context.scene.collection.objects.link(obj)
    obj.select_set(True)
    bpy.context.view_layer.objects.active = obj
    return obj


def refused(match, **options):
    with pytest.raises(BadInput, match=match) as caught:
        targets.usable_meshes(bpy.context, **options)
    assert caught.value.hint
    return caught.value


def test_nothing_selected(cube):
    cube.select_set(False)
    refused("Nothing is selected")


def test_a_hidden_object_is_told_of_while_it_is_the_active_one(cube):
    cube.hide_set(True)
    refused("“Cube” is hidden")
    bpy.ops.object.light_add()
    refused("“Point” is not a mesh")


def test_no_mesh_among_the_selected():
    bpy.ops.object.camera_add()
    refused("“Camera” is not a mesh .it is a camera")


def test_what_is_wrong_with_a_mesh_says_more_than_what_is_no_mesh(cube):
    cube.data.clear_geometry()
    bpy.ops.object.camera_add()
    cube.select_set(True)
    refused("“Cube” has no faces")


def test_an_instance_of_a_collection(cube):
    group = bpy.data.collections.new("Tree")
    bpy.ops.object.select_all(action="DESELECT")
    bpy.ops.object.collection_instance_add(name=group.name)
    assert "Make Instances Real" in refused("instance of a collection").hint


def test_other_kinds_beside_a_mesh_do_no_harm(cube):
    bpy.ops.object.light_add()
    cube.select_set(True)
    usable, skipped = targets.usable_meshes(bpy.context)
    assert usable == [cube]
    assert [(each.name, each.kind) for each in skipped] == [("Point", targets.NO_MESH)]


def test_a_mesh_without_faces(cube):
    cube.data.clear_geometry()
    refused("no faces")


def test_of_many_the_usable_ones_are_taken_and_the_active_one_comes_first(cube):
    bpy.ops.mesh.primitive_plane_add()
    plane = bpy.context.object
    bpy.ops.mesh.primitive_circle_add()
    cube.select_set(True)
    plane.select_set(True)
    bpy.context.view_layer.objects.active = plane
    usable, skipped = targets.usable_meshes(bpy.context)
    assert usable == [plane, cube]
    assert [str(each.reason)[:17] for each in skipped] == ["“Circle” has no f"]


def test_a_shared_mesh_is_used_once_or_copied(cube):
    bpy.ops.object.duplicate(linked=True)
    copy = bpy.context.object
    assert "shares its mesh with 1 other object" in str(targets.refusal(copy))
    assert targets.refusal(copy, shared=True) is None
    assert targets.make_editable(bpy.context, copy, shared=True).data == cube.data
    assert targets.users_of(bpy.context, copy) == [copy, cube]
    cube.select_set(True)
    assert targets.usable_meshes(bpy.context) == ([copy], [])
    cube.select_set(False)
    assert targets.usable_meshes(bpy.context, copies=True) == ([copy], [])
    assert targets.make_editable(bpy.context, copy) == copy
    assert copy.data != cube.data
    assert targets.refusal(copy) is None
    assert targets.make_editable(bpy.context, copy).data == copy.data


def test_linked_data_is_refused_or_copied(library):
    obj = link(library)
    refused("資産 Asset.*linked from another file")
    local = targets.make_editable(bpy.context, obj)
    assert local.library is None
    assert local.data.library is None
    assert targets.refusal(local) is None
    assert obj.hide_get()
    assert bpy.context.object == local
    assert local.select_get()


def test_an_override_is_refused_or_copied(library):
    obj = link(library, create_liboverrides=True)
    if obj.override_library is None:
        obj = obj.override_create(remap_local_usages=True)
        bpy.context.view_layer.update()
    obj.select_set(True)
    bpy.context.view_layer.objects.active = obj
    refused("linked|override")
    local = targets.make_editable(bpy.context, obj)
    assert targets.refusal(local) is None
    assert len(local.data.polygons) == 6


def test_edit_mode_takes_the_objects_that_are_edited(cube):
    bpy.ops.mesh.primitive_plane_add()
    bpy.ops.object.mode_set(mode="EDIT")
    assert [o.name for o in targets.usable_meshes(bpy.context)[0]] == ["Plane"]
    bpy.ops.object.mode_set(mode="OBJECT")


def select_faces(obj: bpy.types.Object, count: int) -> None:
    import bmesh

    mesh = bmesh.from_edit_mesh(obj.data)
    for face in mesh.faces:
        face.select_set(False)
    for face in list(mesh.faces)[:count]:
        face.select_set(True)
    mesh.select_flush_mode()
    bmesh.update_edit_mesh(obj.data)


@pytest.mark.parametrize(
    ("chosen", "of_cube", "used"),
    [(0, 0, ["Plane", "Cube"]), (1, 6, ["Plane", "Cube"]), (0, 2, ["Cube"]), (1, 0, ["Plane"])],
)
def test_a_selection_of_faces_leaves_out_objects_without_any(cube, chosen, of_cube, used):
    bpy.ops.mesh.primitive_plane_add()
    plane = bpy.context.object
    cube.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    select_faces(plane, chosen)
    select_faces(cube, of_cube)
    usable, skipped = targets.usable_meshes(bpy.context)
    assert [obj.name for obj in usable] == used
    assert {each.kind for each in skipped} == ({targets.NOT_CHOSEN} if len(used) == 1 else set())
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(targets.usable_meshes(bpy.context)[0]) == 2, "what was selected counts no more"


def test_a_target_is_found_under_another_name_and_after_an_undo(cube):
    target = Target.of(cube)
    cube.name = "Würfel"
    bpy.ops.ed.undo_push(message="before")
    cube.location.x = 3
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    assert target.find().name == "Würfel"


def test_a_target_that_was_deleted(cube):
    target = Target.of(cube)
    bpy.ops.object.delete()
    with pytest.raises(BadInput, match="“Cube” was deleted"):
        target.find_unchanged()


@pytest.mark.parametrize("edit", ["move a vertex", "add a face", "same count"])
def test_a_target_that_was_edited(cube, edit):
    target = Target.of(cube)
    mesh = cube.data
    if edit == "move a vertex":
        mesh.vertices[0].co.x += 0.01
    elif edit == "add a face":
        mesh.polygons.add(1)
    else:
        mesh.flip_normals()
    with pytest.raises(BadInput, match="was edited"):
        target.find_unchanged()


def test_a_target_in_edit_mode(cube):
    target = Target.of(cube)
    bpy.ops.object.mode_set(mode="EDIT")
    assert target.find_unchanged() == cube
    bpy.ops.mesh.subdivide()
    with pytest.raises(BadInput, match="was edited"):
        target.find_unchanged()
    bpy.ops.object.mode_set(mode="OBJECT")


def test_what_nobody_sees_is_said(scene):
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    assert targets.unseen(bpy.context, cube) == ""
    cube.hide_set(True)
    assert targets.unseen(bpy.context, cube).startswith("“Cube” is hidden. Show it")


def test_what_is_not_in_local_view_is_said(scene):
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in area.regions if region.type == "WINDOW")
    cube.select_set(True)
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.mesh.primitive_cone_add()
        bpy.ops.view3d.localview()
        assert "Leave Local View" in targets.unseen(bpy.context, cube)
        assert targets.unseen(bpy.context, bpy.context.object) == ""
        bpy.ops.view3d.localview()
