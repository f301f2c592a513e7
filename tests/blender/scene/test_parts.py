# SPDX-License-Identifier: GPL-3.0-or-later
"""The face attribute part_id and its table, in Object and in Edit Mode."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.mesh.labels import face_count
from partwise.blender_addon.scene import parts

HALVES = np.array([0, 0, 0, 2, 2, 2], dtype=np.int32)


@pytest.fixture(params=["OBJECT", "EDIT"])
def mesh(request) -> bpy.types.Mesh:
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode=request.param)
    yield bpy.context.object.data
    bpy.ops.object.mode_set(mode="OBJECT")


def table(mesh):
    return [(part.part_id, part.name, part.faces) for part in mesh.partwise.parts]


def test_a_new_mesh_has_none(mesh):
    assert not parts.has_labels(mesh)
    assert parts.get_labels(mesh).tolist() == [-1] * 6
    assert parts.get_areas(mesh).tolist() == [4.0] * 6
    assert face_count(mesh) == 6


def test_labels_come_back_with_a_table(mesh):
    parts.set_labels(mesh, HALVES, names={2: "Foot"})
    assert parts.get_labels(mesh).tolist() == HALVES.tolist()
    assert table(mesh) == [(0, "Part.01", 3), (2, "Foot", 3)]
    assert [part.area for part in mesh.partwise.parts] == [12.0, 12.0]
    bpy.ops.object.mode_set(mode="OBJECT")
    attribute = mesh.attributes["part_id"]
    assert (attribute.data_type, attribute.domain) == ("INT", "FACE")
    assert parts.has_labels(mesh)
    assert parts.get_labels(mesh).tolist() == HALVES.tolist()


def test_parts_that_stay_keep_what_the_artist_gave_them(mesh):
    parts.set_labels(mesh, HALVES)
    kept = parts.part_of(mesh, 2)
    kept.name, kept.colour, kept.locked = "Foot", (1, 0, 0), True
    mesh.partwise.active = 1
    parts.set_labels(mesh, np.array([1, 1, 0, 2, 2, 2], dtype=np.int32))
    assert table(mesh) == [(0, "Part.01", 1), (1, "Part.02", 2), (2, "Foot", 3)]
    assert tuple(parts.part_of(mesh, 2).colour) == (1, 0, 0)
    assert parts.active_part(mesh).name == "Foot"
    parts.set_labels(mesh, np.zeros(6, dtype=np.int32))
    assert table(mesh) == [(0, "Part.01", 6)]
    assert parts.active_part(mesh).name == "Part.01"


def test_neighbouring_ids_have_different_colours(mesh):
    parts.set_labels(mesh, np.arange(6, dtype=np.int32))
    assert len({tuple(part.colour) for part in mesh.partwise.parts}) == 6


def test_unlabelled_faces_are_in_no_part(mesh):
    parts.set_labels(mesh, np.array([-1, -1, 1, 1, 1, 1], dtype=np.int32))
    assert table(mesh) == [(1, "Part.02", 4)]


def test_removing_leaves_no_trace(mesh):
    parts.set_labels(mesh, HALVES)
    parts.remove_labels(mesh)
    assert not parts.get_labels(mesh).max() >= 0
    assert not mesh.partwise.parts
    bpy.ops.object.mode_set(mode="OBJECT")
    assert "part_id" not in mesh.attributes


def test_an_attribute_of_the_artist_is_not_overwritten():
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    mesh.attributes.new("part_id", "FLOAT", "POINT")
    with pytest.raises(BadInput, match="part_id"):
        parts.set_labels(mesh, HALVES)
    assert mesh.attributes["part_id"].data_type == "FLOAT"


def test_the_table_follows_an_edit_of_the_mesh():
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    parts.set_labels(mesh, HALVES)
    mesh.attributes["part_id"].data.foreach_set("value", np.array([5, 5, 5, 5, 0, 0]))
    parts.sync(mesh)
    assert table(mesh) == [(0, "Part.01", 2), (5, "Part.06", 4)]


def test_a_new_part_has_a_number_that_is_free(mesh):
    parts.set_labels(mesh, HALVES)
    mesh.partwise.parts[1].name = "Part.02"
    parts.set_labels(mesh, np.array([0, 0, 1, 2, 2, 5], dtype=np.int32))
    assert [name for _, name, _ in table(mesh)] == ["Part.01", "Part.03", "Part.02", "Part.06"]
