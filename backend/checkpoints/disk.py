# SPDX-License-Identifier: GPL-3.0-or-later
"""Room on the disk, whole files, and the disk's errors in words."""

from __future__ import annotations

import errno
import hashlib
import math
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from ..contract.errors import BadInput, DiskFull, PartwiseError
from ..contract.progress import SILENT, Progress

A_TURN = 1 << 23  # bytes between two looks for a cancel
SPARE = 200_000_000  # bytes that are left free for everything else
HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
FULL = (errno.ENOSPC, errno.EDQUOT)


def gigabytes(size: float) -> str:
    """A number of bytes for people: “3.84 GB”, and of less “12.5 MB”."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def so_far(done: float, whole: float) -> str:
    """How much of bytes is there, for people: “1.20 of 3.84 GB”, and of less “3.1 of 12.5 MB”."""
    return (
        f"{done / 1e9:.2f} of {gigabytes(whole)}"
        if whole >= 1e9
        else (f"{done / 1e6:.1f} of {gigabytes(whole)}")
    )


def need_room(folder: Path, size: int, what: str) -> None:
    """Raises DiskFull where less than `size` bytes, and some to spare, are free for `what`."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    free = shutil.disk_usage(there).free
    if free < size + SPARE:
        raise DiskFull(
            f"{what} needs {gigabytes(size + SPARE)} of free disk, and on that of {folder} there "
            f"are {gigabytes(free)}.",
            "Free some space, or choose a folder on another disk.",
        )


def in_words(path: Path, error: OSError, hint: str = "") -> PartwiseError:
    """The error for a file or folder that cannot be written. hint : for a full disk."""
    if error.errno in FULL:
        return DiskFull(
            f"The disk of {path.parent} is full.", hint or "Free some space.", str(error)
        )
    reason = error.strerror or str(error)
    return BadInput(
        f"{path} cannot be written: {reason}.",
        "Choose a folder in which you may write.",
        str(error),
    )


def make_folder(path: Path) -> None:
    """Make a folder and those above it. Raises BadInput or DiskFull."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise in_words(path, error) from error


def write(path: Path, text: str) -> None:
    """Write a small file, whole or not at all. Raises BadInput or DiskFull."""
    make_folder(path.parent)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise in_words(path, error) from error


def digest(path: Path, progress: Progress = SILENT, into: Any = None) -> Any:
    """The SHA-256 of a file, or what else it is put `into`. Raises Cancelled, OSError."""
    into = into if into is not None else hashlib.sha256()
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        done = 0
        while piece := file.read(A_TURN):
            into.update(piece)
            done += len(piece)
            progress.step(min(done / size, 1.0))
    return into


def size_of(*folders: Path, until: float = math.inf) -> int:
    """Bytes below folders that may change meanwhile; files with several names count once.

    until : time of `time.monotonic` at which the counting ends, with what was counted.
    """
    found: dict[tuple[int, int], int] = {}
    for top, _, names in chain.from_iterable(map(os.walk, folders)):
        if time.monotonic() > until:
            break
        for name in names:
            try:
                state = os.lstat(os.path.join(top, name))
            except OSError:
                continue
            found[state.st_dev, state.st_ino or len(found)] = state.st_size
    return sum(found.values())


def _below(folder: Path) -> list[Path]:
    """All folders below one, those further up first; none through links, which lead elsewhere."""
    found: list[Path] = []
    for top, names, _ in os.walk(folder):
        if _is_link(top):
            break
        names[:] = [name for name in names if not _is_link(os.path.join(top, name))]
        found += [Path(top, name) for name in names]
    return found


def _is_link(path: str) -> bool:
    """Whether it is a link, or what is called a junction on Windows, or is gone."""
    try:
        state = os.lstat(path)
    except OSError:
        return True
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
    return stat.S_ISLNK(state.st_mode) or (
        junction is not None and getattr(state, "st_reparse_tag", 0) == junction
    )


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def remove_folder(folder: Path, progress: Progress = SILENT) -> None:
    """Remove a folder, if it is there. Raises BadInput where a file is kept from it, Cancelled."""
    try:
        inner = _below(folder)
        for count, one in enumerate(reversed(inner)):
            progress.step(count / len(inner))
            _remove(one)
        _remove(folder)
    except OSError as error:
        raise BadInput(
            f"{error.filename or folder} cannot be removed: {error.strerror or error}.",
            "Close what uses it, and try again.",
            str(error),
        ) from error


@contextmanager
def alone(path: Path, busy: str) -> Iterator[None]:
    """Hold a file that nobody else holds meanwhile; whoever ends, however, lets it go.

    Raises BadInput, with `busy` as its sentence, where another holds it.
    """
    make_folder(path.parent)
    try:
        file = path.open("a+b")
    except OSError as error:
        raise in_words(path, error) from error
    with file:
        try:
            _hold(file.fileno())
        except OSError as error:
            if error.errno in HELD:
                raise BadInput(busy, "Wait until it is done.", str(error)) from error
            # Some disks in a network know no locks: there nobody is kept out.
        yield


def _hold(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
