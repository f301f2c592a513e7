# SPDX-License-Identifier: GPL-3.0-or-later
"""``decompose``: a GLB of named parts for each input."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path

from ..contract.errors import BadInput
from ..contract.name_templates import checked
from ..contract.progress import Progress
from .batch import Row, Task, engine_fields, name_engine, plan, prepare_folders, run_batch
from .console import Console
from .overwriting import refuse_overwriting
from .values import is_file_name


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    if is_file_name(options.output) and not _one_file(options):
        raise BadInput(
            f"Parts are written as GLB, not as '{options.output.suffix}'.",
            "Give -o a name that ends in .glb, or a folder.",
        )
    checked(options.names)
    if options.split_files and options.output.suffix.lower() == ".glb":
        raise BadInput(
            f"--split-files writes a folder of files, and {options.output} names one file.",
            "Give -o a folder.",
        )
    tasks = plan(options, lambda name: _target(name, options))
    if options.split_files:  # what such a folder held before goes
        sources = [task.source for task in tasks]
        refuse_overwriting(sources, (task.target / path.name for task in tasks for path in sources))
    prepare_folders(options.output.parent if _one_file(options) else options.output, tasks)
    return run_batch(tasks, decompose_file, _describe, console)


def _one_file(options: Namespace) -> bool:
    return options.output.suffix.lower() == ".glb"


def _target(name: str, options: Namespace) -> Path:
    if _one_file(options):
        return Path(options.output)
    return Path(options.output) / (name if options.split_files else f"{name}.glb")


def _describe(row: Row) -> str:
    closed = f", {row['closed']} of them closed" if row["closed"] is not None else ""
    picture = f", picture {row['preview']}" if row["preview"] else ""
    return (
        f"{row['input']} -> {row['output']}: {row['parts']} parts{closed}, "
        f"{name_engine(row)}, {row['seconds']} s{picture}"
    )


def decompose_file(task: Task, progress: Progress) -> Row:
    """Decompose one mesh and write its parts."""
    from .decompose_file import decompose

    options, began = task.options, time.perf_counter()
    done = decompose(
        task.source,
        task.target,
        granularity=options.granularity,
        parts=options.parts,
        complete=options.complete,
        smooth=options.smooth_borders,
        engine=options.engine,
        seed=options.seed,
        variant=options.variant,
        symmetric=options.symmetric,
        colours=options.colours,
        split_files=options.split_files,
        names=options.names,
        preview=task.preview,
        progress=progress,
    )
    return {
        "faces": done.faces,
        "parts": done.parts,
        "names": list(done.names),
        "patches": done.patches,
        "closed": done.closed,
        **engine_fields(done.engine, options.variant, done.notice),
        "preview": None if task.preview is None else str(task.preview),
        "warnings": list(done.remarks),
        "seconds": round(time.perf_counter() - began, 2),
    }
