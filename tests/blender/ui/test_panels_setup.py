# SPDX-License-Identifier: GPL-3.0-or-later
"""Large models in the sidebar: the card, short, and the way to the preferences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy
import pytest
from partwise.blender_addon.engine import place, setups
from partwise.blender_addon.ui import panels_setup

from tests.blender.recording_layout import draw
from tests.blender.told import ENGINE, told


@pytest.fixture
def installed() -> Iterator[Any]:
    """The preferences of the extension, as if it were installed."""
    addon = bpy.context.preferences.addons.new()
    addon.module = place.PACKAGE
    yield addon.preferences
    bpy.context.preferences.addons.remove(bpy.context.preferences.addons[place.PACKAGE])


def test_the_panel_works_in_place_and_leads_to_the_preferences(installed, monkeypatch):
    monkeypatch.setattr(setups, "_told", told(ENGINE))
    shown = draw(panels_setup.PARTWISE_PT_setup)
    assert {"partwise.install_engine", "partwise.get_model"} <= set(shown.operators)
    assert shown.operators[-1] == "preferences.addon_show"
    assert "DEFAULT_CLOSED" in panels_setup.PARTWISE_PT_setup.bl_options


def test_without_preferences_there_is_no_way_to_them(monkeypatch):
    monkeypatch.setattr(setups, "_told", None)
    assert "preferences.addon_show" not in draw(panels_setup.PARTWISE_PT_setup).operators
