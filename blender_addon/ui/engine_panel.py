# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice of an engine in a panel: the menu, what the engine needs and costs, what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...backend.contract.options import OPTIONS
from ..engine import place
from ..scene import engine_choice
from ..scene.engine_choice import SETTINGS, TORCH
from .texts import draw_text

if TYPE_CHECKING:
    from ...backend.contract.engines import Told

# What gets what an engine lacks; panels of an installation without them say where it is.
GET_MODEL, INSTALL = "get_model", "install_engine"
WHERE = "Large models are got in the preferences of Partwise."


def draw_choice(layout: bpy.types.UILayout, context: bpy.types.Context, verb: str) -> None:
    """The menu, and below it what keeps the engine from running with the button that helps, or what
    it costs."""
    settings = context.scene.partwise
    row = layout.row()
    row.use_property_split = True
    row.use_property_decorate = False
    row.prop(settings, f"{SETTINGS[verb]}_menu")
    reason = engine_choice.why_not(settings, verb)
    if reason:
        draw_reason(layout, context, verb, reason)
    engine = engine_choice.chosen(settings, verb)
    if engine is not None and engine.cost:
        quiet = layout.column()
        quiet.active = False
        draw_text(quiet, context, f"{engine.cost} {limit_text()}".strip(), icon="SORTTIME")


def draw_reason(
    layout: bpy.types.UILayout, context: bpy.types.Context, verb: str, reason: str
) -> None:
    """Why the chosen engine of a verb cannot run, and the buttons that get what it lacks."""
    draw_text(layout, context, f"{reason}.", icon="ERROR")
    engine = engine_choice.chosen(context.scene.partwise, verb)
    if engine is not None and engine.needs:
        draw_help(layout, context, engine)


def limit_text() -> str:
    """What is said beside a cost of the memory that large networks may take; empty for all."""
    limit = place.memory()
    return f"No more than {limit:g} GB, as the preferences say." if limit else ""


def draw_help(layout: bpy.types.UILayout, context: bpy.types.Context, engine: Told) -> None:
    """The buttons that get what an engine lacks, and the one that looks whether it is here now."""
    models = [need for need in engine.needs if need != TORCH]
    operator = GET_MODEL if models else INSTALL
    if not is_there(operator):
        draw_text(layout, context, WHERE)
        layout.operator("partwise.restart_engine", text="Look Again", icon="FILE_REFRESH")
        return
    row = layout.row(align=True)
    for model in models:  # which brings PyTorch where that lacks too
        text = f"Get {title_of(engine, model)}"
        row.operator(f"partwise.{operator}", text=text, icon="IMPORT").model = model
    if not models:
        row.operator(f"partwise.{operator}", text="Install PyTorch", icon="IMPORT")
    row.operator("partwise.restart_engine", text="", icon="FILE_REFRESH")


def draw_taken(layout: bpy.types.UILayout, context: bpy.types.Context, verb: str) -> None:
    """The settings that the chosen engine takes, of those that several take."""
    settings = context.scene.partwise
    taken = engine_choice.options(settings, verb)
    column = layout.column(align=True)
    column.use_property_split = True
    column.use_property_decorate = False
    for name in ("quality", "faces", "strength_words", "strength_drawing"):
        prop = engine_choice.property_of(name, verb)
        if name in taken and hasattr(settings, prop):
            is_auto = name == "faces" and not getattr(settings, prop)
            more = {"text": f"{OPTIONS[name].label} (0 = Auto)"} if is_auto else {}
            column.prop(settings, prop, slider=name.startswith("strength"), **more)
    if engine_choice.follows_seed(settings, verb):
        for prop in (f"{verb}_variants", f"{verb}_seed"):  # those of Replace are elsewhere
            if hasattr(settings, prop):
                column.prop(settings, prop)


def title_of(engine: Told, model: str) -> str:
    """What a model is called: mostly as the engine that is made for it."""
    return engine.label if model == engine.name else model


def is_there(operator: str) -> bool:
    """Is there an operator of this name?"""
    return hasattr(bpy.types, f"PARTWISE_OT_{operator}")
