# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the merge scores of the geometric engine from a corpus of patch graphs.

Two models of boosted trees, both asked by `pair_features`: the border model says from two patches
alone whether they are of one part; the merge model says it of two clusters, with the border
model's word among its features. The merge model learns from states along merges that earlier
versions of itself made (dataset aggregation, Ross et al. 2011), and both see out-of-fold evidence,
so that neither learns to trust itself more than it should on objects it has not seen.

The target is soft: the chance that a random face of one cluster and one of the other share a part,
averaged over the opinions. Merging two clusters lowers the expected Rand error exactly when that
chance is above one half, so the target is also the stopping rule.

`python -m backend.training.merge_trainer --corpus build/corpus --out backend/weights/merging`
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..contract.arrays import Floats, Singles
from ..engines.scores import GEOMETRIC, save_models
from ..geometry.patches import cues
from ..geometry.patches.clusters import Clusters
from ..geometry.patches.merging import MERGED_A_ROUND, Describe, Merging, Score, agglomerate
from ..geometry.patches.pair_features import FEATURES, pair_features
from ..models.boosted import BoostedTrees, logit
from .corpus import Example, example_paths, load
from .tree_report import KIND_WEIGHT, TreeReport, best_stop, gathered, summary, tree_report

Piece = tuple[Singles, Floats, Floats]
"""Rows to learn from, their targets and weights."""
Models = dict[int, BoostedTrees]
T = TypeVar("T")

DEPTH = 6
PAIRS_A_ROUND = 10


def cluster_agreement(
    tables: list[Floats], weights: list[float], one: Floats, two: Floats
) -> Floats:
    """Chance that random faces of two clusters share a part: (N,).

    tables : for each opinion (C, K) face counts; one, two : (N,) cluster numbers.
    """
    chance = np.zeros(len(one))
    for table, weight in zip(tables, weights, strict=True):
        share = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9)
        chance += weight * np.einsum("ij,ij->i", share[one], share[two])
    return chance


def border_rows(example: Example) -> tuple[Singles, Floats]:
    """Features and targets of the borders of an example's patches."""
    state = Clusters(example.graph)
    rows = pair_features(state, np.ones(len(state.pair), dtype=bool))
    first, second = state.pair.T
    return rows, cluster_agreement(example.opinions, example.weights, first, second)


