# SPDX-License-Identifier: GPL-3.0-or-later
"""Sampling the part generator's flow, in NumPy: Euler's steps from noise to parts.

Each member of the set has a level of its own. What is known is at level 0 all the time; what is to
be made goes down by the schedule from 1, or from where it is begun, as what it is supposed to be; a
whole object that is not spoken of stays noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..contract.arrays import Singles
from ..contract.progress import SILENT, Progress
from ..machine.abreast import each_abreast
from ..models.partflow import OF_LEVEL, Given, Levels, PartFlow, Parts
from .finite import NotFinite
from .levels import guided, schedule
from .part_request import Request

STEPS = 20
SHIFT = 1.0
GUIDANCE = (1.0, 1.0)  # by what is said of parts, and by what is told of shapes; 1 is none
SPREAD = 0.4  # deviation of the noise that sampling begins with


@dataclass(frozen=True)
class Branch:
    """One of the velocities that guidance puts together.

    given : what is told in it. whole : whether the whole object is spoken of. contexts : of the
    network.
    """

    given: Given
    whole: bool
    contexts: Singles


def sample(
    flow: PartFlow,
    request: Request,
    *,
    seed: int = 0,
    steps: int = STEPS,
    guidance: tuple[float, float] = GUIDANCE,
    spread: float = SPREAD,
    progress: Progress = SILENT,
    shown: Callable[[Parts, float], None] | None = None,
) -> Parts:
    """What a request asks for: known members as they are, the others made.

    seed : of the noise. guidance : by words and pictures, and by shapes; 1 is none. spread : of the
    noise; with less than 1, as was learned, parts are plainer and cleaner, and those of other seeds
    less unlike (truncation, Brock et al., 2019). shown : hears of what the parts will be about, and
    the share of the steps, after each step, better and better.
    Raises Cancelled, or NotFinite where velocities overflow.
    """
    noise, clean = _noise(request, seed, spread), request.parts.each()
    begun = _begun(request)
    x = {n: (1 - begun[n]) * clean[n] + begun[n] * noise[n] for n in clean}
    branches, scales = _branches(flow, request, guidance)
    spoken = request.whole_known or request.along
    moves = begun if spoken else begun | {"whole": np.zeros_like(begun["whole"])}
    for number, (level, lower) in enumerate(pairwise(schedule(steps, SHIFT))):
        progress.step(number / steps)
        levels = _levels(begun, level, whole=spoken)

        def velocity(
            branch: Branch, levels: Levels = levels, x: dict[str, Singles] = x
        ) -> dict[str, Singles]:
            now, at = Parts(**x), levels
            if request.whole_known and not branch.whole:
                now = Parts(**(x | {"whole": noise["whole"]}))
                at = Levels(levels.shape, levels.box, np.ones_like(levels.whole))
            return flow.velocity(now, at, branch.given, branch.contexts).each()

        said = each_abreast(velocity, branches, SILENT)
        towards = {n: moves[n] * guided([each[n] for each in said], scales) for n in x}
        about = {n: x[n] + level * towards[n] for n in x}
        x = {n: x[n] + (level - lower) * towards[n] for n in x}
        box = request.bounded(about["box"])
        x["box"] = x["box"] + (1 - lower) * (box - about["box"])
        if shown is not None:
            shown(Parts(**(about | {"box": box})), (number + 1) / steps)
        if not all(np.isfinite(array).all() for array in x.values()):
            raise NotFinite(f"parts at level {lower:.3f}")
    progress.step(1.0)
    return Parts(**x)


def _begun(request: Request) -> dict[str, Singles]:
    """The level that each member begins with, to be spread over its array."""
    shape, box = (one[None, :, None, None] for one in (request.shape_begun, request.box_begun))
    whole = np.full((1, 1, 1), 0.0 if request.whole_known else 1.0, np.float32)
    by_level = {"shape": shape, "box": box, "whole": whole}
    return {name: by_level[level] for name, level in OF_LEVEL.items()}


def _noise(request: Request, seed: int, spread: float = SPREAD) -> dict[str, Singles]:
    """The same for the same seed, whatever is known."""
    rng = np.random.default_rng(seed)
    return {
        name: np.float32(spread) * rng.standard_normal(array.shape, np.float32)
        for name, array in request.parts.each().items()
    }


def _levels(begun: dict[str, Singles], level: float, *, whole: bool) -> Levels:
    """What is left of the levels that members began with. whole : whether it is spoken of."""
    shape, box = (np.float32(level) * begun[name][..., 0, 0] for name in ("own", "box"))
    of_whole = begun["whole"][:, 0, 0] * np.float32(level if whole else 1.0)
    return Levels(shape, box, of_whole)


def _branches(
    flow: PartFlow, request: Request, guidance: Sequence[float]
) -> tuple[list[Branch], list[float]]:
    """Those that count, and the scales of their differences (see `levels.guided`).

    What is told comes in kind by kind; what has a scale of 1 is told in each of them.
    """
    there = request.has_words, request.has_geometry
    told = [[scale == 1.0 for scale in guidance]]
    scales = []
    for kind, scale in enumerate(guidance):
        if there[kind] and scale != 1.0:
            told.append([one or k == kind for k, one in enumerate(told[-1])])
            scales.append(scale)
    branches = []
    for words, geometry in told:
        given = request.telling(words=words, geometry=geometry)
        branches.append(Branch(given, geometry, flow.contexts(given)))
    return branches, scales
