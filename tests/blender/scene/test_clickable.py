# SPDX-License-Identifier: GPL-3.0-or-later
"""Which click can be made at a place: what it would be, or a reason why there is none."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.core import clicks
from partwise.blender_addon.scene import clickable, parts, pick


@pytest.fixture
def cube() -> bpy.types.Object:
    """Its faces are in the parts 0, 1 and 5."""
    bpy.ops.mesh.primitive_cube_add()
    parts.set_labels(bpy.context.object.data, np.array([0, 0, 1, 1, 5, 5], np.int32))
    return bpy.context.object


def made(obj: bpy.types.Object, face: int, kind: str) -> clicks.ClickList:
    centre = obj.data.polygons[face].center
    return clickable.with_click(bpy.context, pick.Hit(obj, face, centre, centre), kind)


def test_a_click_is_added_to_those_that_there_are(cube):
    row = cube.data.partwise.clicks.add()
    row.kind, row.face = clicks.INCLUDE, 2
    one, two = made(cube, 4, clicks.EXCLUDE).clicks
    assert (one.kind, one.face) == (clicks.INCLUDE, 2)
    assert (two.kind, two.face, two.choice) == (clicks.EXCLUDE, 4, clicks.LIKELIEST)
    assert len(cube.data.partwise.clicks) == 1


def test_a_join_extends_the_active_part_with_the_one_that_is_there(cube):
    cube.data.partwise.active = 1
    found = made(cube, 4, clicks.JOIN)
    assert found.extended == 1
    assert found.clicks[0].kind == clicks.PART
    assert made(cube, 4, clicks.INCLUDE).extended == -1


@pytest.mark.parametrize(
    ("face", "kind", "word"),
    [(0, clicks.EXCLUDE, "included yet"), (0, clicks.JOIN, "is the active part")],
)
def test_what_has_nothing_to_go_on_has_a_reason(cube, face, kind, word):
    with pytest.raises(BadInput, match=word):
        made(cube, face, kind)


def test_locked_parts_are_not_joined(cube):
    cube.data.partwise.parts[2].locked = True
    with pytest.raises(BadInput, match="cannot be joined"):
        made(cube, 4, clicks.JOIN)
    cube.data.partwise.active = 2
    with pytest.raises(BadInput, match="nothing can be joined"):
        made(cube, 0, clicks.JOIN)


def test_a_mesh_that_cannot_be_changed_is_refused_unless_it_may_be_copied(cube):
    bpy.ops.object.duplicate(linked=True)
    with pytest.raises(BadInput, match="shares its mesh"):
        made(cube, 0, clicks.INCLUDE)
    bpy.context.scene.partwise.copy_linked = True
    assert made(cube, 0, clicks.INCLUDE).clicks


def test_the_part_at_a_face(cube):
    assert clickable.part_at(cube.data, 4).part_id == 5
    assert clickable.part_at(cube.data, 9) is None
    assert clickable.part_at(bpy.data.meshes.new("bare"), 0) is None
