# SPDX-License-Identifier: GPL-3.0-or-later
"""The face under a point: the nearest of all faces, exactly."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints

FAN = 8  # faces in the smallest boxes, and boxes in the next larger ones
MOST_TOP = 64  # boxes that nothing holds; all of them are asked
GRID_BITS = 15  # of each coordinate of a place on the curve
SIZES = 16  # classes of faces by size, each half as large as the one before
TIE = 1e-12  # of the size: faces whose distance differs by less are equally near
POINTS_A_TURN = 512  # so that what is worked on fits into the cache
MOST_PAIRS = 1 << 18  # of points and boxes at once; where there are more, of half of the points


class NearestFace:
    """Finds the nearest face of a mesh to points in space.

    A hierarchy of bounding boxes over the faces in the order of a space-filling curve (Morton,
    1966, as in Lauterbach et al., "Fast BVH construction on GPUs", 2009), those of one size
    together, so that a large face does not blow up the boxes of small ones. Boxes that are
    farther than what another one surely holds are left out, level by level.

    vertices : (V, 3) float64, finite; faces : (F, 3) int64, at least one. Slivers, faces without
    area and faces that lie on each other are welcome.
    """

    def __init__(self, vertices: Floats, faces: Ints) -> None:
        self._vertices, self._faces = vertices, faces
        low, high = _boxes(vertices, faces)
        self._order = np.argsort(_places(low, high))
        low, high = low[:, self._order], high[:, self._order]
        self._levels: list[tuple[Floats, Floats]] = []  # boxes (N, 3), the smallest first
        while not self._levels or low.shape[1] > MOST_TOP:
            start = np.arange(0, low.shape[1], FAN)
            low = np.minimum.reduceat(low, start, axis=1)
            high = np.maximum.reduceat(high, start, axis=1)
            self._levels.append((low.T.copy(), high.T.copy()))
        self._tie = TIE * float((high.max(axis=1) - low.min(axis=1)).max())

    def __call__(self, points: Floats) -> tuple[Ints, Floats]:
        """The nearest faces to points (N, 3), and how far they are: (N,) int64, (N,) float64.

        Infinite points are infinitely far from everything; NaN is none. Of equally near faces, as
        on both sides of an edge, it is the one whose middle is nearest, and of those on each other
        the one with the smallest number.
        """
        points = np.asarray(points, dtype=np.float64)
        face, gap = np.zeros(len(points), np.int64), np.zeros(len(points))
        for at in range(0, len(points), POINTS_A_TURN):
            part = slice(at, at + POINTS_A_TURN)
            with np.errstate(over="ignore", invalid="ignore"):
                face[part], gap[part] = self._search(points[part])
        return face, gap

    def _search(self, points: Floats) -> tuple[Ints, Floats]:
        """As `__call__`, all points together; pairs of points and boxes stay sorted by point."""
        held = len(self._levels[-1][0])
        row, box = np.divmod(np.arange(len(points) * held), held)
        for level in range(len(self._levels) - 1, -1, -1):
            low, high = (side.take(box, axis=0) for side in self._levels[level])
            near = self._can_be_nearest(points, row, low, high)
            if FAN * len(near) > MOST_PAIRS and len(points) > 1:
                one, two = (self._search(half) for half in np.array_split(points, 2))
                return np.concatenate([one[0], two[0]]), np.concatenate([one[1], two[1]])
            row = np.repeat(row[near], FAN)
            box = (FAN * box[near, None] + np.arange(FAN)).ravel()
            held = len(self._levels[level - 1][0]) if level else len(self._order)
            if held % FAN:  # the last box may hold fewer
                there = box < held
                row, box = row[there], box[there]
        face = self._order[box]
        corners = self._faces.take(face, axis=0)
        a, b, c = (self._vertices.take(corners[:, k], axis=0) for k in range(3))
        low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
        near = self._can_be_nearest(points, row, low, high)
        row, face = row[near], face[near]
        gap = np.sqrt(triangle_gap(points[row], a[near], b[near], c[near]))
        gap[np.isnan(gap)] = np.inf
        least, tied = _least(gap, row, self._tie)
        row, face = row[tied], face[tied]
        middle = self._vertices[self._faces[face]].mean(axis=1)
        _, tied = _least(np.linalg.norm(points[row] - middle, axis=1), row, self._tie)
        row, face = row[tied], face[tied]
        return np.minimum.reduceat(face, _starts(row)), least

    def _can_be_nearest(self, points: Floats, row: Ints, low: Floats, high: Floats) -> Ints:
        """Which pairs of a point `row` (N,) and a box (N, 3) no other pair of the point excludes.

        At least one pair of each point remains.
        """
        least, most = _box_gaps(points.take(row, axis=0), low, high)
        limit = np.sqrt(np.minimum.reduceat(most, _starts(row))) * (1 + TIE) + 2 * self._tie
        return np.flatnonzero(~(least > np.square(limit)[row]))


def _least(value: Floats, row: Ints, slack: float) -> tuple[Floats, Ints]:
    """The smallest value of each row (R,), and where values (N,) are as small: `row` ascends."""
    least = np.minimum.reduceat(value, _starts(row))
    return least, np.flatnonzero(value <= least[row] + slack)


def _starts(row: Ints) -> Ints:
    return np.flatnonzero(np.diff(row, prepend=-1))


def triangle_gap(points: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    """Squared distance of each point to the triangle a, b, c beside it: four (N, 3), to (N,).

    The nearest place is the foot on the plane where that lies inside, otherwise on an edge, as in
    Ericson, "Real-Time Collision Detection", 5.1.5; but all three edges are asked, for then a
    sliver is its edges, a collapsed triangle is a segment or a point, and nothing divides by zero.
    """
    ab, ac, away = b - a, c - a, points - a
    least = np.minimum(_segment_gap(away, ab), _segment_gap(away, ac))
    np.minimum(least, _segment_gap(points - b, c - b), out=least)
    normal = _cross(ab, ac)
    square = _dot(normal, normal)
    v, w = _dot(_cross(away, ac), normal), _dot(_cross(ab, away), normal)
    inside = np.flatnonzero((v > 0) & (w > 0) & (v + w < square))
    ab, ac, away, normal = ab[inside], ac[inside], away[inside], normal[inside]
    v, w, square = v[inside], w[inside], square[inside]
    away = away - (v / square)[:, None] * ab - (w / square)[:, None] * ac
    # Once more, for rounding puts the first foot beside the true one in a sliver.
    v, w = _dot(_cross(away, ac), normal), _dot(_cross(ab, away), normal)
    away = away - (v / square)[:, None] * ab - (w / square)[:, None] * ac
    least[inside] = np.minimum(least[inside], _dot(away, away))
    return least


def _segment_gap(away: Floats, along: Floats) -> Floats:
    """Squared distance (N,) to segments `along` (N, 3) of points `away` (N, 3) from their start."""
    square = _dot(along, along)
    share = _dot(away, along) / np.where(square > 0, square, 1.0)
    rest = away - np.clip(share, 0.0, 1.0)[:, None] * along
    return _dot(rest, rest)


def _dot(u: Floats, v: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", u, v))


def _cross(u: Floats, v: Floats) -> Floats:
    """As `numpy.cross`, in half the time for few rows."""
    (a, b, c), (d, e, f) = u.T, v.T
    return np.stack([b * f - c * e, c * d - a * f, a * e - b * d], axis=1)


def _box_gaps(points: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Squared bounds of the distance from points to what tight boxes hold: all (N, 3), to (N,).

    Each side of a tight box is touched, which gives the upper one: MINMAXDIST of Roussopoulos,
    Kelley and Vincent, "Nearest neighbor queries", 1995.
    """
    below, above = low - points, points - high
    gap = np.maximum(np.maximum(below, above), 0.0)
    least = _dot(gap, gap)
    np.square(below, out=below)
    np.square(above, out=above)
    # From the nearer of two opposite sides, the farthest place on it.
    x, y, z = np.maximum(below, above).T
    u, v, w = np.minimum(below, above).T
    return least, np.minimum(np.minimum(u + y + z, x + v + z), x + y + w)


