# SPDX-License-Identifier: GPL-3.0-or-later
"""How the engine is started: which Python, which libraries, in which environment. No bpy.

This is the one place that chooses a Python: that of the environment for large networks, where one
is installed, else Blender's own with the bundled libraries.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ...backend.contract import installed, libraries
from ...backend.contract.errors import PartwiseError
from ...backend.contract.records import Value

_FOREIGN = ("PYTHON", "CONDA", "PIP_", "VIRTUAL_ENV", "__PYVENV")  # beginnings of names
BOOTSTRAP = Path(libraries.__file__).parents[1] / "bootstrap.py"


class Place(Value):
    """What Blender says of the place of large models, read where Blender may be asked.

    home : the folder of them and of their engine. online : may processes go online?
    """

    home: Path
    online: bool = True

    def variables(self) -> dict[str, str]:
        """Environment variables of a process on Blender's own Python."""
        more = {} if self.online else {"HF_HUB_OFFLINE": "1"}
        return environment() | {installed.VARIABLE: str(self.home)} | more

    def installed_variables(self) -> dict[str, str]:
        """The same on the installed Python, which keeps all that it keeps below that folder."""
        kept = {name: str(self.home / folder) for name, folder in installed.CACHES.items()}
        return self.variables() | kept | {"PYTHONNOUSERSITE": "1"}


class Starting:
    """How a process is started, each time.

    command : program and arguments. variables : its environment. Both are called on a thread.

    Attributes
    ----------
    trouble : why the installed Python does not start, if it does not.
    rests : whether the installed Python is left alone, as while somebody replaces it.
    """

    def __init__(
        self,
        command: Callable[[], Sequence[str]],
        variables: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self.command = command
        self.variables = variables or environment
        self.trouble: PartwiseError | None = None
        self.rests = False

    def prepare(self) -> None:
        """On the main thread, before each start: the place to ask Blender."""

    def another_way(self, reason: PartwiseError) -> bool:
        """Is the next start another one than that which ended before its hello, for a reason?"""
        return False


class EngineStarting(Starting):
    """The engine's way: on the installed Python, if there is one that starts, else on Blender's.

    place : asked on the main thread, before each start.
    """

    def __init__(self, place: Callable[[], Place]) -> None:
        super().__init__(self._words, self._environment)
        self._ask = place
        self._place: Place | None = None
        self._python: Path | None = None  # the installed one, where that is started

    def prepare(self) -> None:
        self._place = self._ask()

    def another_way(self, reason: PartwiseError) -> bool:
        """On Blender's own Python, after the installed one; the reason is kept as the trouble."""
        if self._python is None:
            return False
        self.trouble = reason
        return True

    def _words(self) -> Sequence[str]:
        assert self._place is not None
        is_left = self.rests or self.trouble is not None
        self._python = None if is_left else installed.executable(self._place.home)
        return command() if self._python is None else installed_command(self._python)

    def _environment(self) -> Mapping[str, str]:
        assert self._place is not None
        here = self._place
        return here.variables() if self._python is None else here.installed_variables()


def command() -> list[str]:
    """Program and arguments of the engine on Blender's own Python.

    Raises PartwiseError when Blender has no Python that can be started.
    """
    isolated = ["-I", "-S", "-X", "utf8"]
    return [python(), *isolated, str(BOOTSTRAP), "--libraries", *library_folders()]


def installed_command(python: Path) -> list[str]:
    """The same on the Python of an environment, which holds all packages."""
    return [str(python), "-I", "-X", "utf8", str(BOOTSTRAP), "--libraries"]


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
