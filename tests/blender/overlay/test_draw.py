# SPDX-License-Identifier: GPL-3.0-or-later
"""What the overlay draws: pictures of it, and when it reads a mesh again."""

from __future__ import annotations

import bmesh
import bpy
import numpy as np
import pytest
from mathutils import Matrix
from partwise.blender_addon.overlay import draw as overlay
from partwise.blender_addon.scene import parts

from tests.blender.overlay.pictures import at, hue, picture, update


def test_parts_are_drawn_in_their_colours(plate):
    pixels = picture(plate)
    assert hue(at(pixels, -0.5, 0.2)) == "red"
    assert hue(at(pixels, 0.5, 0.2)) == "green"
    assert hue(at(pixels, 1.5, 0.2)) == "nothing"
    ratio = at(pixels, -0.5, 0.2)[1] / at(pixels, -0.5, 0.2)[0]
    assert 0.1 < ratio < 0.3  # the colour's own is 0.125; gloss adds a little white


def test_the_border_is_dark(plate):
    pixels = picture(plate)
    assert at(pixels, 0.0, 0.5)[:3].max() < 0.5 * at(pixels, -0.5, 0.5)[:3].max()


def test_the_active_part_has_a_light_border(plate):
    bpy.context.view_layer.objects.active = plate
    plate.data.partwise.active = 1
    assert at(picture(plate), 0.0, 0.5)[:3].min() > 0.8


def test_ticked_parts_have_a_light_border_too(plate):
    bpy.context.view_layer.objects.active = plate
    plate.data.partwise.active = 99  # out of range, as it may be for a moment
    assert at(picture(plate), 0.0, 0.5)[:3].max() < 0.3
    plate.data.partwise.parts[0].selected = True
    assert at(picture(plate), 0.0, 0.5)[:3].min() > 0.8


def test_opacity(plate):
    assert at(picture(plate, opacity=0.25), -0.5, 0.2)[3] == pytest.approx(0.25, abs=0.01)


def test_light_shows_the_form(plate):
    flat = at(picture(plate), -0.5, 0.2)[0]
    plate.matrix_world = Matrix.Rotation(1.0, 4, "X")
    assert at(picture(plate), -0.5, 0.2)[0] < 0.8 * flat


def test_a_new_cut_costs_only_colours(plate):
    before = update(plate)
    buffers = before._batch, before._triangles
    parts.set_labels(plate.data, np.array([5, 5], np.int32))
    pixels = picture(plate)
    assert hue(at(pixels, -0.5, 0.2)) == hue(at(pixels, 0.5, 0.2)) == "green"
    after = update(plate)
    assert (after._batch, after._triangles) == buffers
    assert after._borders == []


def test_a_moved_vertex_is_drawn_where_it_is(plate):
    triangles = update(plate)._triangles
    for vertex in plate.data.vertices:
        vertex.co.x += 1.0
    plate.data.update()
    pixels = picture(plate)
    assert hue(at(pixels, -0.5, 0.2)) == "nothing"
    assert hue(at(pixels, 0.5, 0.2)) == "red"
    assert update(plate)._triangles is triangles


def test_other_faces_are_drawn(plate):
    update(plate)
    bpy.context.view_layer.objects.active = plate
    plate.modifiers.new("Mirror", "MIRROR").use_axis = (False, True, False)
    for vertex in plate.data.vertices:
        vertex.co.y += 1.0
    plate.data.update()
    pixels = picture(plate)
    assert hue(at(pixels, -0.5, -1.5)) == "red"  # the mirror image of part 0
    assert hue(at(pixels, 0.5, 1.5)) == "green"


def test_as_many_faces_that_are_others_are_drawn(plate):
    update(plate)
    corners = np.array([loop.vertex_index for loop in plate.data.loops], np.int32)
    plate.data.loops.foreach_set("vertex_index", np.roll(corners, 4))  # the squares change places
    plate.data.update(calc_edges=True)
    assert hue(at(picture(plate), 0.5, 0.2)) == "red"


