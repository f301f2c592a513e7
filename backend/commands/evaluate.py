# SPDX-License-Identifier: GPL-3.0-or-later
"""``evaluate``: figures on labelled objects, by kind of label and engine."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import TYPE_CHECKING

from ..contract.errors import BadInput
from ..contract.progress import Progress
from ..engines import registry
from .arguments import GENERATOR_TASKS
from .console import Console
from .failures import OK, REFUSED

if TYPE_CHECKING:
    from ..evaluation.runner import Measured
    from ..evaluation.suite import Section

SAME_TROUBLE = 3  # objects with one trouble that are named each


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    from ..evaluation.runner import Plan, measure_all
    from ..evaluation.suite import SEEN, asked

    if options.task == "generate":
        return _pictures(options, console)
    _check(options)
    asks = options.task in ("segment", "click", "stability", "all")
    engines = _engines(options.engine, console) if asks else ()
    _check_methods(options)
    draw = options.sheet is not None or options.report is not None
    sections = _sections(options)
    _prepare(options)
    began = time.monotonic()
    for section in sections:
        measuring = Progress(console.progress, f"Measuring: {section.title}")
        done = asked(options.task, section)
        who = engines if done[0] in SEEN else _methods(options, done[0])
        plan = Plan(done, who, options.seed, draw, options.weights, options.ablations)
        section.keep(measure_all(section.sources, plan, processes=options.jobs, progress=measuring))
    console.close()
    minutes = (time.monotonic() - began) / 60
    return _tell(options, console, sections, minutes)


def _pictures(options: Namespace, console: Console) -> int:
    """How parts made from pictures keep these."""
    from ..evaluation.generation import means, measure, pictures, table
    from ..files.readers import write_json

    others = (options.data, options.fused, options.united, options.sheet, options.plot,
              options.report, options.write, options.worst, options.limit,
              options.methods)  # fmt: skip
    if options.procedural is None or any(others):
        raise BadInput(
            "Parts from pictures are measured on procedural objects alone.",
            "Give --procedural N, and no data; --seed and --json go with it.",
        )
    _need_training_libraries()
    measuring = Progress(console.progress, "Measuring: parts from pictures")
    found = measure(pictures(options.procedural, options.seed), measuring)
    console.close()
    if options.figures is not None:
        write_json(options.figures, {"task": "generate", "means": means(found)})
    console.result(table(found))
    console.say(f"Measured {len(found)} pictures.")
    return OK


def _check(options: Namespace) -> None:
    """Raises BadInput for options that do not fit together."""
    suite, other = options.task == "all", options.fused or options.united
    if options.task in GENERATOR_TASKS:
        others = (other, options.sheet, options.plot, options.worst, options.procedural)
        if any(others) or (options.task == "ablations") != (options.ablations is not None):
            raise BadInput(
                "The part generator is measured on unseen seeds, and on objects of DATA.",
                "Give DATA.npz or nothing; --count, --weights and --methods go with it, and "
                "--ablations FOLDER with --task ablations.",
            )
        _need_training_libraries()
        return
    if suite and (not options.data or other):
        raise BadInput(
            "--task all measures objects of files, also fused and united.",
            "Give DATA.npz, without --fused and --united.",
        )
    if options.united and (options.fused or options.procedural is not None):
        raise BadInput(
            "Parts are united of objects of files, and of these alone.",
            "Give DATA.npz and --united, without --fused.",
        )
    if not suite and bool(options.data) == (options.procedural is not None):
        raise BadInput("Nothing or too much to measure.", "Give DATA.npz or --procedural N.")
    if options.sheet is not None and suite:
        raise BadInput("--sheet shows the results of one task.", "Use --report DIR.")
    if options.plot is not None and options.task not in ("segment", "click"):
        hint = "Use --report DIR." if suite else "Use it with --task segment or click."
        raise BadInput("--plot shows segments or clicks only.", hint)
    if options.task == "stability" and (options.sheet is not None or other):
        raise BadInput(
            "Of stability there is a table only, of objects as they are.",
            "Leave out --sheet, --fused and --united; --json FILE has the figures of each object.",
        )
    if other and options.task == "complete":
        raise BadInput(
            "Completion unites parts by itself, and of fused copies nobody knows what is hidden.",
            "Complete parts without --fused and --united.",
        )
    if options.sheet is not None:
        from ..pictures.preview import picture_format

        picture_format(options.sheet)
    if options.worst is not None and options.sheet is None and options.report is None:
        raise BadInput("--worst says how many a sheet shows.", "Add --sheet PNG or --report DIR.")
    alone = options.task in ("complete", "stability")
    if other or options.procedural is not None or suite or alone:
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


def _check_methods(options: Namespace) -> None:
    """Raises BadInput where --methods names something that the task, or completion, has not."""
    if options.task == "generator" and options.methods is not None:
        raise BadInput("Each task has methods of its own.", "Give --methods with one of them.")
    _methods(options, options.task if options.task in GENERATOR_TASKS[:-1] else "complete")


def _methods(options: Namespace, task: str) -> tuple[str, ...]:
    """Of the methods of a task those that are named; all that can be used where none is."""
    from ..evaluation.completers import chosen_methods, usual_methods
    from ..evaluation.generator_tasks import task_of

    if task in GENERATOR_TASKS:
        known = task_of(task, options.ablations).methods
        alone = options.task == task and options.methods is not None
        return chosen_methods(options.methods, known) if alone else known
    return usual_methods() if options.methods is None else chosen_methods(options.methods)


def _sections(options: Namespace) -> list[Section]:
    from ..evaluation.data import in_files, procedural, sculpted, thin_out, with_meshes
    from ..evaluation.suite import (
        as_they_are,
        fused,
        hidden_parts,
        of_generator,
        smooth_shapes,
        uncovered,
        united,
        whole_suite,
    )

    if options.task in GENERATOR_TASKS:
        return of_generator(options.task, options.data, options.count, options.ablations)
    if options.task == "all":
        suite = whole_suite(options.data, options.procedural, options.limit)
        if _generator_is_there(options):
            suite += of_generator("generator", options.data, options.count or options.limit)
        return suite
    if options.task == "complete":
        made = options.procedural is not None
        sources = sculpted(options.procedural) if made else uncovered(in_files(options.data))
        return [hidden_parts(thin_out(sources, options.limit))]
    if options.procedural is not None:
        section = smooth_shapes(thin_out(procedural(options.procedural), options.limit))
    else:
        told = with_meshes if options.task == "stability" else in_files
        section = as_they_are(thin_out(told(options.data), options.limit))
    if options.united:
        section = united(section)
    return [fused(section) if options.fused else section]


def _generator_is_there(options: Namespace) -> bool:
    """Whether there are weights of the part generator to be measured."""
    from ..evaluation.generator_objects import FLOW

    trouble = registry.obstacle(registry.named(FLOW))
    return options.weights is not None or trouble is None


def _prepare(options: Namespace) -> None:
    """Find out before the work whether its results can be written."""
    from ..evaluation.page import check_page
    from ..evaluation.plots import need_matplotlib
    from ..files.readers import make_folder

    if options.plot is not None or options.report is not None:
        need_matplotlib()
    if options.write is not None:
        check_page(options.write, options.task)
    if options.report is not None:
        make_folder(options.report)


def _tell(options: Namespace, console: Console, sections: list[Section], minutes: float) -> int:
    """Write and print what was measured. Returns the exit status."""
    from ..evaluation.page import contents, write_page
    from ..evaluation.plots import write_plot
    from ..evaluation.sheets import write_sheet
    from ..evaluation.suite import figures, tables, write_report
    from ..files.readers import write_json

    measured = [one for section in sections for one in section.measured]
    good = sum(not one.trouble for one in measured)
    if options.figures is not None:
        write_json(options.figures, figures(options.task, sections))
    for line in _troubles(measured):
        console.warn(line)
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
        write_page(options.write, contents(options.task, by_title, minutes))
    console.result(tables(options.task, sections))
    lasted = f" in {minutes:.0f} minutes" if options.task == "all" else ""
    parts = options.task in ("complete", *GENERATOR_TASKS)
    what = "parts" if parts else "objects"
    of_all = "" if parts else f" of {len(measured)}"
    console.say(f"Measured {good}{of_all} {what}{lasted}.")
    return OK


def _troubles(measured: list[Measured]) -> list[str]:
    """A line for each object that could not be measured; one for many with the same reason."""
    why: dict[str, list[str]] = {}
    for one in measured:
        if one.trouble:
            why.setdefault(one.trouble, []).append(one.name)
    return [
        line
        for reason, names in why.items()
        for line in (
            [f"{len(names)} objects: {reason}"]
            if len(names) > SAME_TROUBLE
            else [f"{name}: {reason}" for name in names]
        )
    ]


def _need_training_libraries() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("skimage", "igl") if find_spec(name) is None]
    if missing:
        raise BadInput(
            "Fused and procedural shapes and completed parts need libraries that only training "
            "uses: "
            f"{', '.join(missing)}.",
            "pip install --require-hashes -r requirements/train.lock",
        )
