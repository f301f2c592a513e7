# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging patches bottom-up: the order of merges, the tree, and its likeliest cut.

A merge is judged on whole clusters, by any features of them (`pair_features`, with what a network
says of them or without) and any function of these.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints, Singles
from ...contract.progress import SILENT, Progress
from .clusters import Clusters
from .colours import belief, doubted, weight_of_paint
from .cues import LENGTH
from .pair_features import pair_features

Describe = Callable[[Clusters, NDArray[np.bool_]], Singles]
"""A state of the merging and which of its pairs (pairs,) -> their features (N, features)."""
Score = Callable[[Singles], Floats]
"""Features of pairs (N, features) -> probability of one part (N,)."""

MERGED_A_ROUND = 0.06  # share of the clusters that merge before scores are asked again
HEED = 0.98  # of its score a pair loses whose whole border is marked
HEED_POWER = 4
FIRST = 2.0  # value of what merges before any pair that is merely likely
CACHED_ABOVE = 80  # clusters; below, every pair is judged anew in each round


class Merging:
    """A merging under way: a state, and the features and values of its pairs.

    Parameters
    ----------
    rows : (pairs, features) float32; values : (pairs,) float64, set by the caller.
    stale : (pairs,) bool, pairs that are to be described anew: at first all, then those whose ends
    changed. describe : the features of pairs.
    """

    def __init__(self, state: Clusters, describe: Describe = pair_features) -> None:
        self.state, self.describe = state, describe
        self.stale = np.ones(len(state.pair), dtype=bool)
        self.rows = np.zeros((len(state.pair), 0), dtype=np.float32)
        self.values = np.zeros(len(state.pair))

    def refresh(self) -> NDArray[np.bool_]:
        """Describe the changed pairs again; returns (pairs,) bool, which ones they are."""
        if self.state.count <= CACHED_ABOVE:
            self.stale[:] = True
        rows = self.describe(self.state, self.stale)
        if self.stale.all():
            self.rows = rows
        else:
            self.rows[self.stale] = rows
        return self.stale

    def advance(
        self, values: Floats, first_node: int, most: float = MERGED_A_ROUND
    ) -> tuple[Ints, Ints]:
        """Merge the best pairs into new tree nodes; pairs that do not change keep row and value.

        values : (pairs,) what to order by. most : share of the clusters to merge.
        Returns (the two nodes of each merge (n, 2), which of the pairs it was (n,)).
        """
        state = self.state
        chosen = matching(state, values, most)
        into, gone = state.pair[chosen].T
        joined = np.stack([state.node[into], state.node[gone]], axis=1)
        before, label = state.pair, np.arange(state.count)
        label[gone] = into
        kept = np.ones(state.count, dtype=bool)
        kept[gone] = False
        label = (np.cumsum(kept) - 1)[label]
        self.stale = state.merge(into, gone, first_node + np.arange(len(into)))

        ends = np.sort(label[before], axis=1)
        alive = ends[:, 0] != ends[:, 1]
        at = np.searchsorted(
            state.pair[:, 0] * state.count + state.pair[:, 1],
            ends[alive, 0] * state.count + ends[alive, 1],
        )
        rows = np.zeros((len(state.pair), self.rows.shape[1]), dtype=np.float32)
        rows[at] = self.rows[alive]
        carried = np.zeros(len(state.pair))
        carried[at] = self.values[alive]
        self.rows, self.values = rows, carried
        return joined, chosen


