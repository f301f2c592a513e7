# SPDX-License-Identifier: GPL-3.0-or-later
"""The set-up card: large models and their engine, what each costs, and the button that gets it.

It is drawn whole in the preferences, and short in the sidebar. All that it shows was told by the
last look (`engine/setups.py`); where none is, drawing it asks for one.
"""

from __future__ import annotations

from typing import Any

import bpy

from ...backend.contract.setup import SetupTold
from ..engine import jobs, place, setups
from ..engine.setup_task import ENGINE
from ..ops.setup_known import engine_bytes, needs_engine, size_text
from .setup_properties import capital
from .texts import draw_text

# State -> what is said of it, and an icon.
STATES = {
    "missing": ("not installed", "RADIOBUT_OFF"),
    "here": ("installed", "CHECKMARK"),
    "damaged": ("damaged", "ERROR"),
    "outdated": ("can be updated", "FILE_REFRESH"),
}
MODEL_STATES = {
    "missing": ("", "RADIOBUT_OFF"),
    "begun": ("begun", "SORTTIME"),
    "here": ("here", "CHECKMARK"),
}
LEVELS = {"ok": "CHECKMARK", "warning": "INFO", "stop": "CANCEL"}
# How many rows of buttons are as wide as one, in the preferences.
BUTTON = 1.2  # height


def draw_card(layout: bpy.types.UILayout, context: bpy.types.Context, *, short: bool) -> None:
    """All of the card, or what of it fits into the sidebar."""
    setups.want_look()
    told = setups.told()
    if told is None:
        draw_unknown(layout, context)
        return
    draw_offline(layout, context, told)
    draw_engine(layout, context, told, short=short)
    for row in told.models:
        draw_model(layout, context, row, short=short)


