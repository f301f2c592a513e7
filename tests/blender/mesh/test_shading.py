# SPDX-License-Identifier: GPL-3.0-or-later
"""Shading at a cut is that of the whole, and follows what bends the part."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Euler
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh import shading as mesh_shading
from partwise.blender_addon.mesh.split import split_mesh

from tests.blender import rich_fixture
from tests.blender.mesh_dump import angles, vector_of


@pytest.mark.parametrize("custom", ["none", "tangent", "free"])
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("fine", [False, True])
def test_shading_at_the_cut_of_a_smooth_mesh(
    scene: bpy.types.Scene, custom: str, keep: bool, fine: bool
):
    obj = _ball(custom, 64, 48) if fine else _ball(custom)
    labels = _octants(obj.data)
    before = vector_of(obj.data.corner_normals, "vector", 3)
    worst = 0.0
    for mesh in split_mesh(obj, labels, keep_shading=keep).values():
        after = vector_of(mesh.corner_normals, "vector", 3)
        worst = max(worst, angles(after, before[mesh_layers.origin(mesh, "CORNER")]).max())
        layer = mesh.attributes.get("sharp_edge")
        assert layer is None or not mesh_layers.read(layer).any(), "an edge became sharp"
        assert ("custom_normal" in mesh.attributes) == (keep or custom != "none")
    if keep or custom == "free":
        assert worst < 0.1
    else:
        assert worst > 1, "without care the cut must show, or this test shows nothing"


def test_islands_get_no_custom_normals(scene: bpy.types.Scene):
    """Where a part is a body of its own, nothing was cut and nothing is added."""
    bpy.ops.mesh.primitive_uv_sphere_add()
    obj = bpy.context.object
    obj.data.shade_smooth()
    (mesh,) = split_mesh(obj, np.zeros(len(obj.data.polygons), np.int32)).values()
    assert "custom_normal" not in mesh.attributes


def test_kept_shading_follows_an_armature(scene: bpy.types.Scene):
    """Bent by 60 degrees, border normals turn with the surface; free normals would stand still."""
    obj = _ball("none", segments=64, rings=48)
    rig = rich_fixture.make_armature()
    obj.modifiers.new("Rig", "ARMATURE").object = rig
    height = vector_of(obj.data.vertices, "co", 3)[:, 2]
    for name, weight in (("Lower", 0.5 - height), ("Upper", 0.5 + height)):
        group = obj.vertex_groups.new(name=name)
        for vertex, value in enumerate(np.clip(weight, 0, 1).tolist()):
            group.add([vertex], value, "REPLACE")
    mesh = split_mesh(obj, _octants(obj.data))[7]
    free = mesh.copy()
    still = vector_of(free.corner_normals, "vector", 3)
    mesh_layers.put(free, "custom_normal", "FLOAT_VECTOR", "CORNER", still)
    bone = rig.pose.bones["Upper"]
    bone.rotation_mode = "XYZ"
    bone.rotation_euler = Euler((np.radians(60), 0, 0))
    whole = _posed_normals(obj)[mesh_layers.origin(mesh, "CORNER")]
    errors = []
    for candidate in (mesh, free):
        obj.data = candidate
        errors.append(angles(_posed_normals(obj), whole))
    followed, stood = errors
    assert followed.mean() < 0.5
    assert followed.max() < 6
    assert stood.max() > 50


def _ball(custom: str, segments: int = 13, rings: int = 9) -> bpy.types.Object:
    bpy.ops.mesh.primitive_uv_sphere_add(segments=segments, ring_count=rings)
    obj = bpy.context.object
    mesh = obj.data
    mesh.shade_smooth()
    normals = vector_of(mesh.corner_normals, "vector", 3)
    bent = normals + np.array([0.3, 0.1, 0], np.float32)
    bent /= np.linalg.norm(bent, axis=1, keepdims=True)
    if custom == "tangent":
        mesh.normals_split_custom_set(bent.tolist())
    elif custom == "free":
        mesh_layers.put(mesh, "custom_normal", "FLOAT_VECTOR", "CORNER", bent)
    return obj


def _octants(mesh: bpy.types.Mesh) -> np.ndarray:
    centres = vector_of(mesh.polygons, "center", 3)
    return ((centres > 0.1) @ [1, 2, 4]).astype(np.int32)


def _posed_normals(obj: bpy.types.Object) -> np.ndarray:
    bpy.context.view_layer.update()
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return vector_of(evaluated.data.corner_normals, "vector", 3)


def test_flat_meshes_and_free_normals_know_no_neighbours(scene: bpy.types.Scene):
    smooth, free = _ball("none").data, _ball("free").data
    assert mesh_shading.depends_on_neighbours(smooth)
    assert not mesh_shading.depends_on_neighbours(free)
    smooth.shade_flat()
    assert not mesh_shading.depends_on_neighbours(smooth)


def test_custom_normals_are_read_as_they_are_stored(scene: bpy.types.Scene):
    assert mesh_shading.custom_data(_ball("none").data) is None
    assert mesh_shading.custom_data(_ball("free").data) is None, "these stand still"
    mesh = _ball("tangent").data
    stored = mesh_shading.custom_data(mesh)
    assert stored is not None
    assert (stored.dtype, stored.shape) == (np.int16, (len(mesh.loops), 2))
    normals = mesh_shading.corner_normals(mesh)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(normals, vector_of(mesh.corner_normals, "vector", 3))


@pytest.mark.parametrize("degrees", [0.1, 0.5, 5.0])
def test_small_turns_are_stored_though_blender_rounds_them(scene: bpy.types.Scene, degrees: float):
    mesh = _ball("none").data
    before = mesh_shading.corner_normals(mesh)
    turn = np.array(Euler((0, 0, np.radians(degrees))).to_matrix(), np.float32)
    wanted = before @ turn.T
    border = before[:, 2] < 0.5
    mesh_shading.encode(mesh, wanted, border)
    mesh_shading.settle(mesh, wanted, border, None)
    after = mesh_shading.corner_normals(mesh)
    assert angles(after[border], wanted[border]).max() < 0.1
    stored = mesh_shading.custom_data(mesh)
    assert stored is not None
    assert not stored[~border].any(), "everywhere else normals are automatic"


def test_where_nothing_is_to_be_kept_nothing_is_stored(scene: bpy.types.Scene):
    mesh = _ball("none").data
    nowhere = np.zeros(len(mesh.loops), bool)
    normals = mesh_shading.corner_normals(mesh)
    mesh_shading.encode(mesh, normals, nowhere)
    mesh_shading.settle(mesh, normals, nowhere, None)
    assert "custom_normal" not in mesh.attributes
    inner = np.full((len(mesh.loops), 2), 9, np.int16)
    mesh_shading.settle(mesh, normals, nowhere, inner)
    np.testing.assert_array_equal(mesh_shading.custom_data(mesh), inner)
