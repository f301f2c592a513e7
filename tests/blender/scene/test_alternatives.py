# SPDX-License-Identifier: GPL-3.0-or-later
"""What an object would look like with other parts."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.scene import parts
from partwise.blender_addon.scene.alternatives import BARE, Look, Subject
from partwise.blender_addon.scene.orders import VARIANTS

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
HALVES = np.array([4, 4, 4, 7, 7, 7], np.int32)


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add(size=2.0)
    obj = bpy.context.object
    parts.set_labels(obj.data, HALVES)
    return obj


def test_parts_are_alike_under_other_numbers_and_colours():
    one = Look(HALVES, {4: RED, 7: BLUE})
    assert one.is_like(Look(np.where(HALVES == 4, 1, 0).astype(np.int32), {0: RED, 1: RED}))
    assert not one.is_like(Look(np.array([4, 4, 7, 7, 7, 7], np.int32), {4: RED, 7: BLUE}))
    assert not one.is_like(Look(np.zeros(6, np.int32), {0: RED}))


def test_each_face_has_its_colour_and_one_without_a_part_is_grey():
    look = Look(np.array([7, -1, 4], np.int32), {4: RED, 7: BLUE})
    np.testing.assert_allclose(look.table[look.rows(look.labels)], [BLUE, BARE, RED])
    assert look.count == 2


def test_an_object_is_seen_in_the_colours_of_its_parts(cube):
    subject = Subject.of(bpy.context, cube)
    ghost = subject.ghost(Look(HALVES, {4: RED, 7: BLUE}))
    assert ghost.uid == cube.session_uid
    assert ghost.faces.shape == (12, 3)
    np.testing.assert_allclose(ghost.colours[:6], [[*RED, 1.0]] * 6)
    np.testing.assert_allclose(ghost.colours[6:], [[*BLUE, 1.0]] * 6)
    np.testing.assert_allclose(np.abs(ghost.vertices), 1.0)
    assert list(subject.now.colours) == [4, 7]


def test_it_is_seen_as_modifiers_and_what_is_hidden_make_it(cube):
    cube.modifiers.new("Array", "ARRAY").count = 3
    bpy.context.view_layer.update()
    ghost = Subject.of(bpy.context, cube).ghost(Look(HALVES, {4: RED, 7: BLUE}))
    assert len(ghost.faces) == 36
    assert [len(ghost.colours[ghost.colours[:, axis] == 1.0]) for axis in (0, 2)] == [18, 18]
    assert np.ptp(ghost.vertices[:, 0]) == pytest.approx(6.0)
    cube.data.partwise.parts[0].visible = False
    bpy.context.view_layer.update()
    ghost = Subject.of(bpy.context, cube).ghost(Look(HALVES, {4: RED, 7: BLUE}))
    assert len(ghost.faces) == 18


def test_others_come_after_the_one_that_there_is(cube):
    cube.data.partwise.variant = 2
    subject = Subject.of(bpy.context, cube)
    assert [subject.variant(turn).variant for turn in range(1, VARIANTS)] == [3, 0, 1]
    assert subject.variant(1).target is subject.order.target


def test_a_deleted_object_has_no_outlook(cube):
    subject = Subject.of(bpy.context, cube)
    bpy.data.objects.remove(cube)
    with pytest.raises(BadInput, match="was deleted"):
        subject.look(None, HALVES)
