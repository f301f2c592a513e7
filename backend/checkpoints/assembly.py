# SPDX-License-Identifier: GPL-3.0-or-later
"""A public model on its way to its place: files come into a folder beside it, ``NAME.partial``.

Each is checked, its numbers of 32 bits become such of 16, and it is listed; with the last the
folder gets its name. What is stopped goes on from there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..contract.progress import Progress
from . import manifest, store
from .disk import alone, digest, gigabytes, in_words, make_folder, need_room, remove_folder, so_far
from .halving import halve, header
from .manifest import Kept, Manifest
from .public import PublicModel

WIDE = "F32"  # what is halved
FETCHED = 0.85  # of the work on a file that is halved
GO_ON = "Free some space and try again: it goes on where it stopped."


@dataclass(frozen=True)
class Installed:
    """A model in its place. fresh : whether anything had to be done. came : bytes that came."""

    model: PublicModel
    folder: Path
    manifest: Manifest | None
    fresh: bool = True
    came: int = 0


class Meter:
    """How many bytes of all are there, told as a progress.

    stage : its words, to which the numbers are added.
    """

    def __init__(self, progress: Progress, stage: str, whole: int) -> None:
        self.progress, self.stage, self.whole, self.done = progress, stage, max(whole, 1), 0

    def step(self, more: float = 0.0, words: str = "") -> None:
        """`more` bytes of a file are there beside those that are done. Raises Cancelled."""
        there = min(self.done + more, self.whole)
        stage = words or f"{self.stage}: {so_far(there, self.whole)}"
        self.progress.span(0.0, 1.0, stage).step(there / self.whole)


class Assembly:
    """The files of a model that are there so far, and where the next ones go."""

    def __init__(self, model: PublicModel, meter: Meter) -> None:
        self.model, self.meter = model, meter
        self.folder = store.partial_of(model)
        make_folder(self.folder)
        known = manifest.read(self.folder)
        self.known = known or Manifest(model.name, "")

    def has(self, path: str, identity: str) -> bool:
        """Whether a file is there that was made of the published one of this name."""
        one = self.known.files.get(path)
        place = self.folder / path
        return (
            one is not None
            and one.published == identity
            and place.is_file()
            and place.stat().st_size == one.size
        )

    def part(self, path: str, identity: str) -> Path:
        """Where a file grows until it is whole. What came of another version of it goes."""
        place = self.folder / path
        make_folder(place.parent)
        part = place.with_name(f"{place.name}.{identity[:12]}.part")
        for other in place.parent.glob(f"{_plain(place.name)}.*.part"):
            if other != part:
                other.unlink()
        return part

    def take(self, path: str, source: Path, identity: str, sha256: str, *, link: bool) -> None:
        """Put a whole file in its place and list it. link : it stays where it is as well.

        Raises WeightsCorrupt, DiskFull, BadInput, Cancelled.
        """
        size = source.stat().st_size
        place = self.folder / path
        kinds = header(source, self.model.title).kinds if path.endswith(".safetensors") else set()
        try:
            if WIDE in kinds:
                sha256 = self._halved(source, place)
                if not link:
                    source.unlink()
            elif link:
                self._linked(source, place)
            else:
                source.replace(place)
        except OSError as error:
            raise in_words(place, error, GO_ON) from error
        if kinds:
            kinds = header(place, self.model.title).kinds
        numbers = "+".join(sorted(kinds))
        self.known.files[path] = Kept(place.stat().st_size, sha256, identity, size, numbers)
        self.known.save(self.folder)
        self.meter.done += size
        self.meter.step()

    def finish(self, source: str, commit: str) -> Manifest:
        """All files are there: give the folder its name. Raises BadInput, DiskFull."""
        self.known.source, self.known.commit = source, commit
        self.known.licence = self.model.licence
        self.known.save(self.folder)
        listed = {self.folder / path for path in (*self.known.files, manifest.FILE)}
        for path in [path for path in self.folder.rglob("*") if path.is_file()]:
            if path not in listed:
                path.unlink()
        place = store.folder_of(self.model)
        remove_folder(place)
        try:
            self.folder.replace(place)
        except OSError as error:
            raise in_words(place, error) from error
        return self.known

    def _halved(self, source: Path, place: Path) -> str:
        """Halve a file's numbers, which is the last of the work on it. Returns its SHA-256."""
        size = source.stat().st_size
        need_room(self.folder, size // 2, f"Keeping {source.name} in 16 bits")
        beside = place.with_name(f"{place.name}.half.part")
        told = _Told(self.meter, size, f"Keeping {place.parent.name} in 16 bits")
        try:
            found = halve(source, beside, self.model.title, told.progress)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
        return found

    def _linked(self, source: Path, place: Path) -> None:
        """The same file under another name; a copy where that cannot be."""
        place.unlink(missing_ok=True)
        try:
            os.link(source.resolve(), place)
        except OSError:
            need_room(self.folder, source.stat().st_size, f"A copy of {source.name}")
            beside = place.with_name(f"{place.name}.copy.part")
            try:
                _copy(source, beside, _Told(self.meter, source.stat().st_size, "").progress)
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)


class _Told:
    """A progress of one file among all, for functions that tell shares of it."""

    def __init__(self, meter: Meter, size: int, words: str) -> None:
        self.progress = Progress(self._tell)
        self._meter, self._size, self._words = meter, size, words

    def _tell(self, _stage: str, done: int, whole: int) -> None:
        first = FETCHED if self._words else 0.0
        self._meter.step(self._size * (first + (1 - first) * done / whole), self._words)


def _copy(source: Path, target: Path, progress: Progress) -> None:
    with target.open("wb") as file:

        class Into:
            def update(self, piece: bytes) -> None:
                file.write(piece)

        digest(source, progress, Into())


def _plain(name: str) -> str:
    """A name in which no character means more than itself in a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


@contextmanager
def my_turn(model: PublicModel) -> Iterator[None]:
    """Nobody else changes the files of a model meanwhile. Raises BadInput."""
    lock = store.folder_of(model).with_name(f".{model.name}.lock")
    with alone(lock, f"Another Partwise is just getting or removing {model.title}."):
        yield


def reopen(model: PublicModel, known: Manifest, without: list[str]) -> None:
    """Take a model in its place up again, as if some of its files had not come yet."""
    folder, partial = store.folder_of(model), store.partial_of(model)
    for path in without:
        known.files.pop(path, None)
        (folder / path).unlink(missing_ok=True)
    known.save(folder)
    remove_folder(partial)
    try:
        folder.replace(partial)
    except OSError as error:
        raise in_words(partial, error) from error


def told_size(known: Manifest) -> str:
    """How much room a model takes, and what it had been."""
    was = sum(one.published_size for one in known.files.values())
    less = f" (published: {gigabytes(was)})" if was > known.size else ""
    return gigabytes(known.size) + less
