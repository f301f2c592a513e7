# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether many samples of one kind of object are as many and as different as true ones.

Coverage is the share of true objects that are the nearest of some sample (Achlioptas et al., 2018);
the 1-NN accuracy is how well the nearest other object tells samples from true ones, where 0.5 is
best (Yang et al., PointFlow, 2019). Objects are compared by the Chamfer distance of their surfaces.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..contract.arrays import Floats
from ..contract.errors import BadInput
from ..engines.base import Brief
from ..geometry.booleans import concatenated
from .completion import Figures
from .data import Labelled
from .generator_figures import box_of, chamfer, cloud
from .generator_objects import FIRST_SEED, Upright, engine

SAMPLES = 200
POINTS = 384  # of each object
FAMILIES = ("chair", "table", "lamp", "car", "cup", "human", "sword", "mushroom")
MOST_AT_ONCE = 8  # parts of a sample, as many as the flow has learned from


@dataclass(frozen=True)
class Kind:
    """A family, as one case. samples : how many."""

    family: str
    samples: int = SAMPLES
    nothing: ClassVar[str] = "has no objects in parts"

    @property
    def name(self) -> str:
        return f"{self.family}-{self.samples}"

    def read(self) -> Labelled | None:
        """An object without a surface, for its name."""
        nothing = np.empty((0, 3))
        faces = nothing.astype(np.int64)
        labels = np.empty((1, 0), np.int64)
        title = self.family.replace("_", " ")
        return Labelled(self.name, self.family, nothing, faces, labels, title=title)


def kinds(count: int, samples: int = SAMPLES) -> list[Kind]:
    """So many families, with so many samples of each."""
    return [Kind(family, samples) for family in FAMILIES[:count]]


def diverse(item: Labelled, methods: Sequence[str], seed: int) -> dict[str, dict[int, Figures]]:
    """Samples of each method beside true objects; "family" is other true ones."""
    count = int(item.name.rpartition("-")[2])
    true, parts = true_objects(item.kind, count, FIRST_SEED)
    found = {}
    for method in methods:
        began = time.perf_counter()
        if method == "family":
            made = true_objects(item.kind, count, FIRST_SEED + count)[0]
        else:
            made = sampled_objects(item.title, parts, count, seed)
        seconds = (time.perf_counter() - began) / count
        found[method] = {0: compared(true, made) | {"seconds": seconds}}
    return found


def true_objects(family: str, count: int, first_seed: int) -> tuple[list[Floats], int]:
    """Clouds (POINTS, 3) of objects of a family, and how many parts those have in the middle."""
    found, parts = [], []
    for seed in range(first_seed, first_seed + count):
        item = Upright(family, seed).read()
        if item is not None:
            mesh = item.vertices, item.faces
            found.append(box_of(mesh).as_is(cloud(mesh, count=POINTS)))
            parts.append(len(item.wholes))
    return found, int(np.median(parts)) if parts else 0


def sampled_objects(title: str, parts: int, count: int, seed: int) -> list[Floats]:
    """The same of objects that the flow makes of a word, each of so many parts."""
    found = []
    for own in range(seed, seed + count):
        brief = Brief(text=title, parts=min(max(parts, 1), MOST_AT_ONCE))
        try:
            made = engine().generate(brief, seed=own)
        except BadInput:  # nothing came out
            continue
        mesh = concatenated([(part.vertices, part.faces) for part in made.parts])
        found.append(box_of(mesh).as_is(cloud(mesh, count=POINTS)))
    return found


def compared(true: Sequence[Floats], made: Sequence[Floats]) -> Figures:
    """Coverage, 1-NN accuracy, mean distance of true objects to their nearest sample (MMD), and
    how many samples there are."""
    if len(made) < 2 or len(true) < 2:
        return {"coverage": 0.0, "nearest": np.nan, "mmd": np.nan, "made": float(len(made))}
    every = [*made, *true]
    gap = np.full((len(every),) * 2, np.inf)
    for i in range(len(every)):
        for j in range(i):
            gap[i, j] = gap[j, i] = chamfer(every[i], every[j])
    of_made = np.arange(len(every)) < len(made)
    across = gap[of_made][:, ~of_made]  # samples by true objects
    return {
        "coverage": len(set(across.argmin(axis=1).tolist())) / len(true),
        "nearest": float((of_made[gap.argmin(axis=1)] == of_made).mean()),
        "mmd": float(across.min(axis=0).mean()),
        "made": float(len(made)),
    }
