# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the judge of the learned engine: boosted trees on shapes and on the network's word.

The network knows whole objects but is sure of too much; the merge scores of the geometric engine
know clusters as shapes. The judge learns from both when to believe which, from states along
merges, as `merge_trainer` does. A network is surer of what it has learned from than of other
objects; so only examples held out from it are used here, other bodies of the families that it knows
(`--unseen`), and some of the bodies that it learned, of which there are many.

`python -m backend.training.judge_trainer --corpus build/corpus --unseen build/unseen --out
build/judge`
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats
from ..engines.learned import CHECKPOINT, MERGED_A_ROUND, chances, look_at, read_segmenter
from ..engines.loaded import loaded
from ..engines.scores import JUDGE, JUDGED, judged_features, save_models
from ..geometry.patches.clusters import Clusters
from ..geometry.patches.merging import agglomerate
from ..models.boosted import BoostedTrees
from .corpus import Example, example_paths, load
from .merge_trainer import KEPT, Piece, Samples, aggregated, in_processes, merge_rows
from .segmenter_data import HELD_OUT, fold
from .tree_report import TreeReport, best_stop, gathered, summary, tree_report

STEADY = ("procedural", "rig")  # kinds on which its loss is much the same, learned or held out
# How much an example of each kind counts; of artists' objects, few are left here.
KIND_SHARE = {
    "rig": 2.0,
    "nodes": 2.0,
    "groups": 2.0,
    "articulated_links": 2.0,
    "shells": 0.7,
    "materials": 0.4,
    "procedural": 1.0,
}


@dataclass(frozen=True)
class Prepared:
    """An example of coarse patches, with what the network says of them.

    Parameters
    ----------
    example : on the N coarse patches. evidence : (E,) of its borders. chances : (3, N, N) float32.
    """

    example: Example
    evidence: Floats
    chances: NDArray[np.float32]

    @property
    def state(self) -> Clusters:
        """The coarse patches, not merged yet."""
        chances = self.chances.astype(np.float64)
        return Clusters(self.example.graph, self.evidence, chances=chances)


def prepared(path: Path, weights: Path) -> Prepared:
    """Let the network look at an example."""
    example = load(path)
    graph = example.graph
    encoded = look_at(graph, np.zeros(len(graph.pair)), loaded(read_segmenter, weights))
    coarse = encoded.coarse
    return Prepared(
        replace(example, graph=coarse.graph, opinions=gathered(example, coarse.label)),
        coarse.evidence,
        chances(encoded).astype(np.float32),
    )


def chosen_paths(corpus: Path, learned: int, folds: int = HELD_OUT) -> list[Path]:
    """The examples to use: those held out from the network, and some of the steady kinds.

    learned : how many, at most, that the network has learned from. folds : of a hundred, held out.
    """
    held_out, known = [], []
    for path in example_paths(corpus):
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
        if fold(about["group"]) < folds:
            held_out.append(path)
        elif about["kind"] in STEADY:
            known.append(path)
    some = np.random.default_rng(0).permutation(len(known))[:learned]
    return sorted([*held_out, *(known[k] for k in some)])


def _rows_job(one: Prepared, own: int, noise: float, seed: int) -> Piece:
    model = KEPT.get(own)
    score = model.probability if model else None
    return merge_rows(one.example, one.state, score, noise, seed, judged_features, MERGED_A_ROUND)


def _test_job(one: Prepared, own: int) -> TreeReport:
    score = KEPT[own].probability
    tree = agglomerate(one.state, score, describe=judged_features, most=MERGED_A_ROUND)
    return tree_report(one.example, *tree)


def train(
    paths: list[Path], options: argparse.Namespace, say: Callable[[str], None]
) -> tuple[BoostedTrees, list[TreeReport]]:
    """The judge, and trees of examples that neither it nor the network had seen."""
    with ProcessPoolExecutor(options.jobs) as pool:
        weights = [options.segmenter] * len(paths)
        examples = list(pool.map(prepared, paths, weights, chunksize=8))
    groups = [one.example.group for one in examples]
    shuffled = sorted(set(groups), key=lambda group: zlib.crc32(group.encode()))
    place = {group: k % options.folds for k, group in enumerate(shuffled)}
    fold_of = [place[group] for group in groups]
    share = [KIND_SHARE[one.example.kind] for one in examples]
    say(f"{len(paths)} examples, {len(JUDGED)} features")

    models = aggregated(Samples(fold_of, share), _rows_job, (examples,), options, say)
    unseen = [
        k
        for k, group in enumerate(groups)
        if fold(group) < options.held_out and fold_of[k] in models
    ]
    columns = [examples[k] for k in unseen], [fold_of[k] for k in unseen]
    return models[-1], list(in_processes(models, options.jobs, _test_job, *columns))


def main(argv: list[str] | None = None) -> int:
    """Train, report by folds, and write the model."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.judge_trainer", description=__doc__
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--segmenter", type=Path, default=CHECKPOINT, help="weights of the network")
    parser.add_argument("--out", type=Path, required=True, help="folder for the trained arrays")
    parser.add_argument("--held-out", type=int, default=HELD_OUT, metavar="PERCENT")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2, help="of dataset aggregation")
    parser.add_argument("--merge-trees", type=int, default=200)
    parser.add_argument(
        "--unseen", type=Path, help="another corpus, from which the network has not learned"
    )
    parser.add_argument(
        "--learned", type=int, default=350, help="bodies that the network has learned from"
    )
    parser.add_argument("--test-folds", type=int, default=3, help="folds to report on")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(argv)
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started:6.0f} s] {text}", file=sys.stderr, flush=True)

    paths = chosen_paths(options.corpus, options.learned, options.held_out)
    paths += example_paths(options.unseen) if options.unseen else []
    if len(paths) < options.folds:
        parser.error(
            f"{options.corpus} has too few examples. Make them with "
            "python -m backend.training.corpus."
        )
    judge, reports = train(paths, options, say)
    stop = best_stop(reports) if reports else 0.5
    save_models(options.out / JUDGE.name, {"judge": judge}, JUDGED, stop)
    say(f"written to {options.out}, stop below {stop:.2f}")
    if reports:
        say(f"seen neither by the network nor by the judge\n{summary(reports, 1 - stop)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
