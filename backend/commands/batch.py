# SPDX-License-Identifier: GPL-3.0-or-later
"""Many inputs in one call: found, checked before work begins, worked through, summed up.

A bad input does not stop the others. It is reported at the end, and the exit status says so.
"""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..contract.errors import BadInput, OutOfMemory, PartwiseError
from ..contract.progress import SILENT, Progress
from .console import Console
from .failures import OK, STOPPED, in_words, status
from .overwriting import refuse_overwriting
from .values import is_file_name

Row = dict[str, Any]
Work = Callable[[Any, Progress], Row]


@dataclass(frozen=True)
class Task:
    """One input, where its result goes, and the options of the call.

    Parameters
    ----------
    source : the mesh.
    name : what its outputs are called, without suffix; the stem of the source where that is free.
    target : the file or folder to write.
    options : of the command line.
    preview : the picture to write.
    remark : a sentence where the name is another than the stem, else empty.
    outputs : all files that may be written; where several variants are asked for, one of each.
    """

    source: Path
    name: str
    target: Path
    options: Namespace
    preview: Path | None = None
    remark: str = ""
    outputs: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Failure:
    """An input that could not be used, and why."""

    source: str
    error: PartwiseError


def numbered(target: Path, count: int) -> list[Path]:
    """The files of so many variants of what one alone would be: stem.1, stem.2, ..."""
    return [
        target.with_name(f"{target.stem}.{number + 1}{target.suffix}") for number in range(count)
    ]


def plan(
    options: Namespace,
    target: Callable[[str], Path],
    beside: Path | None = None,
    variants: int | None = None,
) -> list[Task]:
    """Tasks for the INPUT arguments, checked before any work begins.

    `target` gives the output for the name of a task, with `variants` that of which each has its
    number; `beside` is a file that is read with each input, or a folder of them. Inputs of equal
    stems get names of their own (:func:`names`).
    Raises BadInput when two inputs would write the same output all the same, when an output would
    replace what is read, or for a picture of an unknown format.
    """
    from ..files.readers import find_inputs

    sources = find_inputs(options.inputs)
    picture: Path | None = getattr(options, "preview", None)
    in_folder = picture is not None and not is_file_name(picture)
    if picture is not None and not in_folder:
        from ..pictures.preview import picture_format

        picture_format(picture)
    tasks = []
    for source, name in zip(sources, names(sources), strict=True):
        path = target(name)
        other = f"{path.name}, because another input is called {source.stem} as well."
        remark = "" if name == source.stem else f"Written as {other}"
        drawn = picture / f"{name}.png" if picture is not None and in_folder else picture
        outputs = [path] if variants is None else numbered(path, variants)
        tasks.append(Task(source, name, path, options, drawn, remark, tuple(outputs)))
    if picture is not None and not in_folder and len(tasks) > 1:
        raise BadInput(
            f"{len(tasks)} inputs cannot share the one picture {picture}.",
            "Give a folder with --preview.",
        )
    inputs = {os.path.realpath(source) for source in sources}
    seen: dict[str, Path] = {}
    for task in tasks:
        first = seen.setdefault(os.path.normcase(task.target), task.source)
        if first is not task.source:
            raise BadInput(
                f"{first} and {task.source} would both be written to {task.target}.",
                "Give a folder with -o, or give them in two calls.",
            )
        for path in task.outputs:
            if os.path.realpath(path) in inputs:
                own = os.path.realpath(task.source) == os.path.realpath(path)
                which = f"its own input {task.source}" if own else f"the input {path}"
                raise BadInput(f"The output would replace {which}.", "Choose another -o.")
    written = [path for task in tasks for path in (*task.outputs, task.preview)]
    refuse_overwriting(_files_of(beside), written)
    return tasks


def _files_of(beside: Path | None) -> list[Path]:
    """A file, or the files of a folder."""
    if beside is None or not beside.is_dir():
        return [] if beside is None else [beside]
    try:
        return list(beside.iterdir())
    except OSError as error:
        raise in_words(error) from error


def names(sources: Sequence[Path]) -> list[str]:
    """A name for the outputs of each source: its stem, or where that is taken one of its own.

    The first of several equal stems has it. The others are called by the whole name of the file
    where only they have that, else with the folder before it, else with a number; upper and lower
    case count as the same, as many disks do not tell them apart. The names depend on the inputs and
    their order alone.
    """
    files = Counter(source.name.casefold() for source in sources)
    first: dict[str, int] = {}
    for number, source in enumerate(sources):
        first.setdefault(source.stem.casefold(), number)
    taken = set(first)
    result = []
    for number, source in enumerate(sources):
        name = source.stem
        if first[name.casefold()] != number:
            folder = source.absolute().parent.name
            offers = [f"{folder}-{source.stem}", f"{folder}-{source.name}"]
            if files[source.name.casefold()] == 1:
                offers.insert(0, source.name)
            numbered = (f"{source.stem}-{k}" for k in itertools.count(2))
            name = next(n for n in itertools.chain(offers, numbered) if n.casefold() not in taken)
            taken.add(name.casefold())
        result.append(name)
    return result


