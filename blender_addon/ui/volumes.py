# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes in the units of the scene, all of a list in the same one, so that they can be compared.

Blender's own text takes the unit that fits each value: 2 m³ stand beside 300 cm³.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import bpy

from ...backend.contract.records import Value

# The largest first: by the scene's unit of length, the sign of its cube and a unit's length.
METRIC = (
    ("KILOMETERS", "km³", 1e3),
    ("METERS", "m³", 1.0),
    ("CENTIMETERS", "cm³", 1e-2),
    ("MILLIMETERS", "mm³", 1e-3),
    ("MICROMETERS", "µm³", 1e-6),
)
IMPERIAL = (
    ("MILES", "mi³", 1609.344),
    ("FEET", "ft³", 0.3048),
    ("INCHES", "in³", 0.0254),
    ("THOU", "thou³", 2.54e-5),
)
SYSTEMS = {"METRIC": METRIC, "IMPERIAL": IMPERIAL}
LEAST = 1e-3  # of a unit that the middle one of some volumes should have
DIGITS = 3


class Unit(Value):
    """scale : how many of it are one cubic unit of the scene; sign : what stands after a number."""

    scale: float
    sign: str


def unit_of(settings: bpy.types.UnitSettings, volumes: Sequence[float]) -> Unit:
    """The scene's own unit; a smaller one where most of these volumes would be small shares of it,
    for a scene is in metres as long as nobody chooses."""
    units = SYSTEMS.get(settings.system)
    if units is None:
        return Unit(1.0, "")
    found = [Unit((settings.scale_length / length) ** 3, sign) for _, sign, length in units]
    names = [name for name, _, _ in units]
    chosen = settings.length_unit
    first = names.index(chosen) if chosen in names else 1  # adaptive
    known = sorted(volume for volume in volumes if volume > 0.0 and math.isfinite(volume))
    middle = known[len(known) // 2] if known else math.inf
    own = found[first:]
    return next((unit for unit in own if middle * unit.scale >= LEAST), own[-1])


def text_of(volume: float, unit: Unit) -> str:
    """A volume in cubic units of the scene, to some digits: 0.0421 m³, 1,470 cm³."""
    value = volume * unit.scale
    if not math.isfinite(value) or value == 0.0:
        return f"0 {unit.sign}".strip()
    places = max(DIGITS - 1 - math.floor(math.log10(abs(value))), 0)
    number = f"{value:,.{min(places, 6)}f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number} {unit.sign}".strip()
