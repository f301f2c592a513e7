# SPDX-License-Identifier: GPL-3.0-or-later
"""uv, the program that makes environments: found, run, stopped, and its failures in words."""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from ..checkpoints import disk
from ..contract.errors import BadInput, DiskFull, PartwiseError, Unreachable
from ..contract.progress import SILENT, Progress
from . import child
from .environment import variables

NAME = "uv.exe" if sys.platform == "win32" else "uv"
PROGRAM = Path("cache/program")  # below home, apart from what uv keeps there itself
WHEELS = Path(__file__).resolve().parents[2] / "wheels"
STALLED, TRIES = 60, 4  # seconds without a byte; tries more of a download
_REPORT = 6_000  # letters of its output that a report holds
_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}

# What uv and the system say -> the kind of error, what happened, what to do. The first that fits.
_WORDS: tuple[tuple[str, type[PartwiseError], str, str], ...] = (
    (
        r"os error 28\b|os error 112\b|os error 122\b|No space left|not enough space",
        DiskFull,
        "The disk is full.",
        "Free some space, or choose a folder on another disk; the installation goes on from here.",
    ),
    (
        r"[Hh]ash mismatch|[Hh]ashes? .*(do not|does not|don't) match",
        BadInput,
        "A package is not the one that is listed: its hash differs.",
        "Try again; if it stays so, do not trust where it comes from.",
    ),
    (
        r"CRC|checksum|[Ii]nvalid (zip|gzip)|corrupt|not a valid (zip|wheel)|central directory",
        BadInput,
        "A package is damaged.",
        "Try again; if it came from a pack or a folder, copy or make that again.",
    ),
    (
        r"os error 225\b|virus",
        BadInput,
        "The virus scanner keeps a file from being written.",
        "Allow the folder in the scanner, or choose another one.",
    ),
    (
        r"os error 206\b|os error 36\b|[Ff]ile ?name too long|path too long",
        BadInput,
        "The path of the folder is too long for this system.",
        "Choose a folder with a shorter path.",
    ),
    (
        r"os error (1|5|13|30)\b|[Pp]ermission denied|Access is denied|Read-only",
        BadInput,
        "A file or folder cannot be written.",
        "Choose a folder in which you may write, and close what uses it.",
    ),
    (
        r"certificate|UnknownIssuer",
        Unreachable,
        "The index of packages was not trusted: its certificate is unknown to this system.",
        "Ask who keeps the network for its certificate, or use an offline pack.",
    ),
    (
        r"status (client|server) error|HTTP status",
        Unreachable,
        "The index of packages refused to give a package.",
        "Try again later, name a mirror, or use an offline pack.",
    ),
    (
        r"[Nn]etwork connectivity is disabled|in the provided package locations",
        BadInput,
        "The offline pack, or the folder of packages, lacks one.",
        "Use a pack that was made for this system, Python and version of Partwise.",
    ),
    (
        r"dns error|[Cc]onnection|error sending request|timed? ?out|decoding response|end of file"
        r"|unexpected EOF|incomplete|Failed to (fetch|download|extract)|stream|unreachable",
        Unreachable,
        "A download broke off, or the index of packages cannot be reached.",
        "Check the network and try again: what is here already is not loaded again. Where it is "
        "blocked, a mirror or an offline pack serves as well.",
    ),
    (
        r"not found in|no wheels|only wheels|No solution|no version|unsatisfiable|platform",
        BadInput,
        "A package is not there for this system and Python.",
        "Choose another accelerator, or a pack made for this system and Python.",
    ),
)

# Builds of PyTorch for cards have an index of their own: it is told which of the two failed.
_INDEX, _ITS_INDEX = "index of packages", "index of PyTorch's builds"
_PYTORCH = re.compile(r"https?://\S*pytorch")


