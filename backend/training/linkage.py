# SPDX-License-Identifier: GPL-3.0-or-later
"""Average linkage over neighbouring patches, for a chance that is known of every pair of patches.

With the chance that two random places share a part given for all pairs, the mean of it between two
clusters is exactly what a merge of them does to the expected Rand error; so the best-linked
neighbours are merged first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints

WEIGHTLESS = 1e-9  # of the largest weight: what a patch without area or faces still weighs


def average_linkage(
    chance: Floats, weight: Floats, pair: Ints
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Merge neighbours until one cluster is left, those of the largest mean chance first.

    chance : (P, P) in 0..1, symmetric. weight : (P,) of each patch in the means. pair : (E, 2)
    neighbours; they join all patches.
    Returns (children (P-1, 2) int32, chance (P-1,) float32 of each merge, in the order made).
    """
    count = len(weight)
    weight = np.maximum(weight, WEIGHTLESS * weight.max(initial=0.0))
    total = np.asarray(chance, np.float64) * weight[:, None] * weight[None, :]
    size = np.asarray(weight, np.float64).copy()
    touch = np.zeros((count, count), dtype=bool)
    touch[pair[:, 0], pair[:, 1]] = touch[pair[:, 1], pair[:, 0]] = True
    value = np.where(touch, total / (size[:, None] * size[None, :]), -1.0)
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
        touch[a] |= touch[b]
        touch[:, a] |= touch[:, b]
        touch[b] = touch[:, b] = False
        touch[a, a] = False
        fresh = np.where(touch[a], total[a] / (size[a] * size), -1.0)
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
