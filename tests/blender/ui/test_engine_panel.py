# SPDX-License-Identifier: GPL-3.0-or-later
"""What panels show of the chosen engine: reason, help, cost, and the settings that it takes."""

from __future__ import annotations

import bpy
import pytest
from partwise.backend.contract.engines import Told
from partwise.blender_addon.engine import jobs, place
from partwise.blender_addon.ui import engine_panel, panels_images
from partwise.blender_addon.ui.panels_replace import draw_drawing

from tests.blender.recording_layout import RecordingLayout, draw

LARGE = Told(
    "large", "Large", "Grows", ("complete", "replace", "generate"), False, "No. Get it.",
    ("torch", "large"), "Takes an hour.", ("quality", "seed", "strength_words"),
)  # fmt: skip


@pytest.fixture
def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise


def choose(monkeypatch: pytest.MonkeyPatch, engine: Told) -> None:
    monkeypatch.setattr(jobs, "engines", lambda: [engine])
    settings = bpy.context.scene.partwise
    settings.complete_engine = settings.replace_engine = settings.generate_engine = "LARGE"


def drawn(verb: str = "complete") -> RecordingLayout:
    layout = RecordingLayout()
    engine_panel.draw_choice(layout, bpy.context, verb)
    engine_panel.draw_taken(layout, bpy.context, verb)
    return layout


def test_automatic_is_a_menu_alone():
    layout = drawn()
    assert (layout.properties, layout.texts) == (["complete_engine_menu"], [])


def test_what_lacks_has_its_reason_a_way_to_get_it_and_its_cost(monkeypatch):
    choose(monkeypatch, LARGE)
    monkeypatch.setattr(engine_panel, "is_there", lambda operator: False)
    layout = drawn()
    said = " ".join(layout.texts)
    assert "Large needs PyTorch and its model, which are not here yet." in said
    assert "Takes an hour." in said
    assert engine_panel.WHERE in said
    assert layout.operators == ["partwise.restart_engine"], "what came meanwhile is looked for"


def test_what_can_run_has_its_cost_alone(monkeypatch):
    choose(monkeypatch, LARGE.changed(available=True, why="", needs=()))
    layout = drawn()
    assert " ".join(layout.texts) == "Takes an hour."
    assert layout.operators == []


def test_the_limit_of_memory_stands_beside_the_cost(monkeypatch):
    choose(monkeypatch, LARGE.changed(available=True, why="", needs=()))
    monkeypatch.setattr(place, "memory", lambda: 5.5)
    said = "Takes an hour. No more than 5.5 GB, as the preferences say."
    assert " ".join(drawn().texts) == said
    choose(monkeypatch, LARGE.changed(available=True, why="", needs=(), cost=""))
    assert drawn().texts == [], "what is small needs no limit"


def test_faces_are_beside_the_quality_and_0_is_automatic(monkeypatch, settings):
    options = ("quality", "faces", "seed")
    choose(monkeypatch, LARGE.changed(available=True, why="", needs=(), options=options))
    layout = drawn("generate")
    assert layout.properties[1:] == ["generate_quality", "faces", "generate_seed"]
    assert "Faces (0 = Auto)" in layout.texts
    settings.faces = 5000
    assert "Faces (0 = Auto)" not in drawn("generate").texts


def test_an_engine_that_is_not_there_is_said_and_takes_nothing(monkeypatch):
    choose(monkeypatch, LARGE)
    monkeypatch.setattr(jobs, "engines", list)
    layout = drawn()
    assert "no engine named “large”" in " ".join(layout.texts)
    assert layout.properties == ["complete_engine_menu"]


def test_the_settings_are_those_that_it_takes(monkeypatch):
    choose(monkeypatch, LARGE)
    asked = ["complete_quality", "strength_words", "complete_variants", "complete_seed"]
    assert drawn().properties[1:] == asked
    assert drawn("replace").properties[1:] == ["replace_quality", "strength_words"]  # seed: in Fit


def test_from_images_shows_what_the_engine_takes(monkeypatch):
    everything = draw(panels_images.PARTWISE_PT_image_options).properties
    assert {"count", "limbs", "shape", "thickness", "symmetry", "back_side"} <= set(everything)
    choose(monkeypatch, LARGE)
    layout = draw(panels_images.PARTWISE_PT_image_options)
    asked = ["generate_quality", "strength_words", "generate_seed", "size", "variants"]
    assert layout.properties == asked


def test_a_drawing_of_ones_own_has_its_source():
    replacing = bpy.context.scene.partwise_replacing
    for kind, prop in (
        ("OUTLINE", []), ("PENCIL", ["drawing_object"]), ("IMAGE", ["drawing_image"]),
        ("ANNOTATION", []),
    ):  # fmt: skip
        replacing.drawing = kind
        layout = RecordingLayout()
        draw_drawing(layout, bpy.context)
        assert layout.properties == ["drawing", *prop]
        assert bool(layout.texts) == (kind != "OUTLINE"), "what is missing is said"


def test_buttons_of_the_set_up_are_used_where_there_are_some():
    assert engine_panel.is_there("restart_engine")
    assert not engine_panel.is_there("no_such_thing")