def agglomerate(
    state: Clusters,
    score: Score,
    progress: Progress = SILENT,
    describe: Describe = pair_features,
    most: float = MERGED_A_ROUND,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Merge until one cluster is left, the best-scored pairs first.

    score : probability that two clusters are of one part, from the features that `describe` gives.
    most : share of the clusters that merge before scores are asked again.
    Returns (children (P-1, 2) int32, score (P-1,) float32 of each merge, in the order made).
    """
    patches = state.count
    children = np.zeros((patches - 1, 2), dtype=np.int32)
    strength = np.zeros(patches - 1, dtype=np.float32)
    made, believed = 0, 0.0
    merging = Merging(state, describe)
    while state.count > 1:
        progress.step(made / (patches - 1))
        stale = merging.refresh()
        merging.values[stale] = score(merging.rows[stale])
        if made == 0:  # what the shape says, before any colour was heard
            believed = belief(merging.values, state.border)
        heeded = heeding(state.marked, state.border[:, LENGTH])
        order = heeded * doubted(merging.values, state.border, believed)
        told = heeded * doubted(merging.values, state.border, believed * weight_of_paint(state))
        told = np.where(state.flat, 1.0, np.minimum(told, 1.0))
        joined, chosen = merging.advance(np.where(state.flat, FIRST, order), patches + made, most)
        children[made : made + len(joined)] = joined
        strength[made : made + len(joined)] = told[chosen]
        made += len(joined)
    return children, strength


def heeding(marked: Floats, length: Floats) -> Floats:
    """What is left of the score of each pair when hints are heeded: (pairs,), 1 without marks.

    marked : (pairs,) marked length of each border; length : (pairs,) of the whole border.

    Little is lost while half of the border is open: a mark that ends inside a part divides nothing.
    """
    share = np.minimum(marked / length, 1.0)
    return 1.0 - HEED * share**HEED_POWER


def likely_merges(
    children: NDArray[np.int32],
    strength: NDArray[np.float32],
    size: Floats,
    stop: float | Floats = 0.5,
) -> NDArray[np.bool_]:
    """The merges whose doing lowers the expected Rand error most, as one cut of the tree: (P-1,).

    Joining clusters of sizes a and b whose random faces share a part with chance s changes the
    expected number of wrong pairs by ``a * b * (1 - 2 s)``. A merge that costs a little may be
    worth while for what is merged above it, so subtrees are judged as a whole, bottom-up.

    strength : (P-1,) chance of each merge. size : (P,) of each leaf. stop : chance at which a merge
    neither gains nor loses, of all or of each (P-1,).
    """
    leaves = len(size)
    stops = np.broadcast_to(stop, len(children)).tolist()
    total = [*size.tolist()]
    whole = [0.0] * leaves  # cost of one cluster for all below a node
    best = [0.0] * leaves  # cost of the best cut below a node
    for (left, right), chance, even in zip(
        children.tolist(), strength.tolist(), stops, strict=True
    ):
        pairs = total[left] * total[right]
        total.append(total[left] + total[right])
        whole.append(whole[left] + whole[right] + pairs * 2 * (even - chance))
        best.append(min(best[left] + best[right], whole[-1]))
    kept = np.zeros(len(children), dtype=bool)
    open_nodes = [2 * leaves - 2]
    inside: list[int] = []
    while open_nodes:
        node = open_nodes.pop()
        if node < leaves:
            continue
        (inside if best[node] == whole[node] else open_nodes).extend(
            children[node - leaves].tolist()
        )
        kept[node - leaves] = best[node] == whole[node]
    while inside:
        node = inside.pop()
        if node >= leaves:
            kept[node - leaves] = True
            inside.extend(children[node - leaves].tolist())
    return kept


def joining_islands(children: NDArray[np.int32], island: Ints) -> NDArray[np.bool_]:
    """The merges of which either side is nothing but whole islands: (P-1,).

    island : (P,) of each leaf.
    """
    whole = np.bincount(island)
    held = [{own: 1} for own in island.tolist()]  # leaves below a node, by island
    complete = [bool(whole[own] == 1) for own in island.tolist()]
    found = np.zeros(len(children), dtype=bool)
    for row, (one, two) in enumerate(children.tolist()):
        found[row] = complete[one] and complete[two]
        few, many = sorted((held[one], held[two]), key=len)
        for own, count in few.items():
            many[own] = many.get(own, 0) + count
        held.append(many)  # what was below a side is not asked for again
        complete.append(bool(found[row]) or all(whole[own] == n for own, n in many.items()))
    return found


def ordered_merges(
    children: NDArray[np.int32], key: Floats
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The same tree with its merges in ascending order of a key that no parent undercuts.

    Returns (children (P-1, 2) int32 renumbered, order (P-1,) of the old rows).
    """
    leaves = len(children) + 1
    order = np.lexsort((np.arange(len(children)), key))
    new = np.arange(2 * leaves - 1)
    new[leaves + order] = leaves + np.arange(len(children))
    return new[children[order]].astype(np.int32), order


def matching(state: Clusters, values: Floats, most: float) -> Ints:
    """The best pairs that share no cluster, as many as the share `most` of the clusters: (n,)."""
    limit = max(1, int(most * state.count))
    order = np.lexsort((np.arange(len(values)), -values))[: 4 * limit]
    used: set[int] = set()
    chosen = []
    for k in order:
        a, b = int(state.pair[k, 0]), int(state.pair[k, 1])
        if a not in used and b not in used:
            chosen.append(k)
            used.update((a, b))
            if len(chosen) == limit:
                break
    return np.array(chosen, dtype=np.int64)
