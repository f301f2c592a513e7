# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as arrays for the engine."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.read import MeshArrays, Snapshot, selected_faces


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


def read_mesh(obj: bpy.types.Object, chosen: np.ndarray | None = None) -> MeshArrays:
    return Snapshot.of(obj).arrays(chosen)


def volume(arrays) -> float:
    a, b, c = (arrays.vertices[arrays.faces[:, i]] for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def scaled(obj, scale, rotation=(0.0, 0.0, 0.0)):
    obj.scale, obj.rotation_euler = scale, rotation
    bpy.context.view_layer.update()
    return read_mesh(obj)


def test_polygons_become_triangles_that_know_them(cube):
    arrays = read_mesh(cube)
    assert arrays.polygons == 6
    assert np.bincount(arrays.polygon).tolist() == [2] * 6
    assert volume(arrays) == pytest.approx(8)
    assert np.allclose(arrays.triangle_areas(), 2)


def test_turning_moving_and_scaling_as_a_whole_change_nothing(cube):
    before = read_mesh(cube).fingerprint
    cube.location = (4, 5, 6)
    assert scaled(cube, (3, 3, 3), (1, 2, 3)).fingerprint == before


def test_uneven_scale_changes_the_shape_whichever_way_it_is_turned(cube):
    upright = scaled(cube, (1, 2, 3))
    assert volume(upright) == pytest.approx(48)
    assert volume(scaled(cube, (1, 2, 3), (1, 2, 3))) == pytest.approx(48)
    assert upright.fingerprint != scaled(cube, (1, 1, 1)).fingerprint


def test_a_mirrored_object_faces_outward(cube):
    assert volume(scaled(cube, (-1, 1, 1))) == pytest.approx(8)
    assert volume(scaled(cube, (-1, -2, -3))) == pytest.approx(48)


def test_a_scale_of_zero_is_ignored(cube):
    assert volume(scaled(cube, (1, 1, 0))) == pytest.approx(8)


def test_chosen_faces_bring_only_their_vertices(cube):
    arrays = read_mesh(cube, np.arange(6) == 2)
    assert arrays.polygon.tolist() == [2, 2]
    assert sorted(arrays.vertex.tolist()) == sorted(cube.data.polygons[2].vertices)
    assert arrays.faces.max() == 3


def test_edit_mode_is_read_as_it_is_edited(cube):
    import bmesh

    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="DESELECT")
    edited = bmesh.from_edit_mesh(cube.data)
    edited.faces.ensure_lookup_table()
    edited.faces[1].select = True
    assert selected_faces(cube.data).tolist() == [False, True, False, False, False, False]
    bmesh.ops.delete(edited, geom=[edited.faces[0]], context="FACES")
    assert read_mesh(cube).polygons == 5
    bpy.ops.object.mode_set(mode="OBJECT")
    assert selected_faces(cube.data).tolist() == [True, False, False, False, False]


def test_the_modifiers_of_the_artist_are_not_applied(cube):
    cube.modifiers.new("s", "SUBSURF")
    assert read_mesh(cube).polygons == 6


def blenders_triangles(mesh) -> list[tuple[int, ...]]:
    mesh.calc_loop_triangles()
    return sorted((t.polygon_index, *sorted(t.vertices)) for t in mesh.loop_triangles)


@pytest.mark.parametrize("kind", ["grid", "monkey", "dented", "ngon"])
def test_triangles_are_those_of_blender(kind):
    if kind == "grid":
        bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=7)
    elif kind == "monkey":
        bpy.ops.mesh.primitive_monkey_add()
    elif kind == "dented":
        bpy.ops.mesh.primitive_plane_add()
        bpy.context.object.data.vertices[1].co = (-0.7, -0.7, 0)
    else:
        bpy.ops.mesh.primitive_circle_add(vertices=9, fill_type="NGON")
    obj = bpy.context.object
    arrays = read_mesh(obj)
    ours = [
        (polygon, *sorted(face))
        for polygon, face in zip(arrays.polygon.tolist(), arrays.faces.tolist(), strict=True)
    ]
    theirs = blenders_triangles(obj.data)
    if kind == "monkey":  # of quads that are bent, either diagonal is right
        assert [row[0] for row in sorted(ours)] == [row[0] for row in theirs]
    else:
        assert sorted(ours) == theirs


def test_a_snapshot_notices_every_change(cube):
    before = Snapshot.of(cube)
    assert Snapshot.of(cube) == before
    cube.data.flip_normals()
    assert Snapshot.of(cube) != before
    cube.data.flip_normals()
    assert Snapshot.of(cube) == before
    cube.data.vertices[0].co.x += 1e-3
    assert Snapshot.of(cube) != before


def test_a_mesh_without_faces_has_no_triangles(cube):
    cube.data.clear_geometry()
    assert len(read_mesh(cube).faces) == 0
