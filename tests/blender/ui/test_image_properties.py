# SPDX-License-Identifier: GPL-3.0-or-later
"""What From Images is asked for: saved with the scene, undone by Blender."""

from __future__ import annotations

import bpy
from partwise import blender_addon
from partwise.blender_addon.scene.briefs import VIEWS

from tests.blender.picturing import figure, image_of


def test_each_side_has_a_picture_and_a_mask():
    asked = bpy.context.scene.partwise_images
    for view in VIEWS:
        slot = getattr(asked, view)
        slot.image = slot.mask = image_of(figure())
        assert slot.image.users >= 2


def test_shapes_are_those_of_the_engine():
    from partwise.backend.images.bodies import KINDS

    items = bpy.context.scene.partwise_images.bl_rna.properties["shape"].enum_items
    assert {item.identifier.lower() for item in items} == {"auto", *KINDS}


def test_pictures_are_saved_and_opened_again(tmp_path):
    asked = bpy.context.scene.partwise_images
    asked.front.image, asked.count, asked.size = image_of(figure(), "Doll"), 5, 3.0
    path = str(tmp_path / "doll.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert bpy.context.scene.partwise_images.front.image is None
    bpy.ops.wm.open_mainfile(filepath=path)
    again = bpy.context.scene.partwise_images
    assert (again.front.image.name, again.count, again.size) == ("Doll", 5, 3.0)


def test_nothing_is_left_when_the_extension_goes():
    blender_addon.unregister()
    try:
        assert not hasattr(bpy.types.Scene, "partwise_images")
    finally:
        blender_addon.register()
    assert bpy.context.scene.partwise_images.count == 0
