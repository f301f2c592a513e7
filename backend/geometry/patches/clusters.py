# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of patches while they are merged: what is known of each, and of each border.

Everything is kept as sums, extremes or flags over the members, so that a merge is a few additions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from . import cues
from .cues import PatchGraph


class Clusters:
    """A state of the merging: C clusters and their borders.

    Parameters
    ----------
    members : (C, ...) rows of `PatchGraph.moments`, extents, and so on, summed over the members.
    node : (C,) tree node of each cluster.
    label : (P,) cluster of each patch.
    """

    def __init__(
        self,
        graph: PatchGraph,
        evidence: Floats | None = None,
        marked: Floats | None = None,
        chances: Floats | None = None,
        flat: NDArray[np.bool_] | None = None,
    ) -> None:
        """evidence : (E,) probability that the patches of each border are of one part.

        marked : (E,) how much of each border's length hints mark as an end of parts. chances :
        (K, P, P) probabilities that any two patches are of one part, by K ways to tell. flat : (E,)
        whether a border runs through a flat face; its patches are merged before all others.
        """
        self.graph = graph
        count = graph.patches
        self.label = np.arange(count)
        self.node = np.arange(count)
        self.moments = graph.moments.copy()
        self.low, self.high = graph.low.copy(), graph.high.copy()
        area = graph.moments[:, cues.AREA] + 1e-12
        weight = area[:, None] * area[None, :]
        self.sight = graph.visible.astype(np.float64) * weight
        self.chances = np.zeros((0, count, count)) if chances is None else chances * weight
        self.pair = graph.pair.copy()
        self.border = graph.border.copy()
        self.sharpest = graph.sharpest.copy()
        if evidence is None:
            evidence = np.full(len(graph.pair), 0.5)
        length = graph.border[:, cues.LENGTH]
        self.evidence = evidence * length
        self.weakest = evidence.copy()
        self.marked = np.zeros(len(length)) if marked is None else marked.copy()
        self.flat = np.zeros(len(length), dtype=bool) if flat is None else flat.copy()
        self.island_low = graph.island.copy()
        self.island_high = graph.island.copy()
        self.whole_area = graph.island_area[graph.island]
        self.totals = graph.moments.sum(axis=0)

    @property
    def count(self) -> int:
        """Number of clusters."""
        return len(self.node)

    def mean_chances(self) -> Floats:
        """Means of `chances` between and within all clusters, by area: (K, C, C)."""
        area = self.moments[:, cues.AREA] + 1e-12
        # Where patches have no area, the sums of what stands for it differ.
        return np.minimum(self.chances / (area[:, None] * area[None, :]), 1.0)

    def merge(self, into: Ints, gone: Ints, nodes: Ints) -> NDArray[np.bool_]:
        """Merge cluster ``gone[k]`` into ``into[k]`` as tree node ``nodes[k]``; all are different.

        Returns (pairs,) bool: which of the pairs that remain touch a changed cluster.
        """
        one_island = (
            (self.island_low[into] == self.island_high[into])
            & (self.island_low[into] == self.island_low[gone])
            & (self.island_low[gone] == self.island_high[gone])
        )
        self.whole_area[into] = np.where(
            one_island, self.whole_area[into], self.whole_area[into] + self.whole_area[gone]
        )
        self.island_low[into] = np.minimum(self.island_low[into], self.island_low[gone])
        self.island_high[into] = np.maximum(self.island_high[into], self.island_high[gone])
        self.moments[into] += self.moments[gone]
        self.low[into] = np.minimum(self.low[into], self.low[gone])
        self.high[into] = np.maximum(self.high[into], self.high[gone])
        self.node[into] = nodes
        keep = np.ones(self.count, dtype=bool)
        keep[gone] = False
        self.sight = _joined(self.sight, into, gone, keep)
        self.chances = _joined(self.chances, into, gone, keep)
        new = np.cumsum(keep) - 1
        target = np.arange(self.count)
        target[gone] = into
        moved = new[target]
        changed = np.zeros(int(keep.sum()), dtype=bool)
        changed[moved[into]] = True
        for name in ("moments", "low", "high", "node", "island_low", "island_high", "whole_area"):
            setattr(self, name, getattr(self, name)[keep])
        self.label = moved[self.label]

        ends = np.sort(moved[self.pair], axis=1)
        alive = ends[:, 0] != ends[:, 1]
        key = ends[alive, 0] * self.count + ends[alive, 1]
        keys, start_of = _group(key)
        order, starts = start_of
        self.pair = np.stack([keys // self.count, keys % self.count], axis=1)
        self.border = (
            np.add.reduceat(self.border[alive][order], starts, axis=0)
            if len(keys)
            else self.border[:0]
        )
        joins = {
            "sharpest": np.maximum,
            "weakest": np.minimum,
            "evidence": np.add,
            "marked": np.add,
            "flat": np.maximum,
        }
        for name, join in joins.items():
            value = getattr(self, name)[alive][order]
            setattr(self, name, join.reduceat(value, starts) if len(keys) else value)
        return changed[self.pair[:, 0]] | changed[self.pair[:, 1]]


def _joined(table: Floats, into: Ints, gone: Ints, keep: NDArray[np.bool_]) -> Floats:
    """Sums over pairs of clusters (..., C, C) after a merge; the table itself is used up."""
    table[..., into, :] += table[..., gone, :]
    table[..., into] += table[..., gone]
    kept = np.flatnonzero(keep)
    return np.ascontiguousarray(table[..., kept[:, None], kept])


def _group(key: Ints) -> tuple[Ints, tuple[Ints, Ints]]:
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    new = np.ones(len(key), dtype=bool)
    new[1:] = sorted_key[1:] != sorted_key[:-1]
    return sorted_key[new], (order, np.flatnonzero(new))
