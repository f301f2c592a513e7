# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in whole, named parts that the part generator never saw, and what is compared of them.

Families are asked for seeds from `FIRST_SEED` on, which training never reaches; artists' objects
are those of a file of labelled objects.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from ..contract.arrays import Floats, Ints
from ..engines import flow
from ..engines.flow import Flow
from ..engines.retrieval import spoken_name
from ..engines.sculptor import spoken
from ..geometry.booleans import Mesh, concatenated
from ..latents.part_generator import Frame
from .completion import areas
from .data import FEW_WHOLES, Labelled, Source

FLOW = flow.ABOUT.name
FIRST_SEED = 1000
DETAIL = 32  # grid cells along each part of a sculpture
MOST_PARTS = 16  # of an object, the largest
MOST_FACES = 4_000  # of a part


@dataclass(frozen=True)
class Upright:
    """A procedural shape as whole parts, as its sculpture has them, +y up and its front to +z."""

    family: str
    seed: int
    nothing: ClassVar[str] = FEW_WHOLES

    @property
    def name(self) -> str:
        return f"{self.family}-{self.seed}"

    def read(self) -> Labelled | None:
        return _upright(self.family, self.seed)


@cache
def _upright(family: str, seed: int) -> Labelled | None:
    from ..shapes.families import SCULPTORS
    from ..shapes.occluded import sculpted_parts
    from ..shapes.remesh import decimate

    sculpture = SCULPTORS[family](np.random.default_rng([zlib.crc32(family.encode()), seed]))
    rules = sculpture.opinions[0][1] if sculpture.opinions else ()
    parts = sculpted_parts(sculpture, rules, detail=DETAIL)
    parts.sort(key=lambda part: -float(areas(part.vertices, part.faces).sum()))
    if len(parts) < 2:
        return None
    wholes, names = [], []
    for part in parts[:MOST_PARTS]:
        vertices, faces = part.vertices, part.faces
        if len(faces) > MOST_FACES:
            vertices, faces, _ = decimate(vertices, faces, MOST_FACES, adaptive=True)
        wholes.append((vertices[:, [0, 2, 1]] * [1, 1, -1], faces))
        names.append(spoken(part.name))
    made = Assembled.of(wholes)
    return Labelled(
        f"{family}-{seed}", family, made.vertices, made.faces, made.labels[None], "Y",
        tuple(wholes), tuple(names), family.replace("_", " "),
    )  # fmt: skip


def upright(count: int, first_seed: int = FIRST_SEED, families: Sequence[str] = ()) -> list[Source]:
    """`count` shapes, the families in turn, all of them where none is named."""
    from ..shapes.families import SCULPTORS

    names = list(families) or sorted(SCULPTORS)
    # Those of one letter are alike, so that a few are to be of all letters.
    names = [names[k] for k in np.random.default_rng(0).permutation(len(names))]
    return [Upright(names[k % len(names)], first_seed + k // len(names)) for k in range(count)]


@dataclass(frozen=True)
class Assembled:
    """The whole parts of an object in its frame, joined.

    vertices : (V, 3), faces : (F, 3), labels : (F,) which part each face is of. title : what it is
    called, empty where nobody says.
    """

    vertices: Floats
    faces: Ints
    labels: Ints
    title: str = ""

    @classmethod
    def of(cls, wholes: Sequence[Mesh], title: str = "") -> Assembled:
        """See `latents.part_generator.Frame` for the frame."""
        vertices, faces = concatenated(list(wholes))
        labels = np.repeat(np.arange(len(wholes)), [len(faces) for _, faces in wholes])
        return cls(Frame.around(vertices).into(vertices), faces, labels, title)

    def part(self, number: int) -> Mesh:
        """One of them, with its own vertices alone."""
        used, faces = np.unique(self.faces[self.labels == number], return_inverse=True)
        return self.vertices[used], faces.reshape(-1, 3).astype(np.int64)


def assembled(item: Labelled) -> Assembled:
    """The wholes of an object, +y up; robots, which stand on z, look along x."""
    turn = [1, 2, 0] if item.up == "Z" else [0, 1, 2]
    wholes = [(vertices[:, turn], faces) for vertices, faces in item.wholes]
    return Assembled.of(wholes, item.title)


def bare(name: str) -> str:
    """What a part is, without what tells it from its siblings: "leg" of "leg front left"."""
    return spoken_name(name).lower()


def use(weights: Path | None) -> None:
    """Measure the weights of a file in this process, instead of those that ship."""
    if weights is not None:
        flow.CHECKPOINT = weights


def engine() -> Flow:
    """The flow engine with the weights that are measured. Raises what keeps it from running."""
    return flow.load()