def test_shading_that_changes_is_drawn(plate):
    for vertex in plate.data.vertices:
        vertex.co.z = -4.0 * abs(vertex.co.x)
    plate.data.update()
    flat = at(picture(plate), -0.1, 0.2)
    plate.data.shade_smooth()
    smooth = at(picture(plate), -0.1, 0.2)
    assert smooth != pytest.approx(flat, abs=0.05)
    plate.data.normals_split_custom_set_from_vertices([(0.0, 0.9, 0.1)] * 6)
    assert at(picture(plate), -0.1, 0.2) != pytest.approx(smooth, abs=0.05)


def test_light_on_a_stretched_object(plate):
    for vertex in plate.data.vertices:
        vertex.co.z = vertex.co.y
    plate.scale.z = 5.0
    stretched = at(picture(plate), -0.5, 0.2)
    plate.scale.z = 1.0
    for vertex in plate.data.vertices:
        vertex.co.z *= 5.0
    plate.data.update()
    assert at(picture(plate), -0.5, 0.2) == pytest.approx(stretched, abs=0.01)
    plate.scale.z = 0.0  # has no inverse
    assert hue(at(picture(plate), -0.5, 0.2)) == "red"


def test_a_colour_of_the_table_is_taken_over_at_once(plate):
    picture(plate)
    plate.data.partwise.parts[0].colour = (0.1, 0.1, 0.8)
    assert hue(at(picture(plate), -0.5, 0.2)) == "blue"


def test_hidden_parts_are_not_drawn(plate):
    plate.data.partwise.parts[0].visible = False
    pixels = picture(plate)
    assert hue(at(pixels, -0.5, 0.2)) == "nothing"
    assert hue(at(pixels, 0.5, 0.2)) == "green"


def test_hidden_parts_have_no_borders(plate):
    plate.data.partwise.parts.foreach_set("visible", [False, False])  # as in Edit Mode: no modifier
    assert update(plate)._borders == []


def test_edit_mode_shows_what_is_edited(plate):
    bpy.context.view_layer.objects.active = plate
    bpy.ops.object.mode_set(mode="EDIT")
    assert hue(at(picture(plate), -0.5, 0.2)) == "red"
    bpy.ops.mesh.select_all(action="DESELECT")
    edited = bmesh.from_edit_mesh(plate.data)
    edited.faces.ensure_lookup_table()
    edited.faces[0].hide_set(True)
    bmesh.update_edit_mesh(plate.data)
    pixels = picture(plate)
    assert hue(at(pixels, -0.5, 0.2)) == "nothing"
    assert hue(at(pixels, 0.5, 0.2)) == "green"
    bpy.ops.object.mode_set(mode="OBJECT")
    assert hue(at(picture(plate), -0.5, 0.2)) == "red"  # Object Mode shows hidden faces


def test_what_stands_in_front_covers_it(plate):
    assert hue(at(picture(plate, depth=0.1), -0.5, 0.2)) == "nothing"
    assert hue(at(picture(plate, depth=0.0, in_front=True), -0.5, 0.2)) == "red"


def test_a_clipping_region_of_the_view(plate):
    plate.location.x = 1.0
    pixels = picture(plate, clip_planes=[(-1.0, 0.0, 0.0, 1.0)])  # what has x < 1 in the world
    assert hue(at(pixels, 0.5, 0.2)) == "red"
    assert hue(at(pixels, 1.5, 0.2)) == "nothing"


def test_only_the_nearest_faces_are_seen(plate):
    roof = plate.modifiers.new("Array", "ARRAY")
    roof.relative_offset_displace, roof.use_constant_offset = (1.0, 0.0, 0.0), True
    roof.constant_offset_displace = (-1.0, 0.0, 1.0)  # part 0 above part 5
    assert hue(at(picture(plate), 0.5, 0.2)) == "red"


