# SPDX-License-Identifier: GPL-3.0-or-later
"""What the flow remembers of a name: a part of the library, near which sampling begins.

A part that is made from noise alone is as good as the flow has learned. One that begins as a known
part with noise upon it (Meng et al., 2022) keeps what it is called by, and changes to fit its box
and the parts around it; the more noise, the more it changes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..contract.arrays import Floats
from ..geometry.booleans import Mesh
from ..latents.part_generator import Frame, PartGenerator
from ..latents.part_request import Request
from ..library import words
from ..library.index import Entry, library
from .part_place import filling

BEGUN = 0.85  # level from which a part that is remembered goes on
SURE = 1.0  # score from which a part is what a word means, by its own name or its kind
BESIDE = 0.85  # of the best score: what is meant as well
MOST = 8  # parts of a name, the likeliest, among which seeds choose


def remember(
    generator: PartGenerator,
    request: Request,
    k: int,
    said: Sequence[str],
    box: Floats | None,
    seed: int,
    level: float = BEGUN,
) -> None:
    """Let part k of a request begin as what is remembered of words.

    box : (2, 3) where it is, which then is known; None for a part of the object's whole size.
    level : of the noise upon it; at 1 nothing of it is left.
    """
    memory = remembered(said, box, seed) if level < 1 else None
    begin(generator, request, k, memory, box, level)


def begin(
    generator: PartGenerator,
    request: Request,
    k: int,
    memory: Mesh | None,
    box: Floats | None,
    level: float,
) -> None:
    """The same of a mesh that fills its box; None where nothing is remembered."""
    if memory is not None:
        request.suppose_part(k, generator.told(*memory, box), level)
    if box is not None:
        request.know_box(k, box)


def remembered(said: Sequence[str], box: Floats | None, seed: int) -> Mesh | None:
    """The part that words mean, filling a box (2, 3) of an object's frame, or its size without one;
    None where nothing in the library is meant.

    seed : chooses among those that are, the fittest first.
    """
    found = _meant(said)
    if not found:
        return None
    if box is not None:
        half = np.maximum((box[1] - box[0]) / 2, 1e-6)
        found.sort(key=lambda entry: _unlike(entry, half))
    entry = found[seed % len(found)]
    vertices, faces = library().mesh(entry, seed // len(found))
    if box is None:
        return Frame.around(vertices).into(vertices), faces
    return filling(vertices, *box), faces


def _meant(said: Sequence[str]) -> list[Entry]:
    if not said:
        return []
    matches = words.matches(said, library(), words.table())
    least = max(SURE, BESIDE * matches[0].score)
    return [match.entry for match in matches[:MOST] if match.score >= least]


def _unlike(entry: Entry, half: Floats) -> float:
    """How far a part's proportions are from those of a box. half : (3,) of the box."""
    vertices, _ = library().mesh(entry, 0)
    own = np.maximum(np.ptp(vertices, axis=0) / 2, 1e-6)
    apart = np.log(own) - np.log(half)
    return float(np.abs(apart - apart.mean()).sum())
