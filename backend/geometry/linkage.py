# SPDX-License-Identifier: GPL-3.0-or-later
"""Average linkage over neighbouring patches, for a chance that is known of every pair of patches.

With the chance that two random places share a part given for all pairs, the mean of it between two
clusters is exactly what a merge of them does to the expected Rand error; so the best-linked
neighbours are merged first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .merging import heeding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def average_linkage(
    chance: Floats,
    weight: Floats,
    pair: Ints,
    length: Floats | None = None,
    marked: Floats | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Merge neighbours until one cluster is left, those of the largest mean chance first.

    chance : (P, P) in 0..1, symmetric. weight : (P,) of each patch in the means. pair : (E, 2)
    neighbours; they join all patches. length, marked : (E,) of each border, and how much of it
    hints mark; such a border counts less (`merging.heeding`).
    Returns (children (P-1, 2) int32, chance (P-1,) float32 of each merge, in the order made).
    """
    count = len(weight)
    total = np.asarray(chance, np.float64) * weight[:, None] * weight[None, :]
    size = np.asarray(weight, np.float64).copy()
    i, j = pair.T
    whole, barred = np.zeros((count, count)), np.zeros((count, count))
    whole[i, j] = whole[j, i] = 1.0 if length is None else length
    if marked is not None:
        barred[i, j] = barred[j, i] = marked

    def values(rows: Ints | int) -> Floats:
        """Value of joining the clusters of some rows to every other: -1 where no border is."""
        mean = total[rows] / (size[rows, None] * size if np.ndim(rows) else size[rows] * size)
        if marked is not None:
            mean = mean * heeding(barred[rows], np.maximum(whole[rows], 1e-300))
        return np.where(whole[rows] > 0, mean, -1.0)

    value = values(np.arange(count))
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
        for table in (total, whole, barred):
            table[a] += table[b]
            table[:, a] += table[:, b]
        whole[b], whole[:, b], whole[a, a] = 0.0, 0.0, 0.0
        fresh = values(a)
        value[b], value[:, b] = -1.0, -1.0
        value[a], value[:, a] = fresh, fresh
        # Rows whose best was one of the two look again; others can only gain by the new cluster.
        stale = np.flatnonzero((best == a) | (best == b))
        best[stale] = value[stale].argmax(axis=1)
        most[stale] = value[stale, best[stale]]
        gained = fresh > most
        best[gained], most[gained] = a, fresh[gained]
        best[a] = int(fresh.argmax())
        most[a], most[b] = fresh[best[a]], -2.0
    return children, strength
