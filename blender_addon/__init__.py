# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender sees of Partwise: registration, in order."""

from __future__ import annotations

import importlib

# In the order in which they are registered; each may have CLASSES, register() and unregister().
MODULES = (
    "properties",
    "preferences",
    "presets",
    "ops_decompose",
    "ops_parts",
    "ops_click",
    "ops_assemble",
    "ops_join",
    "ops_export",
    "handlers",
    "jobs",
    "jobs_ops",
    "click_masks",
    "overlay",
    "lists",
    "panels",
    "panels_click",
    "tools",
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
