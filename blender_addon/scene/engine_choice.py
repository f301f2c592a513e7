# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engine the artist chose for each verb, what keeps it from running, what it is told.

Choices are texts among the settings, so that files and presets keep them whatever engines the
Partwise that opens them has. None is listed here: the engine's process tells which there are. A
chosen engine that cannot run is never replaced by another: the button says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import bpy

from ...backend.contract.engines import AUTO
from ...backend.contract.options import OPTIONS, Count
from ..engine import jobs

if TYPE_CHECKING:
    from ...backend.contract.engines import Told

# Verb -> the setting that holds the choice. Its menu is the same name with "_menu".
SETTINGS: Mapping[str, str] = {
    "segment": "engine",
    "complete": "complete_engine",
    "replace": "replace_engine",
    "generate": "generate_engine",
}
TORCH = "torch"
AUTOMATIC = AUTO.upper()  # in menus and settings, whose words Blender has in capitals


def name_of(settings: bpy.types.PropertyGroup, verb: str) -> str:
    """The name of the engine that is chosen, or "auto"."""
    return str(getattr(settings, SETTINGS[verb])).lower() or AUTO


def engines(verb: str) -> list[Told]:
    """All engines that answer a verb, those first that Automatic tries first."""
    return [engine for engine in jobs.engines() if verb in engine.verbs]


def chosen(settings: bpy.types.PropertyGroup, verb: str) -> Told | None:
    """The engine that is chosen; None for Automatic, and for one that is not there."""
    name = name_of(settings, verb)
    return next((engine for engine in engines(verb) if engine.name == name), None)


def why_not(settings: bpy.types.PropertyGroup, verb: str) -> str:
    """Why the chosen engine cannot run, for a tooltip; empty when it can."""
    name = name_of(settings, verb)
    if name == AUTO:
        return ""
    engine = chosen(settings, verb)
    if engine is None:
        return f"There is no engine named “{name:.40}” here. Choose another one"
    return reason(engine)


def reason(engine: Told) -> str:
    """Why an engine cannot run; empty when it can."""
    if engine.available:
        return ""
    if not engine.needs:
        return engine.why.rstrip(".")
    lacking = ["PyTorch"] if TORCH in engine.needs else []
    if len(engine.needs) > len(lacking):
        lacking.append("its model")
    verb = "is" if len(lacking) == 1 else "are"
    return f"{engine.label} needs {' and '.join(lacking)}, which {verb} not here yet"


def options(settings: bpy.types.PropertyGroup, verb: str) -> frozenset[str]:
    """What the chosen engine takes, and with Automatic any that may be chosen but for its seed."""
    if name_of(settings, verb) == AUTO:
        taken = [set(engine.options) for engine in engines(verb) if engine.automatic]
        return frozenset(set().union(*taken) - {"seed"})
    engine = chosen(settings, verb)
    return frozenset(engine.options if engine is not None else ())


def takes(name: str, verb: str, option: str) -> bool:
    """Whether the engine of a request, perhaps "auto", takes an option."""
    asked = [engine for engine in engines(verb) if engine.name == name or name == AUTO]
    return any(option in engine.options for engine in asked if name != AUTO or engine.automatic)


def property_of(option: str, verb: str) -> str:
    """The setting of an option: quality and seed are set for each verb."""
    return f"{verb}_{option}" if option in ("quality", "seed") else option


def asked(settings: bpy.types.PropertyGroup, verb: str) -> dict[str, Any]:
    """The options of a request to the chosen engine, of those that several engines take."""
    found: dict[str, Any] = {}
    for name in options(settings, verb) & set(OPTIONS):
        if hasattr(settings, property_of(name, verb)):
            value = getattr(settings, property_of(name, verb))
            if isinstance(OPTIONS[name], Count):
                found |= {name: value} if value else {}  # as many as suit
            else:
                found[name] = value.lower() if isinstance(value, str) else round(float(value), 6)
    return found


def seed(settings: bpy.types.PropertyGroup, verb: str) -> int:
    """The seed that is set for the chosen engine, 0 where it takes none."""
    return int(getattr(settings, f"{verb}_seed")) if follows_seed(settings, verb) else 0


def variants(settings: bpy.types.PropertyGroup, verb: str) -> int:
    """How many results are asked for, 1 where the chosen engine always makes the same one."""
    return int(getattr(settings, f"{verb}_variants")) if follows_seed(settings, verb) else 1


def follows_seed(settings: bpy.types.PropertyGroup, verb: str) -> bool:
    """Whether the chosen engine makes another result of another seed."""
    return "seed" in options(settings, verb)


def label(name: str) -> str:
    """What an engine is called in panels, by its name."""
    return next((engine.label for engine in jobs.engines() if engine.name == name), name)


def made_by(name: str) -> str:
    """Who made something, in words; empty where no engine of this version did."""
    known = {engine.name: engine.label for engine in jobs.engines()}
    return f"By the {known[name]} engine" if name in known else ""
