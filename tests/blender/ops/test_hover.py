# SPDX-License-Identifier: GPL-3.0-or-later
"""The pointer of the click tool: which click it would make, and how large a part that means."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.core import clicks
from partwise.blender_addon.ops import hover as ops_hover
from partwise.blender_addon.scene import hover, parts, pick


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


@pytest.fixture(autouse=True)
def nowhere():
    yield
    hover.leave()
    bpy.context.window_manager.partwise.level = "PART"


def under(monkeypatch, obj: bpy.types.Object, face: int) -> None:
    """This is what is under the mouse, wherever it is."""
    hit = pick.Hit(obj, face, obj.data.polygons[face].center, obj.data.polygons[face].center)
    monkeypatch.setattr(pick, "under_mouse", lambda context, x, y: hit)


def test_it_points_at_what_is_under_the_mouse(cube, monkeypatch):
    under(monkeypatch, cube, 3)
    ops_hover.point_at(bpy.context, (1, 1), clicks.INCLUDE)
    assert hover.hovered() == cube
    assert hover._at.click.face == 3
    assert not len(cube.data.partwise.clicks)
    monkeypatch.setattr(pick, "under_mouse", lambda context, x, y: None)
    ops_hover.point_at(bpy.context, (1, 1), clicks.INCLUDE)
    assert hover.hovered() is None


def test_where_no_click_can_be_made_nothing_is_shown(cube, monkeypatch):
    under(monkeypatch, cube, 3)
    ops_hover.point_at(bpy.context, (1, 1), clicks.EXCLUDE)
    assert hover.hovered() is None, "nothing is included yet"

    def fail(context, x, y):
        raise BadInput("It is an instance.", "Make it real.")

    monkeypatch.setattr(pick, "under_mouse", fail)
    ops_hover.point_at(bpy.context, (1, 1), clicks.INCLUDE)
    assert hover.hovered() is None


def test_a_part_that_would_be_joined_needs_no_engine(cube, monkeypatch):
    parts.set_labels(cube.data, np.array([0, 0, 1, 1, 1, 2], np.int32))
    under(monkeypatch, cube, 3)
    ops_hover.point_at(bpy.context, (1, 1), clicks.JOIN)
    assert hover._at.click.kind == clicks.PART
    assert hover._at.made.questions() == ()


@pytest.mark.parametrize(
    ("keys", "kind"),
    [({}, clicks.INCLUDE), ({"ctrl"}, clicks.EXCLUDE), ({"shift"}, clicks.JOIN)],
)
def test_keys_say_which_click_it_is(keys, kind):
    event = SimpleNamespace(ctrl="ctrl" in keys, shift="shift" in keys)
    assert ops_hover.kind_of(event) == kind


def test_brackets_step_through_three_levels(cube):
    tool = bpy.context.window_manager.partwise
    seen = []
    for step in (1, 1, -1, -1, -1):
        bpy.ops.partwise.step_level(step=step)
        seen.append(tool.level)
    assert seen == ["COARSE", "COARSE", "PART", "FINE", "FINE"]
    cube.data.partwise.clicks.add()
    assert not bpy.ops.partwise.step_level.poll(), "then they step through its masks"


def test_a_click_asks_for_the_mask_of_its_level(cube, monkeypatch):
    under(monkeypatch, cube, 3)
    bpy.context.window_manager.partwise.level = "COARSE"
    ops_hover.point_at(bpy.context, (1, 1), clicks.INCLUDE)
    assert hover._at.click.choice == clicks.LARGEST
