# SPDX-License-Identifier: GPL-3.0-or-later
"""``decompose``: a GLB of named parts for each input."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path

from ..errors import BadInput
from .batch import (
    Progress,
    Row,
    Task,
    check_stems,
    check_target,
    find_sources,
    make_folder,
    run_batch,
)
from .console import Console

OTHER_FORMATS = {".gltf", ".obj", ".ply", ".stl", ".off", ".npz", ".fbx", ".blend", ".usd", ".zip"}


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    if options.complete == "generate":
        raise BadInput(
            "Generating hidden surfaces needs a completion model, and none is installed.",
            "Use --complete cap, which closes each part where it was cut.",
        )
    sources, failures = find_sources(options.inputs)
    one_file = options.output.suffix.lower() == ".glb" and not options.split_files
    if one_file and len(sources) + len(failures) > 1:
        raise BadInput(
            f"{len(sources)} inputs cannot share the one file {options.output}.",
            "Give a folder with -o.",
        )
    if options.output.suffix.lower() in OTHER_FORMATS:
        raise BadInput(
            f"Parts are written as GLB, not as '{options.output.suffix}'.",
            "Give -o a name that ends in .glb, or a folder.",
        )
    if options.preview is not None and _one_picture(options) and len(sources) > 1:
        raise BadInput(
            f"{len(sources)} inputs cannot share the one picture {options.preview}.",
            "Give a folder with --preview.",
        )
    check_stems(sources)
    tasks = [Task(path, _target(path, options, one_file), options) for path in sources]
    for task in tasks:
        check_target(task)
    make_folder(options.output.parent if one_file else options.output)
    if options.preview is not None:
        make_folder(options.preview.parent if _one_picture(options) else options.preview)
    return run_batch(tasks, decompose_file, _describe, console, failures=failures)


def _target(source: Path, options: Namespace, one_file: bool) -> Path:
    if one_file:
        return Path(options.output)
    name = source.stem if options.split_files else f"{source.stem}.glb"
    return Path(options.output) / name


def _one_picture(options: Namespace) -> bool:
    return bool(options.preview.suffix.lower() == ".png")


def _describe(row: Row) -> str:
    closed = f", {row['closed']} of them closed" if row["closed"] is not None else ""
    picture = f", picture {row['preview']}" if row["preview"] else ""
    return (
        f"{row['input']} -> {row['output']}: {row['parts']} parts{closed}, "
        f"engine {row['engine']}, {row['seconds']} s{picture}"
    )


def decompose_file(task: Task, progress: Progress) -> Row:
    """Decompose one mesh and write its parts."""
    from ..pipelines.decompose import decompose

    options, began = task.options, time.perf_counter()
    preview = options.preview
    if preview is not None and not _one_picture(options):
        preview = preview / f"{task.source.stem}.png"
    done = decompose(
        task.source,
        task.target,
        granularity=options.granularity,
        parts=options.parts,
        complete=options.complete,
        engine=options.engine,
        seed=options.seed,
        split_files=options.split_files,
        preview=preview,
        progress=progress,
    )
    return {
        "faces": done.faces,
        "parts": done.parts,
        "patches": done.patches,
        "closed": done.closed,
        "engine": done.engine,
        "preview": None if preview is None else str(preview),
        "warnings": list(done.remarks),
        "seconds": round(time.perf_counter() - began, 2),
    }