def prepare_folders(folder: Path, tasks: Sequence[Task]) -> None:
    """Make the folders of outputs and pictures now: unwritable ones are refused before the work.

    They are not made when there is no source to read.
    """
    from ..files.readers import make_folder

    if any(task.source.is_file() for task in tasks):
        make_folder(folder)
        for task in tasks:
            if task.preview is not None:
                make_folder(task.preview.parent)


def run_batch(
    tasks: Sequence[Task],
    work: Work,
    describe: Callable[[Row], str],
    console: Console,
) -> int:
    """Work through `tasks`; print results as they come and the sum at the end.

    `work` is a module-level function (it may run in another process) from a task to a row of
    plain values; `describe` turns a row into the line for stdout. Returns the exit status.
    """
    options = tasks[0].options
    notices: set[str] = set()
    rows: list[Row] = []
    bad: list[Failure] = []
    open_tasks = []
    for task in tasks:
        if options.skip_existing and all(path.exists() for path in task.outputs):
            there = [str(path) for path in task.outputs]
            output = there[0] if task.outputs == (task.target,) else there
            rows.append({"input": str(task.source), "output": output, "skipped": True})
            verb = "exists" if len(there) == 1 else "exist"
            console.result(f"{task.source}: skipped, {', '.join(there)} {verb}")
        else:
            open_tasks.append(task)
    outcomes = _in_processes if options.jobs > 1 and len(open_tasks) > 1 else _in_turn
    for task, outcome in outcomes(open_tasks, work, console):
        if isinstance(outcome, PartwiseError):
            bad.append(Failure(str(task.source), outcome))
            continue
        row = {"input": str(task.source), "output": str(task.target), **outcome}
        if task.remark:
            row["warnings"] = [task.remark, *row.get("warnings", ())]
        rows.append(row)
        for warning in row.get("warnings", ()):
            console.warn(f"{task.source}: {warning}")
        notice = row.get("notice", "")
        if notice and notice not in notices:  # it is of this machine, not of one input
            notices.add(notice)
            console.warn(notice)
        console.result(describe(row))
    return _sum_up(rows, bad, console, debug=options.debug)


def engine_fields(engine: str, variant: int, notice: str) -> Row:
    """What a row says of the engine that ran; a notice only where there is one."""
    row: Row = {"engine": engine, "variant": variant}
    return row | {"notice": notice} if notice else row


def name_engine(row: Row) -> str:
    """The same in the line for people."""
    return f"engine {row['engine']}" + (f", variant {row['variant']}" if row["variant"] else "")


def _in_turn(
    tasks: Sequence[Task], work: Work, console: Console
) -> Iterator[tuple[Task, Row | PartwiseError]]:
    for number, task in enumerate(tasks, 1):
        console.say(f"[{number}/{len(tasks)}] {task.source}")
        yield task, _attempt(work, task, Progress(console.progress))
        console.end_progress()
        if number < len(tasks):
            gc.collect()  # one mesh in memory at a time


def _in_processes(
    tasks: Sequence[Task], work: Work, console: Console
) -> Iterator[tuple[Task, Row | PartwiseError]]:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children, get_context

    workers = min(tasks[0].options.jobs, len(tasks))
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_quietly)
    try:
        waiting = {pool.submit(_attempt, work, task, SILENT): task for task in tasks}
        for done, future in enumerate(as_completed(waiting), 1):
            try:
                outcome = future.result()
            except BrokenProcessPool:
                outcome = OutOfMemory("A worker process ended suddenly.", "Use a smaller --jobs.")
            console.progress("inputs", done, len(tasks))
            yield waiting[future], outcome
        pool.shutdown()
    except BaseException:
        for process in active_children():
            process.terminate()
        pool.shutdown(cancel_futures=True)
        raise


def _leave_quietly() -> None:
    """In a worker: a stop runs the clean-up of the file being written and prints no traceback."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(STOPPED))


def _attempt(work: Work, task: Task, progress: Progress) -> Row | PartwiseError:
    try:
        return work(task, progress)
    except Exception as error:
        return in_words(error)


def _sum_up(rows: Sequence[Row], bad: Sequence[Failure], console: Console, *, debug: bool) -> int:
    console.document = {
        "results": list(rows),
        "errors": [
            {
                "input": failure.source,
                "code": failure.error.code,
                "message": failure.error.message,
                "hint": failure.error.hint,
            }
            for failure in bad
        ],
    }
    console.close()
    written = sum(not row.get("skipped") for row in rows)
    skipped = len(rows) - written
    good = f"Wrote {_count(written, 'output')}" + (f", skipped {skipped}." if skipped else ".")
    if not bad:
        console.say(good)
        return OK
    for failure in bad:
        if debug and failure.error.detail:
            console.warn(failure.error.detail)
        if len(rows) + len(bad) > 1:
            console.warn(f"{failure.source}: {failure.error}")
    if len(rows) + len(bad) > 1:
        console.warn(f"{len(bad)} of {_count(len(rows) + len(bad), 'input')} failed. {good}")
    else:
        console.warn(str(bad[0].error))
    return min(status(failure.error) for failure in bad)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
