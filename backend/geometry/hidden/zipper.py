# SPDX-License-Identifier: GPL-3.0-or-later
"""A strip of triangles between two loops: the border that is seen, and a patch that was hidden."""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints

LARGEST_TABLE = 4_000_000  # pairs of vertices; longer loops are matched by their lengths alone


def strip(border: Floats, patch: Floats) -> tuple[Ints, Ints]:
    """Which vertices of two loops belong together, going once around both.

    border : (n,3), patch : (m,3) positions, running the same way round. Of all ways to go around
    with one step at a time on either loop, beginning at the pair of nearest vertices, it is that
    with the least sum of squared gaps (Fuchs, Kedem and Uselton, 1977).

    Returns rows of `border` and of `patch` (n+m+1,), the last pair the same as the first.
    """
    from scipy.spatial import cKDTree

    n, m = len(border), len(patch)
    gap, near = cKDTree(patch).query(border)
    first = int(np.argmin(gap))
    a, b = np.roll(border, -first, axis=0), np.roll(patch, -int(near[first]), axis=0)
    if n * m > LARGEST_TABLE:
        forward = _by_length(a, b)
    else:
        forward = _least_gaps(a, b)
    i = np.concatenate([[0], np.cumsum(forward)])
    j = np.concatenate([[0], np.cumsum(~forward)])
    return (i + first) % n, (j + int(near[first])) % m


def strip_faces(border: Ints, patch: Ints, i: Ints, j: Ints) -> Ints:
    """Triangles (n+m,3) of a strip.

    border : (n,) vertices, directed as the faces of the visible surface run. patch : (m,)
    vertices, directed against the faces of the patch. i, j : as `strip` gives them.
    """
    along = i[1:] != i[:-1]
    if len(border) == 1:
        raise ValueError("a loop has at least two vertices")
    a, a_next, b, b_next = border[i[:-1]], border[i[1:]], patch[j[:-1]], patch[j[1:]]
    return np.where(
        along[:, None], np.stack([a_next, a, b], axis=1), np.stack([b, b_next, a], axis=1)
    )


def _by_length(a: Floats, b: Floats) -> np.ndarray:
    """Steps in the order of the lengths along both loops: (n+m,) true for one on `a`."""
    ends = []
    for loop in (a, b):
        step = np.linalg.norm(np.roll(loop, -1, axis=0) - loop, axis=1)
        ends.append(np.cumsum(step) / max(float(step.sum()), 1e-300))
    order = np.argsort(np.concatenate(ends), kind="stable")
    return np.asarray(order < len(a))


def _least_gaps(a: Floats, b: Floats) -> np.ndarray:
    """The cheapest monotone way through the table of gaps, diagonal by diagonal: (n+m,) bool."""
    n, m = len(a), len(b)
    a, b = np.concatenate([a, a[:1]]), np.concatenate([b, b[:1]])
    gap = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2 * (a @ b.T)
    came = np.zeros((n + 1, m + 1), dtype=bool)  # by a step on a
    cost = np.full(n + 1, np.inf)  # of the pairs (i, d - i) of the diagonal before
    cost[0] = 0.0
    for d in range(1, n + m + 1):
        i = np.arange(max(0, d - m), min(n, d) + 1)
        by_a = np.where(i > 0, cost[i - 1], np.inf)
        by_b = np.where(d - i > 0, cost[i], np.inf)
        came[i, d - i] = by_a < by_b
        best = np.minimum(by_a, by_b) + gap[i, d - i]
        cost = np.full(n + 1, np.inf)
        cost[i] = best
    steps = np.zeros(n + m, dtype=bool)
    row, column = n, m
    for k in range(n + m - 1, -1, -1):
        steps[k] = came[row, column]
        row, column = (row - 1, column) if steps[k] else (row, column - 1)
    return steps
