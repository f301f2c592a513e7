# SPDX-License-Identifier: GPL-3.0-or-later
"""What is selected after something was done."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.scene.selection import is_in, select_only


@pytest.fixture
def cubes(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Two in the scene, one in another scene, one in an excluded collection."""
    mesh = bpy.data.meshes.new("Cube")
    made = [bpy.data.objects.new(name, mesh) for name in ("One", "Two", "Elsewhere", "Excluded")]
    folder = bpy.data.collections.new("Folder")
    scene.collection.children.link(folder)
    for obj, home in zip(
        made,
        (scene.collection, scene.collection, bpy.data.scenes.new("Other").collection, folder),
        strict=True,
    ):
        home.objects.link(obj)
    bpy.context.view_layer.layer_collection.children["Folder"].exclude = True
    bpy.context.view_layer.update()
    return made


def test_those_are_selected_that_can_be_and_no_others(cubes):
    one, two, *_ = cubes
    one.select_set(True)
    select_only(bpy.context, [cubes[2], two, cubes[3]])
    assert bpy.context.selected_objects == [two]
    assert bpy.context.view_layer.objects.active == two
    select_only(bpy.context, cubes)
    assert set(bpy.context.selected_objects) == {one, two}
    assert bpy.context.view_layer.objects.active == one
    select_only(bpy.context, cubes[2:])
    assert not bpy.context.selected_objects
    assert bpy.context.view_layer.objects.active is None


def test_an_object_is_in_the_view_layer_or_not(cubes):
    layer = bpy.context.view_layer
    assert [is_in(layer, obj) for obj in cubes] == [True, True, False, False]
