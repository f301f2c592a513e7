# SPDX-License-Identifier: GPL-3.0-or-later
"""The menus of engines, one for each verb. Nothing is listed here: the engine's process tells which
there are.

The choice itself is a text (`scene/engine_choice.py`); a menu is made of it.
"""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty

from ..engine import jobs
from ..scene import engine_choice
from ..scene.engine_choice import AUTOMATIC, SETTINGS

Item = tuple[str, str, str, str, int]

_kept: dict[Item, Item] = {}  # Blender does not keep the texts of a menu alive


def menu_of(verb: str, description: str) -> Any:
    """The definition of a menu's property: the engines that answer a verb."""

    def listed(settings: bpy.types.PropertyGroup, _context: bpy.types.Context | None) -> list[Item]:
        return items(settings, verb)

    return EnumProperty(
        name="Engine",
        description=description,
        items=listed,
        get=lambda settings: chosen(settings, verb),
        set=lambda settings, number: choose(settings, verb, number),
        options={"SKIP_SAVE"},
    )


def items(settings: bpy.types.PropertyGroup, verb: str) -> list[Item]:
    """Automatic, all engines that answer a verb, and what is chosen if it is none of these."""
    found = [(AUTOMATIC, "Automatic", "The best engine that can run", "NONE")]
    for engine in engine_choice.engines(verb):
        told = engine.text, engine_choice.reason(engine), engine.cost.rstrip(".")
        icon = "NONE" if engine.available else "ERROR"
        found.append((engine.name.upper(), engine.label, ". ".join(filter(None, told)), icon))
    name = _name(settings, verb)
    if name not in {item[0] for item in found}:
        text = "This version of Partwise does not have this engine; choose another"
        found.append((name, f"{name.capitalize()} (missing)", text, "ERROR"))
    numbered = [(*item, number) for number, item in enumerate(found)]
    return [_kept.setdefault(item, item) for item in numbered]


def chosen(settings: bpy.types.PropertyGroup, verb: str) -> int:
    """The number of the item that is chosen."""
    name = _name(settings, verb)
    return next(item[4] for item in items(settings, verb) if item[0] == name)


def choose(settings: bpy.types.PropertyGroup, verb: str, number: int) -> None:
    """Take over what was chosen in the menu. What Automatic never tries may lack something, which
    the engine's process tells: it is started for that."""
    setattr(settings, SETTINGS[verb], items(settings, verb)[number][0])
    engine = engine_choice.chosen(settings, verb)
    if engine is not None and not engine.automatic:
        jobs.wake_engine()


def _name(settings: bpy.types.PropertyGroup, verb: str) -> str:
    return engine_choice.name_of(settings, verb).upper()
