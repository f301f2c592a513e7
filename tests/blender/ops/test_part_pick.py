# SPDX-License-Identifier: GPL-3.0-or-later
"""A click on a part in its colour chooses its row, and leaves Blender's selection alone."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.ops import part_pick
from partwise.blender_addon.scene import ticks

from tests.blender.ops.strip import tick


@pytest.fixture
def obj(strip) -> bpy.types.Object:
    """The active object, with the strip."""
    return bpy.context.object


def choose(obj: bpy.types.Object, face: int, *, extends: bool = False) -> None:
    part_pick.choose(obj.session_uid, face, extends=extends)


def state(obj: bpy.types.Object) -> tuple[set[int], int]:
    return ticks.rows(obj.data), obj.data.partwise.active


def test_the_part_alone_is_chosen(obj):
    tick(obj.data, 0, 1)
    choose(obj, 6)
    assert state(obj) == (set(), 2)


def test_several_are_ticked_with_the_one_that_was_active(obj):
    obj.select_set(True)
    choose(obj, 0)
    choose(obj, 6, extends=True)
    assert state(obj) == ({0, 2}, 2)
    choose(obj, 7, extends=True)
    assert state(obj) == ({0, 2, 3}, 3)
    choose(obj, 6, extends=True)
    assert state(obj) == ({0, 3}, 2)
    assert obj.select_get()


def test_an_object_that_shift_has_just_deselected_is_selected_again(obj):
    obj.select_set(False)
    choose(obj, 0)
    assert not obj.select_get()
    choose(obj, 6, extends=True)
    assert obj.select_get()


def test_what_has_no_part_there_is_left_alone(obj):
    before = state(obj)
    obj.data.attributes["part_id"].data[3].value = -1
    choose(obj, 3)
    obj.data.partwise.parts[2].visible = False
    choose(obj, 5)
    assert state(obj) == before


def test_only_parts_of_the_active_object_are_chosen(obj):
    before = state(obj)
    bpy.ops.object.empty_add()
    choose(obj, 6)
    assert state(obj) == before
    part_pick.choose(0, 6)  # it is gone meanwhile


@pytest.mark.parametrize("what", ["colours", "mode"])
def test_it_is_for_parts_that_are_seen_in_object_mode(obj, what):
    assert part_pick.PARTWISE_OT_choose_part.poll(bpy.context)
    if what == "colours":
        bpy.context.scene.partwise.show_overlay = False
    else:
        bpy.ops.object.mode_set(mode="EDIT")
    assert not part_pick.PARTWISE_OT_choose_part.poll(bpy.context)
