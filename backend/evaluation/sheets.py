# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets of what was measured: segmentations beside the truth, and masks click by click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..contract.palette import oklch_to_linear
from ..pictures.preview import Cell, Click, best_turn, contact_sheet
from .clicks import after
from .completion_sheet import complete_sheet, worth_showing
from .data import Labelled
from .metrics import contingency
from .runner import Drawn, Measured
from .tasks import Story

SEGMENTED, CLICKED, COMPLETED = 20, 12, 20  # objects of a sheet, where no number is asked for
SHOWN_CLICKS = (1, 2, 3, 5)
ROW = 8  # most cells in a row of segmentations

# The rest, right, missing, too much: grey, blue, yellow and red, in which errors stand out.
MASK_COLOURS = oklch_to_linear(
    [0.86, 0.64, 0.90, 0.62], [0.0, 0.15, 0.17, 0.20], np.radians([0.0, 255.0, 98.0, 30.0])
)
CLICK_TITLE = (
    "Corrective clicks. Blue: right, yellow: missing, red: too much. "
    "Disc: include, ring with a bar: exclude."
)


def spread_over_kinds(measured: Sequence[Measured], most: int) -> list[Measured]:
    """At most `most` of the drawn objects, as many of each kind as there are, evenly spread."""
    drawn = [one for one in measured if one.drawn is not None]
    groups = [
        [one for one in drawn if one.kind == kind] for kind in sorted({o.kind for o in drawn})
    ]
    wanted = [0] * len(groups)
    for _ in range(min(most, len(drawn))):  # one more of the kind that has fewest yet
        open_ = [k for k, group in enumerate(groups) if wanted[k] < len(group)]
        wanted[min(open_, key=lambda k: wanted[k])] += 1
    return [
        group[place]
        for group, count in zip(groups, wanted, strict=True)
        for place in np.linspace(0, len(group) - 1, count).round().astype(int)
    ]


def worst(measured: Sequence[Measured], task_name: str, most: int) -> list[Measured]:
    """The drawn objects with the largest Rand error, or the smallest IoU: after one click, or of
    a completed part.

    That of the last engine, of whom the others are the background.
    """

    def badness(one: Measured) -> float:
        figures = list(one.figures.values())[-1]
        if task_name == "complete":
            return -figures["iou"]
        return figures["rand"] if task_name == "segment" else -figures["corrective_1"]

    return sorted((one for one in measured if one.drawn is not None), key=badness)[: -most - 1 : -1]


def segment_sheet(path: Path, shown: Sequence[Measured]) -> None:
    """Each object's first truth beside what each engine found, in the colours of the truth."""
    rows = []
    for one in shown:
        assert one.drawn is not None
        item = one.drawn.item
        truth = _numbered(item.truths[0])
        opinions = f", 1 of {len(item.truths)} truths" if len(item.truths) > 1 else ""
        caption = f"{truth.max() + 1} parts{opinions}, {item.kind} {item.name}"
        row = [_cell(item, truth, caption)]
        for engine, outcome in one.drawn.outcomes.items():
            assert outcome.labels is not None
            labels = in_colours_of(outcome.labels, truth, _areas(item))
            error, parts = one.figures[engine]["rand"], outcome.labels.max() + 1
            row.append(_cell(item, labels, f"{engine} {error:.3f}, {parts} parts"))
        rows.append(row)
    if rows:
        each = max(ROW // len(rows[0]), 1)
        wide = [list(chain(*rows[k : k + each])) for k in range(0, len(rows), each)]
        contact_sheet(path, wide, title="Truth beside what was found, with the Rand error")


def click_sheet(path: Path, shown: Sequence[Measured], *, hardest: bool = False) -> None:
    """A part of each object, and each engine's masks after 1, 2, 3 and 5 corrective clicks.

    The part is the first that was clicked, or with `hardest` that of the worst first answer.
    """
    rows = []
    for one in shown:
        assert one.drawn is not None
        item, outcomes = one.drawn.item, one.drawn.outcomes
        stories = list(outcomes.values())[-1].stories
        first = [story.steps[0].iou for story in stories]
        chosen = int(np.argmin(first)) if hardest else 0
        rows.append(_click_row(one.drawn, chosen, best_turn(
            item.vertices, item.faces, stories[chosen].part, item.up)))  # fmt: skip
    if rows:
        contact_sheet(path, rows, cell=200, title=CLICK_TITLE)


def _click_row(drawn: Drawn, chosen: int, turn: float) -> list[Cell]:
    item = drawn.item
    part = next(iter(drawn.outcomes.values())).stories[chosen].part
    row = [_cell(item, part.astype(int), f"{item.kind} {item.name}", MASK_COLOURS, turn)]
    for engine, outcome in drawn.outcomes.items():
        story = outcome.stories[chosen]
        row += [_mask_cell(item, story, engine, count, turn) for count in SHOWN_CLICKS]
    return row


def _mask_cell(item: Labelled, story: Story, engine: str, count: int, turn: float) -> Cell:
    step = after(story.steps, count)
    colour = np.where(step.mask, np.where(story.part, 1, 3), np.where(story.part, 2, 0))
    made = zip(step.places.face, step.places.weight, step.signs, strict=True)
    clicks = [(int(face), weight, bool(sign)) for face, weight, sign in made]
    right = ", done" if len(step.signs) < count else ""
    caption = f"{engine} {count}: {step.iou:.2f}{right}"
    return _cell(item, colour, caption, MASK_COLOURS, turn, clicks)


def _cell(
    item: Labelled,
    labels: NDArray[np.integer],
    caption: str,
    colours: NDArray[np.float32] | None = None,
    turn: float = 0.0,
    clicks: Sequence[Click] = (),
) -> Cell:
    return Cell(item.vertices, item.faces, labels, caption, item.up, colours, turn, clicks)


def in_colours_of(
    labels: NDArray[np.integer], truth: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Found labels (F,) by the numbers of the true parts that they are; the others count on.

    The assignment of parts with the largest common weight (Kuhn 1955).
    """
    from scipy.optimize import linear_sum_assignment

    table = contingency(labels, truth, weights)
    shared = np.zeros((len(table.rows), len(table.columns)))
    shared[table.row, table.column] = table.shared
    number = np.full(len(shared), -1)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    number[rows] = np.where(shared[rows, columns] > 0, columns, -1)
    left = number < 0
    number[left] = shared.shape[1] + np.arange(left.sum())
    return number[_numbered(labels)]


def _numbered(labels: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.unique(labels, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _areas(item: Labelled) -> NDArray[np.float64]:
    a, b, c = (item.vertices[item.faces[:, k]] for k in range(3))
    return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1))


SHEETS: dict[str, tuple[int, Callable[..., None]]] = {
    "segment": (SEGMENTED, segment_sheet),
    "click": (CLICKED, click_sheet),
    "complete": (COMPLETED, complete_sheet),
}


def write_sheet(
    path: Path, task_name: str, measured: Sequence[Measured], most_worst: int | None = None
) -> None:
    """A sheet over all kinds of objects; with `most_worst` one of the worst instead."""
    most, draw = SHEETS[task_name]
    if task_name == "complete":
        measured = worth_showing(measured)
    if most_worst is None:
        draw(path, spread_over_kinds(measured, most))
    elif task_name != "click":
        draw(path, worst(measured, task_name, most_worst))
    else:
        draw(path, worst(measured, task_name, most_worst), hardest=True)
