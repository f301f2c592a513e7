# SPDX-License-Identifier: GPL-3.0-or-later
"""Lids over one loop of border that go on, without a bend, from the faces around it.

What stands on an edge, a corner or the side of a prism leaves a hole there that ends at the very
vertices where the edges meet it. Of all ways to span it, the one that bends least has these edges
again.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints
from ..caps.fill import triangles_of_table
from ..caps.loops import cross, edge_key

MOST = 110  # vertices of a loop; the table grows with the cube of them
SLIVER = 1e-4  # height of a triangle, for its longest side, below which it has no normal
NO_NORMAL = 2.0  # what a bend at such a triangle is said to be


def least_bent(points: Floats, ring: Ints, around: Floats, taken: Ints) -> Ints | None:
    """Triangulate a loop so that it bends least, squared, over all edges and those of the loop.

    points : (N,3). ring : (n,) vertices in the direction in which the lid's faces run. around :
    (n,3) normals of the faces beyond each edge, from the vertex to the next. taken : sorted
    `edge_key`s that must not be inner edges.

    Returns (n-2,3); None for a loop that is too long. A dynamic programme over the sub-polygons
    from i to j (after Liepa, 2003), each with the normal of the triangle that it has at its side.
    """
    n = len(ring)
    if n > MOST or n < 3:
        return None
    p = points[ring]
    side = np.linalg.norm(p[:, None] - p[None], axis=2)
    whole = float(side.max()) or 1.0
    inner = np.isin(edge_key(ring[:, None], ring[None]), taken)
    price = np.where(inner, 1e3 * whole, 0.0)
    weight = np.zeros((n, n))
    normal = np.zeros((n, n, 3))
    every = np.arange(n - 1)
    normal[every, every + 1] = around[:-1]
    middle = np.zeros((n, n), np.int64)
    for gap in range(2, n):
        i = np.arange(n - gap)
        j = i + gap
        k = i[:, None] + np.arange(1, gap)
        way, square = _unit(p[i][:, None], p[k], p[j][:, None])
        a, b = (i[:, None], k), (k, j[:, None])
        total = weight[a] + weight[b] + 1e-4 * square / whole
        total += side[a] * _bend(way, normal[a]) + side[b] * _bend(way, normal[b])
        if gap == n - 1:
            total += side[0, n - 1] * _bend(way, around[-1])
        best = np.argmin(total, axis=1)
        row = np.arange(len(i))
        middle[i, j] = best + i + 1
        weight[i, j] = total[row, best] + price[i, j]
        normal[i, j] = way[row, best]
    return ring[triangles_of_table(middle)]


def _unit(a: Floats, b: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Unit normals of triangles, zero for slivers, and the squares of their longest sides."""
    ab, ac = b - a, c - a
    normal = cross(ab, ac)
    double = np.sqrt(np.sum(normal**2, axis=-1))
    square = np.maximum(np.sum(ab**2, axis=-1), np.sum(ac**2, axis=-1))
    square = np.maximum(square, np.sum((c - b) ** 2, axis=-1))
    sound = double > SLIVER * square
    normal /= np.where(sound, double, 1.0)[..., None]
    return np.where(sound[..., None], normal, 0.0), square


def _bend(one: Floats, other: Floats) -> Floats:
    """Nearly the square of the angle between normals, up to 4; large beside slivers."""
    cosine = np.einsum("...k,...k->...", one, other)
    none = (np.abs(one).max(axis=-1) == 0) | (np.abs(other).max(axis=-1) == 0)
    return np.where(none, NO_NORMAL, 2 - 2 * cosine)
