# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of objects that are left out."""

from __future__ import annotations

import bpy
from partwise.blender_addon.scene import targets
from partwise.blender_addon.ui import left_out

from tests.blender.recording_layout import RecordingLayout


def shown(count: int, used: int = 0) -> RecordingLayout:
    """The note about so many empties."""
    for _ in range(count):
        bpy.ops.object.empty_add()
    bpy.ops.object.select_all(action="SELECT")
    _, skipped = targets.sort_out(bpy.context)
    layout = RecordingLayout()
    left_out.draw_skipped(layout, bpy.context, skipped, used)
    return layout


def test_one_object_is_told_of_by_name_with_what_helps():
    text = " ".join(shown(1).texts)
    assert "Nothing to decompose" in text
    assert "“Empty” is not a mesh" in text
    assert "Select a mesh" in text


def test_beside_others_the_share_is_told_and_what_is_obvious_is_not():
    text = " ".join(shown(2, used=3).texts)
    assert "2 of 5 left out" in text
    assert "“Empty.001” and “Empty” are not meshes." in text
    assert "Select a mesh" not in text


def test_of_many_names_the_first_are_listed():
    assert left_out.listed(list("abcde")) == "“a”, “b”, “c” and 2 more"
    assert left_out.listed(["a", "b"]) == "“a” and “b”"
