# SPDX-License-Identifier: GPL-3.0-or-later
"""Results go from a job to an operator, which applies them in one step of undo."""

from __future__ import annotations

from typing import ClassVar

import bpy
import pytest
from partwise.blender_addon.scene.apply import AppliesResults, hand_over, run_as_step


class PARTWISE_OT_test_apply(AppliesResults, bpy.types.Operator):
    """Make an empty object for each name"""

    bl_idname = "partwise.test_apply"
    bl_label = "Test"

    def execute(self, context):
        for name in self.results():
            if name == "bad":
                raise ValueError("it cannot be applied")
            context.scene.collection.objects.link(bpy.data.objects.new(name, None))
        return {"FINISHED"}


class PARTWISE_OT_test_name(bpy.types.Operator):
    """Name the object that it is given"""

    bl_idname = "partwise.test_name"
    bl_label = "Test"
    bl_options: ClassVar = {"UNDO"}

    to: bpy.props.StringProperty()

    def execute(self, context):
        context.object.name = self.to
        return {"FINISHED"}


@pytest.fixture(autouse=True)
def registered():
    for cls in (PARTWISE_OT_test_apply, PARTWISE_OT_test_name):
        bpy.utils.register_class(cls)
    yield
    for cls in (PARTWISE_OT_test_apply, PARTWISE_OT_test_name):
        bpy.utils.unregister_class(cls)


def test_all_results_are_one_step_of_undo():
    bpy.ops.ed.undo_push(message="before")
    hand_over(PARTWISE_OT_test_apply, ["one", "two"])
    assert set(bpy.data.objects.keys()) == {"one", "two"}
    bpy.ops.ed.undo()
    assert not bpy.data.objects
    bpy.ops.ed.redo()
    assert set(bpy.data.objects.keys()) == {"one", "two"}


def test_without_results_nobody_can_run_it():
    assert not bpy.ops.partwise.test_apply.poll()
    hand_over(PARTWISE_OT_test_apply, ["one"])
    assert not bpy.ops.partwise.test_apply.poll()
    assert PARTWISE_OT_test_apply.results() == []


def test_what_cannot_be_applied_does_not_wait_for_ever():
    with pytest.raises(RuntimeError, match="it cannot be applied"):
        hand_over(PARTWISE_OT_test_apply, ["bad"])
    assert not bpy.ops.partwise.test_apply.poll()


def test_a_step_works_on_the_object_that_is_named():
    active, other = (bpy.data.objects.new(name, None) for name in ("active", "other"))
    for obj in (active, other):
        bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = active
    bpy.ops.ed.undo_push(message="before")
    run_as_step("partwise.test_name", other, to="named")
    assert set(bpy.data.objects.keys()) == {"active", "named"}
    assert bpy.context.object.name == "active"
    bpy.ops.ed.undo()
    assert set(bpy.data.objects.keys()) == {"active", "other"}
