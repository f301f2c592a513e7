# SPDX-License-Identifier: GPL-3.0-or-later
"""What is saved of parts: names of their own, and who is told that one is hidden."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.scene import visibility

from tests.blender.assemblies import labelled_cube


@pytest.fixture
def table(scene: bpy.types.Scene) -> bpy.types.PropertyGroup:
    """What is saved of a mesh with four parts."""
    return labelled_cube(np.array([0, 0, 1, 4, 4, 5], np.int32)).data.partwise


def test_names_are_unique(table):
    table = table.parts
    table[0].name = table[1].name = table[2].name = "Leg"
    assert [part.name for part in table] == ["Leg", "Leg.001", "Leg.002", "Part.06"]
    table[0].name = "Leg.001"
    assert table[0].name == "Leg.003"
    table[0].name = "  "
    assert table[0].name == "Part.01"
    table[1].name = "Leg.001"
    assert table[1].name == "Leg.001"


def test_what_is_hidden_is_told(table, monkeypatch):
    told = []
    monkeypatch.setattr(visibility, "update", told.append)
    table.parts[1].visible = False
    assert told == [table.id_data]
