# SPDX-License-Identifier: GPL-3.0-or-later
"""Boosted regression trees as plain arrays, evaluated with NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROWS_A_CALL = 4096  # bounds the memory of one evaluation


@dataclass(frozen=True)
class BoostedTrees:
    """T trees of one depth D, each a full binary tree in breadth-first order.

    Parameters
    ----------
    feature : (T, 2**D - 1) int16, the feature that each inner node asks.
    threshold : (T, 2**D - 1) float32; values above it go right. Padding nodes hold infinity.
    leaf : (T, 2**D) float32.
    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    leaf: NDArray[np.float32]

    def __post_init__(self) -> None:
        inner, leaves = self.feature.shape[1], self.leaf.shape[1]
        if self.threshold.shape != self.feature.shape or inner + 1 != leaves or leaves & inner:
            raise ValueError("the arrays are not full binary trees")

    def logit(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Sum of the trees' leaves for each row: (N, features) -> (N,)."""
        out = np.empty(len(rows), dtype=np.float64)
        for at in range(0, len(rows), ROWS_A_CALL):
            out[at : at + ROWS_A_CALL] = self._sum(rows[at : at + ROWS_A_CALL])
        return out

    def probability(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Logistic function of `logit`: (N, features) -> (N,) in 0..1."""
        return logistic(self.logit(rows))

    def _sum(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        trees, inner = self.feature.shape
        columns = np.ascontiguousarray(rows.T, dtype=np.float32).ravel()
        row, tree = np.arange(len(rows)), np.arange(trees)[:, None]
        node = np.zeros((trees, len(rows)), dtype=np.intp)  # within its level
        wide = 1
        while wide <= inner:
            level = slice(wide - 1, 2 * wide - 1)
            column = self.feature[:, level].astype(np.intp).ravel() * len(rows)
            threshold = self.threshold[:, level].ravel()
            at = node + wide * tree
            node *= 2
            # `take` gathers in half the time of an index in brackets.
            node += np.take(columns, np.take(column, at) + row) > np.take(threshold, at)
            wide *= 2
        # Pairwise summation in a fixed order: the same bytes on every machine and thread count.
        return np.take(self.leaf, node + wide * tree).sum(axis=0, dtype=np.float64)


def logit(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log odds of chances (...), none of which is quite sure: within 9.2 of nothing."""
    chance = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(chance / (1 - chance)))


def logistic(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chances of log odds (...): in 0..1."""
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))
