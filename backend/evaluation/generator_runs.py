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
GUIDANCE = (1.0, 2.0, 4.0)  # by words
SPREADS = (0.2, 0.4, 0.7, 1.0)  # of the noise
BEGUN = (1.0, 0.9, 0.75, 0.6)  # levels from which parts that are remembered go on
SCALE, SPREAD, LEVEL = "guidance ", "spread ", "begun at "  # what names of these begin with
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
    """What is measured: the runs, scales of guidance, spreads, and levels to begin with."""
    asked = ((SCALE, GUIDANCE), (SPREAD, SPREADS), (LEVEL, BEGUN))
    ways = (f"{name}{value:g}" for name, values in asked for value in values)
    return (*runs(folder), *ways)


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
    """Parts of an object made anew by each run, scale of guidance, spread and level."""
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
    """The engine that is measured, asked in another way, of those that `methods` names."""
    flow = engine()
    start = next(start for start in (SCALE, SPREAD, LEVEL) if name.startswith(start))
    value = float(name.removeprefix(start))
    if start == LEVEL:
        return replace(flow, ways=replace(flow.ways, begun=value))
    ways = replace(flow.ways, begun=1.0)
    if start == SPREAD:
        return replace(flow, ways=replace(ways, spread=value))
    return replace(flow, ways=replace(ways, guidance=(value, flow.ways.guidance[1])))