def merge_rows(
    example: Example,
    state: Clusters,
    score: Score | None,
    noise: float,
    seed: int,
    describe: Describe = pair_features,
    most: float = MERGED_A_ROUND,
) -> Piece:
    """Features, targets and weights of states along a merging of an example, from `state` on.

    score : the policy that orders the merges; None follows the truth. noise : standard deviation
    that is added to the logit, for variety. describe : the features of pairs. most : share of the
    clusters to merge in each round.
    """
    rng = np.random.default_rng(seed)
    total = state.totals[cues.FACES]
    merging = Merging(state, describe)
    rows, targets, weights = [], [], []
    while state.count > 1:
        stale = merging.refresh()
        target = cluster_agreement(gathered(example, state.label), example.weights, *state.pair.T)
        if score is None:
            merging.values = target
        else:
            merging.values[stale] = score(merging.rows[stale])
        value = logit(merging.values) + noise * rng.normal(size=len(target))
        count = min(PAIRS_A_ROUND, len(target))
        likely = np.argsort(-value)[: count // 2]
        chosen = np.unique(np.concatenate([likely, rng.choice(len(target), count, replace=False)]))
        share = state.moments[:, cues.FACES] / total
        a, b = state.pair[chosen].T
        rows.append(merging.rows[chosen])
        targets.append(target[chosen])
        weights.append(np.sqrt(np.sqrt(share[a] * share[b]) + 1e-3))
        merging.advance(value, 0, most)
    return np.concatenate(rows), np.concatenate(targets), np.concatenate(weights)


# Worker processes keep the models of a round here; they are large and every job needs them.
KEPT: Models = {}


def keep_models(models: Models) -> None:
    """Keep the models of a round, by fold, in `KEPT`."""
    KEPT.clear()
    KEPT.update(models)


def in_processes(
    models: Models, jobs: int, job: Callable[..., T], *columns: Iterable
) -> Iterator[T]:
    """What a job gives for each row of the columns, in processes that keep these models."""
    with ProcessPoolExecutor(jobs, initializer=keep_models, initargs=(models,)) as pool:
        yield from pool.map(job, *columns, chunksize=8)


def _rows_job(path: Path, evidence: Floats, fold: int, noise: float, seed: int) -> Piece:
    model, example = KEPT.get(fold), load(path)
    state = Clusters(example.graph, evidence)
    return merge_rows(example, state, model.probability if model else None, noise, seed)


def _test_job(path: Path, evidence: Floats, fold: int) -> TreeReport:
    example = load(path)
    return tree_report(
        example, *agglomerate(Clusters(example.graph, evidence), KEPT[fold].probability)
    )


def fit(rows: Singles, target: Floats, weight: Floats, trees: int, seed: int) -> BoostedTrees:
    """Boosted trees for a soft target in 0..1, by LightGBM with cross-entropy."""
    import lightgbm

    data = lightgbm.Dataset(rows, target, weight=weight, free_raw_data=True)
    booster = lightgbm.train(
        {
            "objective": "cross_entropy",
            "learning_rate": 0.06,
            "num_leaves": 48,
            "max_depth": DEPTH,
            "min_data_in_leaf": 200,
            "feature_fraction": 0.4,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "lambda_l2": 5.0,
            "max_bin": 127,
            "seed": seed,
            "deterministic": True,
            "force_col_wise": True,
            "verbose": -1,
            "num_threads": 1,
        },
        data,
        trees,
    )
    return packed(booster.dump_model(), DEPTH)


def packed(model: dict, depth: int) -> BoostedTrees:
    """A LightGBM model as full binary trees of one depth."""
    count, inner = len(model["tree_info"]), 2**depth - 1
    feature = np.zeros((count, inner), dtype=np.int16)
    threshold = np.full((count, inner), np.inf, dtype=np.float32)
    leaf = np.zeros((count, inner + 1), dtype=np.float32)

    def walk(tree: int, node: dict, at: int, level: int) -> None:
        if "split_feature" not in node:
            # All leaves below a leaf that comes early hold its value.
            first = (at + 1) * 2 ** (depth - level) - 1 - inner
            leaf[tree, first : first + 2 ** (depth - level)] = node["leaf_value"]
            return
        feature[tree, at] = node["split_feature"]
        # Rounded up to float32, a value that went left still goes left.
        limit = np.float32(node["threshold"])
        threshold[tree, at] = (
            np.nextafter(limit, np.float32(np.inf)) if limit < node["threshold"] else limit
        )
        walk(tree, node["left_child"], 2 * at + 1, level + 1)
        walk(tree, node["right_child"], 2 * at + 2, level + 1)

    for tree, info in enumerate(model["tree_info"]):
        walk(tree, info["tree_structure"], 0, 0)
    return BoostedTrees(feature, threshold, leaf)


@dataclass
class Samples:
    """Rows to learn from, by example.

    Parameters
    ----------
    fold : fold of each example. share : how much each example counts as a whole.
    rows, targets, weights : for each example pieces of (N, features), (N,) and (N,).
    """

    fold: list[int]
    share: list[float]
    rows: list[list[Singles]] = field(default_factory=list)
    targets: list[list[Floats]] = field(default_factory=list)
    weights: list[list[Floats]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for pieces in (self.rows, self.targets, self.weights):
            pieces.extend([] for _ in self.fold)

    def __len__(self) -> int:
        return sum(len(rows) for pieces in self.rows for rows in pieces)

    def add(self, example: int, rows: Singles, targets: Floats, weights: Floats) -> None:
        """One more piece for an example."""
        self.rows[example].append(rows)
        self.targets[example].append(targets)
        self.weights[example].append(weights)

    def models(self, folds: list[int], trees: int, jobs: int) -> Models:
        """A model for each fold, side by side: LightGBM leaves Python's lock while it works."""
        with ThreadPoolExecutor(jobs) as pool:
            return dict(
                zip(folds, pool.map(lambda fold: self._model(fold, trees), folds), strict=True)
            )

    def _model(self, fold: int, trees: int) -> BoostedTrees:
        """Train on every example outside of a fold; fold -1 is nobody's: train on all."""
        chosen = [k for k, own in enumerate(self.fold) if own != fold]
        weight = np.concatenate(
            [
                self.share[k] * piece / sum(map(len, self.weights[k]))
                for k in chosen
                for piece in self.weights[k]
            ]
        )
        return fit(
            np.concatenate([piece for k in chosen for piece in self.rows[k]]),
            np.concatenate([piece for k in chosen for piece in self.targets[k]]),
            weight * len(weight) / weight.sum(),
            trees,
            seed=fold + 1,
        )


def aggregated(
    samples: Samples,
    job: Callable[..., Piece],
    columns: Sequence[Iterable],
    options: argparse.Namespace,
    say: Callable[[str], None],
) -> Models:
    """Models by fold, -1 for all, from the states along merges that earlier ones made.

    samples : empty, takes the rows. job : what an example gives in one round, from its row of the
    columns, its fold, the noise and a seed. options : rounds, folds, test_folds, merge_trees, jobs.
    """
    folds, models, count = list(range(options.folds)), Models(), len(samples.fold)
    for number in range(options.rounds):
        noise = [1.0 if number == 0 else 0.3] * count
        seeds = range(number * count, (number + 1) * count)
        rows = in_processes(models, options.jobs, job, *columns, samples.fold, noise, seeds)
        for k, found in enumerate(rows):
            samples.add(k, *found)
        last = number == options.rounds - 1
        wanted = [*folds[: options.test_folds], -1] if last else folds
        # Models that only lead the next round through its states may be smaller.
        trees = options.merge_trees if last else options.merge_trees // 2
        models = samples.models(wanted, trees, options.jobs)
        say(f"round {number + 1}: {len(samples)} states")
    return models


def train(
    paths: list[Path], options: argparse.Namespace, say: Callable[[str], None]
) -> tuple[BoostedTrees, BoostedTrees, list[TreeReport]]:
    """The border model, the merge model, and how held-out trees came out."""
    fold_of, share, border_samples = [], [], []
    for path in paths:
        example = load(path)
        fold_of.append(zlib.crc32(example.group.encode()) % options.folds)
        share.append(KIND_WEIGHT[example.kind])
        border_samples.append(border_rows(example))
    samples = Samples(fold_of, share)
    for k, (rows, target) in enumerate(border_samples):
        samples.add(k, rows, target, np.ones(len(target)))
    say(f"{len(paths)} examples, {len(FEATURES)} features, {len(samples)} borders")

    folds = list(range(options.folds))
    border = samples.models([*folds, -1], options.border_trees, options.jobs)
    evidence = [
        border[fold].probability(rows)
        for fold, (rows, _) in zip(fold_of, border_samples, strict=True)
    ]
    say(f"border model, out of fold: AUC {_auc(evidence, [t for _, t in border_samples]):.4f}")

    merge = aggregated(Samples(fold_of, share), _rows_job, (paths, evidence), options, say)
    tested = [k for k, fold in enumerate(fold_of) if fold in merge]
    columns = [[column[k] for k in tested] for column in (paths, evidence, fold_of)]
    reports = list(in_processes(merge, options.jobs, _test_job, *columns))
    return border[-1], merge[-1], reports


def main(argv: list[str] | None = None) -> int:
    """Train, report by folds, and write the models."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.merge_trainer", description=__doc__
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="folder for the trained arrays")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2, help="of dataset aggregation")
    parser.add_argument("--border-trees", type=int, default=150)
    parser.add_argument("--merge-trees", type=int, default=250)
    parser.add_argument("--limit", type=int, default=0, help="examples, for a quick look")
    parser.add_argument("--test-folds", type=int, default=3, help="folds to report on")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--report", type=Path, help="JSON file for the reports of all trees")
    options = parser.parse_args(argv)
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started:6.0f} s] {text}", file=sys.stderr, flush=True)

    paths = example_paths(options.corpus)
    if options.limit:
        order = np.random.default_rng(0).permutation(len(paths))
        paths = [paths[k] for k in order[: options.limit]]
    border, merge, reports = train(paths, options, say)
    stop = best_stop(reports)
    say(f"stop below {stop:.2f}\n{summary(reports, 1 - stop)}")
    if options.report:
        options.report.write_text(json.dumps([asdict(report) for report in reports]))
    if options.out:
        models = {"border": border, "merge": merge}
        save_models(options.out / GEOMETRIC.name, models, FEATURES, stop)
        say(f"written to {options.out}")
    return 0


def _auc(evidence: Iterable[Floats], targets: Iterable[Floats]) -> float:
    """Chance that a border within a part is scored above a border of parts (Mann and Whitney)."""
    from scipy.stats import rankdata

    inside = np.concatenate(list(targets)) > 0.5
    rank = rankdata(np.concatenate(list(evidence)))[inside]
    most = len(rank) * (len(inside) - len(rank))
    return float((rank.sum() - len(rank) * (len(rank) + 1) / 2) / max(most, 1))


if __name__ == "__main__":
    raise SystemExit(main())
