# SPDX-License-Identifier: GPL-3.0-or-later
"""Which face of a mesh in Edit Mode a ray hits: as it is edited, and without what is hidden."""

from __future__ import annotations

import bmesh
import bpy
import pytest
from mathutils import Vector
from partwise.blender_addon.scene import click_masks, edit_pick

DOWN = Vector((0.0, 0.0, -1.0))
ABOVE = Vector((0.1, 0.1, 9.0))


@pytest.fixture
def cube() -> bpy.types.Object:
    click_masks.forget()
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    return bpy.context.object


def faces(obj: bpy.types.Object) -> bmesh.types.BMFaceSeq:
    found = bmesh.from_edit_mesh(obj.data).faces
    found.ensure_lookup_table()
    return found


def upper(obj: bpy.types.Object) -> int:
    return max(faces(obj), key=lambda face: face.calc_center_median().z).index


def test_the_nearest_face_is_hit(cube):
    cube.matrix_world.translation.z = 3.0
    hit = edit_pick.along_ray([cube], ABOVE, DOWN)
    assert hit.face == upper(cube)
    assert hit.point == Vector((0.1, 0.1, 1.0))
    assert edit_pick.along_ray([cube], Vector((5, 0, 9)), DOWN) is None


def test_hidden_and_clipped_faces_are_looked_through(cube):
    top = upper(cube)
    faces(cube)[top].hide_set(True)
    assert edit_pick.along_ray([cube], ABOVE, DOWN).point.z == pytest.approx(-1.0)
    faces(cube)[top].hide_set(False)
    below = [(0.0, 0.0, -1.0, 0.0)]  # what is above z = 0 is clipped
    assert edit_pick.along_ray([cube], ABOVE, DOWN, below).point.z == pytest.approx(-1.0)


def test_an_edit_is_seen(cube):
    edit_pick.along_ray([cube], ABOVE, DOWN)
    for vertex in bmesh.from_edit_mesh(cube.data).verts:
        vertex.co.z += 1.0
    bmesh.update_edit_mesh(cube.data)
    bpy.context.view_layer.update()
    assert edit_pick.along_ray([cube], ABOVE, DOWN).point.z == pytest.approx(2.0)


def test_of_several_meshes_the_nearest_is_hit(cube):
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.mesh.primitive_cube_add(location=(0, 0, 4))
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.object.mode_set(mode="EDIT")
    both = list(bpy.context.objects_in_mode)
    assert len(both) == 2
    assert edit_pick.along_ray(both, ABOVE, DOWN).obj.location.z == 4.0
    assert edit_pick.along_ray(both, -ABOVE, -DOWN).obj == cube
