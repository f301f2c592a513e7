# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the flow that lack one mechanism each, measured on the same parts.

A folder holds a folder for each run, as its trainer wrote it: `flow.safetensors` and the losses of
held-out objects in `measured.jsonl`. Beside them the flow that is measured is asked with other
scales of guidance, and to begin nearer to what it remembers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..checkpoints.load import weights
from ..contract.errors import BadInput
from ..engines.flow import Flow
from ..engines.part_making import Ways
from ..latents.part_generator import OPS, PartGenerator
from ..models.partflow import PartFlow, PartFlowConfig, shapes
from .completion import Figures
from .data import Labelled
from .generator_objects import engine
from .generator_parts import Rows, regenerated_by

FILE, LOG = "flow.safetensors", "measured.jsonl"
GUIDANCE = (1.0, 1.75, 2.5, 4.0)  # by words
BEGUN = (1.0, 0.9, 0.75, 0.6)  # levels from which parts that are remembered go on
SCALE, LEVEL = "guidance ", "begun at "  # what the names of scales and of levels begin with
HELD = {"held own": "held_own", "held all": "held_all"}  # losses of the log -> figures


def runs(folder: Path) -> dict[str, Path]:
    """The runs of a folder by name. Raises BadInput where there is none."""
    found = {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{FILE}"))}
    if not found:
        raise BadInput(
            f"{folder} holds no runs.", f"Give a folder of folders that hold {FILE} each."
        )
    return found


def methods(folder: Path) -> tuple[str, ...]:
    """What is measured: the runs, scales of guidance, and levels to begin with."""
    scales = (f"{SCALE}{scale:g}" for scale in GUIDANCE)
    return (*runs(folder), *scales, *(f"{LEVEL}{level:g}" for level in BEGUN))


@cache
def run_engine(folder: Path) -> Flow:
    """The engine with the flow of a run, and the autoencoder that is measured. Raises
    WeightsMissing or WeightsCorrupt."""
    with weights(folder / FILE, f"the run {folder.name}") as found:
        config = PartFlowConfig(**json.loads(found.about["config"]))
        arrays = {name: found.arrays[name].astype("float32") for name in found.arrays}
        arrays = replace(found, arrays=arrays).exactly(shapes(config))
    generator = PartGenerator(engine().generator.autoencoder, PartFlow(config, arrays, OPS))
    return Flow(generator, Ways(begun=1.0))


def losses(folder: Path) -> Figures:
    """Of held-out objects, at the end of a run; NaN where it has none."""
    path = folder / LOG
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    last = json.loads(lines[-1]) if lines else {}
    return {figure: float(last.get(key, math.nan)) for key, figure in HELD.items()}


def ablated(item: Labelled, names: Sequence[str], seed: int, folder: Path) -> Rows:
    """Parts of an object made anew by each run, scale of guidance and level."""
    found: Rows = {}
    known = runs(folder)
    for name in names:
        if name in known:
            flow, told = run_engine(known[name]), losses(known[name])
        else:
            flow, told = asked(name), dict.fromkeys(HELD.values(), math.nan)
        rows = regenerated_by(item, flow, seed)
        found[name] = {part: figures | told for part, figures in rows.items()}
    return found


def asked(name: str) -> Flow:
    """The engine that is measured, with another scale of guidance by words, or another level."""
    flow = engine()
    if name.startswith(LEVEL):
        ways = replace(flow.ways, begun=float(name.removeprefix(LEVEL)))
    else:
        guidance = (float(name.removeprefix(SCALE)), flow.ways.guidance[1])
        ways = replace(flow.ways, guidance=guidance, begun=1.0)
    return replace(flow, ways=ways)
