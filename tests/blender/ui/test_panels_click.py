# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sidebar says of clicks in each state, drawn on a layout that records and checks it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.core import clicks
from partwise.blender_addon.engine import aside, jobs
from partwise.blender_addon.scene import click_masks, hover, parts
from partwise.blender_addon.ui import panels_click

from tests.blender.recording_layout import RecordingLayout, draw

PANEL = panels_click.PARTWISE_PT_click


@pytest.fixture
def fox() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "Fox"
    return bpy.context.object


def click(obj: bpy.types.Object, *kinds: str) -> None:
    for kind in kinds:
        obj.data.partwise.clicks.add().kind = kind


@pytest.fixture
def answer(monkeypatch):
    """Lets clicks mean the first two faces, or none."""

    def give(faces: int = 2, **fields: object) -> None:
        made = clicks.ClickAnswer(np.arange(6) < faces, 0.87, "learned", **fields)
        monkeypatch.setattr(click_masks, "answer_of", lambda obj: made)

    return give


def texts() -> list[str]:
    return draw(PANEL).texts


def test_without_clicks_the_tool_is_offered(fox):
    assert draw(PANEL).operators == ["wm.tool_set_by_id"]


def test_only_in_object_mode(fox):
    bpy.ops.object.mode_set(mode="EDIT")
    assert draw(PANEL) is None


def test_with_the_tool_it_says_what_to_do(fox, monkeypatch):
    monkeypatch.setattr(panels_click, "is_tool_active", lambda context: True)
    assert texts() == [
        "Click a part of a mesh",
        "Ctrl: what is not part of it",
        "Shift: what joins it",
        "Enter: accept. Esc: clear",
    ]
    parts.set_labels(fox.data, np.array([0, 0, 0, 1, 1, 7], np.int32))
    fox.data.partwise.parts[1].name, fox.data.partwise.active = "Tail", 1
    assert "Shift: a part that joins Tail" in texts()


def test_whole_parts_that_are_joined_are_beyond_doubt(fox):
    parts.set_labels(fox.data, np.array([0, 0, 0, 1, 1, 7], np.int32))
    click_masks.forget()
    bpy.ops.partwise.join_point(point=tuple(fox.data.polygons[3].center))
    assert texts()[:3] == ["1 included", "0 excluded", "Whole parts, joined"]
    assert "Accept into Part.01" in texts()


def test_clicks_are_counted_and_their_mask_is_told_of(fox, answer):
    click(fox, clicks.INCLUDE, clicks.EXCLUDE, clicks.JOIN)
    answer()
    assert texts()[:3] == ["2 included", "1 excluded", "87% sure, learned engine"]
    assert "Accept as Part" in texts()
    shown = draw(PANEL).operators
    buttons = ["partwise.accept_clicks", "partwise.remove_click", "partwise.clear_clicks"]
    assert shown == ["partwise.step_mask", "partwise.step_mask", *buttons]


def test_nothing_jumps_when_the_mask_comes(fox, answer, monkeypatch):
    click(fox, clicks.INCLUDE)
    monkeypatch.setattr(jobs, "_job", jobs.Job("Analysing Fox"))
    before = draw(PANEL)
    answer()
    assert draw(PANEL).operators == before.operators
    assert len(draw(PANEL).texts) == len(before.texts)


def test_the_part_that_is_extended_is_named(fox, answer):
    parts.set_labels(fox.data, np.array([0, 0, 0, 1, 1, 1], np.int32))
    fox.data.partwise.parts[1].name = "Tail"
    click(fox, clicks.JOIN)
    fox.data.partwise.clicks_extend = 1
    answer()
    assert "Accept into Tail" in texts()


def test_a_warning_is_shown(fox, answer):
    click(fox, clicks.INCLUDE)
    answer(faces=0, warning="A click is far away.")
    shown = " ".join(texts())
    assert "A click is far away." in shown
    assert "mean no faces" in shown
    assert "sure" not in shown


def test_a_mask_that_is_not_known_can_be_asked_for(fox, monkeypatch):
    click(fox, clicks.INCLUDE)
    assert "partwise.show_clicks" in draw(PANEL).operators
    monkeypatch.setattr(jobs, "_job", jobs.Job("Analysing Fox"))
    assert "partwise.show_clicks" not in draw(PANEL).operators


def test_the_header_of_the_tool(fox, answer, monkeypatch):
    def header() -> RecordingLayout:
        layout = RecordingLayout()
        panels_click.draw_state(bpy.context, layout)
        return layout

    assert "Ctrl excludes" in header().texts[0]
    click(fox, clicks.INCLUDE)
    monkeypatch.setattr(jobs, "_job", jobs.Job("Analysing Fox"))
    assert header().texts[0] == "Analysing"
    answer()
    assert header().texts[0] == "87% sure"
    assert header().operators == ["partwise.accept_clicks", "partwise.clear_clicks"]
    assert header().properties == ["level", "hover"]


def test_the_header_says_that_the_mesh_under_the_pointer_is_worked_on(fox, monkeypatch):
    monkeypatch.setattr(hover, "is_analysing", lambda: True)
    monkeypatch.setattr(hover, "hovered", lambda: fox)
    monkeypatch.setattr(aside, "stage", lambda: ("Patches", 0.25))
    assert panels_click.hint("Click") == "Analysing Fox 25%"
