# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of the evaluation: sections of objects, what was measured on them, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..files.readers import write_json
from .data import Fused, Source, Uncovered, in_files, procedural, thin_out
from .generator_tasks import TASKS as OF_GENERATOR
from .generator_tasks import task_of
from .page import write_text
from .plots import write_plot
from .runner import TASKS, Measured, by_part, means, report, table
from .sheets import SHEETS, write_sheet

WORST = 12  # objects of a sheet of the worst, where no number is asked for
PROCEDURAL = 90  # shapes of the suite, where no number is asked for
HEADINGS = {
    "segment": "segmentation",
    "click": "clicks",
    "stability": "stability",
    "complete": "completion",
    **dict.fromkeys((*OF_GENERATOR, "ablations"), "part generator"),
}
DRAWN = ("segment", "click")  # what plots and sheets show of surfaces
SEEN = (*DRAWN, "stability")  # what is done on surfaces; parts are completed on others


@dataclass
class Section:
    """Objects that belong together in tables and plots.

    Parameters
    ----------
    title : what they are.
    sources : where they come from.
    by_kind : whether each kind of them has figures of its own.
    tasks : what is measured on them.
    measured : the outcome, once there is one.
    """

    title: str
    sources: list[Source]
    by_kind: bool = True
    tasks: tuple[str, ...] = SEEN
    measured: list[Measured] = field(default_factory=list)

    def keep(self, measured: Sequence[Measured]) -> None:
        """Take the outcome of the sources; of parts, each by itself."""
        if not set(self.tasks) & set(SEEN):
            measured = by_part(measured)
        self.measured = [
            one if self.by_kind or not one.figures else replace(one, kind="all") for one in measured
        ]

    @property
    def slug(self) -> str:
        """The title as a part of a file's name."""
        return re.sub(r"\W+", "-", self.title.lower())


def as_they_are(sources: list[Source]) -> Section:
    """Objects of files, unchanged."""
    return Section("as they are", sources)


def fused(section: Section) -> Section:
    """Copies of objects, each fused into one closed surface."""
    return Section("fused copies", [Fused(source) for source in section.sources], section.by_kind)


def united(section: Section) -> Section:
    """The solid parts of objects, united exactly."""
    return Section("exact unions", uncovered(section.sources), section.by_kind)


def smooth_shapes(sources: list[Source], *, by_kind: bool = True) -> Section:
    """Procedural shapes, by family or all together."""
    return Section("smooth shapes", sources, by_kind)


def hidden_parts(sources: list[Source], title: str = "hidden parts") -> Section:
    """Objects of solid parts of which others hide some, to be completed."""
    return Section(title, sources, tasks=("complete",))


def of_generator(
    task_name: str, data: Sequence[Path], count: int | None, runs: Path | None = None
) -> list[Section]:
    """Cases of the tasks of the part generator: unseen seeds and, where that is measured, objects
    of files. count : how many of each; what is usual for None. runs : of the ablations."""
    found = []
    for name in TASKS[task_name]:
        task = task_of(name, runs)
        own = list(task.own(count or task.count))
        found.append(Section(f"{task.heading}, unseen seeds", own, False, (name,)))
        if data and task.artists:
            artists = thin_out(uncovered(in_files(data)), count)
            found.append(Section(f"{task.heading}, artists' objects", artists, False, (name,)))
    return found


def uncovered(sources: Sequence[Source]) -> list[Source]:
    """Objects of files as their solid parts united, with the whole of each known."""
    return [Uncovered(source) for source in sources]


def whole_suite(data: Sequence[Path], shapes: int | None, limit: int | None) -> list[Section]:
    """Objects as they are, their fused copies and exact unions, and shapes from seeds that training
    never used; and solid parts of the objects, to be completed."""
    own = as_they_are(thin_out(in_files(data), limit))
    smooth = thin_out(procedural(shapes or PROCEDURAL), limit)
    hidden = hidden_parts(uncovered(own.sources))
    return [own, fused(own), united(own), smooth_shapes(smooth, by_kind=False), hidden]


def asked(task_name: str, section: Section) -> tuple[str, ...]:
    """Of what was asked for, what is measured on a section."""
    return tuple(task for task in TASKS[task_name] if task in section.tasks)


def tables(task_name: str, sections: Sequence[Section]) -> str:
    """All tables in Markdown; under a heading each where there are several."""
    found = []
    for section in sections:
        for task in asked(task_name, section):
            heading = f"## {section.title[:1].upper()}{section.title[1:]}: {HEADINGS[task]}\n\n"
            several = sum(len(asked(task_name, one)) for one in sections) > 1
            found.append((heading if several else "") + table(task, means(section.measured)))
    return "\n\n".join(found)


def figures(task_name: str, sections: Sequence[Section]) -> dict[str, Any]:
    """All figures for JSON: of the one section, or of each with its title."""
    if len(sections) == 1:
        return report(task_name, sections[0].measured)
    rows = [{"title": one.title, **report(task_name, one.measured)} for one in sections]
    return {"task": task_name, "sections": rows}


def write_report(
    folder: Path, task_name: str, sections: Sequence[Section], most_worst: int | None
) -> None:
    """Tables, figures, plots, and sheets of many and of the worst objects, in a folder."""
    write_text(folder / "table.md", tables(task_name, sections) + "\n")
    write_json(folder / "figures.json", figures(task_name, sections))
    for task in TASKS[task_name]:
        shown = [one for one in sections if task in one.tasks]
        if task in DRAWN:
            write_plot(folder / f"{task}.png", task, {one.title: one.measured for one in shown})
        for one in shown if task in SHEETS else ():
            write_sheet(folder / f"{task}-{one.slug}.png", task, one.measured)
            name = folder / f"{task}-{one.slug}-worst.png"
            write_sheet(name, task, one.measured, most_worst or WORST)
