# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures many labelled objects and sums up by kind of label, as a Markdown table."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from ..contract.errors import PartwiseError
from ..contract.progress import SILENT, Progress
from .completion import SHARES, Figures, row_of
from .copies import ALTERATIONS
from .data import Labelled, Source
from .generator_objects import use
from .generator_tasks import ABLATED, task_of
from .generator_tasks import TASKS as OF_GENERATOR
from .stability import measure_stability
from .tasks import Outcome, measure_completion, measure_object

# What is asked for -> what is done on the one analysis of an object.
TASKS = {
    "segment": ("segment",),
    "click": ("click",),
    "stability": ("stability",),
    "complete": ("complete",),
    **{name: (name,) for name in (*OF_GENERATOR, "ablations")},
    "generator": tuple(OF_GENERATOR),
    "all": ("segment", "click", "complete", *OF_GENERATOR),
}

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
    "stability": {
        **{name: (name, ".3f") for name in ALTERATIONS},
        "mean": ("mean", ".3f"),
        "worst": ("worst", ".3f"),
        "parts": ("parts", ".1f"),
        "off by": ("parts_off", ".1f"),
        "seconds": ("seconds", ".1f"),
    },
    "complete": {
        "IoU": ("iou", ".3f"),
        "own box": ("iou_own", ".3f"),
        "F": ("f", ".3f"),
        "F hidden": ("f_hidden", ".3f"),
        "Chamfer": ("chamfer", ".3f"),
        "closed": ("closed", ".3f"),
        "kept": ("kept", ".3f"),
        "seconds": ("seconds", ".2f"),
    },
}

# What a row of the table is, who answered, and what it counts.
HEADS = {
    "complete": ("hidden share", "method", "parts"),
    **dict.fromkeys((*OF_GENERATOR, "ablations"), ("objects", "method", "n")),
}


@dataclass(frozen=True)
class Drawn:
    """What pictures need of one object: the object, and what each engine made of it."""

    item: Labelled
    outcomes: dict[str, Outcome]


@dataclass(frozen=True)
class Measured:
    """One object's outcome.

    Parameters
    ----------
    name, kind : of the object; the kind is empty where it could not be read.
    figures : its numbers by engine, empty where one of them failed: engines are compared on the
        same objects.
    trouble : why it has no figures, or empty.
    drawn : what pictures need, where they were asked for.
    parts : figures of each part that was completed, by method.
    part : its number, where this is one part of an object.
    """

    name: str
    kind: str
    figures: dict[str, Figures]
    trouble: str = ""
    drawn: Drawn | None = None
    parts: dict[int, dict[str, Figures]] = field(default_factory=dict)
    part: int = -1


def by_part(measured: Sequence[Measured]) -> list[Measured]:
    """Each part as an outcome of its own; the kind of a completed one is its hidden share."""
    found = []
    for one in measured:
        if one.trouble:
            found.append(one)
        for part, figures in one.parts.items():
            hidden = next(iter(figures.values())).get("hidden_share")
            kind = one.kind if hidden is None else row_of(hidden)
            found.append(Measured(f"{one.name}#{part}", kind, figures,
                                  drawn=one.drawn, part=part))  # fmt: skip
    return found


@dataclass(frozen=True)
class Plan:
    """What to do with each object: some tasks, by some engines; `draw` keeps it for pictures.

    The task ``stability`` is done alone. So is ``complete``, and its engines are methods of
    `completers`; so are those of `generator_tasks`, with methods of their own. weights : of the
    part generator, where they are not those that ship. runs : a folder of `generator_runs`.
    """

    tasks: tuple[str, ...]
    engines: tuple[str, ...]
    seed: int = 0
    draw: bool = False
    weights: Path | None = None
    runs: Path | None = None


def measure(source: Source, plan: Plan) -> Measured:
    """Measure one object; what goes wrong with it is part of the outcome."""
    kind = ""
    try:
        item = source.read()
        if item is None:
            return Measured(source.name, kind, {}, source.nothing)
        kind = item.kind
        if "complete" in plan.tasks:
            completed = measure_completion(item, plan.engines, plan.seed)
            return _completed(item, completed, plan.draw)
        if "stability" in plan.tasks:
            agreed = {name: measure_stability(item, plan.seed, name) for name in plan.engines}
            return Measured(source.name, kind, agreed)
        if plan.tasks[0] in HEADS:
            return _of_generator(item, plan)
        found = {name: measure_object(item, plan.tasks, plan.seed, name) for name in plan.engines}
        figures = {name: outcome.figures for name, outcome in found.items()}
        return Measured(source.name, kind, figures, drawn=Drawn(item, found) if plan.draw else None)
    except PartwiseError as error:
        return Measured(source.name, kind, {}, str(error))


def _of_generator(item: Labelled, plan: Plan) -> Measured:
    use(plan.weights)
    rows = task_of(plan.tasks[0], plan.runs).measure(item, plan.engines, plan.seed)
    parts: dict[int, dict[str, Figures]] = {}
    for method, figures in rows.items():
        for part, own in figures.items():
            parts.setdefault(part, {})[method] = own
    return Measured(item.name, item.kind, {}, parts=parts)


