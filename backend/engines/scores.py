# SPDX-License-Identifier: GPL-3.0-or-later
"""Boosted trees that score borders and merges, for the geometric and for the learned engine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..checkpoints.catalogue import WEIGHTS
from ..checkpoints.load import weights
from ..contract.arrays import Floats, Singles
from ..geometry.patches.clusters import Clusters
from ..geometry.patches.cues import PatchGraph
from ..geometry.patches.pair_features import FEATURES, pair_features
from ..models.boosted import BoostedTrees
from .loaded import loaded
from .network_features import NETWORK_FEATURES, network_features

GEOMETRIC, JUDGE = WEIGHTS / "merging.safetensors", WEIGHTS / "judge.safetensors"
JUDGED = FEATURES + NETWORK_FEATURES
"""Names of the columns of `judged_features`, in the order that trained models expect."""
SHAPE_SAYS = 1 / 5  # against the judge's four fifths
ARRAYS = ("feature", "threshold", "leaf")


@dataclass(frozen=True)
class GeometricScores:
    """Two models of boosted trees, trained by `backend.training.merge_trainer`.

    border : judges two patches by themselves. merge : judges two clusters, with the border
    model's word among its features. stop : score below which merging ends by itself.
    """

    border: BoostedTrees
    merge: BoostedTrees
    stop: float

    def evidence(self, graph: PatchGraph) -> NDArray[np.float64]:
        """Probability that the two patches of each border are of one part: (E,)."""
        state = Clusters(graph)
        rows = pair_features(state, np.ones(len(state.pair), dtype=bool))
        return self.border.probability(rows)

    def score(self, rows: Singles) -> Floats:
        """Probability that two clusters are of one part, from their features: (N,)."""
        return self.merge.probability(rows)


@dataclass(frozen=True)
class LearnedScores:
    """What judges merges where the network has spoken, trained by `backend.training.judge_trainer`.

    judge : asks by `judged_features`, so that it knows the shapes of clusters and what the network
    says of them. shape : the merge model of the geometric engine, which knows the shapes alone.
    It errs in other ways: on smooth bodies it helps the judge, on artists' objects it hinders, so
    it says less. stop : chance of a merge below which two parts are kept.
    """

    judge: BoostedTrees
    shape: BoostedTrees
    stop: float

    def odds(self, rows: Singles) -> Floats:
        """Log odds that two clusters are of one part, from `judged_features`: (N,)."""
        shape = self.shape.logit(rows[:, : len(FEATURES)])
        return np.asarray((1 - SHAPE_SAYS) * self.judge.logit(rows) + SHAPE_SAYS * shape)


def judged_features(state: Clusters, chosen: NDArray[np.bool_]) -> Singles:
    """Features of the chosen pairs of a state with `chances`, of their shapes first: (N, JUDGED).

    chosen : (pairs,) bool.
    """
    return np.concatenate([pair_features(state, chosen), network_features(state, chosen)], axis=1)


def geometric_scores() -> GeometricScores:
    """The bundled models of the geometric engine. Raises WeightsMissing or WeightsCorrupt."""
    return loaded(read_geometric_scores, GEOMETRIC)


def learned_scores() -> LearnedScores:
    """The bundled models of the learned engine. Raises WeightsMissing or WeightsCorrupt."""
    return loaded(read_learned_scores, JUDGE)


def read_geometric_scores(path: Path) -> GeometricScores:
    """The models of a file. Raises WeightsMissing or WeightsCorrupt."""
    (border, merge), stop = _models(path, "geometric", ("border", "merge"), FEATURES)
    return GeometricScores(border, merge, stop)


def read_learned_scores(path: Path) -> LearnedScores:
    """The judge of a file, beside the bundled merge model. Raises as `read_geometric_scores`."""
    (judge,), stop = _models(path, "learned", ("judge",), JUDGED)
    return LearnedScores(judge, geometric_scores().merge, stop)


def _models(
    path: Path, engine: str, names: tuple[str, ...], features: tuple[str, ...]
) -> tuple[list[BoostedTrees], float]:
    """Boosted trees of a file by their names, and the score below which merging ends."""
    with weights(path, f"the {engine} engine") as found:
        models = [
            BoostedTrees(*(found.arrays[f"{name}.{array}"] for array in ARRAYS)) for name in names
        ]
        asked, stop = tuple(json.loads(found.about["features"])), float(found.about["stop"])
        if not all(np.isfinite(model.leaf).all() for model in models) or not 0 < stop < 1:
            raise ValueError("a number is out of range")
        if asked != features:
            raise found.of_another_version()
    return models, stop


def save_models(
    path: Path, models: dict[str, BoostedTrees], features: tuple[str, ...], stop: float
) -> None:
    """Write boosted trees by their names, with the features that they ask and where to stop."""
    from safetensors.numpy import save_file

    arrays = {
        f"{name}.{array}": getattr(model, array)
        for name, model in models.items()
        for array in ARRAYS
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"features": json.dumps(features), "stop": f"{stop:.2f}"}
    save_file(arrays, path, metadata=about)
