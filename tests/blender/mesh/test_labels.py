# SPDX-License-Identifier: GPL-3.0-or-later
"""The face attribute, in Object and in Edit Mode."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.mesh import labels

HALVES = np.array([0, 0, 0, 7, 7, -1], np.int32)


@pytest.fixture(params=["OBJECT", "EDIT"])
def mesh(request) -> bpy.types.Mesh:
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode=request.param)
    yield bpy.context.object.data
    bpy.ops.object.mode_set(mode="OBJECT")


def test_what_is_written_is_read(mesh):
    assert not labels.has_labels(mesh)
    assert labels.get_labels(mesh).tolist() == [-1] * 6
    labels.write_labels(mesh, HALVES)
    assert labels.get_labels(mesh).tolist() == HALVES.tolist()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert labels.has_labels(mesh)
    assert labels.get_labels(mesh).tolist() == HALVES.tolist()


def test_it_is_taken_off_and_nothing_else(mesh):
    labels.write_labels(mesh, HALVES)
    labels.drop_labels(mesh)
    assert labels.get_labels(mesh).tolist() == [-1] * 6
    labels.drop_labels(mesh)  # nor is it an error where there is none
    bpy.ops.object.mode_set(mode="OBJECT")
    assert labels.ATTRIBUTE not in mesh.attributes
    assert "UVMap" in mesh.attributes


def test_faces_are_counted_and_measured(mesh):
    assert labels.face_count(mesh) == 6
    assert np.allclose(labels.get_areas(mesh), 4.0)


def test_an_attribute_of_the_artists_own_is_not_touched():
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    mesh.attributes.new(labels.ATTRIBUTE, "FLOAT", "POINT").data[0].value = 0.5
    assert not labels.has_labels(mesh)
    with pytest.raises(BadInput, match="attribute of its own"):
        labels.write_labels(mesh, HALVES)
    labels.drop_labels(mesh)
    assert mesh.attributes[labels.ATTRIBUTE].data[0].value == 0.5
