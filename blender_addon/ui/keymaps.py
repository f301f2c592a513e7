# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys outside of the click tool, and all keys in the preferences, where they can be changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import bpy

PIE = "PARTWISE_MT_pie"
TOOL_KEYMAPS = {  # which Blender makes of the tool's keys, and what they are called here
    "3D View Tool: Object, Click Parts": "Click Parts",
    "3D View Tool: Edit Mesh, Click Parts": "Click Parts in Edit Mode",
}


@dataclass(frozen=True)
class Shortcut:
    """A key: where it counts, what it does, and whether it does so before anybody asks for it."""

    keymap: str
    operator: str
    event: dict[str, Any]
    properties: dict[str, Any] = field(default_factory=dict)
    active: bool = True


CLICK = {"type": "LEFTMOUSE", "value": "CLICK"}  # as Blender's own selection, which it leaves alone
SHORTCUTS = (
    Shortcut("Object Mode", "partwise.choose_part", CLICK),
    Shortcut("Object Mode", "partwise.choose_part", {**CLICK, "shift": True}, {"extend": True}),
    *(
        Shortcut(
            keymap,
            "wm.call_menu_pie",
            {"type": "P", "value": "PRESS", "shift": True, "alt": True},
            {"name": PIE},
            active=False,  # keys are the artist's
        )
        for keymap in ("Object Mode", "Mesh")
    ),
)

_made: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def draw(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """All keys, each as Blender's own preferences show it."""
    import rna_keymap_ui

    header, body = layout.panel("partwise_shortcuts", default_closed=True)
    header.label(text="Shortcuts")
    if body is None:
        return
    keys = context.window_manager.keyconfigs.user
    for heading, keymap, items in groups(keys):
        body.label(text=heading)
        body.context_pointer_set("keymap", keymap)
        for item in items:
            rna_keymap_ui.draw_kmi([], keys, keymap, item, body, 0)


def groups(
    keys: bpy.types.KeyConfig,
) -> Iterator[tuple[str, bpy.types.KeyMap, list[bpy.types.KeyMapItem]]]:
    """The key maps that have keys of Partwise, with a heading and these keys."""
    names = {shortcut.keymap: shortcut.keymap for shortcut in SHORTCUTS}
    for name, heading in (names | TOOL_KEYMAPS).items():
        keymap = keys.keymaps.get(name)
        items = [item for item in keymap.keymap_items if is_ours(item)] if keymap else []
        if items:
            yield heading, keymap, items


def is_ours(item: bpy.types.KeyMapItem) -> bool:
    """Is it a key of Partwise, to be shown? What the pointer does is none."""
    is_pie = item.idname == "wm.call_menu_pie" and item.properties.name == PIE
    return is_pie or (item.idname.startswith("partwise.") and item.idname != "partwise.hover")


def register() -> None:
    keys = bpy.context.window_manager.keyconfigs.addon
    if keys is None:  # without a window
        return
    for shortcut in SHORTCUTS:
        keymap = keys.keymaps.new(name=shortcut.keymap, space_type="EMPTY")
        item = keymap.keymap_items.new(shortcut.operator, **shortcut.event)
        for name, value in shortcut.properties.items():
            setattr(item.properties, name, value)
        item.active = shortcut.active
        _made.append((keymap, item))


def unregister() -> None:
    for keymap, item in _made:
        keymap.keymap_items.remove(item)
    _made.clear()
