# SPDX-License-Identifier: GPL-3.0-or-later
"""The modifier that leaves hidden parts out: what it hides, and that its group goes with it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.labels import get_labels, write_labels
from partwise.blender_addon.mesh.preview import (
    EVERYTHING,
    is_preview,
    put_preview,
    remove_preview,
)


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    write_labels(bpy.context.object.data, np.array([0, 1, 2, 3, 4, 5], np.int32))
    return bpy.context.object


def shown(obj) -> list[int]:
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return sorted(get_labels(evaluated.data).tolist())


def test_both_ends_of_a_range_are_hidden_and_their_neighbours_are_not(cube):
    put_preview([cube], [(1, 3), (5, 5)])
    assert shown(cube) == [0, 4]


def test_it_is_one_modifier_however_often_it_is_put(cube):
    put_preview([cube], [(0, 0)])
    put_preview([cube], [(1, 1)])
    assert [is_preview(modifier) for modifier in cube.modifiers] == [True]
    assert len(bpy.data.node_groups) == 1
    assert shown(cube) == [0, 2, 3, 4, 5]


def test_it_goes_without_a_trace(cube):
    own = cube.modifiers.new("Partwise is not the only one", "NODES")
    put_preview([cube], [(0, 0)])
    remove_preview(cube)
    assert list(cube.modifiers) == [own]
    assert not is_preview(own)
    assert not bpy.data.node_groups


def test_a_group_that_another_mesh_uses_is_not_changed(cube):
    put_preview([cube], [(0, 0)])
    copy = cube.copy()
    copy.data = cube.data.copy()
    bpy.context.collection.objects.link(copy)
    put_preview([copy], [(1, 1)])
    assert shown(cube) == [1, 2, 3, 4, 5]
    assert shown(copy) == [0, 2, 3, 4, 5]


def test_everything_is_hidden_also_of_what_has_no_parts(cube):
    bpy.ops.mesh.primitive_cone_add()
    cone = bpy.context.object
    put_preview([cube, cone], EVERYTHING)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    for obj in (cube, cone):
        assert len(obj.evaluated_get(depsgraph).data.polygons) == 0
    put_preview([cube], [(0, 0)])
    assert shown(cube) == [1, 2, 3, 4, 5]
