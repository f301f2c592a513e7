# SPDX-License-Identifier: GPL-3.0-or-later
"""Join Back in the scene: what returns, what goes, what stays; undo and redo of it and of Split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bmesh
import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.mesh.caps import caps_digest, rims_of_caps
from partwise.blender_addon.mesh.compare import is_unchanged
from partwise.blender_addon.mesh.layers import CAP
from partwise.blender_addon.scene import parts

from tests.blender import rich_fixture
from tests.blender.mesh_dump import differing_layers, dump_mesh, dump_scene

HALVES = np.array([0, 0, 0, 2, 2, 2], dtype=np.int32)


@pytest.fixture
def cube(scene: bpy.types.Scene) -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add(location=(1, 2, 3))
    parts.set_labels(bpy.context.object.data, HALVES, names={2: "脚 Fuß"})
    return bpy.context.object


@pytest.fixture
def vase(scene: bpy.types.Scene) -> bpy.types.Object:
    obj = rich_fixture.make()
    obj.hide_select = False
    select(obj)
    return obj


def select(*objects: bpy.types.Object) -> None:
    for obj in bpy.context.selected_objects:
        obj.select_set(False)
    for obj in objects:
        obj.select_set(True)
    bpy.context.view_layer.objects.active = objects[0]


def differences(one: dict[str, Any], two: dict[str, Any], path: str = "") -> list[str]:
    """Where two dumps differ, in words."""
    found = []
    for key in {**one, **two}:
        a, b = one.get(key, "absent"), two.get(key, "absent")
        if isinstance(a, dict) and isinstance(b, dict):
            found += differences(a, b, f"{path}/{key}")
        elif a != b:
            found.append(f"{path}/{key}: {str(a)[:80]} -> {str(b)[:80]}")
    return found


@pytest.mark.parametrize("origin", ["SOURCE", "BOUNDS", "SURFACE", "JOINT"])
def test_split_and_join_back_leave_the_file_as_it_was(vase: bpy.types.Object, origin: str):
    bpy.context.scene.partwise.origin = origin
    before = dump_scene()
    bpy.ops.partwise.split()
    assert differences(before, dump_scene())
    assert bpy.ops.partwise.join_back() == {"FINISHED"}
    assert differences(before, dump_scene()) == []
    assert bpy.context.object == vase


def test_undo_and_redo_restore_the_file_exactly(vase: bpy.types.Object):
    bpy.context.scene.partwise.origin = "BOUNDS"
    vase.data.uv_layer_clone_index = 0  # the one thing that Blender 5 does not bring back itself
    states = [dump_scene()]
    bpy.ops.ed.undo_push(message="start")
    for step in (bpy.ops.partwise.split, move_a_part, bpy.ops.partwise.join_back):
        step()
        bpy.ops.ed.undo_push(message="step")
        states.append(dump_scene())
    for state in states[-2::-1]:
        bpy.ops.ed.undo()
        assert differences(state, dump_scene()) == []
    for state in states[1:]:
        bpy.ops.ed.redo()
        assert differences(state, dump_scene()) == []


def move_a_part() -> None:
    part = bpy.data.objects["Vase.Fuß"]
    part.location.z += 4
    bpy.context.view_layer.update()


def test_edited_parts_become_the_mesh_of_the_original(vase: bpy.types.Object):
    before = dump_mesh(vase.data)
    table = [(row.part_id, row.name, tuple(row.colour)) for row in vase.data.partwise.parts]
    labels = parts.get_labels(vase.data)
    name = vase.data.name
    bpy.ops.partwise.split()
    part = bpy.data.objects["Vase.瓶身"]
    part.data.attributes["INT of FACE"].data[0].value = 5000
    assert bpy.ops.partwise.join_back() == {"FINISHED"}
    assert differing_layers(dump_mesh(vase.data), before) == {"INT of FACE"}
    assert vase.data.name == name
    assert np.array_equal(parts.get_labels(vase.data), labels)
    assert [(r.part_id, r.name, tuple(r.colour)) for r in vase.data.partwise.parts] == table
    assert [m.name for m in bpy.data.meshes] == [name]
    assert len(bpy.data.shape_keys) == 1
    assert bpy.data.collections.keys() == []


def test_parts_that_are_apart_come_back_in_place(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    bpy.data.collections["Cube.parts"].partwise.explode = 1.0
    bpy.data.objects["Cube.Part 1"].data.vertices[0].co = (-1, -1, -1.5)
    bpy.context.view_layer.update()
    bpy.ops.partwise.join_back()
    places = {tuple(vertex.co) for vertex in cube.data.vertices}
    assert {tuple(abs(x) for x in place) for place in places} == {(1, 1, 1), (1, 1, 1.5)}
    assert len(cube.data.vertices) == 9, "only the moved corner is not welded"
    assert tuple(cube.location) == (1, 2, 3)


def test_children_of_parts_go_to_the_original(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    lamp = bpy.data.objects.new("Lamp", None)
    bpy.context.scene.collection.objects.link(lamp)
    lamp.parent = bpy.data.objects["Cube.Part 1"]
    lamp.location = (0, 0, 7)
    bpy.context.view_layer.update()
    place = lamp.matrix_world.copy()
    bpy.ops.partwise.join_back()
    bpy.context.view_layer.update()
    assert lamp.parent == cube
    assert lamp.matrix_world == place


def test_what_the_artist_put_among_the_parts_stays(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    own = bpy.data.objects.new("Own", None)
    bpy.data.collections["Cube.parts"].objects.link(own)
    bpy.ops.partwise.join_back()
    assert [obj.name for obj in bpy.data.collections["Cube.parts"].objects] == ["Own"]
    assert cube.visible_get()


def test_parts_of_parts_are_joined_too(cube: bpy.types.Object):
    before = dump_scene()
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part 1"]
    select(part)
    parts.set_labels(part.data, np.array([0, 1, 1], dtype=np.int32))
    bpy.ops.partwise.split()
    select(bpy.data.objects["Cube.脚 Fuß"])
    bpy.ops.partwise.join_back()
    assert differences(before, dump_scene()) == []


def test_only_the_inner_parts_are_joined(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part 1"]
    select(part)
    parts.set_labels(part.data, np.array([0, 1, 1], dtype=np.int32))
    bpy.ops.partwise.split()
    bpy.ops.partwise.join_back()
    assert bpy.context.object == part
    assert part.visible_get()
    assert not cube.visible_get()


def test_several_assemblies_at_once(cube: bpy.types.Object):
    bpy.ops.object.duplicate()
    cube.select_set(True)
    before = dump_scene()
    bpy.ops.partwise.split()
    bpy.ops.partwise.join_back()
    after = dump_scene()
    before.pop("active"), after.pop("active")
    assert differences(before, after) == []


def test_an_object_of_two_collections_returns_to_both(cube: bpy.types.Object):
    second = bpy.data.collections.new("Second")
    bpy.context.scene.collection.children.link(second)
    second.objects.link(cube)
    before = dump_scene()
    bpy.ops.partwise.split()
    bpy.ops.partwise.join_back()
    assert differences(before, dump_scene()) == []


def test_a_renamed_original_comes_back(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    cube.name = "Box"
    bpy.ops.partwise.join_back()
    assert cube.visible_get()
    assert bpy.data.collections.keys() == []


def test_a_hidden_original_stays_hidden(cube: bpy.types.Object):
    cube.hide_render = True
    before = dump_scene()
    bpy.ops.partwise.split()
    assert all(obj.hide_render for obj in bpy.data.collections["Cube.parts"].objects)
    bpy.ops.partwise.join_back()
    assert differences(before, dump_scene()) == []


def test_modifiers_of_parts_are_named(cube: bpy.types.Object, capsys: pytest.CaptureFixture[str]):
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part 1"]
    part.modifiers.new("Rounded", "BEVEL")
    part.data.vertices[0].co.x += 0.5
    bpy.ops.partwise.join_back()
    assert "left out: Rounded" in capsys.readouterr().out


def test_a_mesh_that_others_use_stays_for_them(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    other = bpy.data.objects.new("Other", cube.data)
    bpy.context.scene.collection.objects.link(other)
    shape = dump_mesh(other.data)
    bpy.data.objects["Cube.Part 1"].location.x += 1
    bpy.ops.partwise.join_back()
    assert other.data != cube.data
    assert differing_layers(dump_mesh(other.data), shape) == set()


def test_caps_are_taken_off_again(cube: bpy.types.Object):
    bpy.context.scene.partwise.cap = True
    before = dump_mesh(cube.data)
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part 1"].data
    assert "partwise_cap" in part.attributes
    part.attributes.new("Mine", "INT", "FACE").data[0].value = 1  # so that a new mesh is made
    bpy.ops.partwise.join_back()
    after = dump_mesh(cube.data)
    assert after.counts == before.counts
    unlike = {"sharp_edge", "sharp_face", "Mine"}
    assert differing_layers(after, before, ignore=unlike) == set()
    assert not any(edge.use_edge_sharp for edge in cube.data.edges)


@pytest.mark.parametrize("origin", ["SOURCE", "BOUNDS"])
def test_capped_parts_that_nobody_touched_give_the_original_back(vase: bpy.types.Object, origin):
    bpy.context.scene.partwise.origin, bpy.context.scene.partwise.cap = origin, True
    before, mesh = dump_scene(), vase.data
    bpy.ops.partwise.split()
    assert jobs.current().state == "DONE"
    assert any("partwise_cap" in part.data.attributes for part in bpy.context.selected_objects)
    bpy.ops.partwise.join_back()
    assert vase.data == mesh
    assert differences(before, dump_scene()) == []


def test_what_cannot_be_joined_says_why(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_cube_add()
    assert not bpy.ops.partwise.join_back.poll()
    with pytest.raises(RuntimeError, match="Select a part"):
        bpy.ops.partwise.join_back()


def test_parts_that_nobody_touched_are_replaced(vase: bpy.types.Object):
    bpy.context.scene.partwise.origin = "BOUNDS"
    bpy.ops.partwise.split()
    first = dump_scene()
    split_again(vase)
    assert differences(first, dump_scene()) == []


TOUCHES = {
    "moved": lambda p: setattr(p, "location", (0, 0, 9)),
    "mesh": lambda p: setattr(p.data.vertices[0].co, "x", 9),
    "renamed": lambda p: setattr(p, "name", "Foot"),
    "setting": lambda p: setattr(p, "show_name", True),
    "property": lambda p: p.__setitem__("Preis", 1.0),
    "modifier": lambda p: p.modifiers.new("Mine", "SMOOTH"),
    "modifier setting": lambda p: setattr(p.modifiers["Smooth"], "levels", 1),
    "constraint": lambda p: p.constraints.new("LIMIT_SCALE"),
    "child": lambda p: setattr(bpy.data.objects["Target"], "parent", p),
    "target": lambda p: setattr(bpy.data.objects["Vase.Rim"].constraints[0], "target", p),
    "deleted": lambda p: bpy.data.objects.remove(p),
    "elsewhere": lambda p: bpy.context.scene.collection.objects.link(p),
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_parts_that_were_touched_are_kept(vase: bpy.types.Object, touch: Callable[[Any], object]):
    bpy.ops.partwise.split()
    touch(bpy.data.objects["Vase.Fuß"])
    kept = [obj.name for obj in bpy.data.collections["Vase.parts"].objects]
    split_again(vase)
    assert [obj.name for obj in bpy.data.collections["Vase.parts"].objects] == kept
    assert len(bpy.data.collections["Vase.parts.001"].objects) == 6


def test_capped_parts_that_nobody_touched_are_replaced(vase: bpy.types.Object):
    bpy.context.scene.partwise.origin, bpy.context.scene.partwise.cap = "BOUNDS", True
    bpy.ops.partwise.split()
    first = dump_scene()
    split_again(vase)
    assert differences(first, dump_scene()) == []


def test_edit_mode_alone_changes_no_cap(cube: bpy.types.Object):
    bpy.context.scene.partwise.cap = True
    mesh = cube.data
    bpy.ops.partwise.split()
    for part in bpy.context.selected_objects:
        bpy.context.view_layer.objects.active = part
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.object.mode_set(mode="OBJECT")
        assert part.data.partwise.caps == caps_digest(part.data) != ""
    bpy.ops.partwise.join_back()
    assert cube.data == mesh


def test_what_is_modelled_on_a_cap_is_noticed(cube: bpy.types.Object):
    bpy.context.scene.partwise.cap = True
    bpy.ops.partwise.split()
    mesh = bpy.context.object.data
    rim = mesh.edges[rims_of_caps(mesh).argmax()]
    rim.use_edge_sharp = False
    assert mesh.partwise.caps != caps_digest(mesh)
    rim.use_edge_sharp = True
    assert mesh.partwise.caps == caps_digest(mesh)
    edited = bmesh.new()
    edited.from_mesh(mesh)
    edited.faces.ensure_lookup_table()
    bmesh.ops.extrude_discrete_faces(edited, faces=[edited.faces[a_cap(bpy.context.object).index]])
    edited.to_mesh(mesh)
    edited.free()
    assert mesh.partwise.caps != caps_digest(mesh)


def a_cap(part: bpy.types.Object) -> bpy.types.MeshPolygon:
    return next(f for f in part.data.polygons if part.data.attributes[CAP].data[f.index].value)


CAP_TOUCHES = {
    "material": lambda p: setattr(a_cap(p), "material_index", 1 + a_cap(p).material_index),
    "uv": lambda p: setattr(p.data.uv_layers[1].uv[a_cap(p).loop_start], "vector", (0.5, 0.25)),
    "smooth": lambda p: setattr(a_cap(p), "use_smooth", not a_cap(p).use_smooth),
    "turned": lambda p: a_cap(p).flip(),
}


@pytest.mark.parametrize("touch", CAP_TOUCHES.values(), ids=CAP_TOUCHES)
def test_parts_whose_caps_were_touched_are_kept(vase: bpy.types.Object, touch):
    bpy.context.scene.partwise.cap = True
    bpy.ops.partwise.split()
    part = next(part for part in bpy.context.selected_objects if part.data.partwise.caps)
    touch(part)
    assert is_unchanged(part, vase)
    count = len(bpy.data.collections["Vase.parts"].objects)
    split_again(vase)
    assert len(bpy.data.collections["Vase.parts"].objects) == count
    assert len(bpy.data.collections["Vase.parts.001"].objects) == count


def split_again(original: bpy.types.Object) -> None:
    bpy.context.view_layer.objects.active = bpy.data.objects["Vase.Rim"]
    bpy.ops.partwise.toggle_original()
    assert bpy.context.object == original
    bpy.ops.partwise.split()
