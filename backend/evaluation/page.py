# SPDX-License-Identifier: GPL-3.0-or-later
"""The Markdown of the documentation: engines side by side, each place between two markers."""

from __future__ import annotations

import hashlib
import math
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .. import __version__
from ..checkpoints.catalogue import WEIGHTS
from ..contract.errors import BadInput
from ..files.readers import replace_on_success, unreadable
from ..machine.cpu import cores, processor
from .clicks import CLICKS
from .completion import Figures
from .generator_tasks import ABLATED
from .generator_tasks import TASKS as OF_GENERATOR
from .runner import COLUMNS, Measured, Summary, mean_of, means, written

# Of a page: segments and clicks; completed parts; what the part generator makes; copies.
PLACES = "evaluation", "completion", "generator", "stability"
ROOT = Path(__file__).resolve().parents[2]

# Figures of the engines side by side -> key and whether less is better.
BESIDE = {
    "Rand error": ("rand", True),
    "count told": ("rand_told", True),
    "best cut": ("rand_best", True),
    "IoU": ("iou", False),
}
# The same of completed parts.
COMPLETED = {
    "IoU": ("iou", False),
    "own box": ("iou_own", False),
    "F": ("f", False),
    "F hidden": ("f_hidden", False),
    "Chamfer": ("chamfer", True),
    "closed": ("closed", False),
    "kept": ("kept", False),
}


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all. Raises BadInput where it cannot be written."""
    with replace_on_success(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def markers(place: str) -> tuple[str, str]:
    """The lines between which a place of a page lies."""
    return f"<!-- {place}: begin -->", f"<!-- {place}: end -->"


def places(task: str) -> tuple[str, ...]:
    """Where on a page the tables of a task belong."""
    if task == "all":
        return PLACES[:3]
    if task == "stability":
        return PLACES[3:]
    if task in ("segment", "click"):
        return PLACES[:1]
    return PLACES[1:2] if task == "complete" else PLACES[2:3]


def check_page(path: Path, task: str) -> None:
    """Raises BadInput where a page is missing or has no place for the tables of a task."""
    for place in places(task):
        _split(path, place)


def write_page(path: Path, contents: Mapping[str, str]) -> None:
    """Replace what a page has in its places."""
    for place, text in contents.items():
        begin, end = markers(place)
        before, after = _split(path, place)
        write_text(path, f"{before}{begin}\n{text}\n{end}{after}")


def _split(path: Path, place: str) -> tuple[str, str]:
    begin, end = markers(place)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise unreadable(path, error) from error
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise BadInput(
            f"{path} has no place for the tables.",
            f"Give a page that has the lines {begin} and {end}, in this order.",
        )
    return before, after


def contents(
    task: str, sections: Mapping[str, Sequence[Measured]], minutes: float
) -> dict[str, str]:
    """For each place of a task's tables: provenance, and the tables, side by side."""
    summaries = {title: means(measured) for title, measured in sections.items()}
    tables = {
        PLACES[0]: [*segment_lines(summaries), "", *click_lines(summaries)],
        PLACES[1]: complete_lines(summaries),
        PLACES[2]: generator_lines(summaries),
        PLACES[3]: stability_lines(sections),
    }
    count = sum(bool(one.figures) for measured in sections.values() for one in measured)
    counted = {PLACES[0]: "objects and parts", PLACES[3]: "objects"}.get(places(task)[0], "parts")
    lasted = f"- {count} {counted} in {minutes:.0f} minutes"
    return {
        place: "\n".join([*_provenance(), lasted, "", *tables[place]])
        for place in places(task)
        if place != PLACES[2] or tables[place]  # without its weights it is left as it is
    }


def _provenance() -> list[str]:
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        commit = done.stdout.strip()
    except OSError:
        commit = ""
    weights = [
        f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
        for file in sorted(WEIGHTS.glob("*.safetensors"))
    ]
    return [
        f"- Partwise {__version__}, commit {commit or 'unknown'}, Python "
        f"{platform.python_version()}, NumPy {np.__version__}",
        f"- weights, by the start of their SHA-256: {', '.join(weights)}",
        f"- machine: {processor()}, {cores()} cores, no GPU used",
    ]


def _rows(summaries: Mapping[str, Summary], key: str) -> list[tuple[str, dict[str, Figures]]]:
    """Name and figures by engine of each kind of each section that has a figure."""
    return [
        (title if kind == "all" and len(summary) == 1 else f"{title}, {kind}", engines)
        for title, summary in summaries.items()
        for kind, engines in summary.items()
        if all(key in row for row in engines.values())
    ]


