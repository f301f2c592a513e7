# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys of parts: where the whole has them, with all settings, and gone with their mesh."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.keys import add_keys, read_key, read_keys, remove_meshes
from partwise.blender_addon.mesh.split import split_mesh

from tests.blender.mesh_dump import differing_settings, mesh_settings


def test_absolute_shape_keys_keep_their_times(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=2, y_subdivisions=2)
    obj = bpy.context.object
    obj.shape_key_add(name="Basis")
    obj.data.shape_keys.use_relative = False
    for time in (7.0, 33.5, 20.0):
        obj.data.shape_keys.eval_time = time
        obj.shape_key_add(name=str(time), from_mix=False)
    obj.data.shape_keys.eval_time = 12
    source = mesh_settings(obj.data)
    assert source["key 33.5"]["frame"] == 33.5
    for mesh in split_mesh(obj, np.array([0, 0, 1, 1], np.int32)).values():
        assert differing_settings(mesh_settings(mesh), source) == set()


@pytest.fixture
def grid(scene: bpy.types.Scene) -> bpy.types.Object:
    """Four vertices with three keys, of which the last follows the second and is at half."""
    bpy.ops.mesh.primitive_plane_add()
    obj = bpy.context.object
    for number, name in enumerate(("Basis", "Up", "Aside")):
        obj.shape_key_add(name=name, from_mix=False).data[1].co.z = number
    aside = obj.data.shape_keys.key_blocks["Aside"]
    aside.relative_key = obj.data.shape_keys.key_blocks["Up"]
    aside.slider_min, aside.slider_max, aside.value, aside.mute = -2, 3, 0.5, True
    return obj


def test_keys_are_read_in_their_order(grid: bpy.types.Object):
    keys = read_keys(grid.data)
    assert [key.shape for key in keys] == [(4, 3)] * 3
    assert [float(key[1, 2]) for key in keys] == [0, 1, 2]
    np.testing.assert_array_equal(read_key(grid.data.shape_keys.key_blocks["Up"]), keys[1])
    assert read_keys(bpy.data.meshes.new("bare")) == []


def test_a_mesh_gets_the_keys_of_another_with_all_settings(grid: bpy.types.Object):
    mesh = bpy.data.meshes.new("piece")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0)], [(0, 1)], [])
    objects = len(bpy.data.objects)
    wanted = [key[:2] + 7 for key in read_keys(grid.data)]
    add_keys(mesh, grid.data, wanted)
    for found, key in zip(read_keys(mesh), wanted, strict=True):
        np.testing.assert_array_equal(found, key)
    made = mesh.shape_keys.key_blocks
    assert made.keys() == ["Basis", "Up", "Aside"]
    aside = made["Aside"]
    assert aside.relative_key == made["Up"]
    assert (aside.slider_min, aside.slider_max, aside.value, aside.mute) == (-2, 3, 0.5, True)
    assert len(bpy.data.objects) == objects, "what was needed for it is gone"
    assert bpy.data.objects.get(".partwise") is None


def test_without_keys_there_is_nothing_to_add(grid: bpy.types.Object):
    mesh = bpy.data.meshes.new("piece")
    add_keys(mesh, grid.data, [])
    assert mesh.shape_keys is None


def test_keys_that_do_not_fit_leave_no_object_behind(grid: bpy.types.Object):
    mesh = bpy.data.meshes.new("piece")
    mesh.from_pydata([(0, 0, 0)], [], [])
    with pytest.raises(ValueError, match="shorter"):
        add_keys(mesh, grid.data, [key[:1] for key in read_keys(grid.data)][:2])
    assert bpy.data.objects.get(".partwise") is None


def test_meshes_go_with_their_keys(grid: bpy.types.Object):
    mesh, other = grid.data, bpy.data.meshes.new("other")
    bpy.data.objects.remove(grid)
    assert len(bpy.data.shape_keys) == 1
    remove_meshes(iter([mesh, other]))
    assert (len(bpy.data.shape_keys), len(bpy.data.meshes)) == (0, 0)
