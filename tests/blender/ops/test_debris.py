# SPDX-License-Identifier: GPL-3.0-or-later
"""Debris is selected to be looked at, and deleted when it is asked for."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.ops.debris import PARTWISE_OT_remove_debris
from partwise.blender_addon.scene import parts

from tests.blender.ops.debris_of import tell
from tests.blender.ops.strip import STRIP


@pytest.fixture
def known(mesh):
    tell(mesh, [-1] * 7 + [0], 1)
    return mesh


def test_it_is_selected_in_edit_mode(known):
    assert bpy.ops.partwise.select_debris() == {"FINISHED"}
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")
    assert [polygon.select for polygon in known.polygons] == [False] * 7 + [True]


def test_it_is_deleted_and_its_part_with_it(known):
    assert bpy.ops.partwise.remove_debris() == {"FINISHED"}
    assert parts.get_labels(known).tolist() == STRIP[:7].tolist()
    assert {part.part_id for part in known.partwise.parts} == {0, 1, 4}
    assert "No piece is known" in PARTWISE_OT_remove_debris.objection(bpy.context)


def test_without_any_there_is_nothing_to_do(mesh):
    tell(mesh, [-1] * 8, 0)
    for name in ("select_debris", "remove_debris"):
        with pytest.raises(RuntimeError, match="No piece is known"):
            getattr(bpy.ops.partwise, name)()
    assert parts.get_labels(mesh).tolist() == STRIP.tolist()
