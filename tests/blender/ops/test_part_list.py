# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the list of parts: ticks, locks, and what is shown."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.ops import part_list
from partwise.blender_addon.scene import parts

from tests.blender.ops.strip import STRIP, tick


def ticks(mesh: bpy.types.Mesh) -> list[int]:
    return [part.part_id for part in mesh.partwise.parts if part.selected]


def activate(mesh: bpy.types.Mesh, part_id: int) -> None:
    mesh.partwise.active = [part.part_id for part in mesh.partwise.parts].index(part_id)


def test_ticks_toggle_reach_and_stand_alone(mesh):
    def click(row: int, way: str) -> list[int]:
        bpy.ops.partwise.tick_part(row=row, way=way)
        assert mesh.partwise.active == row
        return ticks(mesh)

    part_list.keep_order([0, 1, 2, 3])
    assert click(1, "TOGGLE") == [1]
    assert click(3, "TOGGLE") == [1, 5]
    assert click(1, "TOGGLE") == [5]
    assert click(0, "ONLY") == [0]
    assert click(2, "RANGE") == [0, 1, 4]


def test_a_range_of_ticks_follows_the_order_that_is_shown():
    assert part_list.between([3, 0, 2, 1], 0, 1) == [0, 2, 1]
    assert part_list.between([3, 0, 2, 1], 2, 3) == [3, 0, 2]
    assert part_list.between([3, 0], 9, 3) == [3]
    assert part_list.between([], 1, 2) == []


def test_all_none_and_inverse_are_ticked(mesh):
    bpy.ops.partwise.tick_parts(action="ALL")
    assert ticks(mesh) == [0, 1, 4, 5]
    bpy.ops.partwise.tick_parts(action="NONE")
    assert ticks(mesh) == []
    tick(mesh, 4)
    bpy.ops.partwise.tick_parts(action="INVERT")
    assert ticks(mesh) == [0, 1, 5]


def test_locks(mesh):
    def locked() -> list[int]:
        return [part.part_id for part in mesh.partwise.parts if part.locked]

    activate(mesh, 4)
    bpy.ops.partwise.lock_parts(action="LOCK")
    assert locked() == [4]
    bpy.ops.partwise.lock_parts(action="LOCK_ALL")
    assert locked() == [0, 1, 4, 5]
    tick(mesh, 0, 1)
    bpy.ops.partwise.lock_parts(action="UNLOCK")
    assert locked() == [4, 5]
    bpy.ops.partwise.lock_parts(action="UNLOCK_ALL")
    assert locked() == []


def test_isolated_parts_are_shown_alone_until_asked_again(mesh):
    def visible() -> list[int]:
        return [part.part_id for part in mesh.partwise.parts if part.visible]

    tick(mesh, 1, 4)
    bpy.ops.partwise.isolate_parts()
    assert visible() == [1, 4]
    bpy.ops.partwise.isolate_parts()
    assert visible() == [0, 1, 4, 5]
    tick(mesh)
    activate(mesh, 5)
    bpy.ops.partwise.isolate_parts()
    assert visible() == [5]
    bpy.ops.partwise.show_parts()
    assert visible() == [0, 1, 4, 5]


def test_nothing_is_isolated_when_no_part_is_chosen(mesh):
    tick(mesh)
    mesh.partwise.active = len(mesh.partwise.parts)
    with pytest.raises(RuntimeError, match="Choose a part"):
        bpy.ops.partwise.isolate_parts()
    assert all(part.visible for part in mesh.partwise.parts)


def test_faces_without_a_part_are_counted_selected_and_made_one(mesh):
    assert parts.unassigned(mesh) == 0
    with pytest.raises(RuntimeError, match="Every face belongs to a part"):
        bpy.ops.partwise.part_of_unassigned()
    parts.set_labels(mesh, np.where(STRIP == 4, -1, STRIP).astype(np.int32))
    assert parts.unassigned(mesh) == 2
    bpy.ops.partwise.select_faces(unassigned=True)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert [polygon.select for polygon in mesh.polygons] == (STRIP == 4).tolist()
    assert bpy.ops.partwise.part_of_unassigned() == {"FINISHED"}
    assert parts.unassigned(mesh) == 0
    assert parts.active_part(mesh).part_id == 2
    assert parts.active_part(mesh).edited == "ASSIGNED"
