# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments on the disk: which one is in use, where its Python is, whether it is whole.

HOME/environments/NAME           an environment
HOME/environments/current.json   says which one is in use; written last, as a whole
HOME/environments/size.json      how many bytes all of it takes
HOME/removed                     what is to be deleted (`removal`)
HOME/cache                       all that uv, torch and others keep between runs
HOME/python                      a Python of uv's own, where the running one does not serve
"""

from __future__ import annotations

import csv
import json
import math
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ..checkpoints import disk, store
from ..contract import installed
from ..contract.errors import PartwiseError
from ..contract.installed import CACHES, CURRENT, FORMAT, Environment, python_in, root

SIZE = "size.json"  # what an installation takes, which takes long to count
_DAMAGED_AT_MOST = 3  # files that a sentence names
# What would lead another Python, or uv, astray.
_FOREIGN = ("PYTHON", "PIP_", "UV_", "CONDA", "VIRTUAL_ENV", "__PYVENV", "LD_PRELOAD")


def site_packages(folder: Path) -> Path | None:
    """Where the packages of the environment in a folder lie; None where there is no such place."""
    places = [*folder.glob("lib/python*/site-packages"), *folder.glob("Lib/site-packages")]
    return places[0] if places else None


def folders(home: Path) -> list[Path]:
    """All that an installation fills: environments, caches, a Python of its own."""
    return [root(home), home / "cache", home / "python"]


def measure(home: Path) -> int:
    """Count the bytes of an installation, and write them down for `size`."""
    found = disk.size_of(*folders(home))
    there = current(home)
    if there is not None:
        with suppress(PartwiseError):
            disk.write(root(home) / SIZE, json.dumps({"of": there.name, "bytes": found}) + "\n")
    return found


def size(home: Path, *, until: float = math.inf) -> int:
    """Bytes that an installation takes, about: those of `measure`, where they are of the
    environment in use. Else they are counted, until a time of `time.monotonic`.
    """
    there = current(home)
    try:
        known = json.loads((root(home) / SIZE).read_text(encoding="utf-8"))
        if there is not None and known["of"] == there.name:
            return max(int(known["bytes"]), 0)
    except (OSError, ValueError, TypeError, KeyError):
        pass
    return disk.size_of(*folders(home), until=until)


def current(home: Path | None = None) -> Environment | None:
    """The environment in use; None where there is none, or what names it is damaged."""
    return installed.current(home or store.home())


def make_current(found: Environment, home: Path) -> None:
    """Let an environment take the place of the one in use. Raises BadInput or DiskFull."""
    known = {name: text for name, text in vars(found).items() if name != "own" or text}
    text = json.dumps({"format": FORMAT, **known}, indent=1) + "\n"
    disk.write(root(home) / CURRENT, text)


def own(home: Path) -> Path | None:
    """The Python in use that somebody brought along; None where another is, or none."""
    found = current(home)
    return Path(found.own) if found is not None and found.own else None


def executable(home: Path | None = None) -> Path | None:
    """The Python that starts the engine with torch; None where none is installed, or it is gone."""
    return installed.executable(home or store.home())


def trouble(home: Path | None = None, *, until: float = math.inf) -> str:
    """What is wrong with the environment in use, in a sentence; empty where nothing is, or none is.

    Looks whether all files are there in their size, without reading them. until : time of
    `time.monotonic` at which the looking ends; what was not looked at until then counts as whole.
    """
    home = home or store.home()
    found = current(home)
    if found is None:
        named = os.path.lexists(root(home) / CURRENT)
        return "The file that names the installed engine is damaged." if named else ""
    if found.own:
        return "" if os.path.exists(found.own) else f"Your own Python is gone: {found.own}."
    folder = found.folder(home)
    if not os.path.isdir(folder):
        return f"The installed engine was removed from {folder}."
    if not os.path.exists(python_in(folder)):
        return "The Python on which the installed engine runs is gone; perhaps Blender was updated."
    return damage(folder, until=until)


def damage(folder: Path, *, until: float = math.inf) -> str:
    """Which files of an environment's packages are missing or cut, in a sentence, or empty.

    until : as for `trouble`.
    """
    packages = site_packages(folder)
    if packages is None:
        return f"There are no packages in {folder}."
    bad = []
    for record in sorted(packages.glob("*.dist-info/RECORD")):
        if time.monotonic() > until:
            break
        try:
            with record.open(encoding="utf-8", newline="") as file:
                rows = [(name, size) for name, _, size in csv.reader(file)]
        except (OSError, ValueError, csv.Error):
            bad.append(record.relative_to(packages).as_posix())
            continue
        for name, size in rows:
            if time.monotonic() > until:
                break
            if not name.endswith(".pyc") and not _is_whole(f"{packages}{os.sep}{name}", size):
                bad.append(name)
    if not bad:
        return ""
    more = f" and {len(bad) - _DAMAGED_AT_MOST} more" if len(bad) > _DAMAGED_AT_MOST else ""
    return f"Missing or cut: {', '.join(bad[:_DAMAGED_AT_MOST])}{more}."


def _is_whole(path: str, size: str) -> bool:
    try:
        return not size or os.stat(path).st_size == int(size)
    except (OSError, ValueError):
        return False


def removed_meanwhile(detail: str = "", executable: str | None = None) -> PartwiseError | None:
    """The error where the environment that this process runs in was removed; else None.

    detail : technical text for a report. executable : of this process; `sys` tells it.
    """
    path = Path(executable or sys.executable)
    if path.exists():
        return None
    return PartwiseError(
        f"The engine was removed from {path.parent.parent} while it ran.",
        "Start it again; if it is gone, install it again.",
        detail,
    )


def variables(home: Path, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment variables for uv, and for the engine on an installed Python: nothing of other
    Pythons, and all caches below `home`. The folders of temporary files are made.

    given : what to begin with, instead of those of this process.
    """
    source = os.environ if given is None else given
    kept = {name: text for name, text in source.items() if not name.upper().startswith(_FOREIGN)}
    kept |= {name: str(home / folder) for name, folder in CACHES.items()}
    temporary = home / "cache" / "temporary"
    disk.make_folder(temporary)
    kept |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    return kept | {"PYTHONNOUSERSITE": "1", store.VARIABLE: str(home)}
