# SPDX-License-Identifier: GPL-3.0-or-later
"""What speaks for and against an installation here, in words, before anything is downloaded."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..checkpoints.disk import SPARE, gigabytes
from ..machine import cpu, device, intel
from . import removal
from .accelerators import CUDA12_DRIVER, MACOS, NO_LEVEL_ZERO, Choice

LONGEST_FOLDER = 120  # letters of 260 on Windows: the longest paths of torch take the rest
LEAST_MEMORY = 8 * 2**30  # bytes of main memory for the smallest large network
PYTHONS = ((3, 11), (3, 15))  # the first that packages are listed for, and the first that is not


@dataclass(frozen=True)
class Finding:
    """A check: whether it lets the installation go on, what was found, what to do about it.

    level : "ok", "warning", or "stop".
    """

    about: str
    level: str
    text: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.advice}".strip()


def look(
    home: Path,
    choice: Choice,
    *,
    online: bool,
    pack: int = 0,
    local: bool = False,
    reach: Callable[[], str] | None = None,
) -> list[Finding]:
    """All findings for an installation in `home`.

    Parameters
    ----------
    choice : what would be installed.
    online : whether Blender, or the caller, allows to go online.
    pack : bytes of an offline pack that is used instead of the network; 0 without.
    local : whether packages come from this computer alone: of a pack, or of a folder.
    reach : why the index of packages cannot be reached, empty where it can; not asked without.
    """
    return [
        _disk(home, choice, pack),
        *_folder(home),
        _python(),
        *_graphics(choice),
        _memory(),
        _network(online, local or pack > 0, reach),
    ]


def _nearest(folder: Path) -> Path:
    """The folder, or the first above it that is there and may be looked at."""
    while not os.path.exists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def _disk(home: Path, choice: Choice, pack: int) -> Finding:
    there = _nearest(home)
    size = choice.accelerator.installed + pack + SPARE
    try:
        free = shutil.disk_usage(there).free
        if free < size:
            free += removal.left(home)  # is deleted first
    except OSError as error:
        return Finding(
            "disk",
            "stop",
            f"The disk of {home} cannot be read: {error.strerror or error}.",
            "Choose a folder on another disk.",
        )
    if free < size:
        return Finding(
            "disk",
            "stop",
            f"{gigabytes(size)} are needed, and on the disk of {home} there are {gigabytes(free)}.",
            "Free some space, or choose a folder on another disk.",
        )
    return Finding("disk", "ok", f"{gigabytes(size)} are needed, {gigabytes(free)} are free.")


def _folder(home: Path) -> list[Finding]:
    there = _nearest(home)
    findings = []
    try:
        with suppress(FileNotFoundError):
            home.lstat()  # names that the disk does not take are told here
        if not there.is_dir():
            raise NotADirectoryError(20, "there is a file of that name", str(there))
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        findings.append(Finding(
            "folder", "stop", f"{home} cannot be written: {error.strerror or error}.",
            "Choose a folder in which you may write.",
        ))  # fmt: skip
    if sys.platform == "win32" and len(str(home)) > LONGEST_FOLDER:
        findings.append(Finding(
            "folder", "stop", f"The path of the folder has {len(str(home))} letters; Windows "
            f"allows about {LONGEST_FOLDER} for it.", "Choose a folder with a shorter path.",
        ))  # fmt: skip
    if sys.platform == "win32" and not str(home).isascii():
        findings.append(Finding(
            "folder", "warning", "The path of the folder has letters beyond English ones, which "
            "some drivers do not read.", "If something fails, choose one such as C:\\Partwise.",
        ))  # fmt: skip
    if os.pathsep in str(home):
        findings.append(Finding(
            "folder", "stop", f"The path of the folder holds “{os.pathsep}”, which separates "
            "paths.", "Choose another folder.",
        ))  # fmt: skip
    return findings or [Finding("folder", "ok", f"{home} can be written.")]


def _python() -> Finding:
    first, end = PYTHONS
    if first <= sys.version_info[:2] < end:
        return Finding("python", "ok", f"Python {platform.python_version()} can be used.")
    return Finding(
        "python", "warning", f"Python {platform.python_version()} does not serve.",
        "One of its own is downloaded.",
    )  # fmt: skip


def _graphics(choice: Choice) -> list[Finding]:
    cards = device.cards()
    driver = device.nvidia_driver()
    findings = [Finding("graphics", "warning", sentence) for sentence in choice.because]
    if sys.platform == "darwin" and int((platform.mac_ver()[0] or "0").split(".")[0]) < MACOS:
        findings.append(Finding(
            "graphics", "stop", f"macOS {platform.mac_ver()[0]} is too old for PyTorch.",
            f"Update to macOS {MACOS} or later.",
        ))  # fmt: skip
    name = choice.accelerator.name
    if name.startswith("cuda") and driver is not None and driver.number < CUDA12_DRIVER:
        findings.append(Finding(
            "graphics", "warning", f"NVIDIA's driver {driver.version} is too old.",
            f"Install {CUDA12_DRIVER} or later.",
        ))  # fmt: skip
    if name == "xpu" and not intel.can_compute():
        findings.append(Finding("graphics", "warning", NO_LEVEL_ZERO))
    found = ", ".join(map(str, cards)) or "no graphics card that PyTorch could use"
    version = "" if driver is None else f", NVIDIA's driver {driver.version}"
    text = f"Found {found}{version}: installs for {choice.accelerator.label}."
    advice = "" if cards else "Large networks take minutes to hours on a processor."
    return [*findings, Finding("graphics", "ok" if cards else "warning", text, advice)]


def _memory() -> Finding:
    size = cpu.memory()
    if size is not None and size < LEAST_MEMORY:
        return Finding(
            "memory", "warning", f"There are {size / 2**30:.0f} GiB of memory; large networks need "
            f"{LEAST_MEMORY / 2**30:.0f}.", "Close other programs while they run.",
        )  # fmt: skip
    text = "unknown" if size is None else f"{size / 2**30:.0f} GiB"
    return Finding("memory", "ok", f"Memory: {text}.")


def _network(online: bool, local: bool, reach: Callable[[], str] | None) -> Finding:
    if local:
        return Finding("network", "ok", "Nothing is downloaded: the packages are here already.")
    if not online:
        return Finding(
            "network", "stop", "Going online is not allowed.",
            "Allow Online Access in Blender's preferences (System), or use an offline pack.",
        )  # fmt: skip
    why = "" if reach is None else reach()
    if why:
        return Finding(
            "network", "stop", f"The index of packages cannot be reached: {why}",
            "Check the network, name a mirror, or use an offline pack.",
        )  # fmt: skip
    return Finding("network", "ok", "Packages are downloaded from their public index.")
