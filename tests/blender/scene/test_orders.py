# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine is to do: how many parts, on which faces, in whose place."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.backend.contract.tree import MergeTree
from partwise.blender_addon.scene import orders
from partwise.blender_addon.scene.orders import Order, Wish


@pytest.fixture
def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


@pytest.fixture
def tree() -> MergeTree:
    """Four leaves, naturally two parts."""
    children = np.array([(0, 1), (2, 3), (4, 5)], np.int32)
    return MergeTree(children, np.array([1, 1, 3], np.float32), 2)


def test_the_count_is_the_trees_own_or_what_is_asked_for(settings, tree):
    assert Wish.of(settings).parts(tree, "Cube") == 2
    settings.count_mode, settings.part_count = "COUNT", 3
    assert Wish.of(settings).parts(tree, "Cube") == 3
    settings.count_mode, settings.granularity = "GRANULARITY", 1.0
    assert Wish.of(settings).parts(tree, "Cube") == tree.parts_at(1.0) == 4


def test_a_step_does_not_part_what_mirrors_each_other(tree):
    pair = tree.changed(paired=np.array([False, True, False]))
    assert Wish("GRANULARITY", 0.0, step=1).parts(tree, "Cube") == 2
    assert Wish("GRANULARITY", 1.0, step=-1).parts(pair, "Cube") == 2
    assert Wish("GRANULARITY", 0.5, step=1).parts(pair, "Cube") == 4
    assert Wish("COUNT", count=3).parts(pair, "Cube") == 3


def test_an_order_says_whether_cuts_are_to_be_symmetric(cube, settings):
    assert Order.of(cube, settings).symmetric
    settings.symmetric = False
    assert not Order.of(cube, settings).symmetric


def test_more_parts_than_there_are_patches_are_refused_with_the_most(settings, tree):
    settings.count_mode, settings.part_count = "COUNT", 5
    with pytest.raises(BadInput, match="“Cube” cannot be cut into 5 parts") as reason:
        Wish.of(settings).parts(tree, "Cube")
    assert reason.value.hint == "Choose a count from 1 to 4."


def test_again_is_as_fine_as_the_mesh_is_but_an_exact_count_stays(cube, settings):
    cube.data.partwise.granularity = 0.25
    assert Wish.like(cube.data, settings) == Wish("GRANULARITY", 0.25)
    settings.count_mode, settings.part_count = "COUNT", 7
    assert Wish.like(cube.data, settings) == Wish.of(settings)


def test_a_selection_is_some_faces_in_edit_mode(cube):
    assert orders.selection(cube) is None, "not in Edit Mode"
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    bpy.ops.mesh.select_all(action="SELECT")
    assert orders.selection(cube) is None, "all of them"
    bpy.ops.mesh.select_all(action="DESELECT")
    assert orders.selection(cube) is None, "none of them"
    bpy.ops.mesh.select_random(ratio=0.5)
    chosen = orders.selection(cube)
    assert 0 < chosen.sum() == cube.data.total_face_sel < 6
    bpy.ops.object.mode_set(mode="OBJECT")


def test_an_order_is_of_the_mesh_as_it_is_now(cube, settings):
    chosen = np.arange(6) < 2
    settings.engine = "GEOMETRIC"
    order = orders.prepare(cube, settings, 3, chosen=chosen)
    cube.data.vertices[0].co.x = 9.0
    settings.engine = "LEARNED"
    assert (order.engine, order.variant) == ("geometric", 3)
    assert order.target.arrays.vertices.max() < 9.0
    assert set(order.target.arrays.polygon.tolist()) == {0, 1}


def test_a_mesh_without_faces_is_refused(settings):
    obj = bpy.data.objects.new("Empty", bpy.data.meshes.new("Empty"))
    with pytest.raises(BadInput, match="“Empty” has no faces"):
        orders.prepare(obj, settings)
    assert isinstance(Order.of(obj, settings), Order), "which is for meshes that had some"
