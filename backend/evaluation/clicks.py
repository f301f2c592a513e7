# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated person who clicks on the surface until the mask is right.

Two protocols: random include clicks in the part, as SegviGen (2026) scores its masks, and
corrective clicks at the centre of the largest error, as Segment Anything (Kirillov et al., 2023).
Both click anywhere on a face and where it can be seen, as people do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Ints
from ..geometry.graphs import components, spread, symmetric
from ..geometry.mesh import FaceGraph
from .metrics import mask_iou
from .surface import CANDIDATES, Places, SeenSurface, joined

AnswersClicks = Callable[[Places, Ints], Bools]
CLICKS = (1, 3, 5, 10)


@dataclass(frozen=True)
class ClickStep:
    """One answer: to clicks at N places and their signs (N,), 1 include and 0 exclude.

    mask : (F,) bool. iou : by area, with the true part.
    """

    places: Places
    signs: Ints
    mask: Bools
    iou: float


def random_clicks(
    answer: AnswersClicks,
    surface: SeenSurface,
    part: Bools,
    rng: np.random.Generator,
    counts: Sequence[int] = CLICKS,
) -> list[ClickStep]:
    """Answers to each number of include clicks in `counts`, drawn by area from the true part.

    `part` (F,) has area. The clicks of a smaller number are the first of a larger one.
    """
    inside = np.flatnonzero(part & (surface.graph.area > 0))
    places = surface.draw(inside, max(counts), rng)
    ones = np.ones(len(places), dtype=np.int64)
    return [_step(answer, surface.graph, part, places[:n], ones[:n]) for n in counts]


def corrective_clicks(
    answer: AnswersClicks,
    surface: SeenSurface,
    part: Bools,
    rng: np.random.Generator,
    most: int = max(CLICKS),
) -> list[ClickStep]:
    """Answers to 1, 2, ... `most` clicks, each at the centre of the largest error before it.

    `part` (F,) has area. The clicker stops where the mask is right.
    """
    graph, mask = surface.graph, np.zeros_like(part)
    made: list[Places] = []
    steps: list[ClickStep] = []
    while len(steps) < most and graph.area[mask != part].any():
        made.append(error_centre(surface, mask, part, rng))
        places = joined(made)
        steps.append(_step(answer, graph, part, places, part[places.face].astype(np.int64)))
        mask = steps[-1].mask
    return steps


def _step(
    answer: AnswersClicks, graph: FaceGraph, part: Bools, places: Places, signs: Ints
) -> ClickStep:
    mask = answer(places, signs)
    return ClickStep(places, signs, mask, mask_iou(mask, part, graph.area))


def after(steps: Sequence[ClickStep], count: int) -> ClickStep:
    """What stands after `count` clicks: the last answer to no more."""
    return [step for step in steps if len(step.signs) <= count][-1]


def error_centre(
    surface: SeenSurface, mask: Bools, part: Bools, rng: np.random.Generator
) -> Places:
    """The place, one, deepest inside the largest connected region where `mask` and `part` differ.

    It is the deepest of many that are drawn where the region is seen, so that it can lie anywhere
    on a large face. Missing and surplus faces form regions of their own. Raises ValueError when the
    error has no area.
    """
    graph = surface.graph
    kind = np.where(mask == part, 0, np.where(part, 1, 2))
    together = kind[graph.first] == kind[graph.second]
    region = components(len(part), graph.first[together], graph.second[together])
    size = np.bincount(region, weights=np.where(kind > 0, graph.area, 0.0))
    if not size.max() > 0:
        raise ValueError("the mask has no error")
    chosen = region == size.argmax()
    inside = np.flatnonzero(chosen)
    places = surface.draw(inside[graph.area[inside] > 0], CANDIDATES, rng)
    own = np.cumsum(chosen) - 1  # number of each face within the region
    inner = chosen[graph.first] & chosen[graph.second]
    first, second = graph.first[inner], graph.second[inner]
    leaving = chosen[graph.first] != chosen[graph.second]
    rim = np.unique(np.where(chosen[graph.first], graph.first, graph.second)[leaving])
    if len(rim):
        cost = np.linalg.norm(graph.centroid[first] - graph.centroid[second], axis=1)
        cost += 1e-12  # coincident centroids are still a step apart
        gap = spread(symmetric(len(inside), own[first], own[second], cost), own[rim])[0]
        depth = gap[own[places.face]]
    else:  # a whole island
        middle = np.average(graph.centroid[inside], axis=0, weights=graph.area[inside])
        depth = -np.linalg.norm(places.points(graph.vertices, graph.faces) - middle, axis=1)
    return places[depth.argmax()[None]]