def test_a_mesh_is_read_again_only_when_its_geometry_changed(plate):
    drawn = update(plate)
    plate.location.x = 3.0
    bpy.context.view_layer.update()
    assert not drawn.stale
    plate.data.vertices[0].co.x = 9.0
    plate.data.update()
    bpy.context.view_layer.update()
    assert drawn.stale


def test_an_animated_mesh_is_read_again_at_each_frame(plate):
    wave = plate.modifiers.new("Wave", "WAVE")
    wave.height = 2.0
    bpy.context.scene.frame_set(1)
    drawn = update(plate)
    assert not drawn.stale
    bpy.context.scene.frame_set(20)
    assert drawn.stale


def test_undo_is_followed(plate):
    bpy.ops.ed.undo_push(message="before")
    parts.set_labels(plate.data, np.array([5, 5], np.int32))
    bpy.ops.ed.undo_push(message="merge")
    assert hue(at(picture(plate), -0.5, 0.2)) == "green"
    bpy.ops.ed.undo()
    assert hue(at(picture(bpy.data.objects["plate"]), -0.5, 0.2)) == "red"


def test_an_object_that_is_gone_is_forgotten(plate):
    update(plate)
    uid = plate.session_uid
    assert [obj.name for obj in overlay._visible_objects(bpy.context)] == ["plate"]
    bpy.data.objects.remove(plate)
    assert list(overlay._visible_objects(bpy.context)) == []
    assert uid not in overlay._drawn


def test_split_parts_have_their_colours_at_once(plate):
    hues = {0: "red", 5: "green"}
    bpy.context.view_layer.objects.active = plate
    plate.select_set(True)
    assert bpy.ops.partwise.split() == {"FINISHED"}
    made = bpy.context.selected_objects
    seen = list(overlay._visible_objects(bpy.context))
    assert set(seen) == set(made), "in view, each once; the original is hidden"
    for part in made:
        assert part.delta_location.length == 0.0
        middle = part.data.polygons[0].center
        assert hue(at(picture(part), middle.x, middle.y)) == hues[part.partwise.part_id]
    bpy.ops.partwise.toggle_original()
    assert list(overlay._visible_objects(bpy.context)) == [plate]
    bpy.ops.partwise.toggle_original()
    bpy.ops.partwise.join_back()
    assert list(overlay._visible_objects(bpy.context)) == [plate]


def test_what_is_modelled_on_a_split_part_has_its_colour(plate):
    bpy.context.view_layer.objects.active = plate
    plate.select_set(True)
    bpy.ops.partwise.split()
    part = next(obj for obj in bpy.context.selected_objects if obj.partwise.part_id == 5)
    mesh = part.data
    found = mesh.attributes.get("part_id") or mesh.attributes.new("part_id", "INT", "FACE")
    found.data[0].value = 0  # as that of new faces is
    mesh.update()
    middle = mesh.polygons[0].center
    assert hue(at(picture(part), middle.x, middle.y)) == "green"


def test_split_parts_show_their_materials_where_materials_are_looked_at(plate):
    bpy.context.view_layer.objects.active = plate
    plate.select_set(True)
    bpy.ops.partwise.split()
    part = bpy.context.object
    shadings = ("SOLID", "MATERIAL", "RENDERED")
    assert [overlay.shows_material(part, shading) for shading in shadings] == [False, True, True]
    assert not any(overlay.shows_material(plate, shading) for shading in shadings)


def test_a_mesh_that_lost_its_attribute_is_not_drawn(plate):
    update(plate)
    plate.data.attributes.remove(plate.data.attributes["part_id"])
    plate.data.update()
    assert update(plate).labels is None


def test_objects_that_are_not_seen(plate):
    def seen() -> bool:
        return [obj.name for obj in overlay._visible_objects(bpy.context)] == ["plate"]

    assert seen()
    plate.hide_set(True)
    assert not seen()
    plate.hide_set(False)
    plate.display_type = "WIRE"
    assert not seen()
    plate.display_type = "TEXTURED"
    bpy.context.view_layer.objects.active = plate
    bpy.ops.object.mode_set(mode="SCULPT")
    assert not seen()