def draw_unknown(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What is shown before anything is known: that it is looked for, or why it is not."""
    failed = setups.failed()
    if failed is None:
        row = layout.row()
        row.active = False
        row.label(text="Looking...", icon="SORTTIME")
    else:
        draw_failed(layout, context, failed)
    layout.operator("partwise.look_at_setup", text="Look Again", icon="FILE_REFRESH")


def draw_offline(layout: bpy.types.UILayout, context: bpy.types.Context, told: SetupTold) -> None:
    """That Blender may not go online, with its own preference, while something is to be got."""
    is_complete = all(row["state"] == "here" for row in told.models)
    if place.online() or (is_complete and told.engine["state"] == "here"):
        return
    box = layout.box()
    draw_text(box, context, "Blender may not go online, so nothing is downloaded.", icon="INTERNET")
    if bpy.app.online_access_override:
        draw_text(box, context, "It was started so; start it without --offline-mode.")
    else:
        box.prop(context.preferences.system, "use_online_access")


def draw_engine(
    layout: bpy.types.UILayout, context: bpy.types.Context, told: SetupTold, *, short: bool
) -> None:
    """The engine: its state, what an installation brings and costs, what speaks against it."""
    box, engine = layout.box(), told.engine
    state = engine["state"]
    text, icon = STATES[state]
    trouble = jobs.engine_trouble()
    if trouble is not None and state in ("here", "outdated"):
        text, icon = "does not start", "ERROR"
    header = box.row()
    name = "Engine" if short else "Engine for Large Models"
    header.label(text=f"{name}: {text}", icon=icon)
    header.operator("partwise.look_at_setup", text="", icon="FILE_REFRESH", emboss=False)
    draw_freeing(box)
    if draw_task(box, context, ENGINE):
        return
    quiet = column_of_text(box)
    if engine["trouble"]:
        draw_text(box, context, engine["trouble"], alert=True)
    elif trouble is not None:
        draw_text(box, context, "Blender's own Python is used instead: large models rest, all else "
                  "works.", alert=True)  # fmt: skip
    if state == "missing":
        draw_text(quiet, context, "Large models run on PyTorch, in a folder of its own. All else "
                  "works without it.")  # fmt: skip
    if engine.get("own"):
        draw_text(quiet, context, f"PyTorch for {engine['label']} of your own, used as it is: "
                  f"{engine['own']}")  # fmt: skip
    elif state == "here" and trouble is None:
        draw_text(
            quiet,
            context,
            f"PyTorch for {engine['label']}, {size_text(engine['bytes'])} on the disk.",
        )
    if state != "here" or trouble is not None:
        draw_choice(box, context, told, short=short)
    draw_engine_buttons(box, told, is_well=trouble is None)


def draw_choice(
    layout: bpy.types.UILayout, context: bpy.types.Context, told: SetupTold, *, short: bool
) -> None:
    """What an installation brings and costs, on what, and the findings about it."""
    choice, sources = told.choice, chosen_sources()
    if sources is not None:
        row = layout.row()
        row.use_property_split = not short
        row.use_property_decorate = False
        row.prop(sources, "accelerator_menu", text="" if short else "Accelerator")
    if choice.get("label"):
        draw_text(
            layout,
            context,
            f"{capital(choice['label'])}: {to_download(choice['download_bytes'])}, "
            f"{size_text(choice['installed_bytes'])} on the disk.",
        )
    draw_findings(layout, context, told, short=short)


def draw_findings(
    layout: bpy.types.UILayout, context: bpy.types.Context, told: SetupTold, *, short: bool
) -> None:
    """What speaks for and against an installation; in the sidebar only what stops it."""
    for one in told.findings:
        is_stop = one["level"] == "stop"
        if one["about"] == "network" and is_stop and (not place.online() or setups.looks()):
            continue  # it is said above, with the tick that helps, or was so a moment ago
        if is_stop or not short:
            icon = LEVELS.get(one["level"], "DOT")
            draw_text(layout, context, one["text"], icon=icon, alert=is_stop)
            if one["advice"]:
                draw_text(layout, context, one["advice"], icon="BLANK1")


def draw_engine_buttons(layout: bpy.types.UILayout, told: SetupTold, *, is_well: bool) -> None:
    """What can be done with the engine in its state."""
    state, size = told.engine["state"], engine_bytes()
    row = layout.row(align=True)
    row.scale_y = BUTTON
    if state == "missing":
        row.operator("partwise.install_engine", text=with_size("Install", size), icon="IMPORT")
        return
    if state == "outdated" and is_well:
        row.operator("partwise.install_engine", text=with_size("Update", size), icon="IMPORT")
    if told.engine.get("own"):
        row.operator("partwise.install_engine", text=with_size("Install", size), icon="IMPORT")
        row.operator("partwise.remove_engine", text="Use No More", icon="X")
        return
    row.operator("partwise.repair_engine", text="Repair", icon="TOOL_SETTINGS")
    row.operator("partwise.remove_engine", text="", icon="TRASH")


def draw_model(
    layout: bpy.types.UILayout, context: bpy.types.Context, row: dict[str, Any], *, short: bool
) -> None:
    """A model: what it unlocks, what it costs, whose it is, and its button."""
    box = layout.box()
    state, icon = MODEL_STATES[row["state"]]
    header = box.row()
    header.label(text=row["title"] + (f": {state}" if state else ""), icon=icon)
    header.operator("wm.url_open", text="", icon="URL", emboss=False).url = row["page"]
    if draw_task(box, context, row["name"]):
        return
    quiet = column_of_text(box)
    if row.get("trouble"):
        draw_text(box, context, row["trouble"], alert=True)
    draw_text(quiet, context, row["unlocks"])
    if not short:
        draw_text(quiet, context, costs(row))
    if not short or row["limits"]:
        draw_licence(box, context, row)
    draw_model_buttons(box, row)


def costs(row: dict[str, Any]) -> str:
    """What a model takes, in a sentence."""
    memory = f"{size_text(row['memory_bytes'])} of graphics memory at least"
    if row["state"] == "here":
        return f"{size_text(row['bytes'])} on the disk, {memory}."
    download, kept = size_text(row["download_bytes"]), size_text(row["kept_bytes"])
    return f"{download} to download, {kept} on the disk, {memory}."


def draw_licence(
    layout: bpy.types.UILayout, context: bpy.types.Context, row: dict[str, Any]
) -> None:
    """The licence, what it allows, and the way to its text."""
    line = layout.row(align=True)
    text = row["limits"] or row["terms"]
    text = f"Licence {row['licence']}: {text[:1].lower()}{text[1:]}"
    draw_text(
        line.column(), context, text, icon="INFO" if row["limits"] else "NONE",
        alert=bool(row["limits"]),
    )  # fmt: skip
    line.operator("wm.url_open", text="", icon="URL", emboss=False).url = row["licence_page"]


def draw_model_buttons(layout: bpy.types.UILayout, row: dict[str, Any]) -> None:
    """What can be done with a model in its state."""
    line = layout.row(align=True)
    line.scale_y = BUTTON
    if row["state"] == "here":
        if is_corrupt(row["name"]):
            get = line.operator("partwise.get_model", text="Get Again", icon="IMPORT")
            get.model = row["name"]
        line.operator("partwise.verify_model", text="Verify", icon="VIEWZOOM").model = row["name"]
    else:
        line.operator("partwise.get_model", text=get_text(row), icon="IMPORT").model = row["name"]
    if row["state"] != "missing":
        line.operator("partwise.remove_model", text="", icon="TRASH").model = row["name"]


def get_text(row: dict[str, Any]) -> str:
    """What the button says that gets a model: with what else, and how much that is."""
    is_local = bool(place.sources().files)
    size = 0 if is_local else row["download_bytes"]
    verb = "Take from Folder" if is_local else "Resume" if row["state"] == "begun" else "Get"
    if needs_engine():
        verb, size = f"{verb} with Engine", size + engine_bytes()
    return with_size(verb, size)


def with_size(verb: str, size: float) -> str:
    """What a button says that downloads so much."""
    return f"{verb}, {size_text(size)}" if size else verb


def to_download(size: float) -> str:
    """How much is downloaded, in a sentence; nothing where it comes from an offline pack."""
    return f"{size_text(size)} to download" if size else "nothing to download"


def draw_sources(layout: bpy.types.UILayout) -> None:
    """Other places than the usual ones, for those who have no network or files already."""
    sources = chosen_sources()
    if sources is None:
        return
    header, body = layout.panel("partwise_sources", default_closed=True)
    header.label(text="Other Sources")
    if body is not None:
        body.use_property_split = True
        body.use_property_decorate = False
        column = body.column()
        column.enabled = not setups.busy()
        for name in ("pack", "index", "hub", "files", "python"):
            column.prop(sources, name)
        column.operator("partwise.use_python", text="Use My Own Python", icon="CHECKMARK")


# Tasks.


def draw_task(layout: bpy.types.UILayout, context: bpy.types.Context, about: str) -> bool:
    """The task about the engine or a model: its progress, or what became of it.

    Returns whether it runs, so that there is nothing to press but Stop.
    """
    task = setups.current()
    if task is None or task.about != about:
        return False
    if setups.busy():
        draw_running(layout, task)
        return True
    if task.state == jobs.FAILED:
        draw_failed(layout, context, task)
    else:
        row = layout.row(align=True)
        text = " ".join(task.said) if task.state == jobs.DONE else "Stopped. What came is kept."
        draw_text(row.column(), context, text, icon="INFO")
        row.operator("partwise.dismiss_setup", text="", icon="X", emboss=False)
    return False


def draw_running(layout: bpy.types.UILayout, task: setups.Task) -> None:
    """How far a task is: what it does, how many bytes of how many, and the button that stops it."""
    what, _, count = task.stage.partition(": ")
    layout.label(text=what or task.title)
    row = layout.row(align=True)
    row.scale_y = 1.4
    row.progress(factor=task.share, text=capital(count) or f"{task.share:.0%}")
    row.operator("partwise.cancel_setup", text="", icon="X")


def draw_freeing(layout: bpy.types.UILayout) -> None:
    """How much of what was removed is deleted; nobody has to wait for it."""
    task = setups.freeing()
    if task is not None:
        layout.progress(factor=task.share, text=f"Freeing the disk, {task.share:.0%}")


def draw_failed(layout: bpy.types.UILayout, context: bpy.types.Context, task: setups.Task) -> None:
    """What happened, and what to do."""
    error = task.error
    if error is None:
        return
    draw_text(layout, context, error.message, icon="ERROR", alert=True)
    if error.hint:
        draw_text(layout, context, error.hint, icon="BLANK1")
    row = layout.row(align=True)
    row.operator("partwise.copy_setup_report", icon="COPYDOWN")
    row.operator("partwise.dismiss_setup")


def is_corrupt(name: str) -> bool:
    """Has a look at the files of a model just found that they are not as they came?"""
    task = setups.failed()
    error = task.error if task is not None and task.about == name else None
    return error is not None and error.code in ("WEIGHTS_CORRUPT", "WEIGHTS_MISSING")


# What is drawn on.


def column_of_text(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    """Where less important text stands."""
    column = layout.column(align=True)
    column.active = False
    return column


def chosen_sources() -> bpy.types.PropertyGroup | None:
    """The preferences about sources; None when Partwise runs without being installed."""
    found = place.preferences()
    return found.sources if found is not None else None
