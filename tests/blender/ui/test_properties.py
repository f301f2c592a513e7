# SPDX-License-Identifier: GPL-3.0-or-later
"""What is saved with a file: names of their own, limits, and who is told of changes."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.scene import changed
from partwise.blender_addon.ui import properties

from tests.blender.assemblies import labelled_cube


@pytest.fixture
def table(scene: bpy.types.Scene) -> bpy.types.PropertyGroup:
    """What is saved of a mesh with four parts."""
    return labelled_cube(np.array([0, 0, 1, 4, 4, 5], np.int32)).data.partwise


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which signals were given."""
    found: list[str] = []
    for signal in (changed.seen, changed.settings):
        monkeypatch.setattr(signal, "say", lambda *_, name=signal.name: found.append(name))
    return found


def test_who_draws_is_told_of_what_looks_otherwise(table, heard):
    table.parts[0].colour = (1, 0, 0)
    table.active = 2
    assert heard == ["seen", "seen"]
    table.parts[0].locked = table.parts[0].selected = True
    assert heard == ["seen", "seen"], "these look the same"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("part_count", 12, ["settings"]),
        ("granularity", 0.1, ["settings"]),
        ("closing", "CAP", ["settings"]),
        ("origin", "JOINT", ["settings"]),
        ("engine", "GEOMETRIC", ["settings"]),
        ("show_overlay", False, ["settings", "seen"]),
        ("overlay_opacity", 0.5, ["settings", "seen"]),
    ],
)
def test_a_new_setting_is_kept_and_told(scene, name, value, told, heard):
    setattr(scene.partwise, name, value)
    assert heard == told
    assert getattr(scene.partwise, name) == pytest.approx(value)


def test_numbers_stay_within_what_can_be_meant(scene, table):
    settings = scene.partwise
    settings.part_count = -3
    assert settings.part_count == 1
    for owner, name in ((settings, "granularity"), (settings, "overlay_opacity")):
        for value, kept in ((7.0, 1.0), (-1.0, 0.0)):
            setattr(owner, name, value)
            assert getattr(owner, name) == kept
    table.parts[0].colour = (2, -1, 0.5)
    assert tuple(table.parts[0].colour) == (1, 0, 0.5)


def test_everything_that_partwise_saves_is_in_one_place():
    for owner, group in properties.OWNERS.items():
        pointer = owner.bl_rna.properties["partwise"]
        assert pointer.fixed_type.identifier == group.__name__
        for name in group.__annotations__:
            assert name in pointer.fixed_type.properties
