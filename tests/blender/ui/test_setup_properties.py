# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu of accelerators is made of what the last look told, and keeps what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy
import pytest
from partwise.blender_addon.engine import place, setups
from partwise.blender_addon.ui import setup_properties

from tests.blender.told import ENGINE, told


@pytest.fixture
def installed() -> Iterator[Any]:
    """The preferences of the extension, as if it were installed."""
    addon = bpy.context.preferences.addons.new()
    addon.module = place.PACKAGE
    yield addon.preferences
    bpy.context.preferences.addons.remove(bpy.context.preferences.addons[place.PACKAGE])


def titles(sources: Any) -> list[str]:
    return [item[1] for item in setup_properties.items(sources, None)]


def test_the_accelerator_is_chosen_among_those_of_this_computer(installed, monkeypatch):
    sources = installed.sources
    monkeypatch.setattr(setups, "_told", None)
    assert titles(sources) == ["Automatic"]
    monkeypatch.setattr(setups, "_told", told(ENGINE))
    assert titles(sources) == ["Automatic", "NVIDIA, CUDA 13", "Processor"]
    best = setup_properties.items(sources, None)[0][2]
    assert best == "What is best for this computer: NVIDIA, CUDA 13"
    sources.accelerator_menu = "cpu"
    assert place.sources().accelerator == "cpu"


def test_what_another_computer_had_chosen_stays_and_is_said(installed, monkeypatch):
    monkeypatch.setattr(setups, "_told", told(ENGINE))
    sources = installed.sources
    sources.accelerator = "rocm"
    assert titles(sources)[-1] == "rocm"
    assert sources.accelerator_menu == "rocm"
