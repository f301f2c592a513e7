# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the engine as Blender does: by the path of this file, on an isolated Python.

    python -I -S bootstrap.py --libraries FOLDER...

Only the standard library, this package and the folders named are then importable: not the
environment's, nor the user's, packages, whatever is installed on the machine.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import NoReturn

REFUSED = 2  # as `serve`: the last line on stderr is a sentence for people
_INSTALL_AGAIN = "Install Partwise again."


def main(arguments: list[str]) -> NoReturn:
    """Take the folders, then serve until stdin ends; the server ends the process itself."""
    option, *folders = arguments or [""]
    if option != "--libraries":
        _refuse("The engine was started without --libraries FOLDER...", "See docs/protocol.md.")
    # At the end: nothing of ours may hide a module of the standard library.
    sys.path += [str(Path(__file__).resolve().parents[1]), *folders]
    importlib.import_module("backend.machine.threads").one_for_algebra()
    if missing := importlib.import_module("backend.contract.libraries").missing():
        _refuse(f"The engine's library {missing[0]} is missing.", _INSTALL_AGAIN)
    try:
        serve = importlib.import_module("backend.service.server").serve
    except ImportError as error:  # made for another Python or another system
        python = ".".join(map(str, sys.version_info[:3]))
        _refuse(f"The engine does not load in Python {python}: {error}.", _INSTALL_AGAIN)
    serve()
    raise AssertionError("the server ends the process")


def _refuse(what_happened: str, what_to_do: str) -> NoReturn:
    print(what_happened.replace("\n", " "), what_to_do, file=sys.stderr, flush=True)
    sys.exit(REFUSED)


if __name__ == "__main__":
    main(sys.argv[1:])
