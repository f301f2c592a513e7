# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators that are grey say why, all in one way."""

from __future__ import annotations

import inspect
from pathlib import Path

import bpy
import pytest
from partwise.blender_addon.ops.poll import SaysWhyNot


class PARTWISE_OT_test_poll(SaysWhyNot, bpy.types.Operator):
    """Run while there is no object"""

    bl_idname = "partwise.test_poll"
    bl_label = "Test"

    @classmethod
    def objection(cls, context):
        return "There is an object" if len(bpy.data.objects) else ""

    def execute(self, context):
        return {"FINISHED"}


@pytest.fixture(autouse=True)
def registered():
    bpy.utils.register_class(PARTWISE_OT_test_poll)
    yield
    bpy.utils.unregister_class(PARTWISE_OT_test_poll)


def test_an_objection_is_told():
    assert bpy.ops.partwise.test_poll() == {"FINISHED"}
    bpy.ops.object.empty_add()
    assert not bpy.ops.partwise.test_poll.poll()
    with pytest.raises(RuntimeError, match="There is an object"):
        bpy.ops.partwise.test_poll()


def test_one_way_for_all_operators():
    folder = Path(inspect.getfile(SaysWhyNot)).parent
    found = [p.name for p in folder.glob("*.py") if "poll_message_set" in p.read_text("utf-8")]
    assert found == ["poll.py"]
