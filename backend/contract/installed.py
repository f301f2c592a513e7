# SPDX-License-Identifier: GPL-3.0-or-later
"""Where large models and their engine lie, which environment with torch is in use, and its Python.

``PARTWISE_HOME`` names the folder; Blender sets it to what its preferences say, and starts the
engine on that Python. `backend.installation` makes it. ``current.json`` is all that both sides know
of each other here. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from .records import Value

VARIABLE = "PARTWISE_HOME"
CURRENT = "current.json"
FORMAT = 1
ASIDE = "removed"  # below the home: what is to be deleted
OWN = "own"  # the name of an environment that is somebody else's
# Variable -> the folder below the home that it names: all that libraries keep between runs.
CACHES = {
    "UV_CACHE_DIR": "cache/uv",
    "UV_PYTHON_INSTALL_DIR": "python",
    "HF_HOME": "cache/huggingface",
    "TORCH_HOME": "cache/torch",
    "TORCHINDUCTOR_CACHE_DIR": "cache/inductor",
    "TRITON_CACHE_DIR": "cache/triton",
    "TRITON_HOME": "cache/triton-home",
    "CUDA_CACHE_PATH": "cache/cuda",
    "SYCL_CACHE_DIR": "cache/sycl",
    "MIOPEN_USER_DB_PATH": "cache/miopen",
    "MIOPEN_CUSTOM_CACHE_DIR": "cache/miopen",
    "XDG_CACHE_HOME": "cache/other",
}


class Environment(Value):
    """An environment in which engines with torch run.

    Parameters
    ----------
    name : of its folder.
    accelerator : a name of `installation.accelerators.ACCELERATORS`.
    digest : of the list of its packages (`installation.lists.digest`).
    python : its version, "3.11.9".
    own : path of the Python, where it is one that somebody brought along; it lies elsewhere, is
        called `OWN`, and no list says what it holds.
    """

    name: str
    accelerator: str
    digest: str
    python: str
    own: str = ""

    def executable(self, home: Path) -> Path:
        """Its Python."""
        return Path(self.own) if self.own else python_in(self.folder(home))

    def folder(self, home: Path) -> Path:
        """Where it lies."""
        return root(home) / self.name


def home() -> Path:
    """The folder of all that was downloaded or installed: the one that is named, or the default."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "Partwise"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/Partwise"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "partwise"


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
    python = found.executable(home)
    return python if os.path.exists(python) else None
