# SPDX-License-Identifier: GPL-3.0-or-later
"""From Images in the sidebar, in each of its states."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.ops import images
from partwise.blender_addon.ui import lists, panels_images

from tests.blender.picturing import choose, figure, image_of
from tests.blender.recording_layout import draw

pytestmark = pytest.mark.usefixtures("no_proposal")


@pytest.mark.parametrize("state", ["nothing", "picture", "mask", "preview", "sides"])
def test_everything_that_is_drawn_exists(state):
    if state != "nothing":
        asked = choose()
        if state == "mask":
            asked.front.mask = image_of(figure())
        if state == "sides":
            asked.side.image = asked.back.image = asked.top.image = image_of(figure())
        if state == "preview":
            bpy.ops.partwise.make_parts()
    for cls in panels_images.CLASSES:
        draw(cls)


def test_a_picture_brings_its_mask_and_its_button():
    shown = draw(panels_images.PARTWISE_PT_images)
    assert "partwise.new_mask" not in shown.operators
    assert shown.operators.count("partwise.take_picture") == 2
    assert shown.operators[-1] == "partwise.make_parts"
    choose()
    shown = draw(panels_images.PARTWISE_PT_images)
    assert shown.properties == ["image", "mask", "generate_engine_menu"]
    assert "partwise.new_mask" in shown.operators


def test_zero_parts_are_said_to_be_automatic():
    assert "Parts (0 = Auto)" in draw(panels_images.PARTWISE_PT_image_options).texts
    bpy.context.scene.partwise_images.count = 4
    assert "Parts" in draw(panels_images.PARTWISE_PT_image_options).texts


def test_the_preview_takes_the_place_of_the_button_with_the_nearest_part_first():
    assert draw(panels_images.PARTWISE_PT_take) is None
    assert draw(panels_images.PARTWISE_PT_images) is not None
    choose()
    bpy.ops.partwise.make_parts()
    assert draw(panels_images.PARTWISE_PT_images) is None
    shown = draw(panels_images.PARTWISE_PT_take)
    assert {"Parts of Doll", "2 parts", "By the Inflate engine", "Accept", "Discard"} <= set(
        shown.texts
    )
    shown = draw(panels_images.PARTWISE_PT_take_parts)
    names = images.current().variant.result.made.names
    assert [text for text in shown.texts if text in names] == names[::-1]
    assert shown.operators.count("partwise.shape_part") == 2
    bpy.ops.partwise.shape_part(part=0, kind="FLAT")
    assert "MESH_PLANE" in draw(panels_images.PARTWISE_PT_take_parts).icons
    bpy.ops.partwise.discard_proposal()
    assert draw(panels_images.PARTWISE_PT_take) is None


def test_shapes_are_in_words_where_there_is_room_for_them_beside_the_names(monkeypatch):
    choose()
    bpy.ops.partwise.make_parts()
    narrow = draw(panels_images.PARTWISE_PT_take_parts)
    assert set(narrow.texts) == set(images.current().variant.result.made.names)
    monkeypatch.setattr(lists, "panel_width", lambda context: lists.WIDER)
    wide = draw(panels_images.PARTWISE_PT_take_parts)
    assert sum(text.endswith("(auto)") for text in wide.texts) == 2
    bpy.ops.partwise.shape_part(part=0, kind="FLAT")
    wide = draw(panels_images.PARTWISE_PT_take_parts)
    assert "Flat" in wide.texts
    assert sum(text.endswith("(auto)") for text in wide.texts) == 1


def test_shape_and_depth_of_several_pictures_are_shown_and_why_they_stay():
    asked = choose()
    asked.side.image = image_of(figure())
    bpy.ops.partwise.make_parts()
    assert "partwise.accept_proposal" in draw(panels_images.PARTWISE_PT_take).operators
    shown = draw(panels_images.PARTWISE_PT_take_parts)
    assert set(images.current().variant.result.made.names) <= set(shown.texts)
    assert shown.operators.count("partwise.shape_part") == 2  # grey, with the reason
    assert any("masks" in text for text in shown.texts)
    with pytest.raises(RuntimeError, match="changed by their masks"):
        bpy.ops.partwise.shape_part(part=0, kind="FLAT")


def test_it_can_be_taken_from_the_header_and_made_again_below():
    choose()
    assert draw(panels_images.PARTWISE_PT_take, "draw_header_preset") is None
    bpy.ops.partwise.make_parts()
    shown = draw(panels_images.PARTWISE_PT_take, "draw_header_preset")
    assert shown.operators == ["partwise.accept_proposal", "partwise.discard_proposal"]
    assert "partwise.make_parts" in draw(panels_images.PARTWISE_PT_take_pictures).operators


def test_in_edit_mode_the_panel_says_why_its_button_is_grey():
    choose()
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Switch to Object Mode" in draw(panels_images.PARTWISE_PT_images).texts
