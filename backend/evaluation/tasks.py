# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured on one labelled object: segments, clicks, and completed parts.

Each task turns an object into a row of numbers; NaN where a number means nothing for the object.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..geometry.mesh import FaceGraph
from ..pipelines import segment
from ..pipelines.click import click
from ..pipelines.segment import Analysis
from .clicks import CLICKS, ClickStep, after, corrective_clicks, random_clicks
from .completers import METHODS
from .completion import Example, Figures, Guess, Truth, mean_figures
from .data import Labelled
from .metrics import boundary_f, matched_iou, rand_error
from .surface import Places, SeenSurface

PARTS_CLICKED = 4  # of each object, drawn at random
SMALLEST_CLICKED = 0.002  # of the object's area
BORDER_TOLERANCE = 0.02  # of the bounding box' diagonal


@dataclass(frozen=True)
class Story:
    """A true part (F,) bool of an object, and the answers to corrective clicks for it."""

    part: NDArray[np.bool_]
    steps: list[ClickStep]


@dataclass(frozen=True)
class Outcome:
    """What came of one object: its figures, and what pictures show of it.

    labels : (F,) int32 automatic segmentation, where that was measured.
    stories : of each clicked part, where clicks were.
    parts : figures of each completed part, guesses : what it was said to be; where parts were
        completed.
    """

    figures: Figures
    labels: NDArray[np.int32] | None = None
    stories: tuple[Story, ...] = ()
    parts: dict[int, Figures] = field(default_factory=dict)
    guesses: dict[int, Guess] = field(default_factory=dict)


def measure_object(item: Labelled, tasks: Sequence[str], seed: int, engine: str) -> Outcome:
    """Do some of the tasks ``segment`` and ``click`` on one analysis."""
    began = time.perf_counter()
    found = segment.analyse(item.vertices, item.faces, seed=seed, engine=engine)
    chosen = segment.labels(found)
    figures: Figures = {"seconds": time.perf_counter() - began}
    if "segment" in tasks:
        figures |= measure_segments(item, found, chosen)
    if "click" not in tasks:
        return Outcome(figures, chosen)
    clicked, stories = measure_clicks(item, found, seed)
    return Outcome(figures | clicked, chosen, tuple(stories))


def measure_segments(item: Labelled, found: Analysis, chosen: NDArray[np.int32]) -> Figures:
    """Figures of the automatic segmentation (F,), of its tree, and of two baselines.

    ``rand`` chooses the count itself, ``rand_told`` is told each truth's, ``rand_best`` is the best
    of the tree's cuts: what a perfect choice of the count would reach.
    """
    graph, truths = found.faces, item.truths
    counts = np.array([len(np.unique(truth)) for truth in truths])
    told = [
        rand_error(segment.labels(found, parts=min(int(count), found.tree.leaf_count)), truth)
        for count, truth in zip(counts, truths, strict=True)
    ]
    border = [
        boundary_f(chosen, truth, graph.first, graph.second, _edge_ends(graph), _tolerance(graph))
        for truth in truths
    ]
    ious = [matched_iou(chosen, truth, graph.area) for truth in truths]
    strict = [matched_iou(chosen, truth, graph.area, one_to_one=True) for truth in truths]
    return {
        "rand": rand_error(chosen, truths),
        "rand_told": float(np.mean(told)),
        "rand_best": _best_cut(found, truths),
        "rand_area": rand_error(chosen, truths, graph.area),
        "iou": float(np.mean(ious)),
        "iou_one_to_one": float(np.mean(strict)),
        "boundary_f": float(np.mean(border)),
        "parts": float(chosen.max() + 1),
        "true_parts": float(counts.mean()),
        "islands_rand": rand_error(graph.island, truths),
        "one_part_rand": rand_error(np.zeros_like(chosen), truths),
    }


def _best_cut(found: Analysis, truths: NDArray[np.int64], most: int = 64) -> float:
    most = min(most, found.tree.leaf_count)
    counts = np.unique(np.geomspace(1, most, 40).round().astype(int))
    return min(rand_error(found.tree.cut(int(n))[found.patch], truths) for n in counts)


def _tolerance(graph: FaceGraph) -> float:
    used = graph.vertices[graph.faces.ravel()]
    return BORDER_TOLERANCE * float(np.linalg.norm(np.ptp(used, axis=0)))


def _edge_ends(graph: FaceGraph) -> NDArray[np.float64]:
    """End points of each shared edge: (E, 2, 3)."""
    return graph.vertices[graph.edge_vertices()]


def measure_clicks(item: Labelled, found: Analysis, seed: int) -> tuple[Figures, list[Story]]:
    """Mean IoU of a few parts after 1, 3, 5, 10 clicks, for both protocols of `clicks`.

    Which parts, and where random clicks lie, depends on the object and the seed only.
    """
    rng = np.random.default_rng([seed, zlib.crc32(item.name.encode())])
    surface = SeenSurface(found.faces)
    times: list[float] = []

    def answer(places: Places, signs: NDArray[np.int64]) -> NDArray[np.bool_]:
        points = places.points(item.vertices, item.faces)
        began = time.perf_counter()
        mask = click(found, points, signs).mask
        times.append(time.perf_counter() - began)
        return mask

    rows: dict[str, list[float]] = {}
    stories = []
    parts = _clickable(item.truths, found.faces.area)
    for row, label in rng.permutation(parts)[:PARTS_CLICKED]:
        part = item.truths[row] == label
        # Of their own, for how many places corrections draw depends on the answers.
        for_random, for_corrective = rng.spawn(2)
        random = random_clicks(answer, surface, part, for_random)
        corrective = corrective_clicks(answer, surface, part, for_corrective)
        protocols = {"random": random, "corrective": corrective}
        for name, steps in protocols.items():
            for count in CLICKS:
                rows.setdefault(f"{name}_{count}", []).append(after(steps, count).iou)
        stories.append(Story(part, corrective))
    figures = {key: float(np.mean(values)) for key, values in rows.items()}
    return figures | {"milliseconds": 1000 * float(np.percentile(times or [np.nan], 95))}, stories


def _clickable(truths: NDArray[np.int64], area: NDArray[np.float64]) -> NDArray[np.int64]:
    """Row and label (N, 2) of the parts of all truths that are large enough to be clicked."""
    found = []
    for row, truth in enumerate(truths):
        labels, number = np.unique(truth, return_inverse=True)
        large = np.bincount(number.reshape(-1), weights=area) > SMALLEST_CLICKED * area.sum()
        found += [(row, label) for label in labels[large]]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def measure_completion(item: Labelled, methods: Sequence[str], seed: int) -> dict[str, Outcome]:
    """How well each method completes the parts of an object whose wholes are known."""
    example = Example(item)
    truths = {part: Truth(example, part, seed) for part in example.measured}
    found = {}
    for name in methods:
        began = time.perf_counter()
        guesses = METHODS[name](example)
        seconds = (time.perf_counter() - began) / max(len(truths), 1)
        rows = {k: truths[k].compare(guess) | {"seconds": seconds} for k, guess in guesses.items()}
        found[name] = Outcome(mean_figures(list(rows.values())), parts=rows, guesses=guesses)
    return found
