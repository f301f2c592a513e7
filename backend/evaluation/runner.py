# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures many labelled objects and sums up by kind of label, as a Markdown table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import PartwiseError
from .data import Labelled, Source
from .tasks import Figures, task

# Column of the table -> its figure and how it is written.
COLUMNS = {
    "segment": {
        "Rand error": ("rand", ".3f"),
        "count told": ("rand_told", ".3f"),
        "best cut": ("rand_best", ".3f"),
        "IoU": ("iou", ".3f"),
        "one to one": ("iou_one_to_one", ".3f"),
        "boundary F": ("boundary_f", ".3f"),
        "parts": ("parts", ".1f"),
        "true": ("true_parts", ".1f"),
        "islands": ("islands_rand", ".3f"),
        "one part": ("one_part_rand", ".3f"),
        "seconds": ("seconds", ".2f"),
    },
    "click": {
        **{f"random {n}": (f"random_{n}", ".3f") for n in (1, 3, 5, 10)},
        **{f"corrective {n}": (f"corrective_{n}", ".3f") for n in (1, 3, 5, 10)},
        "p95 ms": ("milliseconds", ".0f"),
    },
    "complete": {
        "closed parts": ("closed", ".3f"),
        "volume error": ("volume_error", ".1e"),
        "seconds": ("seconds", ".2f"),
    },
}


@dataclass(frozen=True)
class Measured:
    """One object's outcome.

    Parameters
    ----------
    name, kind : of the object; the kind is empty where it could not be read.
    figures : its numbers, empty where it failed.
    trouble : why it has no figures, or empty.
    drawn : the object and its labels (F,) where a contact sheet was asked for.
    """

    name: str
    kind: str
    figures: Figures
    trouble: str = ""
    drawn: tuple[Labelled, NDArray[np.int32]] | None = None


def measure(source: Source, task_name: str, seed: int, engine: str, draw: bool) -> Measured:
    """Measure one object; what goes wrong with it is part of the outcome."""
    kind = ""
    try:
        item = source.read()
        if item is None:
            return Measured(source.name, kind, {}, "cannot be fused into one surface")
        kind = item.kind
        figures, labels = task(task_name)(item, seed, engine)
        drawn = (item, labels) if draw and labels is not None else None
        return Measured(source.name, kind, figures, drawn=drawn)
    except PartwiseError as error:
        return Measured(source.name, kind, {}, str(error))


def measure_all(
    sources: Sequence[Source],
    task_name: str,
    *,
    seed: int = 0,
    engine: str = "auto",
    jobs: int = 1,
    draw: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Measured]:
    """Measure all objects, in the order of `sources`, in `jobs` processes."""
    found: dict[int, Measured] = {}
    arguments = [(source, task_name, seed, engine, draw) for source in sources]
    for index, measured in _work_through(arguments, jobs):
        found[index] = measured
        if progress is not None:
            progress(f"Measuring ({task_name})", len(found), len(sources))
    return [found[index] for index in range(len(sources))]


def _work_through(
    arguments: Sequence[tuple[Source, str, int, str, bool]], jobs: int
) -> Iterator[tuple[int, Measured]]:
    if jobs == 1:
        for index, one in enumerate(arguments):
            yield index, measure(*one)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        waiting = {pool.submit(measure, *one): index for index, one in enumerate(arguments)}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def write_sheet(path: Path, measured: Sequence[Measured], most: int = 40) -> None:
    """Contact sheet of at most `most` objects: what was found beside the first truth."""
    from ..preview import Cell, contact_sheet

    shown = [one for one in measured if one.drawn is not None]
    places = np.linspace(0, len(shown) - 1, min(len(shown), most)).round().astype(int)
    cells = []
    for one in (shown[place] for place in places):
        assert one.drawn is not None
        item, labels = one.drawn
        truth = np.unique(item.truths[0], return_inverse=True)[1].reshape(-1)
        caption = f"{one.figures['rand']:.3f} {item.kind} {item.name}"
        cells += [
            Cell(item.vertices, item.faces, labels, caption, item.up),
            Cell(item.vertices, item.faces, truth, "truth", item.up),
        ]
    if cells:
        contact_sheet(path, [cells[k : k + 8] for k in range(0, len(cells), 8)])


def means(measured: Sequence[Measured]) -> dict[str, Figures]:
    """Mean of each figure over the objects of each kind that have it, and over ``all``."""
    good = [one for one in measured if one.figures]
    kinds = sorted({one.kind for one in good})
    groups = {kind: [one for one in good if one.kind == kind] for kind in kinds}
    if len(kinds) != 1:
        groups["all"] = good
    return {kind: _mean(group) for kind, group in groups.items() if group}


def _mean(group: Sequence[Measured]) -> Figures:
    row: Figures = {"objects": float(len(group))}
    for key in group[0].figures:
        values = [one.figures[key] for one in group if math.isfinite(one.figures[key])]
        row[key] = float(np.mean(values)) if values else math.nan
    return row


def table(task_name: str, summary: dict[str, Figures]) -> str:
    """The summary as a Markdown table; a dash where a figure means nothing."""
    columns = COLUMNS[task_name]
    lines = [
        "| labels | objects | " + " | ".join(columns) + " |",
        "| --- |" + " ---: |" * (len(columns) + 1),
    ]
    for kind, row in summary.items():
        cells = [
            f"{row[key]:{style}}" if math.isfinite(row.get(key, math.nan)) else "-"
            for key, style in columns.values()
        ]
        lines.append(f"| {kind} | {row['objects']:.0f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def report(task_name: str, measured: Sequence[Measured]) -> dict[str, object]:
    """All figures as plain values for JSON; NaN becomes None."""

    def plain(figures: Figures) -> dict[str, float | None]:
        return {k: v if math.isfinite(v) else None for k, v in figures.items()}

    return {
        "task": task_name,
        "means": {kind: plain(row) for kind, row in means(measured).items()},
        "objects": [
            {"id": one.name, "kind": one.kind, **plain(one.figures)}
            for one in measured
            if one.figures
        ],
        "failed": [{"id": one.name, "why": one.trouble} for one in measured if one.trouble],
    }
