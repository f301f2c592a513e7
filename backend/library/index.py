# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled parts: their list, read once, and each mesh and thumbnail when it is asked for.

A part stands upright in its own frame, +Y up and facing +Z, its largest extent one, centred on the
origin. `side` says where it was held: the direction from its middle to what it hung on.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.errors import BadInput, WeightsCorrupt
from . import families, packing

FOLDER = Path(__file__).resolve().parent
INDEX, MESHES, THUMBNAILS = "index.json", "meshes.bin", "thumbnails.bin"


@dataclass(frozen=True)
class Entry:
    """One part of the list.

    Parameters
    ----------
    title : what people call it; no two are the same.
    kind : what kind of part it is; parts of a kind can stand for each other.
    side : (3,) unit, towards what holds it. anchor : (3,) the middle of where it is held.
    reach : half the width of the place where it is held; 0 where nobody knows.
    credit : who made it. family : the generator that makes it; empty for one that is stored.
    faces : number of triangles. shape : `likeness` of its own.
    """

    title: str
    kind: str
    side: tuple[float, float, float]
    anchor: tuple[float, float, float]
    reach: float
    credit: str
    family: str
    faces: int
    shape: tuple[float, ...]
    mesh: tuple[int, int]
    thumbnail: tuple[int, int]


class Library:
    """The parts of a folder. Raises WeightsCorrupt where its list cannot be read."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        try:
            listed = json.loads((folder / INDEX).read_text(encoding="utf-8"))
            self.entries = [_entry(row, listed["credits"]) for row in listed["parts"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WeightsCorrupt(
                "The bundled parts cannot be read.", "Install Partwise again.", str(error)
            ) from error
        self.by_title = {entry.title: entry for entry in self.entries}

    def named(self, title: str) -> Entry:
        """The part of a title. Raises BadInput where there is none."""
        wanted = " ".join(title.lower().replace("_", " ").split())
        if wanted not in self.by_title:
            import difflib

            near = difflib.get_close_matches(wanted[:80], self.by_title, 3, 0.5)
            raise BadInput(
                f"The library has no part named “{title:.40}”.",
                f"It has {', '.join(near)}." if near else "Ask for it in words.",
            )
        return self.by_title[wanted]

    def kinds(self) -> list[str]:
        """All kinds, sorted."""
        return sorted({entry.kind for entry in self.entries})

    def of_kind(self, kind: str) -> list[Entry]:
        """The parts of a kind, in the order of the list."""
        return [entry for entry in self.entries if entry.kind == kind]

    def mesh(self, entry: Entry, seed: int = 0) -> tuple[Floats, Ints]:
        """(V, 3) vertices and (F, 3) faces; a family's shape depends on the seed."""
        if entry.family:
            return families.made(entry.family, seed)
        return packing.unpack_mesh(self._read(MESHES, entry.mesh))

    def thumbnails(self, entries: Sequence[Entry]) -> NDArray[np.uint8]:
        """(N, 96, 96, 4) RGBA."""
        size = packing.SIZE
        result = np.zeros((len(entries), size, size, 4), np.uint8)
        for row, entry in enumerate(entries):
            result[row] = packing.unpack_thumbnail(self._read(THUMBNAILS, entry.thumbnail))
        return result

    def _read(self, name: str, place: tuple[int, int]) -> bytes:
        with (self.folder / name).open("rb") as file:
            file.seek(place[0])
            return file.read(place[1])


def _entry(row: dict[str, Any], credits: Sequence[str]) -> Entry:
    places = {key: tuple(row[key]) for key in ("side", "anchor", "shape", "mesh", "thumbnail")}
    return Entry(**{**row, **places, "credit": credits[row["credit"]]})


@functools.cache
def library() -> Library:
    """The bundled library, read once."""
    return Library()
