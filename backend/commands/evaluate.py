# SPDX-License-Identifier: GPL-3.0-or-later
"""``evaluate``: figures on labelled objects, by kind of label."""

from __future__ import annotations

from argparse import Namespace

from ..errors import BadInput
from .console import Console
from .failures import OK, REFUSED


def run(options: Namespace, console: Console) -> int:
    """Run the command. Returns the exit status."""
    from ..evaluation.data import Fused, Source, in_files, procedural, thin_out
    from ..evaluation.runner import means, measure_all, report, table, write_sheet
    from ..files import write_json

    if bool(options.data) == (options.procedural is not None):
        raise BadInput("Nothing or too much to measure.", "Give DATA.npz or --procedural N.")
    if options.sheet is not None and options.task != "segment":
        raise BadInput("--sheet shows segments only.", "Use it with --task segment.")
    if options.fused or options.procedural is not None:
        _need_training_libraries()
    sources: list[Source]
    if options.procedural is not None:
        sources = procedural(options.procedural)
    else:
        sources = in_files(options.data)
    sources = thin_out(sources, options.limit)
    if options.fused:
        sources = [Fused(source) for source in sources]
    measured = measure_all(
        sources,
        options.task,
        seed=options.seed,
        engine=options.engine,
        jobs=options.jobs,
        draw=options.sheet is not None,
        progress=console.progress,
    )
    console.close()
    if options.report is not None:
        write_json(options.report, report(options.task, measured))
    if options.sheet is not None:
        write_sheet(options.sheet, measured)
    for one in measured:
        if one.trouble:
            console.warn(f"{one.name}: {one.trouble}")
    summary = means(measured)
    if not summary:
        console.warn("No object could be measured.")
        return REFUSED
    console.result(table(options.task, summary))
    good = sum(not one.trouble for one in measured)
    console.say(f"Measured {good} of {len(measured)} objects.")
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
