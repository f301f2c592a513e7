# SPDX-License-Identifier: GPL-3.0-or-later
"""The geometric engine's evidence: boosted trees that score borders and merges.

This is the seam for other evidence: anything with an `evidence` and a `score` method of these
shapes can drive the same merging.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..catalogue import WEIGHTS, WeightsCorrupt, WeightsMissing
from ..geometry.boosting import BoostedTrees
from ..geometry.clusters import Clusters
from ..geometry.cues import PatchGraph
from ..geometry.pair_features import FEATURES, pair_features

CHECKPOINT = WEIGHTS / "merging.safetensors"


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

    def score(
        self, state: Clusters, pairs: NDArray[np.int64], rows: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Probability that two clusters are of one part, from their features: (N,)."""
        return self.merge.probability(rows)


def logit(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log odds of chances, of which none is quite sure."""
    chance = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(chance / (1 - chance)))


@functools.lru_cache(maxsize=1)
def geometric_scores(path: Path = CHECKPOINT) -> GeometricScores:
    """The bundled models. Raises WeightsMissing or WeightsCorrupt."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise WeightsMissing(
            "The weights of the geometric engine are missing.", "Install Partwise again."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            about = file.metadata()
            models = {
                name: BoostedTrees(
                    *(
                        file.get_tensor(f"{name}.{part}")
                        for part in ("feature", "threshold", "leaf")
                    )
                )
                for name in ("border", "merge")
            }
        features = tuple(json.loads(about["features"]))
        stop = float(about["stop"])
    except (SafetensorError, KeyError, ValueError) as error:
        raise WeightsCorrupt(
            "The weights of the geometric engine are damaged.",
            "Install Partwise again.",
            str(error),
        ) from error
    if features != FEATURES:
        raise WeightsCorrupt(
            "The weights of the geometric engine are of another version.",
            "Install Partwise again.",
        )
    return GeometricScores(models["border"], models["merge"], stop)
