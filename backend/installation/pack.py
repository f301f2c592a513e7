# SPDX-License-Identifier: GPL-3.0-or-later
"""Offline packs: all wheels of one system, Python and accelerator, in one file.

A zip with ``pack.json``, ``list.txt`` (the list as `lists` writes it) and ``wheels/``. Wheels are
compared with the hashes of this version's own list; a pack brings a list only where there is none.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from .. import __version__
from ..checkpoints import disk
from ..contract.errors import BadInput, PartwiseError, Unreachable
from ..contract.progress import SILENT, Progress
from . import child, lists, uv
from .accelerators import ACCELERATORS, MACOS, Accelerator
from .lists import Pin

FORMAT = 1
_LIST_AT_MOST = 4_000_000  # bytes of pack.json and list.txt
_NEEDED = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)
_INDEX = re.compile(r"^\s*# from (\S+)", re.M)


@dataclass(frozen=True)
class Platform:
    """A system as uv and pip call it; `system` and `machine` as Python does."""

    uv: str
    system: str
    machine: str
    tags: tuple[str, ...]


_MANYLINUX = tuple(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1))
PLATFORMS = {
    "linux-x64": Platform(
        "x86_64-manylinux_2_28", "linux", "x86_64", (*_MANYLINUX, "manylinux2014_x86_64")
    ),
    "windows-x64": Platform("x86_64-pc-windows-msvc", "win32", "x86_64", ("win_amd64",)),
    "macos-arm64": Platform(
        "aarch64-apple-darwin", "darwin", "arm64", (f"macosx_{MACOS}_0_arm64",)
    ),
}


def here() -> str:
    """The name of this computer's platform. Raises BadInput where no pack can be made for it."""
    machine = uv.machine()
    for name, one in PLATFORMS.items():
        if one.system == sys.platform and one.machine == machine:
            return name
    raise BadInput(
        f"There are no packs for this computer ({sys.platform}, {platform.machine()}).",
        f"Packs are made for {', '.join(PLATFORMS)}.",
    )


@dataclass(frozen=True)
class About:
    """What a pack says of itself; `size` are its bytes, `pins` the list of its packages."""

    system: str
    machine: str
    python: str
    accelerator: Accelerator
    partwise: str
    size: int
    pins: tuple[Pin, ...]


def make(
    output: Path,
    target: str,
    python: str,
    accelerator: Accelerator,
    pins: Sequence[Pin],
    options: Sequence[str] = (),
    *,
    home: Path,
    progress: Progress = SILENT,
) -> Path:
    """Download all wheels for a platform and put them into one file. Returns its path.

    Parameters
    ----------
    target, python : a key of `PLATFORMS`, and "3.11".
    options : where uv finds packages (`install.Source.options`, for the system of the target).

    Raises BadInput, DiskFull, Unreachable, PartwiseError, Cancelled.
    """
    one = PLATFORMS[target]
    program = uv.find(home)
    disk.make_folder(output.resolve().parent)
    with tempfile.TemporaryDirectory(dir=output.resolve().parent, prefix=".pack-") as name:
        folder = Path(name)
        listed, wheels = folder / "list.txt", folder / "wheels"
        disk.write(listed, lists.text_of(pins))
        wheels.mkdir()
        looking = progress.span(0.0, 0.1, "Looking what is needed")
        rounds = [
            _needed(program, one, python, some, found_with, home, looking)
            for some, found_with in lists.by_index(pins, options)
        ]
        whole, loading = sum(len(chosen) for chosen, _ in rounds), progress.span(0.1, 0.8)
        for chosen, indexes in rounds:
            if chosen:
                _download(one, python, chosen, indexes, wheels, whole, home, loading)
        said = {
            "format": FORMAT,
            "system": one.system,
            "machine": one.machine,
            "python": python,
            "accelerator": accelerator.name,
            "partwise": __version__,
        }
        beside = folder / "pack.zip"
        try:
            _zip(beside, said, listed, wheels, progress.span(0.8, 1.0, "Packing"))
            beside.replace(output)
        except OSError as error:
            raise disk.in_words(output, error) from error
    return output


def _needed(
    program: Path,
    one: Platform,
    python: str,
    pins: Sequence[Pin],
    options: Sequence[str],
    home: Path,
    progress: Progress,
) -> tuple[list[Pin], set[str]]:
    """What a platform needs of the pins, and the indexes where that is."""
    with tempfile.TemporaryDirectory() as name:
        listed = Path(name) / "asked.txt"
        disk.write(listed, lists.text_of(pins))
        words = ["pip", "compile", "--no-deps", "--no-header", "--no-annotate"]
        words += ["--emit-index-annotation", "--python-platform", one.uv]
        words += ["--python-version", python, *options, str(listed)]
        more = {"MACOSX_DEPLOYMENT_TARGET": f"{MACOS}.0"}
        needed = uv.run(program, words, home, progress, more=more).out
    named = {(lists.canonical(name), version) for name, version in _NEEDED.findall(needed)}
    # With the hashes of our list, whatever an index tells.
    chosen = [replace(pin, marker="") for pin in pins if (pin.name, pin.version) in named]
    return chosen, set(_INDEX.findall(needed))


