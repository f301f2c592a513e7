# SPDX-License-Identifier: GPL-3.0-or-later
"""``complete``: whole parts of labelled meshes, as .npz files or as a GLB with a node each."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path

from ..contract.errors import BadInput
from ..contract.progress import Progress
from ..machine.room import room
from .batch import Row, Task, plan, prepare_folders, run_batch
from .console import Console
from .shared_options import engine_options
from .values import is_file_name


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

    tasks = plan(options, target, beside=options.labels)
    prepare_folders(options.output.parent if one_file else options.output, tasks)
    return run_batch(tasks, complete_file, _describe, console)


def _describe(row: Row) -> str:
    picture = f", picture {row['preview']}" if row["preview"] else ""
    return (
        f"{row['input']} -> {row['output']}: {row['parts']} parts, {row['closed']} of them closed, "
        f"{row['hidden']} grown, {row['new_faces']} new faces, "
        f"engine {row['engine']}, {row['seconds']} s{picture}"
    )


def complete_file(task: Task, progress: Progress) -> Row:
    """Complete the parts of one mesh and write them."""
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
            options=engine_options(options),
            preview=task.preview,
            progress=progress,
        )
    row: Row = {
        "faces": done.faces,
        "new_faces": done.new_faces,
        "parts": done.parts,
        "closed": sum(bool(part["closed"]) for part in done.report),
        "hidden": sum(part["engine"] == done.engine != "cap" for part in done.report),
        "engine": done.engine,
        "report": done.report,
        "preview": None if task.preview is None else str(task.preview),
        "warnings": list(done.remarks),
        "seconds": round(time.perf_counter() - began, 2),
    }
    return row | {"notice": done.notice} if done.notice else row
