# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting a public model: what is needed of it, and only that, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..contract.errors import PartwiseError, WeightsCorrupt
from ..contract.progress import SILENT, Progress
from . import licences, manifest, store
from .assembly import FETCHED, GO_ON, Assembly, Installed, Meter, my_turn, reopen
from .choice import wanted
from .disk import digest, in_words, need_room
from .hub import Hub, Listing, Published
from .public import PublicModel


def download(model: PublicModel, hub: Hub, *, progress: Progress = SILENT) -> Installed:
    """Get a model, or what is missing or damaged of it, unless it is there.

    Raises ConsentNeeded, Unreachable, DiskFull, WeightsCorrupt, WeightsMissing, BadInput,
    Cancelled. Whatever came until then stays beside its place, and the next call goes on.
    """
    licences.require(model, store.home())
    with my_turn(model):
        here, wrong = _looked_through(model, progress.span(0.0, 0.05, f"Checking {model.title}"))
        if here is not None and not wrong:
            return here
        asking = progress.span(0.0, 0.05, f"Asking for {model.title}")
        listing = hub.listing(model, asking.step)
        files = [listing.files[path] for path in wanted(model, listing.files)]
        for file in files:
            _need_identity(model, file)
        if here is not None and here.manifest is not None:
            reopen(model, here.manifest, wrong)
        meter = Meter(
            progress.span(0.05, 1.0), f"Downloading {model.title}", sum(one.size for one in files)
        )
        return _get(model, hub, listing, files, meter)


def _looked_through(model: PublicModel, progress: Progress) -> tuple[Installed | None, list[str]]:
    """A model that is in its place, and which of its files are damaged."""
    folder = store.folder_of(model)
    if store.lacking(model) and manifest.read(folder) is None:
        return None, []
    known = manifest.read(folder)
    here = Installed(model, folder, known, fresh=False)
    return here, manifest.damaged(folder, known, progress) if known is not None else []


def _get(
    model: PublicModel, hub: Hub, listing: Listing, files: Sequence[Published], meter: Meter
) -> Installed:
    assembly = Assembly(model, meter)
    left = [file for file in files if not assembly.has(file.path, file.identity)]
    meter.done = sum(file.size for file in files) - sum(file.size for file in left)
    parts = {file.path: assembly.part(file.path, file.identity) for file in left}
    there = {file.path: _size(parts[file.path]) for file in left}
    need_room(assembly.folder, _peak(model, left, there), f"{model.title}")
    for file in left:
        sha256 = _fetch(model, hub, listing.commit, file, parts[file.path], meter)
        assembly.take(file.path, parts[file.path], file.identity, sha256, link=False)
    came = sum(file.size for file in left) - sum(there.values())
    found = assembly.finish(f"{hub.endpoint}/{model.repository}", listing.commit)
    return Installed(model, store.folder_of(model), found, came=came)


def _peak(model: PublicModel, left: Sequence[Published], there: dict[str, int]) -> int:
    """The most bytes that are taken meanwhile: what is halved lies there twice for a moment."""
    bits = {one.name: one.bits for one in model.consists}
    used = peak = 0
    for file in left:
        used += file.size - there[file.path]
        half = file.size // 2 if _is_wide(bits, file.path) else 0
        peak = max(peak, used + half)
        used -= half
    return peak


def _is_wide(bits: dict[str, int], path: str) -> bool:
    return path.endswith(".safetensors") and bits.get(path.split("/")[0], 0) == 32


def _fetch(
    model: PublicModel, hub: Hub, commit: str, file: Published, part: Path, meter: Meter
) -> str:
    """Get the rest of a file, and compare it with what is published. Returns its SHA-256."""
    again = part.is_file() and part.stat().st_size > 0
    found = _received(model, hub, commit, file, part, meter)
    if not _is_published(file, found) and again:  # what was there may have been the damaged part
        part.unlink()
        found = _received(model, hub, commit, file, part, meter)
    known = model.sha256.get(file.path, found[0])
    if not _is_published(file, found) or known != found[0]:
        part.unlink()
        raise WeightsCorrupt(
            f"What came as {file.path} of {model.title} is not what its authors published.",
            "Try again; if it stays so, use no mirror, or another network.",
            f"{found[0]} of {file.size} bytes is not {file.identity}",
        )
    return found[0]


def _received(
    model: PublicModel, hub: Hub, commit: str, file: Published, part: Path, meter: Meter
) -> tuple[str, str]:
    """Append what is missing of a file. Returns the SHA-256 of all of it, and Git's name."""
    share = FETCHED if _is_wide({c.name: c.bits for c in model.consists}, file.path) else 1.0
    sums = _Sums(file.size)

    def look(*_: object) -> None:
        meter.step(share * sums.size)

    try:
        if _size(part) > file.size:
            part.unlink()
        begin = _size(part)
        if begin:
            digest(part, Progress(look), sums)
        with part.open("r+b" if begin else "wb") as out:
            for at, piece in hub.pieces(model, commit, file, begin, look):
                if at != sums.size:  # it came from its beginning on
                    out.seek(0)
                    out.truncate()
                    sums = _Sums(file.size)
                else:
                    out.seek(at)
                out.write(piece)
                sums.update(piece)
                look()
    except PartwiseError:
        raise
    except OSError as error:
        raise in_words(part, error, GO_ON) from error
    return sums.names()


class _Sums:
    """SHA-256 and Git's name of a file that comes in pieces."""

    def __init__(self, whole: int) -> None:
        self.size = 0
        self._sums: tuple[Any, ...] = (
            hashlib.sha256(),
            hashlib.sha1(b"blob %d\0" % whole, usedforsecurity=False),
        )

    def update(self, piece: bytes) -> None:
        self.size += len(piece)
        for one in self._sums:
            one.update(piece)

    def names(self) -> tuple[str, str]:
        return self._sums[0].hexdigest(), self._sums[1].hexdigest()


def _is_published(file: Published, found: tuple[str, str]) -> bool:
    return found[0] == file.sha256 if file.sha256 else found[1] == file.blob


def _need_identity(model: PublicModel, file: Published) -> None:
    if not file.identity:
        raise WeightsCorrupt(
            f"Nobody tells how {file.path} of {model.title} is told from a forged one.",
            "Use the hub itself, or another mirror.",
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
