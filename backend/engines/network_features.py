# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network says of two neighbouring clusters before they are merged.

The means of its chances between and within clusters, beside what `pair_features` measures on their
shapes: the judge of the learned engine (`merge_scores`) weighs both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..geometry.patches import cues
from ..geometry.patches.clusters import Clusters
from ..models.boosted import logit

NETWORK_FEATURES = (
    "network_and_masks",
    "network",
    "network_within_small",
    "network_within_big",
    "network_best_small",
    "network_best_big",
    "network_fills_small",
    "network_fills_big",
    "network_part_small",
    "network_part_big",
    "network_agreed",
    "network_parts",
    "masks",
    "masks_within_small",
    "masks_within_big",
)
"""Names of the columns of `network_features`, in the order that trained models expect."""
NOBODY = -12.0  # log odds with a neighbour that is not there, below all that are


def network_features(state: Clusters, chosen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Features of the chosen pairs of a state, the smaller cluster first: (N, features) float32.

    state : with three `chances`, by pairs of patches, by masks, and by both. chosen : (pairs,)
    bool.
    """
    area = state.moments[:, cues.AREA] + 1e-12
    share = area / area.sum()
    i, j = state.pair[chosen].T
    swap = area[i] > area[j]
    a, b = np.where(swap, j, i), np.where(swap, i, j)
    pairs, masks, mixed = state.mean_chances()
    odds = logit(pairs)
    both = share[a] + share[b]
    part = np.maximum(pairs @ share, 1e-9)  # expected area of the part that each cluster is of
    common = np.minimum(pairs[a], pairs[b]) @ share
    either = np.maximum(pairs[a], pairs[b]) @ share
    first, best, second = _best(state.pair, odds)
    out: dict[str, Floats] = {
        "network_and_masks": logit(mixed[a, b]),
        "network": odds[a, b],
        "network_within_small": odds[a, a],
        "network_within_big": odds[b, b],
        "network_best_small": np.where(first[a] == b, second[a], best[a]),
        "network_best_big": np.where(first[b] == a, second[b], best[b]),
        "network_fills_small": np.log(part[a] / both),
        "network_fills_big": np.log(part[b] / both),
        "network_part_small": np.log(part[a]),
        "network_part_big": np.log(part[b]),
        "network_agreed": common / np.maximum(either, 1e-9),
        # The expected number of parts.
        "network_parts": np.full(len(a), np.log((share / part).sum())),
        "masks": logit(masks[a, b]),
        "masks_within_small": logit(masks[a, a]),
        "masks_within_big": logit(masks[b, b]),
    }
    return np.stack([out[name] for name in NETWORK_FEATURES], axis=1).astype(np.float32)


def _best(pair: Ints, odds: Floats) -> tuple[Ints, Floats, Floats]:
    """The neighbour of each cluster with the best odds, these, and those of the next: each (C,)."""
    every = np.arange(len(odds))
    beside = np.full(odds.shape, NOBODY)
    i, j = pair.T
    beside[i, j] = beside[j, i] = odds[i, j]
    first = beside.argmax(axis=1)
    best = beside[every, first]
    beside[every, first] = NOBODY
    return first, best, beside.max(axis=1)
