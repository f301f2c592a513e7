# SPDX-License-Identifier: GPL-3.0-or-later
"""Sparse graphs of faces and patches: components, spread from seeds, distances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..contract.arrays import Floats, Ints

FEW = 64  # nodes of a graph that is small


def sums(values: ArrayLike, group: Ints, groups: int) -> Floats:
    """Sum of the values of each group: (N,) or (N, C) values, (N,) group -> (groups,) or
    (groups, C)."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim == 1:
        return np.bincount(group, weights=values, minlength=groups).astype(np.float64)
    columns = [np.bincount(group, weights=column, minlength=groups) for column in values.T]
    return np.stack(columns, axis=1).astype(np.float64)


def extremes(values: Ints, group: Ints, groups: int) -> tuple[Ints, Ints]:
    """The least and the most value (groups,) of each group; where it has none, more and less than
    any. values : from 0 on, spread over group."""
    least, most = np.full(groups, np.iinfo(np.int64).max), np.full(groups, -1)
    np.minimum.at(least, group, values)
    np.maximum.at(most, group, values)
    return least, most


def stable_order(keys: Ints) -> Ints:
    """As ``np.argsort(keys, kind="stable")`` of numbers (n,) from 0 on, several times as fast."""
    bits = len(keys).bit_length()
    if int(keys.max(initial=0)) >> (63 - bits):
        return np.argsort(keys, kind="stable")
    # Numbers alone are sorted by the processor's widest instructions.
    packed = (keys << bits) | np.arange(len(keys))
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def components(nodes: int, first: Ints, second: Ints) -> Ints:
    """Connected component of each node, numbered by lowest node: (nodes,) int64."""
    if nodes <= FEW:
        return _few_components(nodes, first, second)
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    if len(first) == 0:
        return np.arange(nodes, dtype=np.int64)
    ones = np.ones(len(first), dtype=np.int8)
    graph = csr_matrix((ones, (first, second)), shape=(nodes, nodes))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _few_components(nodes: int, first: Ints, second: Ints) -> Ints:
    """The same without SciPy, which takes long to import."""
    lowest = np.arange(nodes, dtype=np.int64)
    ends = np.unique(np.stack([first, second], axis=1), axis=0) if len(first) else ()
    changed = True
    while changed:
        changed = False
        for a, b in ends:
            low = min(lowest[a], lowest[b])
            if lowest[a] != lowest[b]:
                lowest[a] = lowest[b] = low
                changed = True
    return np.unique(lowest, return_inverse=True)[1].reshape(-1).astype(np.int64)


def filled(label: Ints, first: Ints, second: Ints) -> Ints:
    """Labels (N,) where those of -1 take that of a neighbour, ring by ring, as far as there is one.

    first, second : (E,) neighbours.
    """
    label = label.copy()
    here, there = np.concatenate([first, second]), np.concatenate([second, first])
    while True:
        here, there = here[label[here] < 0], there[label[here] < 0]
        ring = label[there] >= 0
        if not ring.any():
            return label
        label[here[ring]] = label[there[ring]]


def symmetric(nodes: int, first: Ints, second: Ints, cost: Floats) -> Any:
    """Undirected graph as a CSR matrix; parallel edges keep the least cost."""
    from scipy.sparse import csr_matrix

    low, high = np.minimum(first, second), np.maximum(first, second)
    order = np.lexsort((cost, high, low))
    low, high, cost = low[order], high[order], cost[order]
    new = np.ones(len(low), dtype=bool)
    new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, cost = low[new], high[new], cost[new]
    rows, columns = np.concatenate([low, high]), np.concatenate([high, low])
    return csr_matrix((np.concatenate([cost, cost]), (rows, columns)), shape=(nodes, nodes))


def spread(graph: Any, seeds: Ints) -> tuple[Floats, Ints]:
    """Multi-source Dijkstra: distance to the nearest seed and that seed's index in `seeds`.

    Returns (distance (N,), owner (N,)); unreachable nodes have infinite distance and owner -1.
    """
    from scipy.sparse.csgraph import dijkstra

    distance, _, source = dijkstra(
        graph, directed=True, indices=seeds, min_only=True, return_predecessors=True
    )
    index = np.full(graph.shape[0], -1, dtype=np.int64)
    index[seeds] = np.arange(len(seeds))
    owner = np.where(source >= 0, index[np.maximum(source, 0)], -1)
    return distance, owner
