# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender says of large models: the folder, other sources, whether processes may go online."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest
from partwise.backend.contract import installed as environments
from partwise.blender_addon.engine import place, setups


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The preferences of the extension, as if it were installed; no engine is started for them."""
    monkeypatch.setattr(setups, "renew_engine", lambda: None)
    addon = bpy.context.preferences.addons.new()
    addon.module = place.PACKAGE
    yield addon.preferences
    bpy.context.preferences.addons.remove(bpy.context.preferences.addons[place.PACKAGE])


def test_without_preferences_all_is_as_usual():
    assert place.preferences() is None
    assert place.memory() == 0.0
    assert place.home() == environments.home()
    assert place.sources() == place.Sources()
    assert place.online() == bool(bpy.app.online_access)


def test_the_folder_is_a_whole_path(installed, tmp_path):
    installed.home = str(tmp_path / "Größe")
    assert place.read().home == tmp_path / "Größe"
    assert place.absolute("~/large") == Path.home() / "large"


def test_the_limit_of_memory_is_that_of_the_preferences(installed):
    assert place.memory() == 0.0
    installed.memory = 5.3
    assert place.memory() == 5.3


def test_other_sources_are_whole_paths(installed):
    assert place.sources() == place.Sources()
    installed.sources.pack = "~/pack.zip"
    installed.sources.index = " http://127.0.0.1/simple "
    said = place.sources()
    assert said.pack == str(Path.home() / "pack.zip")
    assert said.index == "http://127.0.0.1/simple"
    assert said.accelerator == "auto"