def find(home: Path, wheels: Path = WHEELS) -> Path:
    """The program uv: of the module, of a wheel in `wheels`, or on the PATH.

    Blender unpacks wheels without their permissions, so the program is copied into `home` where it
    may not be run. Raises PartwiseError where there is none.
    """
    for path in _of_module():
        if path.is_file():
            return path if os.access(path, os.X_OK) else _own(path.read_bytes(), home)
    for wheel in sorted(wheels.glob("uv-*.whl"), reverse=True):
        if _fits(wheel.name):
            with zipfile.ZipFile(wheel) as archive:
                for name in archive.namelist():
                    if name.endswith(f".data/scripts/{NAME}"):
                        return _own(archive.read(name), home)
    if found := shutil.which("uv"):
        return Path(found)
    raise PartwiseError(
        "The program uv, which installs the engine, is missing.",
        "Install Partwise again, or install uv: python -m pip install uv",
    )


def _of_module() -> Iterator[Path]:
    """Where the program of the module uv may lie: beside the packages, or as Blender unpacks it."""
    spec = find_spec("uv")
    if spec is None or spec.origin is None:
        return
    packages = Path(spec.origin).parents[1]
    places = (packages, packages.parent, *packages.parents[1:3])
    for folder in places:
        yield from (folder / inner / NAME for inner in ("bin", "Scripts"))
    yield from packages.glob(f"uv-*.data/scripts/{NAME}")


def machine() -> str:
    """This machine as wheels call it on most systems: "x86_64" or "arm64"."""
    return _MACHINES.get(platform.machine().lower(), platform.machine().lower())


def _fits(wheel: str) -> bool:
    """Whether a wheel is for this system and machine, by its last tag."""
    tag = wheel.removesuffix(".whl").rpartition("-")[2]
    system = {"win32": "win", "darwin": "macosx"}.get(sys.platform, "linux")
    names = {"x86_64": ("x86_64", "amd64"), "arm64": ("arm64", "aarch64")}.get(machine(), ())
    return system in tag and any(name in tag for name in names)


def _own(data: bytes, home: Path) -> Path:
    """A copy of the program in `home` that may be run; a damaged one is replaced."""
    path = home / PROGRAM / NAME
    disk.make_folder(path.parent)
    try:
        if not path.is_file() or path.read_bytes() != data:
            beside = path.with_name(f".{NAME}.new")
            beside.write_bytes(data)
            beside.replace(path)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    except OSError as error:
        raise disk.in_words(path, error) from error
    return path


def run(
    uv: Path,
    arguments: Sequence[str | Path],
    home: Path,
    progress: Progress = SILENT,
    look: child.Look | None = None,
    more: Mapping[str, str] | None = None,
) -> child.Ended:
    """Run uv to its end, with all that it keeps below `home`.

    more : variables beside those of `variables`.

    look : tells, now and then, words and a share for the progress.

    Raises Cancelled, after uv was ended, when `progress` is cancelled; for failures BadInput,
    DiskFull, Unreachable or PartwiseError with uv's own words as the detail.
    """
    words = [str(uv), *map(str, arguments), "--no-config", "--no-progress", "--color", "never"]
    settings = {
        "UV_HTTP_TIMEOUT": str(STALLED),
        "UV_HTTP_RETRIES": str(TRIES),
        "UV_SYSTEM_CERTS": "1",
        "UV_NATIVE_TLS": "1",  # its older name
    }
    try:
        ended = child.run(words, variables(home) | settings | dict(more or {}), progress, look)
    except OSError as error:
        raise PartwiseError(
            f"The program uv cannot be started: {error.strerror or error}.",
            "Allow it in the virus scanner, or install Partwise again.",
            str(uv),
        ) from error
    if ended.status != 0:
        raise in_words(ended.said)
    return ended


def in_words(text: str) -> PartwiseError:
    """The error for what uv wrote before it gave up."""
    detail = text[-_REPORT:].strip()
    for pattern, kind, what_happened, what_to_do in _WORDS:
        if re.search(pattern, text):
            if kind is Unreachable and _PYTORCH.search(text):
                what_happened = what_happened.replace(_INDEX, _ITS_INDEX)
            return kind(what_happened, what_to_do, detail)
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no words")
    return PartwiseError(
        f"The packages could not be installed: {last[:200].rstrip('.')}.",
        "Try again; if it stays so, please report it.",
        detail,
    )
