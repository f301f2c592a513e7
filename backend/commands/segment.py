# SPDX-License-Identifier: GPL-3.0-or-later
"""``segment``: the part of each triangle, the merge tree, and answers to clicks, as .npz files."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput
from ..contract.progress import Progress
from .batch import Row, Task, engine_fields, name_engine, plan, prepare_folders, run_batch
from .console import Console
from .values import is_file_name

Query = tuple[NDArray[np.float64], NDArray[np.bool_]]  # points (N, 3), and which include (N,)


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    if options.clicks is not None and not options.clicks.exists():
        raise BadInput(f"The click file {options.clicks} does not exist.", "Check its path.")
    one_file = options.output.suffix.lower() == ".npz"
    if is_file_name(options.output) and not one_file:
        raise BadInput(
            f"Labels are written as .npz, not as '{options.output.suffix}'.",
            "Give -o a folder, or a name that ends in .npz.",
        )

    def target(name: str) -> Path:
        return Path(options.output) if one_file else options.output / f"{name}.npz"

    tasks = plan(options, target, beside=options.clicks)
    prepare_folders(options.output.parent if one_file else options.output, tasks)
    return run_batch(tasks, segment_file, _describe, console)


def _describe(row: Row) -> str:
    text = f"{row['input']} -> {row['output']}: {row['parts']} parts of {row['patches']} patches"
    queries = f", {row['queries']} queries answered" if "queries" in row else ""
    return f"{text}{queries}, {name_engine(row)}, {row['seconds']} s"


def segment_file(task: Task, progress: Progress) -> Row:
    """Segment one mesh and write its .npz."""
    from ..files.readers import read_mesh, write_arrays
    from ..pipelines import segment
    from ..pipelines.click import click
    from .hints import hints_of

    options, began = task.options, time.perf_counter()
    queries = None
    if options.clicks is not None:
        queries = read_clicks(options.clicks, task.name, task.source.stem)
    asset = read_mesh(task.source)
    found = segment.analyse(
        asset.vertices,
        asset.faces,
        seed=options.seed,
        engine=options.engine,
        hints=hints_of(asset, colours=options.colours),
        variant=options.variant,
        symmetric=options.symmetric,
        progress=progress,
    )
    face_labels = segment.labels(found, granularity=options.granularity, parts=options.parts)
    arrays: dict[str, NDArray[Any]] = {
        "labels": face_labels.astype(np.int32),
        "patch": found.patch.astype(np.int32),
        "tree_children": found.tree.children.astype(np.int32).reshape(-1, 2),
        "tree_height": found.tree.height.astype(np.float32),
        "engine": np.array(found.engine),
    }
    row: Row = {
        "faces": len(asset.faces),
        "parts": int(face_labels.max()) + 1,
        "patches": found.tree.leaf_count,
        **engine_fields(found.engine, options.variant, found.notice),
        "warnings": [*asset.remarks, *found.remarks],
    }
    if queries is not None:
        answers = [click(found, points, include) for points, include in queries]
        masks = [answer.mask for answer in answers]
        arrays["masks"] = np.array(masks, dtype=bool).reshape(len(masks), len(asset.faces))
        arrays["scores"] = np.array([answer.score for answer in answers], dtype=np.float32)
        row["queries"] = len(answers)
        row["warnings"] += [
            f"query {number}: {answer.warning}"
            for number, answer in enumerate(answers)
            if answer.warning
        ]
    write_arrays(task.target, arrays)
    row["seconds"] = round(time.perf_counter() - began, 2)
    return row


def read_clicks(path: Path, *names: str) -> list[Query]:
    """Queries of a click file, or of the first ``<name>.json`` that a folder of them holds.

    Raises BadInput when the file is missing, is no JSON, or is not of the form
    ``{"queries": [{"points": [[x, y, z], ...], "labels": [1, 0, ...]}, ...]}``.
    """
    files = [path / f"{name}.json" for name in names] if path.is_dir() else [path]
    file = next((file for file in files if file.is_file()), files[-1])
    hint = 'A click file is {"queries": [{"points": [[x, y, z]], "labels": [1]}]}.'
    try:
        queries = json.loads(file.read_text(encoding="utf-8"))["queries"]
    except FileNotFoundError:
        raise BadInput(f"There is no click file {file}.", hint) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput(f"{file} is not a click file.", hint) from None
    if not isinstance(queries, list):
        raise BadInput(f"'queries' in {file} is not a list.", hint)
    return [
        _read_query(query, f"Query {number} in {file}", hint)
        for number, query in enumerate(queries)
    ]


def _read_query(query: Any, name: str, hint: str) -> Query:
    from ..pipelines.click import checked_clicks

    if not isinstance(query, dict) or not {"points", "labels"} <= query.keys():
        raise BadInput(f"{name} has no 'points' and 'labels'.", hint)
    try:
        return checked_clicks(query["points"], query["labels"])
    except BadInput as error:
        raise BadInput(f"{name} cannot be answered: {error.message}", hint) from None