def _zip(path: Path, said: object, listed: Path, wheels: Path, progress: Progress) -> None:
    files = sorted(wheels.glob("*.whl"))
    with zipfile.ZipFile(path, "w") as archive:  # wheels are compressed already
        archive.writestr("pack.json", json.dumps(said, indent=1) + "\n")
        archive.write(listed, "list.txt")
        for count, file in enumerate(files):
            progress.step(count / len(files))
            archive.write(file, f"wheels/{file.name}")


def _download(
    one: Platform,
    python: str,
    pins: Sequence[Pin],
    indexes: set[str],
    wheels: Path,
    whole: int,
    home: Path,
    progress: Progress,
) -> None:
    """Let pip download wheels, of `whole` in all: uv installs, but gives no files of wheels."""
    listed = wheels / "needed.txt"
    listed.write_text(lists.text_of(pins), encoding="utf-8")
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    words += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(wheels)]
    words += ["--implementation", "cp", "--python-version", python, "-r", str(listed)]
    for tag in one.tags:
        words += ["--platform", tag]
    for index in sorted(indexes):
        words += ["--find-links" if Path(index).is_dir() else "--extra-index-url", index]

    def look() -> tuple[str, float]:
        count = len(list(wheels.glob("*.whl")))
        return f"Fetching packages: {count} of {whole}", count / whole

    try:
        # pip's own settings hold here: whoever makes packs has them for a reason.
        ended = child.run(words, os.environ, progress, look)
    except (OSError, subprocess.SubprocessError) as error:
        raise PartwiseError(
            "pip cannot be started.", "Use a Python that has pip.", str(error)
        ) from error
    listed.unlink()
    if ended.status == 0:
        return
    if "No module named pip" in ended.said:
        raise BadInput("This Python has no pip.", "Run this with a Python that has pip.")
    if re.search("No space left|Errno 28", ended.said):
        raise uv.in_words(ended.said)
    if "DO NOT MATCH THE HASHES" in ended.said:
        raise BadInput(
            "A package is not the one that is listed: its hash differs.",
            "Try again; if it stays so, do not trust where it comes from.",
            ended.said[-6000:],
        )
    raise Unreachable(
        "The packages of the pack could not be downloaded.",
        "Check the network, or the package index that pip is set to.",
        ended.said[-6000:],
    )


def read(path: Path, folder: Path = lists.FOLDER) -> About:
    """What a pack is for, and whether it fits this computer, Python and version.

    folder : of this version's own lists.

    Raises BadInput where it is none, is cut, or is made for something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for name in ("pack.json", "list.txt"):
                if archive.getinfo(name).file_size > _LIST_AT_MOST:
                    raise ValueError(f"{name} is too large")
            said = json.loads(archive.read("pack.json"))
            text = archive.read("list.txt").decode("utf-8")
            if said["format"] != FORMAT:
                raise ValueError(f"format {said['format']}")
            found = About(
                said["system"],
                said["machine"],
                said["python"],
                ACCELERATORS[said["accelerator"]],
                said["partwise"],
                path.stat().st_size,
                tuple(lists.parse(text, "of the pack")),
            )
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {path}.", "Choose the file of the pack.") from error
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, PartwiseError) as error:
        raise BadInput(
            f"{path.name} is not an offline pack of Partwise, or it is cut short.",
            "Copy or make it again.",
            f"{type(error).__name__}: {error}",
        ) from error
    running = ".".join(map(str, sys.version_info[:2]))
    if (found.system, found.machine, found.python) != (sys.platform, uv.machine(), running):
        raise BadInput(
            f"{path.name} is made for {found.system} {found.machine} with Python {found.python}, "
            f"and this is {sys.platform} {uv.machine()} with Python {running}.",
            "Use the pack for this system and this Blender's Python.",
        )
    if lists.serves(found.accelerator, folder) and list(found.pins) != lists.of(
        found.accelerator, folder
    ):
        raise BadInput(
            f"{path.name} was made by Partwise {found.partwise} with other packages than this "
            f"version ({__version__}) wants.",
            "Use a pack that was made by this version.",
        )
    return found


@contextmanager
def unpacked(path: Path, home: Path, progress: Progress = SILENT) -> Iterator[Path]:
    """The folder of a pack's wheels, while it is needed. Raises BadInput, DiskFull, Cancelled."""
    disk.make_folder(home / "cache")
    folder = Path(tempfile.mkdtemp(dir=home / "cache", prefix="pack-"))
    progress = progress.span(0.0, 1.0, "Unpacking")
    try:
        try:
            with zipfile.ZipFile(path) as archive:
                names = [one for one in archive.infolist() if one.filename.endswith(".whl")]
                whole, done = max(sum(one.file_size for one in names), 1), 0
                disk.need_room(folder, whole, "The pack")
                for one in names:
                    to = folder / PurePosixPath(one.filename).name
                    with archive.open(one) as packed, to.open("wb") as file:
                        while piece := packed.read(disk.A_TURN):
                            file.write(piece)
                            done += len(piece)
                            progress.step(min(done / whole, 1.0))
        except zipfile.BadZipFile as error:
            raise BadInput(
                f"{path.name} is damaged.", "Copy or make it again.", str(error)
            ) from error
        except OSError as error:
            raise disk.in_words(folder, error) from error
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wheels_of(path: Path) -> list[str]:
    """Names of the wheels in a pack."""
    with zipfile.ZipFile(path) as archive:
        names = (PurePosixPath(name).name for name in archive.namelist())
        return sorted(name for name in names if name.endswith(".whl"))
