# SPDX-License-Identifier: GPL-3.0-or-later
"""The menus of engines: what the process told, and choices that outlive it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import bpy
import pytest
from partwise.backend.contract.engines import Told, declared
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import engine_choice
from partwise.blender_addon.ui import engine_menu, preferences, presets

VERBS = tuple(engine_choice.SETTINGS)
SHIPPED = [about.name.upper() for about in declared() if "segment" in about.verbs]


@pytest.fixture
def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise


@pytest.fixture(autouse=True)
def no_engine(monkeypatch) -> None:
    monkeypatch.setattr(jobs, "_client", None)


@pytest.fixture
def toy(monkeypatch) -> None:
    """A process that has one engine more, and lacks the weights of the first that segments."""
    why = {SHIPPED[0]: "Its weights are missing. Install Partwise again."}
    engines = [Told.of(about, why.get(about.name.upper(), "")) for about in declared()]
    engines.append(Told("toy", "Toy", "Two halves of everything", ("segment",)))
    engines.append(Told("grow", "Grow", "What is hidden", ("complete",)))
    hello = {"engines": [engine.to_json() for engine in engines]}
    monkeypatch.setattr(jobs, "_client", SimpleNamespace(last_hello=hello))


def identifiers(settings: bpy.types.PropertyGroup, verb: str = "segment") -> list[str]:
    return [item[0] for item in engine_menu.items(settings, verb)]


def test_before_the_engine_runs_the_menu_has_what_came_with_partwise(settings):
    assert identifiers(settings) == ["AUTO", *SHIPPED]
    assert (settings.engine, settings.engine_menu) == ("AUTO", "AUTO")


def test_the_menu_has_what_the_engine_told(settings, toy):
    assert identifiers(settings) == ["AUTO", *SHIPPED, "TOY"]
    settings.engine_menu = "TOY"
    assert settings.engine == "TOY"
    names, icons = zip(
        *(item[1::2] for item in engine_menu.items(settings, "segment")), strict=True
    )
    assert "Toy" in names
    assert icons[0] == "NONE"
    assert icons[1] == "ERROR", "it cannot run"
    assert "weights are missing" in engine_menu.items(settings, "segment")[1][2]


@pytest.mark.parametrize("name", SHIPPED)
def test_each_item_can_be_chosen(settings, name):
    settings.engine_menu = name
    assert (settings.engine, settings.engine_menu) == (name, name)
    settings.engine_menu = "AUTO"
    assert settings.engine == "AUTO"


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_a_menu_and_a_choice_of_its_own(settings, monkeypatch, verb):
    woken = []
    monkeypatch.setattr(jobs, "wake_engine", lambda: woken.append(verb))
    answering = [about for about in declared() if verb in about.verbs and not about.trial]
    assert identifiers(settings, verb) == ["AUTO", *(about.name.upper() for about in answering)]
    name = engine_choice.SETTINGS[verb]
    for about in answering:
        setattr(settings, f"{name}_menu", about.name.upper())
        assert engine_choice.name_of(settings, verb) == about.name
        assert (woken == []) == (about.rank is not None), "what it lacks is told by the process"
        woken.clear()
    for other in set(VERBS) - {verb}:
        assert engine_choice.name_of(settings, other) == "auto"


def test_an_engine_that_lacks_something_is_listed_with_its_reason_and_cost(settings, monkeypatch):
    large = Told(
        "large", "Large", "Grows", ("complete",), False, "No.", ("torch", "large"), "An hour."
    )
    monkeypatch.setattr(jobs, "engines", lambda: [large])
    _, item = engine_menu.items(settings, "complete")
    assert item[2] == ("Grows. Large needs PyTorch and its model, which are not here yet. An hour")
    assert item[3] == "ERROR"


def test_a_choice_that_is_unknown_is_shown_and_not_lost(settings, tmp_path):
    settings.engine = settings.replace_engine = "TOY"
    path = str(tmp_path / "own.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=path)
    settings = bpy.context.scene.partwise
    assert (settings.engine, settings.engine_menu) == ("TOY", "TOY")
    assert (settings.replace_engine, settings.replace_engine_menu) == ("TOY", "TOY")
    assert engine_menu.items(settings, "segment")[-1][1] == "Toy (missing)"
    settings.engine_menu = "AUTO"
    assert "TOY" not in identifiers(settings)


def test_an_empty_choice_is_the_automatic_one(settings):
    settings.engine = ""
    assert settings.engine_menu == "AUTO"


def test_a_preset_keeps_an_engine_that_is_not_there_now(settings):
    settings.engine = "TOY"
    assert bpy.ops.partwise.add_preset(name="With Toy") == {"FINISHED"}
    settings.engine = "AUTO"
    path = bpy.utils.preset_find("With_Toy", presets.SUBFOLDER)
    bpy.ops.script.execute_preset(filepath=path, menu_idname="PARTWISE_MT_presets")
    assert settings.engine == "TOY"
    bpy.ops.partwise.add_preset(name="With_Toy", remove_name=True)


@pytest.fixture
def installed() -> Iterator[preferences.PartwisePreferences]:
    addon = bpy.context.preferences.addons.new()
    addon.module = preferences.PACKAGE
    yield addon.preferences
    bpy.context.preferences.addons.remove(bpy.context.preferences.addons[preferences.PACKAGE])


def test_a_choice_in_the_menu_is_remembered_for_new_files(installed, settings):
    settings.engine_menu = SHIPPED[-1]
    bpy.ops.wm.read_homefile(use_empty=True)
    assert bpy.context.scene.partwise.engine == SHIPPED[-1]


def test_the_menu_is_no_setting_of_its_own():
    for name in engine_choice.SETTINGS.values():
        assert name in presets.names()
        assert f"{name}_menu" not in presets.names()


def test_an_unknown_engine_is_refused_in_words(settings):
    bpy.ops.mesh.primitive_cube_add()
    settings.engine = "TOY"
    with pytest.raises(RuntimeError, match="no engine named “toy”"):
        bpy.ops.partwise.decompose()
    jobs.stop_engine()
