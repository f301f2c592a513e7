# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks on meshes with the real engine process: masks, parts made of them, undo."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Vector
from partwise.blender_addon.core import clicks
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops import click as ops_click
from partwise.blender_addon.scene import click_masks, parts, pick

from tests.blender.clicking import (
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


def test_an_include_click_has_a_mask_around_it(human):
    assert click("include", head(human)) == {"FINISHED"}
    answer = click_masks.answer_of(human)
    assert answer.faces[face_at(human, head(human))]
    assert 0 < answer.faces.sum() < 4000
    assert 0 < answer.score <= 1
    assert answer.engine in ("learned", "geometric")
    assert not parts.has_labels(human.data)


def test_what_is_excluded_is_not_in_the_mask(human):
    click("include", head(human))
    click("exclude", foot(human))
    assert mask(human)[face_at(human, head(human))]
    assert not mask(human)[face_at(human, foot(human))]


def test_exclude_needs_an_include(human):
    assert click("exclude", head(human)) == {"CANCELLED"}
    assert not len(human.data.partwise.clicks)


def test_join_adds_a_mask_to_the_mask(human):
    click("include", head(human))
    one = mask(human)
    click("join", foot(human))
    both = mask(human)
    assert both[one].all()
    assert both[face_at(human, foot(human))]


def test_the_last_click_is_taken_back(human):
    click("include", head(human))
    one = mask(human)
    click("join", foot(human))
    bpy.ops.partwise.remove_click()
    assert (mask(human) == one).all()
    bpy.ops.partwise.remove_click()
    assert click_masks.answer_of(human) is None
    assert not bpy.ops.partwise.remove_click.poll()


def test_coarser_and_finer_masks(human):
    bpy.ops.ed.undo_push(message="start")
    click("include", place(human, 0.1, 0.5, 0.7))
    first = click_masks.answer_of(human)
    assert 0 <= first.choice < first.choices
    assert first.choices > 1, "choose another place: this one has one meaning only"
    step = 1 if first.choice + 1 < first.choices else -1
    assert bpy.ops.partwise.step_mask("EXEC_DEFAULT", True, step=step) == {"FINISHED"}
    second = click_masks.answer_of(human)
    assert second.choice == first.choice + step
    assert (second.faces.sum() > first.faces.sum()) == (step > 0)
    bpy.ops.ed.undo()
    human = bpy.data.objects["human"]
    assert (mask(human) == first.faces).all()
    for _ in range(first.choices - 1 - first.choice):
        bpy.ops.partwise.step_mask(step=1)
    assert bpy.ops.partwise.step_mask(step=1) == {"CANCELLED"}


def test_clear(human):
    click("include", head(human))
    click("exclude", foot(human))
    bpy.ops.partwise.clear_clicks()
    assert not len(human.data.partwise.clicks)
    assert not bpy.ops.partwise.clear_clicks.poll()


def test_accept_makes_a_part_and_the_rest(human):
    click("include", head(human))
    chosen = mask(human)
    assert bpy.ops.partwise.accept_clicks() == {"FINISHED"}
    labels, table = parts.get_labels(human.data), human.data.partwise
    assert ((labels == 0) == chosen).all()
    assert [part.name for part in table.parts] == ["Part.01", "Rest"]
    assert table.parts[table.active].name == "Part.01"
    assert table.edited
    assert not len(table.clicks)


def test_the_next_part_takes_its_faces_from_those_before(human):
    click("include", head(human))
    bpy.ops.partwise.accept_clicks()
    before = parts.get_labels(human.data)
    click("include", foot(human))
    chosen = mask(human)
    bpy.ops.partwise.accept_clicks()
    labels = parts.get_labels(human.data)
    assert (labels[chosen] == 2).all()
    assert (labels[~chosen] == before[~chosen]).all()


def test_shift_without_clicks_extends_the_active_part(human):
    click("include", head(human))
    bpy.ops.partwise.accept_clicks()
    human.data.partwise.parts[0].name = "Body"
    before = parts.get_labels(human.data) == 0
    click("join", foot(human))
    assert mask(human)[before].all()
    bpy.ops.partwise.accept_clicks()
    after = parts.get_labels(human.data) == 0
    assert after[before].all()
    assert after[face_at(human, foot(human))]
    assert human.data.partwise.parts[0].name == "Body"


@pytest.fixture
def cut(human) -> bpy.types.Object:
    """The human in six parts by height."""
    heights = np.array([polygon.center.z for polygon in human.data.polygons])
    edges = np.quantile(heights, [1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6])
    parts.set_labels(human.data, np.searchsorted(edges, heights).astype(np.int32))
    return human


def centre_of(obj: bpy.types.Object, part_id: int) -> Vector:
    """The middle of a polygon that is well inside a part."""
    faces = np.flatnonzero(parts.get_labels(obj.data) == part_id)
    return obj.data.polygons[int(faces[len(faces) // 2])].center.copy()


def test_shift_joins_the_part_under_the_mouse_to_the_active_part_and_no_more(cut, monkeypatch):
    monkeypatch.setattr(jobs, "start", None)  # nothing is asked
    bpy.ops.ed.undo_push(message="start")
    table, before = cut.data.partwise, parts.get_labels(cut.data)
    table.active, table.parts[1].name = 1, "Knees"
    assert click("join", centre_of(cut, 4)) == {"FINISHED"}
    assert [row.kind for row in table.clicks] == ["PART"]
    assert (mask(cut) == np.isin(before, [1, 4])).all()
    click("join", centre_of(cut, 2))
    assert (mask(cut) == np.isin(before, [1, 2, 4])).all()
    assert bpy.ops.partwise.accept_clicks("EXEC_DEFAULT", True) == {"FINISHED"}
    after = parts.get_labels(cut.data)
    assert (after == np.where(np.isin(before, [2, 4]), 1, before)).all()
    assert [part.name for part in table.parts] == ["Part.01", "Knees", "Part.04", "Part.06"]
    bpy.ops.ed.undo()
    cut = bpy.data.objects["human"]
    assert (parts.get_labels(cut.data) == before).all()
    assert len(cut.data.partwise.clicks) == 2


def test_shift_joins_the_part_under_the_mouse_to_the_mask_and_no_more(cut):
    before = parts.get_labels(cut.data)
    click("include", head(cut))
    one = mask(cut)
    click("join", centre_of(cut, 0))
    assert (mask(cut) == (one | (before == 0))).all()
    click("exclude", centre_of(cut, 0))
    assert not mask(cut)[face_at(cut, centre_of(cut, 0))]


def test_what_is_joined_to_a_part_with_a_name_takes_its_name(cut):
    before, table = parts.get_labels(cut.data), cut.data.partwise
    assert ops_click.part_to_become(cut.data) is None
    table.parts[1].name, table.parts[1].colour = "Knees", (1, 0, 0)
    click("include", head(cut))
    click("join", centre_of(cut, 0))
    assert ops_click.part_to_become(cut.data) is None, "Part.01 is no name"
    click("join", centre_of(cut, 1))
    chosen = mask(cut)
    assert ops_click.part_to_become(cut.data).name == "Knees"
    assert bpy.ops.partwise.accept_clicks() == {"FINISHED"}
    after = parts.get_labels(cut.data)
    assert (after[chosen] == 1).all()
    assert (after[~chosen] == before[~chosen]).all()
    part = table.parts[table.active]
    assert (part.name, tuple(part.colour), part.edited) == ("Knees", (1, 0, 0), "CLICKED")
    assert "Part.01" not in table.parts


def test_shift_on_a_part_that_cannot_be_joined_changes_nothing(cut):
    table = cut.data.partwise
    table.active, table.parts[3].locked = 1, True
    assert click("join", centre_of(cut, 1)) == {"CANCELLED"}, "the active part itself"
    assert click("join", centre_of(cut, 3)) == {"CANCELLED"}, "a locked part"
    assert click("join", centre_of(cut, 4)) == {"FINISHED"}
    assert click("join", centre_of(cut, 4)) == {"CANCELLED"}, "a part that was joined"
    assert len(table.clicks) == 1


def test_joined_parts_follow_the_colours(cut):
    click("join", centre_of(cut, 4))
    before = parts.get_labels(cut.data)
    parts.set_labels(cut.data, np.where(before == 5, 4, before))
    assert (mask(cut) == np.isin(before, [0, 4, 5])).all()


def test_joined_parts_are_known_again_after_loading(cut, tmp_path):
    click("join", centre_of(cut, 4))
    chosen = mask(cut)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "joined.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "joined.blend"))
    human = bpy.data.objects["human"]
    assert bpy.ops.partwise.accept_clicks() == {"FINISHED"}
    assert ((parts.get_labels(human.data) == 0) == chosen).all()


def test_a_locked_part_keeps_its_faces(human):
    click("include", head(human))
    bpy.ops.partwise.accept_clicks()
    human.data.partwise.parts[0].locked = True
    before = parts.get_labels(human.data)
    assert click("join", foot(human)) == {"CANCELLED"}
    click("include", head(human))
    assert bpy.ops.partwise.accept_clicks() == {"CANCELLED"}
    assert len(human.data.partwise.clicks) == 1
    assert (parts.get_labels(human.data) == before).all()


def test_clicking_is_undone_and_done_again(human):
    bpy.ops.ed.undo_push(message="start")
    click("include", head(human))
    one = mask(human)
    click("join", foot(human))
    both = mask(human)
    bpy.ops.ed.undo()
    human = bpy.data.objects["human"]
    assert (mask(human) == one).all()
    bpy.ops.ed.redo()
    assert (mask(bpy.data.objects["human"]) == both).all()
    bpy.ops.ed.undo()
    bpy.ops.ed.undo()
    assert not len(bpy.data.objects["human"].data.partwise.clicks)


def test_accept_is_one_step_of_undo(human):
    bpy.ops.ed.undo_push(message="start")
    click("include", head(human))
    bpy.ops.partwise.accept_clicks("EXEC_DEFAULT", True)
    bpy.ops.ed.undo()
    human = bpy.data.objects["human"]
    assert len(human.data.partwise.clicks) == 1
    assert not parts.has_labels(human.data)
    assert mask(human).any()


def test_clicks_are_saved_and_accepted_after_loading(human, tmp_path):
    click("include", head(human))
    chosen = mask(human)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "clicked.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "clicked.blend"))
    human = bpy.data.objects["human"]
    assert click_masks.answer_of(human) is None
    bpy.ops.partwise.show_clicks()
    assert (mask(human) == chosen).all()
    click_masks.forget()
    assert bpy.ops.partwise.accept_clicks() == {"FINISHED"}
    assert ((parts.get_labels(human.data) == 0) == chosen).all()


def test_a_stretched_and_mirrored_object_is_clicked_where_it_is(human):
    human.scale = (-1.0, 1.0, 2.5)
    bpy.context.view_layer.update()
    click("include", head(human))
    assert mask(human)[face_at(human, head(human))]


def test_quads_with_a_modifier(human):
    human.modifiers.new("quads", "REMESH").mode = "SHARP"
    bpy.ops.object.modifier_apply(modifier="quads")
    human.modifiers.new("Mirror", "MIRROR")
    click("include", head(human))
    assert len(mask(human)) == len(human.data.polygons)
    bpy.ops.partwise.accept_clicks()
    assert (parts.get_labels(human.data) >= 0).all()


def test_shared_meshes_are_refused_or_copied(human):
    copy = human.copy()
    bpy.context.scene.collection.objects.link(copy)
    assert click("include", head(human)) == {"CANCELLED"}
    bpy.context.scene.partwise.copy_linked = True
    click("include", head(human))
    assert human.data != copy.data
    assert not len(copy.data.partwise.clicks)
    assert mask(human).any()


def test_only_in_object_mode(human):
    bpy.ops.object.mode_set(mode="EDIT")
    assert not bpy.ops.partwise.include_point.poll()
    assert not bpy.ops.partwise.accept_clicks.poll()


def test_nothing_to_click_on():
    assert click("include", Vector()) == {"CANCELLED"}


def test_a_stroke_looks_again_after_some_way_and_ends(human):
    stroke = ops_click.Stroke(human.session_uid, (0.0, 0.0))
    assert not stroke.goes_on((5.0, 5.0), 1.0)
    assert stroke.goes_on((20.0, 0.0), 1.0)
    assert not stroke.goes_on((25.0, 0.0), 1.0), "from the last look on"
    assert not stroke.goes_on((45.0, 0.0), 2.0), "at twice the scale it is twice as far"
    stroke.count = ops_click.MOST_OF_A_STROKE
    assert not stroke.goes_on((999.0, 0.0), 1.0)


def test_a_stroke_clicks_where_the_mask_is_not_yet_as_it_should_be(human):
    there, away = pick.nearest_on(human, head(human)), pick.nearest_on(human, foot(human))
    stroke = ops_click.Stroke(human.session_uid, (0.0, 0.0))
    assert not stroke.clicks(away, clicks.INCLUDE), "nothing is known yet"
    assert stroke.goes_on((60.0, 0.0), 1.0)
    assert stroke.clicks(away, clicks.INCLUDE), "some way on it clicks all the same"
    stroke.made()
    assert (stroke.count, stroke.last) == (2, (60.0, 0.0))
    click("include", head(human))
    assert not stroke.clicks(there, clicks.INCLUDE)
    assert stroke.clicks(away, clicks.INCLUDE)
    assert stroke.clicks(there, clicks.EXCLUDE)
    assert not stroke.clicks(away, clicks.EXCLUDE)
    assert not ops_click.Stroke(0, (0.0, 0.0)).clicks(away, clicks.INCLUDE), "another object"


def test_a_stroke_adds_what_a_click_there_would_mean_alone(human):
    click("include", head(human))
    one = mask(human)
    hit = pick.nearest_on(human, foot(human))
    made = ops_click.with_click(bpy.context, hit, clicks.INCLUDE, goes_on=True)
    assert made.clicks[-1].kind == clicks.JOIN
    row = human.data.partwise.clicks.add()
    row.kind, row.face, row.point = clicks.JOIN, hit.face, hit.point
    click_masks.ask(human)
    assert mask(human)[one].all()
    assert mask(human)[hit.face]


def test_all_clicks_of_a_stroke_are_taken_back_at_once(human):
    click("include", head(human))
    one = mask(human)
    for share in (0.3, 0.5):
        click("include", place(human, 0.5, 0.5, share))
    ops_click._take_back(None, human, 2)
    assert (mask(human) == one).all()
    ops_click._take_back(None, human, 5)
    assert not len(human.data.partwise.clicks)
