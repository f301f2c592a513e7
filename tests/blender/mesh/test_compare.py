# SPDX-License-Identifier: GPL-3.0-or-later
"""A part that nobody touched is known as what it was, and every edit of one is noticed."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh.build import build_part
from partwise.blender_addon.mesh.caps import CONTINUED, CapStyle, corners_at_rims
from partwise.blender_addon.mesh.compare import (
    are_whole,
    at_source,
    extent,
    is_unchanged,
    place_in_source,
)
from partwise.blender_addon.mesh.delta import set_offset
from partwise.blender_addon.mesh.read import positions
from partwise.blender_addon.scene.hierarchy import drop_unused

from tests.blender.assemblies import labelled_cube
from tests.blender.mesh.arm_parts import cut
from tests.blender.mesh.vase_parts import EDITS, Part, split
from tests.blender.mesh_dump import vector_of


@pytest.mark.parametrize("origin", ["SOURCE", "BOUNDS"])
def test_parts_that_nobody_touched_are_unchanged(vase: bpy.types.Object, origin: str):
    made = list(split(vase, origin).values())
    assert all(is_unchanged(part, vase) for part in made)
    assert are_whole(made, vase)
    assert not are_whole(made[1:], vase)
    assert not are_whole([*made, made[0]], vase)


def test_edit_mode_alone_changes_nothing(vase: bpy.types.Object):
    part = split(vase)[0]
    bpy.context.view_layer.objects.active = part
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.object.mode_set(mode="OBJECT")
    assert is_unchanged(part, vase)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_every_edit_is_noticed(vase: bpy.types.Object, edit: Callable[[Part], object]):
    part = split(vase)[1]
    edit(part)
    bpy.context.view_layer.update()
    assert not is_unchanged(part, vase)


def test_slots_that_no_face_has_may_be_dropped_but_not_exchanged(scene: bpy.types.Scene):
    obj = labelled_cube()
    skin, cloth = (bpy.data.materials.new(name) for name in ("skin", "cloth"))
    for material in (skin, cloth):
        obj.data.materials.append(material)
    obj.data.polygons.foreach_set("material_index", [0, 0, 0, 1, 1, 1])
    bpy.ops.partwise.split()
    first, second = bpy.data.collections["Cube.parts"].objects
    for part in (first, second):
        assert drop_unused(part) == (1, 0)
        assert is_unchanged(part, obj)
    second.data.materials[0] = skin
    assert not is_unchanged(second, obj), "another material is seen"
    first.data.materials.append(None)
    assert not is_unchanged(first, obj), "which the artist may be about to use"


@pytest.mark.parametrize("keep_shading", [True, False])
@pytest.mark.parametrize("has_own", [True, False], ids=["own normals", "automatic"])
def test_new_faces_that_go_on_evenly_do_not_count_as_an_edit(
    whole: bpy.types.Object, keep_shading: bool, has_own: bool
):
    if has_own:
        shade_askew(whole.data)
    style = CapStyle(CONTINUED, smooth=True, keep_normals=True)
    for label, mesh in cut(whole, style, 8, keep_shading=keep_shading).items():
        assert is_unchanged(build_part(whole, mesh, "Part", label), whole)


def test_an_edit_of_the_shading_is_noticed_at_the_rim_of_new_faces_too(whole: bpy.types.Object):
    shade_askew(whole.data)
    style = CapStyle(CONTINUED, smooth=True, keep_normals=True)
    mesh = cut(whole, style, 8, keep_shading=False)[1]
    part = build_part(whole, mesh, "Part", 1)
    assert is_unchanged(part, whole)
    at_rim = corners_at_rims(mesh)
    assert 0 < at_rim.sum() < len(at_rim)
    normals = vector_of(mesh.corner_normals, "vector", 3)
    normals[at_rim] = [0, 0, 1]
    mesh.normals_split_custom_set(normals.tolist())
    assert not is_unchanged(part, whole)


def shade_askew(mesh: bpy.types.Mesh) -> None:
    """Give a mesh custom normals, as files bring along."""
    normals = vector_of(mesh.corner_normals, "vector", 3) + [0, 0.3, 0.2]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    mesh.normals_split_custom_set(normals.tolist())


def test_a_part_knows_its_place_in_its_source_also_where_it_is_apart(vase: bpy.types.Object):
    part = split(vase, "BOUNDS")[1]
    place = place_in_source(part, vase)
    ids = mesh_layers.origin(part.data, "POINT")
    expected = positions(vase.data)[ids]
    found = np.array([place @ vertex.co for vertex in part.data.vertices])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    set_offset(part, Vector((0, 0, 5)))
    bpy.context.view_layer.update()
    assert (place_in_source(part, vase).translation - place.translation).length < 1e-5


def test_rounding_is_not_a_move_and_new_points_are_nowhere_else():
    sources = np.array([[0, 0, 0], [100, 0, 0], [np.inf] * 3], np.float32)
    points = np.array([[1e-5, 0, 0], [100.01, 0, 0], [3, 4, 5]])
    found = at_source(points, Matrix.Identity(4), sources, 100.0)
    assert found.dtype == np.float32
    assert found.tolist() == [[0, 0, 0], np.float32([100.01, 0, 0]).tolist(), [3, 4, 5]]
    moved = at_source(points[2:], Matrix.Translation(Vector((1, 0, 0))), sources[2:], 100.0)
    assert moved.tolist() == [[4, 4, 5]]


def test_the_size_of_nothing_is_none():
    assert extent(np.array([[0, 0, 0], [1, 5, 2]])) == 5
    assert extent(np.empty((0, 3))) == 0