def _beside(engines: Mapping[str, Figures], key: str, less: bool, style: str = ".3f") -> list[str]:
    """One figure of each engine, the better in bold."""
    texts = [written(row, key, style) for row in engines.values()]
    known = [float(text) for text in texts if text != "-"]
    best = (min if less else max)(known, default=math.nan)
    worth = len(set(known)) > 1
    return [f"**{t}**" if worth and t != "-" and float(t) == best else t for t in texts]


def segment_lines(summaries: Mapping[str, Summary]) -> list[str]:
    """Table of the automatic segmentation: a row for each kind, a column for each engine."""
    rows = _rows(summaries, "rand")
    if not rows:
        return []
    engines = list(rows[0][1])
    names = [f"{name}, {engine}" for name in BESIDE for engine in engines]
    head = ["objects", "n", *names, *(f"parts, {engine}" for engine in engines), "true"]
    head += ["islands", "one part"]
    lines = [_line(head), _line(["---", *["---:"] * (len(head) - 1)])]
    for name, figures in rows:
        first = next(iter(figures.values()))
        cells = [name, f"{first['objects']:.0f}"]
        for key, less in BESIDE.values():
            cells += _beside(figures, key, less)
        cells += [written(row, "parts", ".1f") for row in figures.values()]
        cells.append(written(first, "true_parts", ".1f"))
        cells += [written(first, key, ".3f") for key in ("islands_rand", "one_part_rand")]
        lines.append(_line(cells))
    return lines


def click_lines(summaries: Mapping[str, Summary]) -> list[str]:
    """Table of clicks: a row for each kind and engine, the better of each column in bold."""
    rows = _rows(summaries, "random_1")
    if not rows:
        return []
    protocols = [(name, n) for name in ("random", "corrective") for n in CLICKS]
    head = ["objects", "n", "engine", *(f"{name} {n}" for name, n in protocols)]
    lines = [_line(head), _line(["---", "---:", "---", *["---:"] * len(protocols)])]
    for name, figures in rows:
        columns = [_beside(figures, f"{name}_{n}", less=False) for name, n in protocols]
        for k, (engine, row) in enumerate(figures.items()):
            cells = [name, f"{row['objects']:.0f}", engine, *(column[k] for column in columns)]
            lines.append(_line(cells))
    return lines


def stability_lines(sections: Mapping[str, Sequence[Measured]]) -> list[str]:
    """Table of how far copies agree: a row for each object and engine, and their means."""
    columns = COLUMNS["stability"]
    rows = [
        (one.name, engine, figures)
        for measured in sections.values()
        for one in measured
        for engine, figures in one.figures.items()
        if "worst" in figures
    ]
    if not rows:
        return []
    for engine in dict.fromkeys(row[1] for row in rows):
        own = [figures for _, name, figures in rows if name == engine]
        rows.append(("mean", engine, mean_of(own)))
    lines = [_line(["object", "engine", *columns])]
    lines.append(_line(["---", "---", *["---:"] * len(columns)]))
    for name, engine, figures in rows:
        lines.append(
            _line([name, engine, *(written(figures, key, how) for key, how in columns.values())])
        )
    return lines


def complete_lines(summaries: Mapping[str, Summary]) -> list[str]:
    """Table of completed parts: a row for each hidden share and method, the best in bold."""
    rows = _rows(summaries, "f_hidden")
    if not rows:
        return []
    head = ["hidden share", "parts", "method", *COMPLETED]
    lines = [_line(head), _line(["---", "---:", "---", *["---:"] * len(COMPLETED)])]
    for name, figures in rows:
        columns = [_beside(figures, key, less) for key, less in COMPLETED.values()]
        for k, (method, row) in enumerate(figures.items()):
            share = name.removeprefix("hidden parts, ")
            cells = [share, f"{row['objects']:.0f}", method, *(column[k] for column in columns)]
            lines.append(_line(cells))
    return lines


def generator_lines(summaries: Mapping[str, Summary]) -> list[str]:
    """A table for each task of the part generator: a row for each method, the best in bold."""
    lines: list[str] = []
    known = [(task.heading, task.columns) for task in OF_GENERATOR.values()]
    for heading, columns in [*known, ("ablations", ABLATED)]:
        own = {title.removeprefix(f"{heading}, "): summary for title, summary in summaries.items()
               if title.startswith(f"{heading}, ")}  # fmt: skip
        rows = [(title, engines) for title, kinds in own.items() for engines in kinds.values()]
        if not rows:
            continue
        head = [heading, "n", "method", *columns]
        lines += ["", _line(head), _line(["---", "---:", "---", *["---:"] * len(columns)])]
        for title, engines in rows:
            texts = [
                [written(row, key, style) for row in engines.values()]
                if less is None
                else _beside(engines, key, less, style)
                for key, style, less in columns.values()
            ]
            for k, (method, row) in enumerate(engines.items()):
                cells = [title, f"{row['objects']:.0f}", method, *(column[k] for column in texts)]
                lines.append(_line(cells))
    return lines[1:]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
