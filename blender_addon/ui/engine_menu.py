# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu of engines. Nothing is listed here: the engine's process tells which there are.

The choice itself is a text, `PartwiseSettings.engine`, so that files and presets keep it whatever
engines the Partwise that opens them has; the menu is made of it.
"""

from __future__ import annotations

import bpy

from ..engine import jobs

AUTO = "AUTO"
Item = tuple[str, str, str, str, int]

_kept: dict[Item, Item] = {}  # Blender does not keep the texts of a menu alive


def items(settings: bpy.types.PropertyGroup, _context: bpy.types.Context | None) -> list[Item]:
    """Automatic, all engines that segment, and what is chosen if it is none of these."""
    found = [(AUTO, "Automatic", "The best engine that can run", "NONE")]
    for engine in jobs.engines():
        if "segment" in engine.verbs:
            text = engine.text if engine.available else f"{engine.text}. {engine.why}"
            icon = "NONE" if engine.available else "ERROR"
            found.append((engine.name.upper(), engine.label, text, icon))
    name = _name(settings)
    if name not in {item[0] for item in found}:
        text = "This version of Partwise does not have this engine; choose another"
        found.append((name, f"{name.capitalize()} (missing)", text, "ERROR"))
    numbered = [(*item, number) for number, item in enumerate(found)]
    return [_kept.setdefault(item, item) for item in numbered]


def chosen(settings: bpy.types.PropertyGroup) -> int:
    """The number of the item that is chosen."""
    return next(item[4] for item in items(settings, None) if item[0] == _name(settings))


def choose(settings: bpy.types.PropertyGroup, number: int) -> None:
    """Take over what was chosen in the menu."""
    settings.engine = items(settings, None)[number][0]


def _name(settings: bpy.types.PropertyGroup) -> str:
    return settings.engine.upper() or AUTO
