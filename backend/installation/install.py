# SPDX-License-Identifier: GPL-3.0-or-later
"""Make an environment beside the one in use, try it, let it take its place; repair."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..checkpoints import disk
from ..contract.errors import BadInput, PartwiseError
from ..contract.progress import SILENT, Progress
from . import child, environment, lists, pack, removal, trial, uv
from .accelerators import Accelerator
from .environment import Environment
from .lists import Pin
from .preflight import PYTHONS

MANAGED = "3.11"  # the Python that uv brings where the running one does not serve
Trial = Callable[[Path, str, Path, Progress], str]
_SAID = re.compile(r"^ \+ (\S+?)==", re.M)  # what uv says that it would install


@dataclass(frozen=True)
class Source:
    """Where packages come from: their public index, a mirror of it, or an offline pack.

    mirror : the address of a simple index, or a folder of wheels. pack : a file of `pack.make`.
    """

    mirror: str = ""
    pack: Path | None = None

    @property
    def is_local(self) -> bool:
        """Whether nothing is asked of a network."""
        return self.pack is not None or bool(self.mirror and Path(self.mirror).is_dir())

    def options(
        self, pins: Sequence[Pin], wheels: Path | None, system: str = sys.platform
    ) -> list[str]:
        """uv's options to find pins; `lists.by_index` says which of them are for which.

        wheels : the folder into which the pack was unpacked. system : what the pins are for.
        """
        if wheels is not None:
            return ["--offline", "--no-index", "--find-links", str(wheels)]
        if self.is_local:
            return ["--offline", "--no-index", "--find-links", self.mirror]
        if self.mirror:
            return ["--default-index", self.mirror]
        build = lists.build_of(pins, system)
        return [lists.BACKEND, build] if build else []


@dataclass(frozen=True)
class Installed:
    """What came of an installation: the environment in use, a sentence, whether it is new."""

    environment: Environment
    sentence: str
    fresh: bool

    def told(self, home: Path) -> str:
        """What was done, and where it lies."""
        return f"{self.sentence} It lies in {home}."


def install(
    home: Path,
    accelerator: Accelerator,
    pins: Sequence[Pin],
    source: Source | None = None,
    *,
    repair: bool = False,
    trial_of: Trial | None = None,
    progress: Progress = SILENT,
) -> Installed:
    """Make the environment of `pins`, unless it is there.

    Until it has been tried out the one before stays in use; what is not whole is removed, and what
    was downloaded stays, so that the next try goes on.

    Parameters
    ----------
    home : the folder below which everything lies.
    repair : make it anew, and where that does not help with new downloads.
    trial_of : says in a sentence that an environment works, or raises PartwiseError; by default
        `trial.try_out`.

    Raises BadInput, DiskFull, Unreachable, PartwiseError, Cancelled.
    """
    source = source or Source()
    downloads = home / environment.CACHES["UV_CACHE_DIR"]
    with removal.alone(home):
        before = environment.current(home)
        digest = lists.digest(pins)
        same = before is not None and (before.accelerator, before.digest) == (
            accelerator.name,
            digest,
        )
        if before is not None and same and not repair and not environment.trouble(home):
            return Installed(before, "It is installed already.", False)
        kept = before
        removal.put_leftovers_aside(home, kept)
        make = _Make(home, accelerator, list(pins), source, trial_of or trial.try_out)
        try:
            try:
                made, sentence = make.run(progress)
            except PartwiseError as error:
                if not (repair or same) or error.code != "INTERNAL":
                    raise
                # What lies in the cache may be what is damaged: links of it are in the environment.
                removal.put_aside([downloads], home)
                made, sentence = make.run(progress)
            environment.make_current(made, home)
            kept = made
            if before is not None and not before.own and not same:
                removal.put_aside([downloads], home)  # of other versions
        finally:
            removal.put_leftovers_aside(home, kept)
        environment.measure(home)
        return Installed(made, sentence, True)


@dataclass(frozen=True)
class _Make:
    """One try to make an environment."""

    home: Path
    accelerator: Accelerator
    pins: list[Pin]
    source: Source
    trial_of: Trial

    def run(self, progress: Progress) -> tuple[Environment, str]:
        removal.make_room(self.home, self.accelerator.installed, progress.span(0.0, 0.1))
        program = uv.find(self.home)
        folder = self._free_folder()
        unpacked: AbstractContextManager[Path | None] = nullcontext()
        if self.source.pack is not None:
            unpacked = pack.unpacked(self.source.pack, self.home, progress.span(0.0, 0.1))
        try:
            with unpacked as wheels:
                python = self._make(program, folder, progress.span(0.1, 0.12, "Making a place"))
                self._fill(program, folder, wheels, progress.span(0.12, 0.85))
            if bad := environment.damage(folder):
                raise PartwiseError(bad, "Try again.", str(folder))
            sentence = self.trial_of(
                folder, self.accelerator.name, self.home, progress.span(0.85, 1.0, trial.STAGE)
            )
        except BaseException:
            with suppress(BadInput):
                removal.put_aside([folder], self.home)
            raise
        made = Environment(folder.name, self.accelerator.name, lists.digest(self.pins), python)
        return made, sentence

    def _free_folder(self) -> Path:
        """A folder that is not there yet, for an environment of this list and Python."""
        root = environment.root(self.home)
        python = "".join(map(str, sys.version_info[:2]))
        name = f"{self.accelerator.name}-py{python}-{lists.digest(self.pins)}"
        names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
        return next(root / one for one in names if not (root / one).exists())

    def _make(self, program: Path, folder: Path, progress: Progress) -> str:
        """Make an environment without packages. Returns the version of its Python."""
        running = running_python()
        if running is not None:
            words = ["venv", "--python", str(running), "--no-project", str(folder)]
            try:
                uv.run(program, words, self.home, progress)
                if self._serves(folder, progress):
                    return platform.python_version()
            except PartwiseError as error:
                if error.code not in ("INTERNAL", "BAD_INPUT") or not _is_writable(folder.parent):
                    raise
            shutil.rmtree(folder, ignore_errors=True)
        if self.source.is_local:
            raise BadInput(
                f"An environment cannot stand on this Python ({sys.executable}).",
                "Install once with the network, so that a Python of its own can be brought.",
            )
        words = ["venv", "--managed-python", "--python", MANAGED, "--no-project", str(folder)]
        uv.run(program, words, self.home, progress.span(0.0, 1.0, "Fetching a Python"))
        return MANAGED

    def _serves(self, folder: Path, progress: Progress) -> bool:
        """Whether the new Python starts, with what some lack of the standard library."""
        words = [
            str(environment.python_in(folder)),
            "-I",
            "-c",
            "import ssl, ctypes, sqlite3, lzma",
        ]
        try:
            ended = child.run(words, environment.variables(self.home), progress)
        except OSError:
            return False
        return ended.status == 0

    def _fill(self, program: Path, folder: Path, wheels: Path | None, progress: Progress) -> None:
        """Put the packages into the environment, PyTorch's own last."""
        rounds = []
        options = self.source.options(self.pins, wheels)
        for number, (pins, found_with) in enumerate(lists.by_index(self.pins, options)):
            listed = folder / ("packages-torch.txt" if number else "packages.txt")
            disk.write(listed, lists.text_of(pins))
            words = ["pip", "install", "--no-deps", "--requirements"] if number else ["pip", "sync"]
            words += [str(listed), "--require-hashes", "--only-binary", ":all:", "--strict"]
            rounds.append([*words, "--python", str(environment.python_in(folder)), *found_with])
        # All are looked for before any is loaded: an index that is out of reach is told at once.
        wanted: set[str] = set()
        looking = progress.span(0.0, 0.05, "Looking what is needed")
        for number, words in enumerate(rounds):
            part = looking.span(number / len(rounds), (number + 1) / len(rounds))
            said = uv.run(program, [*words, "--dry-run"], self.home, part).said
            wanted |= set(map(lists.canonical, _SAID.findall(said)))
        look = _Look(self.home, frozenset(wanted), self.accelerator)
        for words in rounds:
            uv.run(program, words, self.home, progress.span(0.05, 1.0), look)


