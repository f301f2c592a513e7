# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the fields of the hidden engine hold whole parts: IoU on a grid, by hidden share.

`python -m backend.training.completer_report --data build/completer` measures the winding number
alone, with lent surface, and with the network, on objects that neither were trained on nor chose
what ships, straight from the fields, without a surface made of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..contract.arrays import Floats
from ..engines.hidden import CHECKPOINT, Hidden, HiddenWholes, read_completer
from ..engines.visible_part import lattice
from ..geometry.winding import WindingNumber
from ..shapes.labelled import face_areas
from .completer_data import REPORTED, TrueObject, about_object, load_object, use_of

CELLS = 64  # along the object's longest side, as others report it
PLACES = 4000  # of its cells that a part is measured at, drawn at random where there are more
LEAST_VISIBLE = 0.01  # of the visible area that a part has that is measured
BINS = (0.02, 0.08, 0.2, 0.4, 1.01)  # of the hidden share of a part's area


def part_iou(true: TrueObject, part: int, survey: HiddenWholes, inside: Floats) -> float:
    """IoU of what is said and the true whole part at the middles of a grid over the object.

    inside : (CELLS**3,) winding number of the object there.
    """
    points = cells()
    whole = true.wholes[part]
    low, high = whole.vertices.min(0), whole.vertices.max(0)
    seen = survey.seen(part)
    if seen is not None:
        low, high = np.minimum(low, seen.low), np.maximum(high, seen.high)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1) & (inside > 0.5))
    near = np.random.default_rng(part).permutation(near)[:PLACES]
    truth = WindingNumber(whole.vertices, whole.faces)(points[near]) > 0.5
    said = np.zeros(len(near), dtype=bool)
    if seen is not None:
        reached = ((points[near] >= seen.low) & (points[near] <= seen.high)).all(axis=1)
        said[reached] = survey.logits(seen, points[near[reached]], inside[near[reached]]) > 0
    return float((truth & said).sum() / max(int((truth | said).sum()), 1))


def cells() -> Floats:
    """The middles of the grid's cells over an object of unit size: (CELLS**3, 3)."""
    return lattice(np.full(3, 0.5 / CELLS - 0.5), 1 / CELLS, np.full(3, CELLS))


def measure(
    true: TrueObject, engines: Sequence[Hidden], least: float = BINS[0]
) -> list[tuple[float, list[float], list[float]]]:
    """For each part with something hidden: hidden share, IoU and seconds of each engine."""
    points = cells()
    inside = WindingNumber(true.vertices, true.faces)(points)
    rows = []
    surveys = []
    for engine in engines:
        surveys.append(engine.survey(true.vertices, true.faces, true.labels.astype(np.int32)))
    visible = np.bincount(true.labels, face_areas(true.vertices, true.faces), len(true.hidden))
    shown = visible >= LEAST_VISIBLE * visible.sum()
    for part in np.flatnonzero((true.hidden >= least) & shown):
        scores, seconds = [], []
        for survey in surveys:
            begun = time.process_time()
            scores.append(part_iou(true, int(part), survey, inside))
            seconds.append(time.process_time() - begun)
        rows.append((float(true.hidden[part]), scores, seconds))
    return rows


def table(rows: Sequence[tuple[float, list[float], list[float]]], names: Sequence[str]) -> str:
    """The mean IoU by hidden share, with its standard error, in Markdown."""
    lines = ["| hidden share | parts | " + " | ".join(names) + " |"]
    lines.append("| --- | ---: |" + " ---: |" * len(names))
    share = np.array([row[0] for row in rows])
    scores = np.array([row[1] for row in rows]).reshape(len(rows), len(names))
    for low, high in [*pairwise(BINS), (BINS[0], BINS[-1])]:
        mine = (share >= low) & (share < high)
        if mine.any():
            error = scores[mine].std(axis=0) / np.sqrt(mine.sum())
            both = zip(scores[mine].mean(axis=0), error, strict=True)
            means = " | ".join(f"{value:.3f} ± {off:.3f}" for value, off in both)
            lines.append(f"| {low:.0%} to {min(high, 1):.0%} | {mine.sum()} | {means} |")
    seconds = np.array([row[2] for row in rows]).mean(axis=0)
    lines.append("| seconds a part | | " + " | ".join(f"{s:.2f}" for s in seconds) + " |")
    return "\n".join(lines)


def held_out(folder: Path, kinds: Sequence[str] = (), made: bool = False) -> list[Path]:
    """Objects that are only reported, those of artists as they are or all.

    kinds : of parts; without any, all. made : sculptures and copies as well.
    """
    paths = []
    for path in sorted((folder / "objects").glob("*.npz")):
        if not made and (path.stem.startswith("shape") or "copy" in path.stem):
            continue
        group, kind = about_object(path)
        if use_of(group) == REPORTED and (not kinds or kind in kinds):
            paths.append(path)
    return paths


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--weights", type=Path, nargs="+", default=[CHECKPOINT], metavar="FILE")
    parser.add_argument("--limit", type=int, default=1000, metavar="N", help="objects at most")
    parser.add_argument("--all", action="store_true", help="sculptures and copies as well")
    parser.add_argument("--kinds", nargs="+", default=[], metavar="KIND", help="nodes, shells, ...")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="parts that are named")
    options = parser.parse_args(argv)
    engines = {"winding number": Hidden(None, lend=False), "lent": Hidden(None)}
    for path in options.weights:
        name = "network" if path == CHECKPOINT else path.parent.name + "/" + path.stem
        engines[name] = Hidden(read_completer(path))
    rows, names = [], []
    for path in held_out(options.data, options.kinds, options.all)[: options.limit]:
        found = measure(load_object(path), list(engines.values()))
        rows += found
        names += [path.stem] * len(found)
    print(table(rows, list(engines)))
    worst = sorted((row[1][-1], row[0], name) for row, name in zip(rows, names, strict=True))
    for score, hidden, name in worst[: options.worst]:
        print(f"{score:.3f} with {hidden:.0%} hidden, of {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
