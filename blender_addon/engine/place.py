# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender says of large models: where they lie, and whether processes may go online."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ...backend.contract import installed
from ...backend.contract.engines import AUTO
from ...backend.contract.records import Value
from .command import Place

PACKAGE = (__package__ or "").rpartition(".blender_addon")[0]  # the extension


class Sources(Value):
    """What the preferences say of where things come from, empty for the usual places.

    accelerator : the build of PyTorch. pack : path of an offline pack. index : address of an index
    of packages, or a folder of them. hub : address of a hub of models. files : a folder with the
    files of a model. python : path of a Python of one's own, which is used when that is asked for.
    """

    accelerator: str = AUTO
    pack: str = ""
    index: str = ""
    hub: str = ""
    files: str = ""
    python: str = ""


def preferences() -> Any:
    """Those of the extension; None when Partwise runs without being installed, as in its tests."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None


def home() -> Path:
    """The folder of large models and their engine."""
    found = preferences()
    chosen = str(found.home) if found is not None else ""
    return absolute(chosen) if chosen else installed.home()


def memory() -> float:
    """GB that large networks may take of the graphics card or of main memory; 0 for all."""
    found = preferences()
    return round(float(found.memory), 3) if found is not None else 0.0


def shows_trials() -> bool:
    """Whether menus list engines on trial."""
    found = preferences()
    return bool(found.trials) if found is not None else False


def absolute(path: str) -> Path:
    """A path that was typed or chosen."""
    return Path(bpy.path.abspath(path)).expanduser().absolute()


def online() -> bool:
    """Whether Blender allows to go online."""
    return bool(bpy.app.online_access)


def read() -> Place:
    """Where processes find what is large, and what they may. Main thread only."""
    return Place(home(), online())


def sources() -> Sources:
    """Where the artist wants things from."""
    found = preferences()
    if found is None:
        return Sources()
    said = found.sources
    paths = (said.pack, said.files, said.python)
    pack, files, python = (str(absolute(one)) if one else "" for one in paths)
    return Sources(
        said.accelerator or AUTO, pack, said.index.strip(), said.hub.strip(), files, python
    )