def _completed(item: Labelled, found: dict[str, Outcome], draw: bool) -> Measured:
    parts: dict[int, dict[str, Figures]] = {}
    for name, outcome in found.items():
        for part, figures in outcome.parts.items():
            parts.setdefault(part, {})[name] = figures
    return Measured(
        item.name,
        item.kind,
        {name: outcome.figures for name, outcome in found.items()},
        drawn=Drawn(item, found) if draw else None,
        parts=parts,
    )


def measure_all(
    sources: Sequence[Source],
    plan: Plan,
    *,
    processes: int = 1,
    progress: Progress = SILENT,
) -> list[Measured]:
    """Measure all objects, in the order of `sources`, in some processes."""
    found: dict[int, Measured] = {}
    for index, measured in _work_through(sources, plan, processes):
        found[index] = measured
        progress.step(len(found) / len(sources))
    return [found[index] for index in range(len(sources))]


def _work_through(
    sources: Sequence[Source], plan: Plan, processes: int
) -> Iterator[tuple[int, Measured]]:
    if processes == 1:
        for index, source in enumerate(sources):
            yield index, measure(source, plan)
        return
    # Processes that share the cores gain nothing from threads, and their times would be worse.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        waiting = {pool.submit(measure, source, plan): i for i, source in enumerate(sources)}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


Summary = dict[str, dict[str, Figures]]  # by kind of label, by engine


def groups(measured: Sequence[Measured]) -> dict[str, list[Measured]]:
    """The objects that have figures, by kind; where there are several, ``all`` comes last."""
    good = [one for one in measured if one.figures]
    shares = list(SHARES)  # of completed parts: in their order, not in that of their names
    kinds = sorted({one.kind for one in good}, key=lambda k: (shares.index(k), k) if k in shares
                   else (-1, k))  # fmt: skip
    found = {kind: [one for one in good if one.kind == kind] for kind in kinds}
    return {**found, "all": good} if len(kinds) > 1 else found


def means(measured: Sequence[Measured]) -> Summary:
    """Mean of each figure over the objects of each group that have it."""
    return {
        kind: {
            engine: mean_of([one.figures[engine] for one in group]) for engine in group[0].figures
        }
        for kind, group in groups(measured).items()
    }


def mean_of(rows: Sequence[Figures]) -> Figures:
    """Mean of each figure over the rows that have it, and how many rows there are."""
    mean: Figures = {"objects": float(len(rows))}
    for key in {key: None for row in rows for key in row}:
        values = [row[key] for row in rows if math.isfinite(row.get(key, math.nan))]
        mean[key] = float(np.mean(values)) if values else math.nan
    return mean


def written(figures: Figures, key: str, style: str) -> str:
    """A figure as text; a dash where it means nothing."""
    return f"{figures[key]:{style}}" if math.isfinite(figures.get(key, math.nan)) else "-"


def columns_of(task_name: str) -> dict[str, tuple[str, str]]:
    """Column -> its figure and how it is written."""
    if task_name in COLUMNS:
        return COLUMNS[task_name]
    task = ABLATED if task_name == "ablations" else OF_GENERATOR[task_name].columns
    return {head: (key, style) for head, (key, style, _) in task.items()}


def table(task_name: str, summary: Summary) -> str:
    """The summary as a Markdown table, with a row for each kind and engine."""
    columns = columns_of(task_name)
    several = any(len(row) > 1 for row in summary.values())
    row_name, who, counted = HEADS.get(task_name, ("labels", "engine", "objects"))
    names = [row_name, *([who] if several else []), counted, *columns]
    rule = ["---"] * (1 + several) + ["---:"] * (1 + len(columns))
    lines = [f"| {' | '.join(names)} |", f"| {' | '.join(rule)} |"]
    for kind, engines in summary.items():
        for engine, row in engines.items():
            cells = [kind, *([engine] if several else []), f"{row['objects']:.0f}"]
            cells += [written(row, key, style) for key, style in columns.values()]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def report(task_name: str, measured: Sequence[Measured]) -> dict[str, object]:
    """All figures as plain values for JSON; NaN becomes None.

    Means are by kind, and with several engines by engine first.
    """

    def plain(figures: Figures) -> dict[str, float | None]:
        return {k: v if math.isfinite(v) else None for k, v in figures.items()}

    summary = means(measured)
    engines = list(dict.fromkeys(name for row in summary.values() for name in row))
    by_engine = {
        name: {kind: plain(row[name]) for kind, row in summary.items()} for name in engines
    }
    return {
        "task": task_name,
        "means": by_engine if len(engines) > 1 else next(iter(by_engine.values()), {}),
        "objects": [
            {"id": one.name, "kind": one.kind, "engine": engine, **plain(figures)}
            for one in measured
            for engine, figures in one.figures.items()
        ],
        "failed": [{"id": one.name, "why": one.trouble} for one in measured if one.trouble],
    }
