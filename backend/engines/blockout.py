# SPDX-License-Identifier: GPL-3.0-or-later
"""The blockout engine: in each box what its words name, or a rounded block.

A box's text, or else its name, finds a part of the library or a family, which is stretched into the
box; colours are wishes. What no part is known for becomes a block, or a ball where the words say
so. Names, parents, pivots and joints are the boxes' own.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints
from ..contract.engines import About
from ..contract.errors import BadInput, PartwiseError
from ..contract.palette import part_colours
from ..contract.progress import SILENT, Progress
from ..library import words
from ..library.index import Library, library
from ..library.wishes import Wishes, heard
from .base import Box, Brief, Generated, GenerateEngine, PartMesh

ABOUT = About(
    name="blockout",
    label="Blockout",
    text="Library parts or blocks in boxes, with joints",
    verbs=("generate",),
    rank=20,
    memory=10_000_000,
)

CELLS = 12  # quads along each edge of a block
BEVEL = 0.22  # of the shortest side
NAMED = 0.8  # score of words from which a part is what they name
BALLS = {"ball", "sphere", "head", "eye", "round", "egg", "knob"}


def load() -> GenerateEngine:
    """The engine; it has no weights."""
    return Blockout()


class Blockout:
    """The engine."""

    follows_seed = True

    def takes(self, brief: Brief) -> bool:
        """Whether there are boxes."""
        return bool(brief.boxes)

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """A closed part in each box."""
        if not brief.boxes:
            raise BadInput("There are no boxes to fill.", "Give them with --boxes.")
        place = {box.name: number for number, box in enumerate(brief.boxes)}
        colours = part_colours(len(brief.boxes))
        parts, filled, plain = [], [], []
        for number, box in enumerate(brief.boxes):
            progress.step(number / len(brief.boxes))
            wishes, title = _named(box)
            if title:
                vertices, faces = _stretched(box, *_part(title, seed))
                kind, quads = "library", False
                filled.append(f"“{box.name:.40}” is a {title}")
            else:
                vertices, faces, kind = block(box)
                quads = True
                if box.text.strip() and kind == "block":
                    plain.append(f"“{box.text:.40}”")
            red, green, blue = (
                float(value) for value in wishes.material.get("colour", colours[number])[:3]
            )
            origin = (box.joint or {}).get("origin")
            parts.append(
                PartMesh(
                    vertices,
                    faces,
                    box.name,
                    kind=kind,
                    quads=quads,
                    colour=(red, green, blue),
                    pivot=None if origin is None else np.array(origin, float),
                    parent=place.get(box.parent, -1),
                    joint=box.joint,
                )
            )
        notes = [f"{', '.join(filled)}."] if filled else []
        if plain:
            notes.append(f"Nothing of the library is {', '.join(plain)}: plain blocks are there.")
        return Generated(parts, notes=tuple(notes))


def _named(box: Box) -> tuple[Wishes, str]:
    """The wishes in a box's words, and the title of the part that they mean, empty for none."""
    wishes = Wishes()
    try:
        table, parts = words.table(), library()
        for text in (box.text, box.name):
            said = words.plain(text.replace("_", " ")) if text.strip() else ""
            if not said.strip(" %"):
                continue
            found = heard(said, parts.by_title)
            if found and not wishes:
                wishes = found
            title = _title(found.rest, parts, table)
            if title:
                return wishes, title
    except PartwiseError:  # no table, or words that are none: a block serves
        pass
    return wishes, ""


def _title(said: str, parts: Library, table: words.Words) -> str:
    """The part that words name surely: its title or kind is what they say."""
    reading = words.read(said, parts, table)
    if not reading.words or BALLS & set(reading.words):
        return ""
    best = words.matches(reading.words, parts, table)[0]
    return best.entry.title if best.score >= NAMED else ""


def _part(title: str, seed: int) -> tuple[Floats, Ints]:
    parts = library()
    return parts.mesh(parts.named(title), seed)


def _stretched(box: Box, vertices: Floats, faces: Ints) -> tuple[Floats, Ints]:
    """A mesh that fills a box from corner to corner."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    share = (vertices - low) / np.maximum(high - low, 1e-12)
    return box.low + share * (box.high - box.low), faces


def block(box: Box) -> tuple[Floats, Ints, str]:
    """Vertices (V, 3), faces (F, 3), two in a row a quad, and the kind of what fills a box."""
    cube, faces = _cube()
    half, middle = (box.high - box.low) / 2, (box.high + box.low) / 2
    if BALLS & set(f"{box.name} {box.text}".lower().replace("_", " ").split()):
        unit = cube / np.linalg.norm(cube, axis=1, keepdims=True)
        return middle + unit * half, faces, "ball"
    size = float(half.max())
    half = half / size  # or squares of what is tiny would be 0
    bevel = 2 * BEVEL * float(half.min())
    inner = np.clip(cube * half, -(half - bevel), half - bevel)
    out = cube * half - inner
    length = np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-300)
    return middle + size * (inner + out / length * bevel), faces, "block"


def _cube() -> tuple[Floats, Ints]:
    """The cube from -1 to 1 in even quads, as triangles two by two, outward."""
    count = CELLS + 1
    line = np.tan(np.linspace(-np.pi / 4, np.pi / 4, count))
    points: list[Floats] = []
    quads: list[Ints] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            u, v = np.meshgrid(line, line, indexing="ij")
            face = np.empty((count, count, 3))
            face[..., axis], face[..., (axis + 1) % 3], face[..., (axis + 2) % 3] = side, u, v
            number = np.arange(count * count).reshape(count, count) + len(points) * count * count
            quad = np.stack(
                [number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1
            ).reshape(-1, 4)
            points.append(face.reshape(-1, 3))
            quads.append(quad if side > 0 else quad[:, ::-1])
    every = np.concatenate(points)
    key = np.rint(every * 1e6).astype(np.int64)
    _, first, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
    joined = inverse.reshape(-1)[np.concatenate(quads)]
    triangles = joined[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    return every[first], triangles.astype(np.int64)