def _boxes(vertices: Floats, faces: Ints) -> tuple[Floats, Floats]:
    """Lower and upper corners of the bounding box of each face: two (3, F)."""
    low, high = np.empty((2, 3, len(faces)))
    corners = [np.ascontiguousarray(faces[:, k]) for k in range(3)]
    for axis in range(3):
        a, b, c = (vertices[:, axis].take(corner) for corner in corners)
        low[axis], high[axis] = np.minimum(a, b), np.maximum(a, b)
        np.minimum(low[axis], c, out=low[axis])
        np.maximum(high[axis], c, out=high[axis])
    return low, high


def _places(low: Floats, high: Floats) -> Ints:
    """Where boxes (3, F) come in an order that keeps near ones of one size together: (F,) int64."""
    longest = (high - low).max(axis=0)
    largest = max(float(longest.max()), 1e-300)
    size = np.clip(-np.frexp(longest / largest)[1], 0, SIZES - 1).astype(np.int64)
    size[longest == 0] = SIZES - 1
    middle = (low + high) / 2
    start = middle.min(axis=1)
    extent = max(float((middle.max(axis=1) - start).max()), 1e-300)
    code = size << (3 * GRID_BITS)
    for axis in range(3):
        step = (middle[axis] - start[axis]) * (((1 << GRID_BITS) - 1) / extent)
        code |= _spread_bits(step.astype(np.int64)) << axis
    return code


def _spread_bits(number: Ints) -> Ints:
    """Two zeros between the bits of numbers (N,) of up to 16 bits."""
    for shift, mask in (
        (16, 0x0000FF0000FF),
        (8, 0x00F00F00F00F),
        (4, 0x0C30C30C30C3),
        (2, 0x249249249249),
    ):
        number = (number | (number << shift)) & mask
    return number


def places_on_curve(points: Floats) -> Ints:
    """Where points (N, 3) come on a space-filling curve through their box: (N,) int64."""
    low = points.min(axis=0)
    step = ((1 << GRID_BITS) - 1) / max(float(np.ptp(points, axis=0).max()), 1e-300)
    code = np.zeros(len(points), np.int64)
    for axis in range(3):
        code |= _spread_bits(((points[:, axis] - low[axis]) * step).astype(np.int64)) << axis
    return code
