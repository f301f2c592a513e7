# SPDX-License-Identifier: GPL-3.0-or-later
"""What clicks mean is asked of the engine once, for the clicks as they are now."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.requests import Click
from partwise.blender_addon.core import clicks
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import click_masks

from tests.blender.clicking import (
    add,
    click,
    face_at,
    foot,
    head,
    human,
    mask,
    nothing_known,
    place,
    timers,
)

__all__ = ["human", "nothing_known", "timers"]  # fixtures


def test_a_mesh_that_was_edited_is_looked_at_again(human):
    click("include", head(human))
    human.data.flip_normals()
    bpy.context.view_layer.update()
    assert click_masks.answer_of(human) is None
    click("include", head(human))
    assert mask(human).any()


def test_an_undo_to_clicks_whose_mask_was_forgotten_asks_again(human):
    bpy.ops.ed.undo_push(message="start")
    click("include", head(human))
    one = mask(human)
    click("join", foot(human))
    click_masks._answers.clear()
    bpy.ops.ed.undo()
    assert (mask(bpy.data.objects["human"]) == one).all()


def test_fast_clicks_ask_only_the_newest_question(human, timers, monkeypatch):
    asked = []
    real = jobs.Ask

    def ask(request, *arguments, **options):
        asked.append(type(request).__name__)
        return real(request, *arguments, **options)

    monkeypatch.setattr(jobs, "Ask", ask)
    click("include", head(human))
    for share in (0.2, 0.4, 0.6, 0.8):
        click("include", place(human, 0.5, 0.5, share))
    click("exclude", foot(human))
    assert click_masks.answer_of(human) is None
    assert bpy.ops.partwise.accept_clicks() == {"CANCELLED"}
    timers()
    assert jobs.current().state == "DONE"
    assert mask(human)[face_at(human, head(human))]
    assert asked.count("Click") <= 3  # of a mesh that is not open, the newest, and at most one more


def test_clicks_are_about_the_alternative_that_was_taken(human, no_proposal, monkeypatch):
    asked = []
    real = jobs.Ask

    def ask(request, *arguments, **options):
        if isinstance(request, Click):
            asked.append((request.engine, request.variant, request.symmetric))
        return real(request, *arguments, **options)

    monkeypatch.setattr(jobs, "Ask", ask)
    bpy.ops.partwise.decompose()
    bpy.ops.ed.undo_push(message="Decomposed")
    click("include", head(human))
    best = mask(human)
    bpy.ops.partwise.clear_clicks()
    bpy.ops.ed.undo_push(message="No clicks")
    bpy.ops.partwise.try_another()
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    click("include", head(human))
    assert asked == [("auto", 0, True), ("auto", 1, True)], "others were analysed after the first"
    for _ in range(2):
        bpy.ops.ed.undo()
    human = bpy.data.objects["human"]
    assert human.data.partwise.variant == 0
    click("include", head(human))
    assert (mask(human) == best).all()
    assert len(asked) == 2, "the answer on the first parts is still known"
    monkeypatch.setattr(click_masks, "_engine", lambda: "geometric")
    click("join", foot(human))
    assert asked[2:] == [("geometric", None, True)], "another engine has no such alternative"


def test_clearing_ends_the_question(human, timers):
    click("include", head(human))
    assert jobs.busy()
    bpy.ops.partwise.clear_clicks()
    assert not jobs.busy()
    assert jobs.current() is None


def test_a_cancelled_question_can_be_asked_again(human, timers):
    click("include", head(human))
    bpy.ops.partwise.cancel_job()
    assert jobs.current().state == "CANCELLED"
    assert len(human.data.partwise.clicks) == 1
    bpy.ops.partwise.show_clicks()
    timers()
    assert mask(human).any()


def test_another_object_ends_the_question_about_the_first(human, timers):
    click("include", head(human))
    cup = add("cup")
    click("include", head(cup))
    assert jobs.current().title == "Analysing cup"
    timers()
    assert mask(cup).any()
    assert click_masks.answer_of(human) is None


def test_clicks_wait_for_other_jobs(human, timers):
    bpy.ops.partwise.decompose()
    assert click("include", head(human)) == {"CANCELLED"}
    assert not len(human.data.partwise.clicks)
    timers()
    assert click("include", head(human)) == {"FINISHED"}
    timers()
    assert mask(human).any()


def test_an_object_that_is_deleted_while_it_is_analysed(human, timers):
    click("include", head(human))
    bpy.data.objects.remove(human)
    timers()
    assert jobs.current().state == "DONE"


def known(obj: bpy.types.Object, faces: np.ndarray) -> None:
    """Clicks on an object mean some faces, without an engine."""
    reading = click_masks.read(obj)
    reading.arrays, reading.areas = reading.read()
    (question,) = click_masks.clicks_of(obj.data).questions()
    answer = clicks.ClickAnswer(faces, 0.9, "learned")
    click_masks._answers.keep(reading.name, question, answer)


@pytest.fixture
def cube() -> bpy.types.Object:
    """Its upper side was clicked."""
    bpy.ops.mesh.primitive_cube_add()
    obj = bpy.context.object
    row = obj.data.partwise.clicks.add()
    row.kind, row.point = clicks.INCLUDE, (0, 0, 1)
    return obj


def test_clicks_are_read_from_the_mesh(cube):
    (only,) = click_masks.clicks_of(cube.data).clicks
    assert (only.kind, tuple(only.point)) == (clicks.INCLUDE, (0, 0, 1))
    assert click_masks.clicks_of(bpy.data.meshes.new("bare")).clicks == ()


def test_what_is_known_is_not_asked_again(cube, monkeypatch):
    assert click_masks.answer_of(cube) is None
    known(cube, np.arange(6) == 2)
    monkeypatch.setattr(jobs, "start", None)
    click_masks.ask(cube)
    found = click_masks.answer_of(cube)
    assert found.faces.tolist() == [False, False, True, False, False, False]
    assert click_masks.answer_of(cube) is found, "it is put together once"
    cube.data.partwise.clicks[0].point = (1, 0, 0)
    assert click_masks.answer_of(cube) is None, "another place is another question"


def test_nothing_is_known_of_what_has_no_clicks_or_is_edited(cube):
    known(cube, np.arange(6) == 2)
    bpy.ops.object.mode_set(mode="EDIT")
    assert click_masks.answer_of(cube) is None
    bpy.ops.object.mode_set(mode="OBJECT")
    cube.data.partwise.clicks.clear()
    assert click_masks.answer_of(cube) is None
    assert click_masks.answer_of(bpy.data.objects.new("empty", None)) is None


def test_another_engine_is_asked_anew(cube):
    known(cube, np.arange(6) == 2)
    bpy.context.scene.partwise.engine = "GEOMETRIC"
    assert click_masks.answer_of(cube) is None
    bpy.context.scene.partwise.engine = "AUTO"
    assert click_masks.answer_of(cube) is not None


def test_only_the_meshes_clicked_last_are_kept():
    made = []
    for _ in range(click_masks.MOST_READINGS + 2):
        bpy.ops.mesh.primitive_cube_add()
        made.append(bpy.context.object)
        click_masks.read(made[-1])
    click_masks.read(made[2])
    kept = [obj.session_uid for obj in (*made[3:], made[2])]
    assert list(click_masks._readings) == kept
    click_masks.forget()
    assert not click_masks._readings


def test_reading_a_mesh_in_edit_mode_is_no_change_of_it(cube):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.view_layer.update()
    reading = click_masks.read(cube)
    bpy.context.view_layer.update()  # tells of what was read
    assert click_masks.known(cube) is reading
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.flip_normals()
    bpy.context.view_layer.update()
    assert click_masks.known(cube) is None
    assert click_masks.current(cube) is None
