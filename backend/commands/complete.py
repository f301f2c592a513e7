# SPDX-License-Identifier: GPL-3.0-or-later
"""``complete``: whole parts of labelled meshes, as .npz files or as a GLB with a node each."""

from __future__ import annotations

import time
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..contract.errors import BadInput
from ..contract.progress import Progress
from ..machine.room import room
from .batch import Row, Task, plan, prepare_folders, run_batch
from .console import Console, names_written
from .shared_options import engine_options
from .values import is_file_name

if TYPE_CHECKING:
    from .complete_file import Completion, Completions


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    if options.labels is not None and not options.labels.exists():
        raise BadInput(f"The labels {options.labels} do not exist.", "Check the path.")
    one_file = options.output.suffix.lower() in (".npz", ".glb")
    if is_file_name(options.output) and not one_file:
        raise BadInput(
            f"Whole parts are written as .npz or .glb, not as '{options.output.suffix}'.",
            "Give -o a folder, or a name that ends in .npz or .glb.",
        )

    def target(name: str) -> Path:
        return Path(options.output) if one_file else options.output / f"{name}.npz"

    from ..pipelines.complete import MOST_ALTERNATIVES

    variants = None if options.variants is None else min(options.variants, MOST_ALTERNATIVES)
    tasks = plan(options, target, options.labels, variants)
    prepare_folders(options.output.parent if one_file else options.output, tasks)
    written: list[Path] = []  # of variants
    with names_written(console, written):
        return run_batch(tasks, partial(complete_file, written=written), _describe, console)


def _describe(row: Row) -> str:
    picture = f", picture {row['preview']}" if row["preview"] else ""
    if "variants" in row:
        closed = min(one["closed"] for one in row["variants"])
        count = len(row["variants"])
        return (
            f"{row['input']} -> {', '.join(row['output'])}: "
            f"{count} variant{'s' * (count != 1)} of {row['parts']} parts, {closed} of them closed"
            f"{' at least' * (count != 1)}, engine {row['engine']}, {row['seconds']} s{picture}"
        )
    return (
        f"{row['input']} -> {row['output']}: {row['parts']} parts, {row['closed']} of them closed, "
        f"{row['hidden']} grown, {row['new_faces']} new faces, "
        f"engine {row['engine']}, {row['seconds']} s{picture}"
    )


def complete_file(task: Task, progress: Progress, written: list[Path]) -> Row:
    """Complete the parts of one mesh and write them; of several variants, note what came."""
    from .complete_file import complete

    options, began = task.options, time.perf_counter()
    with room.allowed(options.memory):
        done = complete(
            task.source,
            task.target,
            labels=options.labels,
            name=task.name,
            how=options.complete,
            engine=options.engine,
            thicken=options.thicken,
            seed=options.seed,
            variants=len(task.outputs) if options.variants is not None else None,
            options=engine_options(options),
            preview=task.preview,
            progress=progress,
            written=written,
        )
    told = [_told(one, done.engine) for one in done.made]
    if options.variants is None:
        (own,) = told
    else:
        outputs = [str(one.file) for one in done.made]
        pairs = zip(outputs, done.made, told, strict=True)
        own = {
            "output": outputs,
            "variants": [{"output": file, "seed": one.seed, **row} for file, one, row in pairs],
        }
    row: Row = {
        "faces": done.faces,
        "parts": done.parts,
        **own,
        "engine": done.engine,
        "preview": None if task.preview is None else str(task.preview),
        "warnings": [*done.remarks, *_fewer(done, options.variants)],
        "seconds": round(time.perf_counter() - began, 2),
    }
    return row | {"notice": done.notice} if done.notice else row


def _told(one: Completion, engine: str) -> Row:
    return {
        "new_faces": one.new_faces,
        "closed": sum(bool(part["closed"]) for part in one.report),
        "hidden": sum(part["engine"] == engine != "cap" for part in one.report),
        "report": one.report,
    }


def _fewer(done: Completions, asked: int | None) -> list[str]:
    """What is said where there are fewer variants than were asked for."""
    count = len(done.made)
    if asked is None or count >= asked:
        return []
    number = "one" if count == 1 else str(count)
    if done.follows_seed:
        why = f"the engine makes {number} of this"
    elif done.engine == "cap":
        why = "caps are the same of every seed, so that there is one"
    else:
        why = f"the {done.engine} engine makes the same of every seed, so that there is one"
    return [f"{asked} variants were asked for; {why}."]
