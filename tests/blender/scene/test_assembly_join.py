# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts become their original again: what returns, what goes, and what stays the artist's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bmesh
import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.caps import caps_digest, rims_of_caps
from partwise.blender_addon.mesh.compare import is_unchanged
from partwise.blender_addon.mesh.layers import CAP
from partwise.blender_addon.scene import parts, visibility
from partwise.blender_addon.scene.assembly_join import (
    added_modifiers,
    discard_untouched,
    join_back,
    parts_of,
)

from tests.blender.assemblies import cube, select, vase
from tests.blender.mesh_dump import differences, differing_layers, dump_mesh, dump_scene

__all__ = ["cube", "vase"]  # fixtures


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


@pytest.mark.parametrize("own", [False, True])
def test_tidied_parts_make_room_for_the_next_split_unless_a_material_is_their_own(
    cube: bpy.types.Object, own: bool
):
    for name in ("skin", "cloth"):
        cube.data.materials.append(bpy.data.materials.new(name))
    cube.data.polygons.foreach_set("material_index", [0, 0, 0, 1, 1, 1])
    bpy.ops.partwise.split()
    assert bpy.ops.partwise.drop_unused("EXEC_DEFAULT", True) == {"FINISHED"}
    if own:
        slot = bpy.data.objects["Cube.Part.01"].material_slots[0]
        slot.link, slot.material = "OBJECT", bpy.data.materials.new("own")
    bpy.ops.partwise.toggle_original("EXEC_DEFAULT", True)
    bpy.ops.partwise.split()
    folders = [c for c in bpy.data.collections if c.partwise.source == cube]
    assert len(folders) == 1 + own


def test_parts_that_are_apart_come_back_in_place(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    bpy.data.collections["Cube.parts"].partwise.explode = 1.0
    bpy.data.objects["Cube.Part.01"].data.vertices[0].co = (-1, -1, -1.5)
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
    lamp.parent = bpy.data.objects["Cube.Part.01"]
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
    part = bpy.data.objects["Cube.Part.01"]
    select(part)
    parts.set_labels(part.data, np.array([0, 1, 1], dtype=np.int32))
    bpy.ops.partwise.split()
    select(bpy.data.objects["Cube.脚 Fuß"])
    bpy.ops.partwise.join_back()
    assert differences(before, dump_scene()) == []


def test_only_the_inner_parts_are_joined(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part.01"]
    select(part)
    parts.set_labels(part.data, np.array([0, 1, 1], dtype=np.int32))
    bpy.ops.partwise.split()
    bpy.ops.partwise.join_back()
    assert bpy.context.object == part
    assert part.visible_get()
    assert not cube.visible_get()


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


def test_a_mesh_that_others_use_stays_for_them(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    other = bpy.data.objects.new("Other", cube.data)
    bpy.context.scene.collection.objects.link(other)
    shape = dump_mesh(other.data)
    bpy.data.objects["Cube.Part.01"].location.x += 1
    bpy.ops.partwise.join_back()
    assert other.data != cube.data
    assert differing_layers(dump_mesh(other.data), shape) == set()


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


def split_again(original: bpy.types.Object) -> None:
    bpy.context.view_layer.objects.active = bpy.data.objects["Vase.Rim"]
    bpy.ops.partwise.toggle_original()
    assert bpy.context.object == original
    bpy.ops.partwise.split()


def test_whether_something_was_edited_is_told(cube: bpy.types.Object):
    for edited in (False, True):
        bpy.ops.partwise.split()
        folder = bpy.data.collections["Cube.parts"]
        assert [part.name for part in parts_of(folder)] == ["Cube.Part.01", "Cube.脚 Fuß"]
        if edited:
            folder.objects[0].data.vertices[0].co.x += 0.5
        mesh = cube.data
        assert join_back(folder) is edited
        assert (cube.data == mesh) is not edited, "an unchanged original keeps its very mesh"
        select(cube)


def test_modifiers_that_only_parts_have_are_found(cube: bpy.types.Object):
    cube.modifiers.new("Both", "BEVEL")
    bpy.ops.partwise.split()
    folder = bpy.data.collections["Cube.parts"]
    assert added_modifiers(folder) == []
    for part, name in zip(folder.objects, ("Second", "First"), strict=True):
        part.modifiers.new(name, "BEVEL")
    assert added_modifiers(folder) == ["First", "Second"]


def test_what_covers_a_part_in_a_preview_is_no_work_of_the_artist(cube: bpy.types.Object):
    bpy.ops.partwise.split()
    folder = bpy.data.collections["Cube.parts"]
    visibility.cover({folder.objects[0].session_uid: None})
    try:
        assert added_modifiers(folder) == []
        select(cube)
        discard_untouched(cube)
        assert "Cube.parts" not in bpy.data.collections
    finally:
        visibility.cover({})


def test_where_all_parts_were_deleted_the_original_comes_back_as_it_was(cube: bpy.types.Object):
    shape = dump_mesh(cube.data)
    bpy.ops.partwise.split()
    folder = bpy.data.collections["Cube.parts"]
    bpy.data.batch_remove(list(folder.objects))
    assert join_back(folder) is False
    assert cube.visible_get()
    assert differing_layers(dump_mesh(cube.data), shape) == set()


def test_capped_parts_that_nobody_touched_are_replaced(vase: bpy.types.Object):
    bpy.context.scene.partwise.origin, bpy.context.scene.partwise.closing = "BOUNDS", "CAP"
    bpy.ops.partwise.split()
    first = dump_scene()
    split_again(vase)
    assert differences(first, dump_scene()) == []


def test_edit_mode_alone_changes_no_cap(cube: bpy.types.Object):
    bpy.context.scene.partwise.closing = "CAP"
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
    bpy.context.scene.partwise.closing = "CAP"
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
    bpy.context.scene.partwise.closing = "CAP"
    bpy.ops.partwise.split()
    part = next(part for part in bpy.context.selected_objects if part.data.partwise.caps)
    touch(part)
    assert is_unchanged(part, vase)
    count = len(bpy.data.collections["Vase.parts"].objects)
    split_again(vase)
    assert len(bpy.data.collections["Vase.parts"].objects) == count
    assert len(bpy.data.collections["Vase.parts.001"].objects) == count
