# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender says of large models: where they lie, and whether processes may go online."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ...backend.contract import installed
from .command import Place

PACKAGE = (__package__ or "").rpartition(".blender_addon")[0]  # the extension


def preferences() -> Any:
    """Those of the extension; None when Partwise runs without being installed, as in its tests."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None


def home() -> Path:
    """The folder of large models and their engine."""
    found = preferences()
    chosen = str(found.home) if found is not None else ""
    return absolute(chosen) if chosen else installed.home()


def absolute(path: str) -> Path:
    """A path that was typed or chosen."""
    return Path(bpy.path.abspath(path)).expanduser().absolute()


def online() -> bool:
    """Whether Blender allows to go online."""
    return bool(bpy.app.online_access)


def read() -> Place:
    """Where processes find what is large, and what they may. Main thread only."""
    return Place(home(), online())
