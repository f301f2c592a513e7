# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender sees of Partwise: registration, in order."""

from __future__ import annotations

import importlib

# Room by room, from below; each may have CLASSES, register() and unregister().
MODULES = (
    "engine.jobs",
    "engine.aside",
    "engine.setups",
    "scene.changed",
    "scene.edits",
    "scene.ticks",
    "scene.cuts",
    "scene.click_masks",
    "scene.proposals",
    "scene.hover",
    "scene.edit_pick",
    "scene.covering",
    "overlay.draw",
    "ops.decompose",
    "ops.alternatives",
    "ops.parts",
    "ops.part_list",
    "ops.part_names",
    "ops.click",
    "ops.hover",
    "ops.part_pick",
    "ops.debris",
    "ops.select_clicked",
    "ops.assemble",
    "ops.smooth_borders",
    "ops.complete",
    "ops.join",
    "ops.hierarchy",
    "ops.export",
    "ops.images",
    "ops.takes",
    "ops.picture_sources",
    "ops.proposals",
    "ops.replace",
    "ops.part_search",
    "ops.jobs",
    "ops.engine",
    "ops.guide",
    "ops.setup",
    "ui.replace_properties",
    "ui.part_properties",
    "ui.properties",
    "ui.image_properties",
    "ui.setup_properties",
    "ui.tool_properties",
    "ui.preferences",
    "ui.presets",
    "ui.lists",
    "ui.panels",
    "ui.panels_click",
    "ui.panels_complete",
    "ui.thumbnails",
    "ui.panels_alternatives",
    "ui.panels_replace",
    "ui.panels_images",
    "ui.panels_setup",
    "ui.menus",
    "ui.pie",
    "ui.tools",
    "ui.keymaps",
    "ui.manual",
)


def register() -> None:
    import bpy

    for name in MODULES:
        module = importlib.import_module(f".{name}", __package__)
        for cls in getattr(module, "CLASSES", ()):
            bpy.utils.register_class(cls)
        getattr(module, "register", lambda: None)()


def unregister() -> None:
    import bpy

    for name in reversed(MODULES):
        module = importlib.import_module(f".{name}", __package__)
        getattr(module, "unregister", lambda: None)()
        for cls in reversed(getattr(module, "CLASSES", ())):
            bpy.utils.unregister_class(cls)
