# SPDX-License-Identifier: GPL-3.0-or-later
"""``evaluate``: figures on labelled objects, by kind of label and engine."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import TYPE_CHECKING

from ..contract.errors import BadInput
from ..contract.progress import Progress
from ..engines import registry
from .console import Console
from .failures import OK, REFUSED

if TYPE_CHECKING:
    from ..evaluation.suite import Section


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    from ..evaluation.runner import TASKS, Plan, measure_all

    _check(options)
    engines = ("none",) if options.task == "complete" else _engines(options.engine, console)
    draw = options.sheet is not None or options.report is not None
    plan = Plan(TASKS[options.task], engines, options.seed, draw)
    sections = _sections(options)
    _prepare(options)
    began = time.monotonic()
    for section in sections:
        measuring = Progress(console.progress, f"Measuring: {section.title}")
        section.keep(measure_all(section.sources, plan, processes=options.jobs, progress=measuring))
    console.close()
    minutes = (time.monotonic() - began) / 60
    return _tell(options, console, sections, minutes)


def _check(options: Namespace) -> None:
    """Raises BadInput for options that do not fit together."""
    suite = options.task == "all"
    if suite and (not options.data or options.fused):
        raise BadInput(
            "--task all measures objects of files, also fused.", "Give DATA.npz, without --fused."
        )
    if not suite and bool(options.data) == (options.procedural is not None):
        raise BadInput("Nothing or too much to measure.", "Give DATA.npz or --procedural N.")
    pictures = [name for name in ("sheet", "plot") if getattr(options, name) is not None]
    if pictures and options.task not in ("segment", "click"):
        hint = "Use --report DIR." if suite else "Use it with --task segment or click."
        raise BadInput(f"--{pictures[0]} shows segments or clicks only.", hint)
    if options.sheet is not None:
        from ..pictures.preview import picture_format

        picture_format(options.sheet)
    if options.worst is not None and options.sheet is None and options.report is None:
        raise BadInput("--worst says how many a sheet shows.", "Add --sheet PNG or --report DIR.")
    if options.write is not None and options.task == "complete":
        raise BadInput(
            "--write compares engines, and caps need none.", "Use it with another --task."
        )
    if options.fused or options.procedural is not None or suite:
        _need_training_libraries()


def _engines(text: str, console: Console) -> tuple[str, ...]:
    """The engines that are named, which can all run; ``auto`` is the name of another."""
    found = []
    for name in text.split(","):
        chosen = registry.choose(name.strip(), "segment")
        if chosen.notice:
            console.warn(chosen.notice)
        found.append(chosen.about.name)
    return tuple(dict.fromkeys(found))


def _sections(options: Namespace) -> list[Section]:
    from ..evaluation.data import in_files, procedural, thin_out
    from ..evaluation.suite import as_they_are, fused, smooth_shapes, whole_suite

    if options.task == "all":
        return whole_suite(options.data, options.procedural, options.limit)
    if options.procedural is not None:
        section = smooth_shapes(thin_out(procedural(options.procedural), options.limit))
    else:
        section = as_they_are(thin_out(in_files(options.data), options.limit))
    return [fused(section) if options.fused else section]


def _prepare(options: Namespace) -> None:
    """Find out before the work whether its results can be written."""
    from ..evaluation.page import check_page
    from ..evaluation.plots import need_matplotlib
    from ..files.readers import make_folder

    if options.plot is not None or options.report is not None:
        need_matplotlib()
    if options.write is not None:
        check_page(options.write)
    if options.report is not None:
        make_folder(options.report)


def _tell(options: Namespace, console: Console, sections: list[Section], minutes: float) -> int:
    """Write and print what was measured. Returns the exit status."""
    from ..evaluation.page import content, write_page
    from ..evaluation.plots import write_plot
    from ..evaluation.sheets import write_sheet
    from ..evaluation.suite import figures, tables, write_report
    from ..files.readers import write_json

    measured = [one for section in sections for one in section.measured]
    good = sum(not one.trouble for one in measured)
    if options.figures is not None:
        write_json(options.figures, figures(options.task, sections))
    for one in measured:
        if one.trouble:
            console.warn(f"{one.name}: {one.trouble}")
    if not good:
        console.warn("No object could be measured.")
        return REFUSED
    by_title = {section.title: section.measured for section in sections}
    if options.sheet is not None:
        write_sheet(options.sheet, options.task, measured, options.worst)
    if options.plot is not None:
        write_plot(options.plot, options.task, by_title)
    if options.report is not None:
        write_report(options.report, options.task, sections, options.worst)
    if options.write is not None:
        write_page(options.write, content(by_title, minutes))
    console.result(tables(options.task, sections))
    lasted = f" in {minutes:.0f} minutes" if options.task == "all" else ""
    console.say(f"Measured {good} of {len(measured)} objects{lasted}.")
    return OK


def _need_training_libraries() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("skimage", "igl") if find_spec(name) is None]
    if missing:
        raise BadInput(
            "Fused and procedural shapes need libraries that only training uses: "
            f"{', '.join(missing)}.",
            "pip install --require-hashes -r requirements/train.lock",
        )
