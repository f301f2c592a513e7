# SPDX-License-Identifier: GPL-3.0-or-later
"""Where large models and their engine come from, as the preferences keep it.

The menu of accelerators is made of what the last look told: none is listed here. The choice itself
is a text, so that it is kept whatever another computer offers.
"""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, StringProperty

from ...backend.contract.engines import AUTO
from ..engine import setups

Item = tuple[str, str, str, str, int]

_kept: dict[Item, Item] = {}  # Blender does not keep the texts of a menu alive


def items(sources: bpy.types.PropertyGroup, _context: bpy.types.Context | None) -> list[Item]:
    """Automatic, what can be chosen on this computer, and what is chosen if it is none of these."""
    told = setups.told()
    rows = told.accelerators if told is not None else []
    best = told.choice.get("label", "") if told is not None and _is_auto(sources) else ""
    text = "What is best for this computer" + (f": {best}" if best else "")
    found = [(AUTO, "Automatic", text)]
    found += [(row["name"], capital(row["label"]), f"For {row['label']}") for row in rows]
    name = sources.accelerator or AUTO
    if name not in {item[0] for item in found}:
        found.append((name, name, "This is not offered on this computer; choose another"))
    numbered = [(*item, "NONE", number) for number, item in enumerate(found)]
    return [_kept.setdefault(item, item) for item in numbered]


def chosen(sources: bpy.types.PropertyGroup) -> int:
    """The number of the item that is chosen."""
    name = sources.accelerator or AUTO
    return next(item[4] for item in items(sources, None) if item[0] == name)


def choose(sources: bpy.types.PropertyGroup, number: int) -> None:
    """Take over what was chosen in the menu."""
    sources.accelerator = items(sources, None)[number][0]


def capital(text: str) -> str:
    """A text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def _is_auto(sources: bpy.types.PropertyGroup) -> bool:
    return (sources.accelerator or AUTO) == AUTO


class PartwiseSources(bpy.types.PropertyGroup):
    """Other sources than the usual ones; empty for these."""

    accelerator: StringProperty(
        name="Accelerator", description="The build of PyTorch, auto for the best", default=AUTO
    )
    accelerator_menu: EnumProperty(
        name="Accelerator",
        description="What large models compute on",
        items=items,
        get=chosen,
        set=choose,
        options={"SKIP_SAVE"},
    )
    pack: StringProperty(
        name="Offline Pack",
        description="A file with all packages of the engine, made on a computer with network: "
        "nothing is downloaded then",
        subtype="FILE_PATH",
    )
    index: StringProperty(
        name="Packages From",
        description="Address of an index of packages, or a folder of them, instead of the public "
        "index",
    )
    hub: StringProperty(
        name="Models From",
        description="Address of a hub that has the models, instead of the public one",
    )
    files: StringProperty(
        name="Files I Have",
        description="A folder with the files of a model that you have already: they are linked or "
        "copied from there, and stay as they are",
        subtype="DIR_PATH",
    )
    python: StringProperty(
        name="My Own Python",
        description="The Python of an environment of your own that has PyTorch, for a card that "
        "nothing is listed for: it is used as it is, and nothing compares its packages",
        subtype="FILE_PATH",
    )


CLASSES = (PartwiseSources,)
