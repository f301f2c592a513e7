# SPDX-License-Identifier: GPL-3.0-or-later
"""The click tool in Edit Mode selects what a click means, with the real engine process."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import aside, jobs
from partwise.blender_addon.mesh.read import selected_faces
from partwise.blender_addon.ops import select_clicked
from partwise.blender_addon.scene import clickable, edit_pick, hover

from tests.blender.clicking import face_at, foot, head, human, nothing_known, timers

__all__ = ["human", "nothing_known", "timers"]  # fixtures


@pytest.fixture
def places(human) -> dict[str, edit_pick.Hit]:
    """Where to click, on the human in Edit Mode with nothing selected."""
    found = {}
    for name, where in (("head", head(human)), ("foot", foot(human))):
        found[name] = edit_pick.Hit(human, face_at(human, where), where, where)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    bpy.ops.mesh.select_all(action="DESELECT")
    bpy.ops.ed.undo_push(message="start")
    return found


def selected() -> np.ndarray:
    return selected_faces(bpy.data.objects["human"].data)


def test_a_click_selects_what_it_means(places):
    select_clicked.select(bpy.context, places["head"], "SET")
    one = selected()
    assert one[places["head"].face]
    assert 0 < one.sum() < len(one)
    select_clicked.select(bpy.context, places["foot"], "ADD")
    both = selected()
    assert both[one].all()
    assert both[places["foot"].face]
    select_clicked.select(bpy.context, places["head"], "SUBTRACT")
    assert not selected()[places["head"].face]
    select_clicked.select(bpy.context, places["head"], "SET")
    assert (selected() == one).all()


def test_it_is_one_step_of_undo(places):
    select_clicked.select(bpy.context, places["head"], "SET")
    assert selected().any()
    bpy.ops.ed.undo()
    assert not selected().any()


def test_the_pointer_shows_it_before_and_the_click_asks_nothing(places, human, monkeypatch):
    hover.point_at(hover.Pointed(human.session_uid, clickable.alone(bpy.context, places["head"])))
    hover.ask()
    while aside.look() is not None:
        pass
    bpy.context.view_layer.update()  # as in a window, before it is drawn
    shown = hover.answer_of(human).faces
    monkeypatch.setattr(jobs, "start", None)
    select_clicked.select(bpy.context, places["head"], "SET")
    assert (selected() == shown).all()
    hover.leave()


def test_what_was_edited_meanwhile_is_left_alone(places, timers):
    select_clicked.select(bpy.context, places["head"], "SET")
    assert jobs.busy()
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.flip_normals()
    bpy.ops.mesh.select_all(action="DESELECT")
    bpy.context.view_layer.update()
    timers()
    assert not selected().any()
    assert not jobs.busy()


def test_it_is_for_edit_mode(places):
    assert select_clicked.PARTWISE_OT_select_clicked.poll(bpy.context)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert not select_clicked.PARTWISE_OT_select_clicked.poll(bpy.context)
