# SPDX-License-Identifier: GPL-3.0-or-later
"""How the engine is started: which Python, which libraries, in which environment. No bpy."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ...backend.contract import libraries
from ...backend.contract.errors import PartwiseError

_FOREIGN = ("PYTHON", "CONDA", "PIP_", "VIRTUAL_ENV", "__PYVENV")  # beginnings of names


def command() -> list[str]:
    """Program and arguments of the engine.

    This is the one place that chooses a Python: Blender's own, with the bundled libraries.

    Raises PartwiseError when Blender has no Python that can be started.
    """
    bootstrap = Path(libraries.__file__).parents[1] / "bootstrap.py"
    isolated = ["-I", "-S", "-X", "utf8"]
    return [python(), *isolated, str(bootstrap), "--libraries", *library_folders()]


def python() -> str:
    """Blender's Python, as a program."""
    path = Path(sys.executable or "")
    # Where Blender finds no Python beside itself, this may be Blender or nothing.
    if not path.name.lower().startswith("python") or not path.is_file():
        raise PartwiseError(
            "Blender's own Python was not found, so the engine cannot start.",
            "Install Blender again, from blender.org.",
            f"sys.executable is {sys.executable!r}",
        )
    return str(path)


def library_folders() -> list[str]:
    """Where the libraries lie, without loading them: those of the wheels first, Blender's last.

    The folder of NumPy is Blender's own and holds other packages too; what the extension bundles
    must win over these.
    """
    names = [*(name for name in libraries.MODULES if name != "numpy"), "numpy"]
    folders = (libraries.folder(name) for name in names)
    return list(dict.fromkeys(folder for folder in folders if folder is not None))


def environment() -> dict[str, str]:
    """The environment of this process without what is meant for other Pythons."""
    return {
        name: value for name, value in os.environ.items() if not name.upper().startswith(_FOREIGN)
    }
