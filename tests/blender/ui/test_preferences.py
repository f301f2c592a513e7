# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences: what they show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from partwise.backend import __version__
from partwise.backend.contract import installed as environments
from partwise.blender_addon.engine import jobs, place, setups
from partwise.blender_addon.scene import engine_choice
from partwise.blender_addon.ui import engine_menu, preferences

from tests.blender.recording_layout import RecordingLayout


@pytest.fixture
def installed() -> Iterator[preferences.PartwisePreferences]:
    addon = bpy.context.preferences.addons.new()
    addon.module = preferences.PACKAGE
    yield addon.preferences
    bpy.context.preferences.addons.remove(bpy.context.preferences.addons[preferences.PACKAGE])


@pytest.fixture(autouse=True)
def no_engine() -> Iterator[None]:
    jobs.stop_engine()
    jobs.dismiss()
    yield
    jobs.stop_engine()
    jobs.dismiss()


def draw(settings: bpy.types.PropertyGroup) -> RecordingLayout:
    layout = RecordingLayout()
    shown = SimpleNamespace(
        layout=layout,
        settings=settings,
        remember=True,
        home="",
        memory=0.0,
        trials=False,
        bl_rna=preferences.PartwisePreferences.bl_rna,
    )
    preferences.PartwisePreferences.draw(shown, bpy.context)
    return layout


def test_they_belong_to_the_whole_extension():
    assert preferences.PACKAGE == "partwise"
    assert preferences.find(bpy.context) is None


def test_they_are_found_when_installed(installed):
    assert preferences.find(bpy.context) == installed
    assert installed.remember


def test_all_that_is_drawn_exists():
    shown = draw(bpy.context.scene.partwise)
    assert {"remember", "show_overlay", "home", "memory", "trials"} <= set(shown.properties)
    assert "Memory Limit (0 = Auto)" in shown.texts
    assert {"partwise.restart_engine", "partwise.open_log"} <= set(shown.operators)
    assert "Engine: not running, it starts when it is needed" in shown.texts


def test_they_say_what_the_engine_does(monkeypatch):
    bpy.ops.partwise.restart_engine()
    assert preferences.engine_state() == (f"ready, version {__version__}", "RADIOBUT_ON")
    monkeypatch.setattr(jobs, "_job", jobs.Job("Decomposing Fox", share=0.5))
    assert preferences.engine_state()[0] == "busy, Decomposing Fox (50%)"


def test_there_is_no_log_file_outside_an_extension():
    assert jobs.log_file() is None


def test_menus_have_engines_on_trial_only_if_that_is_wished(installed):
    assert "flow" not in [engine.name for engine in engine_choice.engines("replace")]
    installed.trials = True
    assert "flow" in [engine.name for engine in engine_choice.engines("replace")]
    items = engine_menu.items(bpy.context.scene.partwise, "replace")
    assert "FLOW" in [item[0] for item in items]


def test_large_models_lie_where_the_preferences_say(installed, monkeypatch, tmp_path):
    renewed = []
    monkeypatch.setattr(setups, "renew_engine", lambda: renewed.append(True))
    assert place.home() == environments.home()
    installed.home = str(tmp_path / "Größe")
    assert place.read() == place.Place(tmp_path / "Größe", online=bool(bpy.app.online_access))
    assert renewed == [True], "the engine looks there from now on"
    installed.home = "~/large"
    assert installed.home == str(Path.home() / "large")
    installed.home = ""
    assert place.home() == environments.home()
