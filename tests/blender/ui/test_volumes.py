# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes in the scene's units."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.ui import volumes


def told(*found: float, **settings: object) -> list[str]:
    units = bpy.context.scene.unit_settings
    for name, value in settings.items():
        setattr(units, name, value)
    unit = volumes.unit_of(units, found)
    return [volumes.text_of(volume, unit) for volume in found]


def test_all_are_in_the_unit_that_suits_the_middle_one(scene):
    assert told(2.0, 0.1, 0.0042) == ["2 m³", "0.1 m³", "0.0042 m³"]
    assert told(0.00147, 3e-4, 1e-7) == ["1,470 cm³", "300 cm³", "0.1 cm³"]
    assert told(5e-10, 2.5e-10) == ["0.5 mm³", "0.25 mm³"]
    assert told(0.00147) == ["0.00147 m³"]


def test_the_unit_that_the_artist_chose_is_kept(scene):
    assert told(2.0, 1e-6, length_unit="CENTIMETERS") == ["2,000,000 cm³", "1 cm³"]
    assert told(1e9, length_unit="KILOMETERS") == ["1 km³"]
    assert told(2.0, length_unit="ADAPTIVE") == ["2 m³"]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"scale_length": 0.01}, "1 cm³"),
        ({"system": "NONE"}, "1"),
        ({"system": "IMPERIAL"}, "35.3 ft³"),
        ({"system": "IMPERIAL", "length_unit": "INCHES"}, "61,024 in³"),
    ],
)
def test_scale_and_system(scene, settings, text):
    assert told(1.0, **settings) == [text]


def test_they_are_those_that_blender_knows(scene):
    """Nobody should have to check the factors by hand."""
    for system, units in volumes.SYSTEMS.items():
        for _, sign, length in units:
            value = bpy.utils.units.to_value(system, "LENGTH", f"1 {sign.removesuffix('³')}")
            assert value == pytest.approx(length, rel=1e-5), sign


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_what_is_no_volume(scene, value):
    assert told(value) == ["0 m³"]


def test_tiny_ones_beside_large_ones_are_no_exponents(scene):
    assert told(4.0, 1.0, 1e-9)[2] == "0 m³"
    assert told(123456.0, 1.0, 0.5)[0] == "123,456 m³"
