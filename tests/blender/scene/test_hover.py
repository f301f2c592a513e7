# SPDX-License-Identifier: GPL-3.0-or-later
"""What a click would mean is asked before it is made: the newest place, and nothing between."""

from __future__ import annotations

import time
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from partwise.blender_addon.core import clicks
from partwise.blender_addon.engine import aside, jobs
from partwise.blender_addon.scene import changed, click_masks, clickable, hover, pick

from tests.blender.clicking import add, click, foot, head, human, mask, nothing_known, place

__all__ = ["human", "nothing_known"]  # fixtures


@pytest.fixture(autouse=True)
def nowhere():
    hover.leave()
    hover._refused = None
    yield
    hover.leave()


def point(obj: bpy.types.Object, where, kind: str = clicks.INCLUDE) -> pick.Hit:
    """The pointer comes to a place, and rests there for long enough."""
    hit = pick.nearest_on(obj, where)
    made = clickable.with_click(bpy.context, hit, kind)
    hover.point_at(hover.Pointed(obj.session_uid, made))
    hover.ask()
    return hit


def run() -> None:
    end = time.monotonic() + 120
    while aside.look() is not None:
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The requests that went to the engine."""
    names: list[str] = []
    submit = jobs.submit

    def noted(ask):
        names.append(type(ask.request).__name__)
        return submit(ask)

    monkeypatch.setattr(jobs, "submit", noted)
    return names


def test_the_pointer_shows_what_the_click_there_will_mean(human, asked):
    steps = len(human.data.partwise.clicks)
    point(human, head(human))
    run()
    shown = hover.answer_of(human).faces
    assert 0 < shown.sum() < len(shown)
    assert len(human.data.partwise.clicks) == steps == 0
    before = len(asked)
    click("include", head(human))
    assert (mask(human) == shown).all()
    assert len(asked) == before, "the click asks nothing"


def test_a_place_is_one_polygon(human):
    hit = point(human, head(human))
    beside = pick.Hit(human, hit.face, hit.point * 1.001, hit.place)
    assert hover.seen(beside).point == hit.point
    other = pick.nearest_on(human, foot(human))
    assert hover.seen(other) is other
    at = hover._at
    hover.point_at(
        hover.Pointed(human.session_uid, clickable.with_click(bpy.context, beside, clicks.INCLUDE))
    )
    assert hover._at is at


def test_of_many_places_the_newest_is_asked_and_none_waits(human, asked):
    point(human, head(human))
    run()
    asked.clear()
    for share in (0.2, 0.4, 0.6, 0.8):
        point(human, place(human, 0.5, 0.5, share))
    last = point(human, foot(human))
    assert asked == ["Click"]
    assert hover.answer_of(human) is None, "nothing old is shown at a place that it does not hold"
    run()
    assert asked == ["Click", "Click"]
    assert hover.answer_of(human).faces[last.face]


def test_an_answer_stays_while_the_pointer_is_within_it(human):
    point(human, head(human))
    run()
    shown = hover.answer_of(human)
    inside = int(np.flatnonzero(shown.faces)[-1])
    point(human, human.data.polygons[inside].center)
    assert hover.answer_of(human) is shown


def test_each_level_has_its_mask(human):
    tool = bpy.context.window_manager.partwise
    sizes = []
    for level in ("FINE", "PART", "COARSE"):
        tool.level = level
        point(human, place(human, 0.1, 0.5, 0.7))
        run()
        sizes.append(int(hover.answer_of(human).faces.sum()))
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]
    tool.level = "FINE"  # asks again at the same place
    hover.ask()
    run()
    assert int(hover.answer_of(human).faces.sum()) == sizes[0]
    click("include", place(human, 0.1, 0.5, 0.7))
    assert int(mask(human).sum()) == sizes[0]
    tool.level = "PART"


def test_beside_a_click_one_more_is_shown(human):
    click("include", head(human))
    made = mask(human)
    point(human, foot(human), clicks.JOIN)
    run()
    both = hover.answer_of(human).faces
    assert both[made].all()
    assert both.sum() > made.sum()
    point(human, foot(human), clicks.EXCLUDE)
    run()
    assert not hover.answer_of(human).faces[pick.nearest_on(human, foot(human)).face]
    assert (mask(human) == made).all()


def test_a_job_goes_first(human, monkeypatch, asked):
    monkeypatch.setattr(jobs, "busy", lambda: True)
    point(human, head(human))
    assert not aside.busy()
    assert asked == []


def test_another_object_ends_the_question_about_the_first(human):
    point(human, head(human))
    assert aside.busy()
    cup = add("cup")
    point(cup, head(cup))
    run()
    assert hover.answer_of(cup).faces.any()
    assert hover.answer_of(human) is None
    assert hover.hovered() == cup


def test_a_large_mesh_waits_until_somebody_asks_for_it(human, monkeypatch):
    monkeypatch.setattr(hover, "MOST_FACES", 100)
    point(human, head(human))
    assert not aside.busy()
    click("include", head(human))
    point(human, foot(human))
    assert aside.busy()


def test_a_mesh_that_cannot_be_asked_about_is_left_alone(human, monkeypatch):
    def fail(self, question):
        raise click_masks.BadInput("It has holes.", "Close them.")
        yield

    monkeypatch.setattr(click_masks.Reading, "find_out", fail)
    point(human, head(human))
    run()
    assert hover.answer_of(human) is None
    drawn = []
    changed.hovered.listen(drawn.append)
    point(human, foot(human))
    changed.hovered.ignore(drawn.append)
    assert not aside.busy()
    assert drawn == []


def test_an_edited_mesh_shows_nothing_old(human):
    point(human, head(human))
    run()
    human.data.flip_normals()
    bpy.context.view_layer.update()
    assert hover.answer_of(human) is None


def test_an_undo_forgets_where_the_pointer_was(human):
    bpy.ops.ed.undo_push(message="start")
    bpy.ops.ed.undo_push(message="more")
    point(human, head(human))
    bpy.ops.ed.undo()
    assert hover.hovered() is None
    assert not aside.busy()


def test_after_a_click_nothing_is_shown_until_the_pointer_has_left(human):
    point(human, head(human))
    hover.rest_at((100.0, 100.0))
    assert hover.hovered() is None
    assert hover.rests((105.0, 105.0), 1.0)
    assert hover.rests((115.0, 100.0), 2.0), "at twice the scale it is twice as far"
    assert not hover.rests((115.0, 100.0), 1.0)
    assert not hover.rests((100.0, 100.0), 1.0), "it may come back"


def test_it_is_for_one_tool():
    def context(name: str | None) -> SimpleNamespace:
        tool = None if name is None else SimpleNamespace(idname=name)
        tools = SimpleNamespace(from_space_view3d_mode=lambda mode, create: tool)
        return SimpleNamespace(mode="OBJECT", workspace=SimpleNamespace(tools=tools))

    assert hover.is_tool_active(context(hover.TOOL))
    assert not hover.is_tool_active(context("builtin.select_box"))
    assert not hover.is_tool_active(context(None))