@dataclass
class _Look:
    """How far uv is: which packages lie in its cache, and how large that is unpacked.

    Bytes are told as those of the download, of which that is a share.
    """

    home: Path
    wanted: frozenset[str]
    size: Accelerator
    seen: set[Path] = field(default_factory=set)
    here: dict[str, int] = field(default_factory=dict)
    unpacked: float = 0.0  # the largest share so far: what is moved meanwhile may be missed

    def __call__(self) -> tuple[str, float]:
        cache = self.home / environment.CACHES["UV_CACHE_DIR"]
        for folder in cache.glob("archive-v*/*"):  # whole packages, which change no more
            if folder not in self.seen:
                self.seen.add(folder)
                for path in folder.glob("*.dist-info"):
                    name = lists.canonical(path.name.removesuffix(".dist-info").rpartition("-")[0])
                    if name in self.wanted:
                        self.here[name] = disk.size_of(folder)
        count, of = len(self.here), max(len(self.wanted), 1)
        bytes_here = sum(self.here.values()) + disk.size_of(*cache.glob(".tmp*"))
        whole = self.size.download
        unpacked = 1.0 if count == of else min(bytes_here / self.size.unpacked, 1.0)
        self.unpacked = max(self.unpacked, unpacked)
        size = f"about {disk.so_far(whole * self.unpacked, whole)}"
        share = 0.2 * count / of + 0.8 * self.unpacked
        return f"Downloading packages, {count} of {of} here: {size}", 0.95 * share


def running_python() -> Path | None:
    """The Python on which an environment can stand: the running one, if it is one by itself."""
    first, end = PYTHONS
    path = Path(getattr(sys, "_base_executable", None) or sys.executable or "")
    if not first <= sys.version_info[:2] < end or not path.name.lower().startswith("python"):
        return None
    return path if path.is_file() else None


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK)
