# SPDX-License-Identifier: GPL-3.0-or-later
"""Generalised winding numbers of triangles: how often a surface, closed or not, goes round a point.

One inside a closed surface whose faces look outward, zero outside; smooth between where the surface
is open (Jacobson, Kavan and Sorkine-Hornung, "Robust inside-outside segmentation using generalized
winding numbers", 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats, Ints, Singles
from ..contract.progress import SILENT, Progress
from .nearest import places_on_curve

LEAF = 8  # triangles, at most, in the smallest clusters
FAN = 4  # clusters in the next larger one
REACH = 2.0  # radii of a cluster from which its expansion stands for it
NEAR = 2.5  # radii of a triangle within which its solid angle is exact
BLOCK = 64  # points that are answered together
POINTS_A_TURN = 1 << 15  # so that pairs of blocks and clusters fit into memory


class WindingNumber:
    """The winding number of a mesh at many points.

    Clusters of triangles that are far from a block of points are a dipole and its first moments, as
    in Barill et al., "Fast winding numbers for soups and clouds", 2018; triangles that are near
    have exact solid angles (van Oosterom and Strackee, 1983). All is as exact as 0.005 or so. The
    expansion is a ratio of polynomials of the point, so that a block of points and its
    clusters are a product of matrices.

    vertices : (V, 3) float64; faces : (F, 3) int64; none is fine, faces without area as well.
    """

    def __init__(self, vertices: Floats, faces: Ints) -> None:
        corners = np.asarray(vertices, dtype=np.float64)[np.asarray(faces, dtype=np.int64)]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
        solid = np.linalg.norm(normal, axis=1) > 0
        corners, normal = corners[solid], normal[solid]
        middle = corners.mean(axis=1)
        levels = 0
        while LEAF * 2**levels < len(corners):
            levels += FAN.bit_length() - 1
        order = _halved(middle, levels)
        self._corners = corners[order]
        middle, normal = middle[order], normal[order]
        spokes = np.linalg.norm(self._corners - middle[:, None], axis=2)
        radius = spokes.max(axis=1, initial=0)
        self._middle, self._normal = middle.T.copy(), normal.T.copy()
        self._near = np.square(NEAR * radius)
        triangles = _Clusters(middle, radius, normal, np.zeros((len(middle), 6)))
        self._levels: list[_Clusters] = []  # from the whole to those of few triangles
        if len(corners):
            for level in range(0, levels + 1, FAN.bit_length() - 1):
                start = -(-np.arange(2**level) * len(corners) // 2**level)
                self._levels.append(triangles.joined(start))
        self._leaf = np.append(-(-np.arange(2**levels) * len(corners) // 2**levels), len(corners))

    def __call__(self, points: Floats, progress: Progress = SILENT) -> Floats:
        """The winding number (N,) float64 at points (N, 3)."""
        points = np.asarray(points, dtype=np.float64)
        result = np.zeros(len(points))
        if not len(points) or not len(self._corners):
            return result
        # In the order of a space-filling curve, blocks of points are compact.
        order = np.argsort(places_on_curve(points))
        for start in range(0, len(points), POINTS_A_TURN):
            turn = order[start : start + POINTS_A_TURN]
            result[turn] = self._turn(points[turn])
            progress.step(min(1.0, (start + POINTS_A_TURN) / len(points)))
        return result

    def _turn(self, points: Floats) -> Floats:
        """The winding number at points that are sorted along a curve."""
        starts = np.arange(0, len(points), BLOCK)
        low = np.minimum.reduceat(points, starts)
        high = np.maximum.reduceat(points, starts)
        centre = (low + high) / 2
        radius = np.linalg.norm(high - low, axis=1) / 2
        block = np.arange(len(starts))
        node = np.zeros(len(starts), np.int64)
        far: list[tuple[Ints, Ints, int]] = []
        for level, clusters in enumerate(self._levels):
            if level:
                block = np.repeat(block, FAN)
                node = (FAN * node[:, None] + np.arange(FAN)).ravel()
            away = np.linalg.norm(clusters.middle[node] - centre[block], axis=1) - radius[block]
            is_far = away > REACH * clusters.radius[node]
            far.append((block[is_far], node[is_far], level))
            block, node = block[~is_far], node[~is_far]
        # Those that are near to some point of the block may still be far from others.
        far.append((block, node, len(self._levels) - 1))
        owner = np.concatenate([each[0] for each in far])
        terms = np.concatenate(
            [self._levels[level].terms(which, centre[owns]) for owns, which, level in far], axis=2
        )
        reach = np.zeros(len(owner))
        reach[len(owner) - len(node) :] = np.square(REACH * self._levels[-1].radius[node])
        leaf = np.full(len(owner), -1)
        leaf[len(owner) - len(node) :] = node
        order = np.lexsort((leaf >= 0, owner))
        terms, reach, leaf = terms[:, :, order], reach[order].astype(np.float32), leaf[order]
        begin = np.searchsorted(owner[order], np.arange(len(starts) + 1))
        many = np.bincount(block, minlength=len(starts))  # of them near, the last of each block
        local = points - centre[np.arange(len(points)) // BLOCK]
        powers = _powers(local.astype(np.float32))
        total = np.zeros(len(points))
        rows, leaves = [], []
        for k, start in enumerate(starts):
            mine, theirs = slice(start, start + BLOCK), slice(begin[k], begin[k + 1])
            square, first, second = powers[mine] @ terms[:, :, theirs]
            if many[k]:
                close = square[:, -many[k] :] <= reach[theirs][-many[k] :]
                row, column = np.nonzero(close)
                rows.append(row + start)
                leaves.append(leaf[theirs][-many[k] :][column])
                square[:, -many[k] :][close] = np.inf
            np.reciprocal(square, out=square)
            second *= square
            first -= second
            first *= square
            np.sqrt(square, out=square)
            total[mine] = np.einsum("ij,ij->i", first, square)
        if rows:
            self._add_near(total, points, np.concatenate(rows), np.concatenate(leaves))
        return total / (4 * np.pi)

    def _add_near(self, total: Floats, points: Floats, row: Ints, leaf: Ints) -> None:
        """Adds the solid angles of the triangles of clusters `leaf` at points `row`, to `total`.

        Triangles that are far from a point are dipoles, the others exact.
        """
        for start in range(0, len(row), POINTS_A_TURN):
            some = slice(start, start + POINTS_A_TURN)
            at, of = row[some], leaf[some]
            at, of = _expanded(at, self._leaf[of], self._leaf[of + 1])
            x, y, z = (self._middle[k].take(of) - points[:, k].take(at) for k in range(3))
            square = x * x + y * y + z * z
            near = square <= self._near.take(of)
            square[near] = np.inf
            angle = x * self._normal[0].take(of)
            angle += y * self._normal[1].take(of)
            angle += z * self._normal[2].take(of)
            angle /= square * np.sqrt(square)
            angle[near] = solid_angles(self._corners, of[near], points, at[near])
            total += np.bincount(at, angle, minlength=len(total))


@dataclass(frozen=True)
class _Clusters:
    """Clusters of triangles of one level of the hierarchy.

    middle : (N, 3) of the area. radius : (N,) of what it holds. normal : (N, 3) sum of the areas'
    normals. moment : (N, 6) symmetric part of the sum of (place - middle) x normal: xx, yy, zz,
    twice xy, xz, yz.
    """

    middle: Floats
    radius: Floats
    normal: Floats
    moment: Floats

    def joined(self, start: Ints) -> _Clusters:
        """The clusters of triangles, of which the first of each is given."""
        count = np.diff(np.append(start, len(self.middle)))
        area = np.linalg.norm(self.normal, axis=1)
        whole = np.add.reduceat(area, start)
        middle = np.add.reduceat(self.middle * area[:, None], start) / whole[:, None]
        away = self.middle - np.repeat(middle, count, axis=0)
        radius = np.maximum.reduceat(np.linalg.norm(away, axis=1) + self.radius, start)
        (x, y, z), (u, v, w) = away.T, self.normal.T
        moment = np.stack(
            [x * u, y * v, z * w, x * v + y * u, x * w + z * u, y * w + z * v], axis=1
        )
        normal = np.add.reduceat(self.normal, start)
        return _Clusters(middle, radius, normal, np.add.reduceat(moment, start))

    def terms(self, which: Ints, centre: Floats) -> Singles:
        """Of clusters `which` (N,), seen from `centre` (N, 3): (3, 10, N) coefficients.

        With the `_powers` of a point they give the square of its distance to the cluster r2, and
        d and q in (d - q / r2) / r2^1.5, the solid angle.
        """
        c, n, m = self.middle[which] - centre, self.normal[which], self.moment[which]
        result = np.zeros((3, 10, len(which)), np.float32)
        square, first, second = result
        square[0] = np.square(c).sum(axis=1)
        square[1:4] = -2 * c.T
        square[4:7] = 1
        first[0] = np.einsum("ij,ij->i", n, c) + m[:, :3].sum(axis=1)
        first[1:4] = -n.T
        x, y, z = c.T
        xx, yy, zz, xy, xz, yz = m.T
        moved = (
            2 * xx * x + xy * y + xz * z,
            2 * yy * y + xy * x + yz * z,
            2 * zz * z + xz * x + yz * y,
        )
        second[0] = 1.5 * (moved[0] * x + moved[1] * y + moved[2] * z)
        for k in range(3):
            second[1 + k] = -3 * moved[k]
        second[4:] = 3 * m.T
        return result


def _powers(points: Singles) -> Singles:
    """(N, 10): 1, x, y, z, xx, yy, zz, xy, xz, yz of points (N, 3)."""
    x, y, z = points.T
    ones = np.ones_like(x)
    return np.stack([ones, x, y, z, x * x, y * y, z * z, x * y, x * z, y * z], axis=1)


def solid_angles(corners: Floats, triangle: Ints, points: Floats, row: Ints) -> Floats:
    """Signed solid angle (N,) of each `triangle` (N,) of corners (F, 3, 3) at points `row` (N,).

    At most 2 pi either way, positive where the triangle looks away from the point.
    """
    result = np.empty(len(row))
    for start in range(0, len(row), POINTS_A_TURN):
        some = slice(start, start + POINTS_A_TURN)
        p = points[row[some]].T
        a, b, c = (corners[:, k].take(triangle[some], axis=0).T - p for k in range(3))
        la, lb, lc = (np.sqrt(x * x + y * y + z * z) for x, y, z in (a, b, c))
        volume = (
            a[0] * (b[1] * c[2] - b[2] * c[1])
            + a[1] * (b[2] * c[0] - b[0] * c[2])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
        )
        rest = la * lb * lc + _dots(a, b) * lc + _dots(b, c) * la + _dots(c, a) * lb
        result[some] = 2 * np.arctan2(volume, rest)
    return result


def _dots(u: Floats, v: Floats) -> Floats:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


def _halved(points: Floats, levels: int) -> Ints:
    """An order of points (N, 3) in which each of `levels` halvings is along the longest extent."""
    order = np.arange(len(points))
    for level in range(levels):
        start = -(-np.arange(2**level) * len(points) // 2**level)
        count = np.diff(np.append(start, len(points)))
        placed = points[order]
        low, high = np.minimum.reduceat(placed, start), np.maximum.reduceat(placed, start)
        longest = np.argmax(high - low, axis=1)
        node = np.repeat(np.arange(2**level), count)
        axis = longest[node]
        along = placed[np.arange(len(placed)), axis] - low[node, axis]
        extent = np.maximum((high - low).max(axis=1), 1e-300)[node]
        order = order[np.argsort(node + 0.999 * along / extent)]
    return order


def _expanded(owner: Ints, start: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """Each owner (N,) beside all numbers from its start to before its stop."""
    count = stop - start
    ends = np.cumsum(count)
    number = np.arange(ends[-1] if len(ends) else 0)
    number += np.repeat(start - ends + count, count)
    return np.repeat(owner, count), number
