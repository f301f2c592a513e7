# SPDX-License-Identifier: GPL-3.0-or-later
"""Which environment with torch is installed below a folder, and its Python.

Blender starts the engine on it; `backend.installation` makes it. ``current.json`` is all that
both sides know of each other here. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

CURRENT = "current.json"
FORMAT = 1


@dataclass(frozen=True)
class Environment:
    """An environment in which engines with torch run.

    Parameters
    ----------
    name : of its folder.
    accelerator : a name of `installation.accelerators.ACCELERATORS`.
    digest : of the list of its packages (`installation.lists.digest`).
    python : its version, "3.11.9".
    """

    name: str
    accelerator: str
    digest: str
    python: str

    def folder(self, home: Path) -> Path:
        """Where it lies."""
        return root(home) / self.name


def root(home: Path) -> Path:
    """The folder of environments."""
    return home / "environments"


def python_in(folder: Path) -> Path:
    """The Python of the environment in a folder."""
    if sys.platform == "win32":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def current(home: Path) -> Environment | None:
    """The environment in use; None where there is none, or what names it is damaged."""
    try:
        known = json.loads((root(home) / CURRENT).read_text(encoding="utf-8"))
        if known.pop("format") != FORMAT or not all(isinstance(one, str) for one in known.values()):
            return None
        found = Environment(**known)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    plain = found.name not in ("", ".", "..") and Path(found.name).name == found.name
    return found if plain else None


def executable(home: Path) -> Path | None:
    """The Python that starts the engine with torch; None where none is installed, or it is gone."""
    found = current(home)
    if found is None:
        return None
    python = python_in(found.folder(home))
    return python if os.path.exists(python) else None
