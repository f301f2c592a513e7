# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing what takes gigabytes: it is gone at once, and its room on the disk is freed afterwards.

What is to go is put aside, which is a new name and takes no time; `free` deletes what was put
aside. Where that is cut off, by a cancel or by the end of the process, the next one goes on.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from ..checkpoints import disk
from ..contract import installed
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from . import environment
from .environment import Environment

ASIDE = installed.ASIDE
_STAGE = "Freeing the disk"
_BUSY = "Another Blender, or another command, is installing into {home} or removing from it."
_FREED_BY_OTHER = "Another Blender, or another command, is freeing the disk of {home}."


def alone(home: Path) -> AbstractContextManager[None]:
    """Install or remove while nobody else does. Raises BadInput where another does."""
    return disk.alone(environment.root(home) / ".lock", _BUSY.format(home=home))


def put_aside(folders: Iterable[Path], home: Path, progress: Progress = SILENT) -> None:
    """Let folders be gone. One that cannot be renamed, as on another disk, is deleted at once.

    Raises BadInput where a file is kept from it, as Windows does with open ones; Cancelled.
    """
    there = [folder for folder in folders if os.path.lexists(folder)]
    for count, folder in enumerate(there):
        span = progress.span(count / len(there), (count + 1) / len(there), "Removing the engine")
        span.step()
        disk.make_folder(home / ASIDE)
        try:
            folder.rename(_free_name(home / ASIDE, folder.name))
        except OSError:
            disk.remove_folder(folder, span)


def _free_name(folder: Path, name: str) -> Path:
    """A path in a folder that nothing has; two processes never seek the same."""
    return folder / f"{name}-{os.getpid()}-{time.monotonic_ns()}"


def put_leftovers_aside(home: Path, kept: Environment | None) -> None:
    """Put aside the environments that are not in use, as far as nobody's files are open in them,
    and remove what broke off in the middle of a file.
    """
    for folder in environment.root(home).iterdir():
        if folder.is_dir() and (kept is None or folder.name != kept.name):
            with suppress(BadInput):
                put_aside([folder], home)
    cache = home / "cache"
    broken = (home / environment.CACHES["UV_CACHE_DIR"]).glob(".tmp*")
    for folder in (*cache.glob("pack-*"), *broken, cache / "temporary"):
        shutil.rmtree(folder, ignore_errors=True)


def left(home: Path, *, until: float = math.inf) -> int:
    """Bytes of what was put aside and is not deleted yet, at least 1 where something is.

    until : time of `time.monotonic` at which the counting ends.
    """
    folder = home / ASIDE
    return max(disk.size_of(folder, until=until), 1) if os.path.isdir(folder) else 0


def free(home: Path, progress: Progress = SILENT) -> int:
    """Delete what was put aside. Returns the bytes that it had.

    Raises BadInput where another does it, or a file is kept from it; Cancelled.
    """
    folder = home / ASIDE
    if not folder.is_dir():
        return 0
    progress = progress.span(0.0, 1.0, _STAGE)
    with disk.alone(folder / ".lock", _FREED_BY_OTHER.format(home=home)):
        size = disk.size_of(folder)
        gone = [one for one in folder.iterdir() if one.is_dir()]
        for count, one in enumerate(gone):
            disk.remove_folder(one, progress.span(count / len(gone), (count + 1) / len(gone)))
    shutil.rmtree(folder, ignore_errors=True)  # the lock, and the folder, unless more came
    return size


def free_in_words(home: Path, progress: Progress = SILENT) -> tuple[str, int]:
    """Free the disk as `free` does. Returns a sentence, and the bytes that are free again."""
    size = free(home, progress)
    return f"{disk.gigabytes(size)} are free again on the disk of {home}.", size


def make_room(home: Path, size: int, progress: Progress = SILENT) -> None:
    """Delete what was put aside, where fewer bytes than `size` are free without that."""
    if (home / ASIDE).is_dir() and shutil.disk_usage(home).free < size + disk.SPARE:
        free(home, progress)


def remove(home: Path, progress: Progress = SILENT) -> int:
    """Remove environments, their Python and all caches; models stay. Returns about how many bytes
    `free` will free.

    Raises BadInput where something is in use; Cancelled, after which nothing is installed, and the
    next call removes the rest.
    """
    root, *others = environment.folders(home)
    if not root.is_dir():
        return 0
    with alone(home):
        size = environment.size(home)
        (root / environment.CURRENT).unlink(missing_ok=True)
        put_aside([*(one for one in root.iterdir() if one.is_dir()), *others], home, progress)
    shutil.rmtree(root, ignore_errors=True)  # the lock, where nobody waits for it
    return size


def remove_in_words(home: Path, progress: Progress = SILENT) -> tuple[str, int]:
    """Remove as `remove` does. Returns a sentence, and about how many bytes that are."""
    own = environment.own(home)
    size = remove(home, progress)
    if own is not None:
        return f"{own} is used no more; it stays as it is.", size
    if not size:
        return f"Nothing is installed in {home}.", 0
    return f"The engine is removed from {home}, which frees {disk.gigabytes(size)}.", size
