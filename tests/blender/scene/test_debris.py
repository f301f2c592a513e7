# SPDX-License-Identifier: GPL-3.0-or-later
"""Debris of a mesh, in words, and taken away."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.core import trees
from partwise.blender_addon.scene import debris

from tests.blender.ops.debris_of import tell


@pytest.fixture
def mesh() -> bpy.types.Mesh:
    """A strip of four quads."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=1)
    yield bpy.context.object.data
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.mark.parametrize(
    ("pieces", "unseen", "text"),
    [
        ([-1, -1, -1, -1], 0, ""),
        ([-1, 0, 0, -1], 1, "1 unseen piece"),
        ([-1, 0, 1, 2], 2, "2 unseen pieces and 1 speck"),
        ([-1, 0, 1, -1], 0, "2 specks"),
    ],
)
def test_it_is_told_in_a_few_words(mesh, pieces, unseen, text):
    tell(mesh, pieces, unseen)
    assert debris.text_of(mesh) == text
    trees.forget()
    assert debris.text_of(mesh) == ""
    assert debris.debris_of(mesh) is None


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT"])
def test_polygons_go_with_what_is_theirs_alone(mesh, mode):
    before = len(mesh.vertices)
    mark = mesh.attributes.new("mark", "INT", "FACE")
    mark.data.foreach_set("value", [5, 6, 7, 8])
    bpy.ops.object.mode_set(mode=mode)
    debris.remove(mesh, np.array([False, False, False, True]))
    bpy.ops.object.mode_set(mode="OBJECT")
    assert [one.value for one in mesh.attributes["mark"].data] == [5, 6, 7]
    assert len(mesh.vertices) == before - 2
