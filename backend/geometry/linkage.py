# SPDX-License-Identifier: GPL-3.0-or-later
"""Average linkage over neighbouring patches, for a chance that is known of every pair of patches.

With the chance that two random places share a part given for all pairs, the mean of it between two
clusters is exactly what a merge of them does to the expected Rand error; so the best-linked
neighbours are merged first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def average_linkage(
    chance: Floats, weight: Floats, pair: Ints, kept: Floats | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Merge neighbours until one cluster is left, those of the largest mean chance first.

    chance : (P, P) in 0..1, symmetric. weight : (P,) of each patch in the means. pair : (E, 2)
    neighbours; they join all patches. kept : (E,) share of its chance that a pair keeps, for
    borders that should last; a merged border keeps the least.
    Returns (children (P-1, 2) int32, mean chance (P-1,) float32 of each merge, in the order made).
    """
    count = len(weight)
    total = np.asarray(chance, np.float64) * weight[:, None] * weight[None, :]
    size = np.asarray(weight, np.float64).copy()
    toll = np.full((count, count), np.inf)  # infinite where no border is
    i, j = pair.T
    toll[i, j] = toll[j, i] = 1.0 if kept is None else kept
    value = np.where(np.isfinite(toll), total / (size[:, None] * size[None, :]), -1.0)
    value *= np.where(np.isfinite(toll), toll, 1.0)
    best = value.argmax(axis=1)
    most = value[np.arange(count), best]
    node = np.arange(count)
    children = np.zeros((count - 1, 2), dtype=np.int32)
    strength = np.zeros(count - 1, dtype=np.float32)
    for step in range(count - 1):
        a = int(most.argmax())
        b = int(best[a])
        children[step] = node[a], node[b]
        strength[step] = most[a]
        node[a] = count + step
        size[a] += size[b]
        total[a] += total[b]
        total[:, a] += total[:, b]
        joined = np.fmin(toll[a], toll[b])
        joined[[a, b]] = np.inf
        toll[a] = toll[:, a] = joined
        toll[b] = toll[:, b] = np.inf
        open_ends = np.isfinite(joined)
        fresh = np.full(count, -1.0)
        fresh[open_ends] = total[a, open_ends] / (size[a] * size[open_ends]) * joined[open_ends]
        value[b] = value[:, b] = -1.0
        value[a] = value[:, a] = fresh
        # Rows whose best was one of the two look again; others can only gain by the new cluster.
        stale = np.flatnonzero((best == a) | (best == b))
        best[stale] = value[stale].argmax(axis=1)
        most[stale] = value[stale, best[stale]]
        gained = fresh > most
        best[gained], most[gained] = a, fresh[gained]
        best[a] = int(fresh.argmax())
        most[a], most[b] = fresh[best[a]], -2.0
    return children, strength
