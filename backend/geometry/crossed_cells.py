# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of a grid that a surface crosses, by themselves: what the grid holds elsewhere is free.

As `isosurface.well_composed` and `surface_net` do it for whole grids, places where inside and
outside meet like the squares of a chessboard are mended, and a net is laid through the cells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..contract.arrays import Bools, Floats, Ints

CORNERS = np.array(list(np.ndindex(2, 2, 2)))  # corner 4 x + 2 y + z of a cell
ROUNDS = 64
AHEAD = np.array([4, 2, 1])  # the corner that is next to the first along each axis
BITS = 20  # of each coordinate in a cell's number
CELLS_A_TURN = 8192  # so that what is worked on fits into the cache


class CrossedCells:
    """Cells with the values at their corners.

    place : (C,3) the first corner of each, ordered. value : (C,8), negative inside.
    """

    def __init__(self, edges: Ints, values: Callable[[Ints], Floats]) -> None:
        """edges : (E,4) start and axis of edges of the grid that are crossed. values : at points
        of the grid (N,3), (N,)."""
        self._values = values
        axis = edges[:, 3]
        one, two = np.eye(3, dtype=np.int64)[(axis + 1) % 3], np.eye(3, dtype=np.int64)[axis - 1]
        start = edges[:, :3]
        around = np.concatenate([start, start - one, start - two, start - one - two])
        self._number = _each(_numbers(around))
        self.place = _places(self._number)
        self.value = self._corners(self.place)
        self._added = np.empty(0, np.int64)

    def mend(self, least: float, most: float) -> None:
        """Add to what is inside until its boundary is a manifold, and limit values.

        least, most : distances of values from zero. A point that is added is inside by `least`.
        """
        for _ in range(ROUNDS):
            strange = np.flatnonzero(_is_strange(self.value < 0))
            if not len(strange):
                break
            self._add(np.unique(_numbers(self._missing(strange))), least)
        inside = self.value < 0
        self.value = np.where(inside, np.minimum(self.value, -least), np.maximum(self.value, 0.0))
        np.clip(self.value, -most, most, out=self.value)

    def net(self) -> tuple[Floats, Ints]:
        """Vertices (V,3) in steps of the grid, and quads (Q,4), counter-clockwise from outside."""
        inside = self.value < 0
        rows = [np.flatnonzero(inside[:, 0] != inside[:, other]) for other in AHEAD]
        row, axis = np.concatenate(rows), np.repeat(np.arange(3), [len(each) for each in rows])
        start = self.place[row]
        a, b = self.value[row, 0], self.value[row, AHEAD[axis]]
        place = start.astype(np.float64)
        place[np.arange(len(row)), axis] += a / (a - b)
        one, two = np.eye(3, dtype=np.int64)[(axis + 1) % 3], np.eye(3, dtype=np.int64)[axis - 1]
        around = np.stack([start - one - two, start - two, start, start - one], axis=1)
        outside = ~inside[row, 0]
        around[outside] = around[outside][:, ::-1]
        cell = np.searchsorted(self._number, _numbers(around.reshape(-1, 3)))
        is_used = np.zeros(len(self.place), bool)
        is_used[cell] = True
        used, corner = np.flatnonzero(is_used), (np.cumsum(is_used) - 1)[cell]
        count = np.bincount(corner, minlength=len(used))
        sums = [np.bincount(corner, np.repeat(place[:, k], 4), len(used)) for k in range(3)]
        return np.stack(sums, axis=1) / count[:, None], corner.reshape(-1, 4)

    def _corners(self, place: Ints) -> Floats:
        """Values (N,8) at the corners of cells (N,3)."""
        found = np.empty((len(place), 8))
        for start in range(0, len(place), CELLS_A_TURN):
            some = slice(start, start + CELLS_A_TURN)
            corners = (place[some, None] + CORNERS).reshape(-1, 3)
            found[some] = self._values(corners).reshape(-1, 8)
        return found

    def _missing(self, rows: Ints) -> Ints:
        """Points (N,3) that cells (R,) want inside: of each pair the nearer to the surface."""
        value, inside = self.value[rows], self.value[rows] < 0
        found = []

        def want(where: Bools, pair: tuple[int, int]) -> None:
            cells = np.flatnonzero(where)
            first = value[cells, pair[0]] <= value[cells, pair[1]]
            found.append(self.place[rows[cells]] + CORNERS[np.where(first, *pair)])

        for one, other, third, fourth in _squares():
            p, q, r, s = inside.T[[one, other, third, fourth]]
            want(p & q & ~r & ~s, (third, fourth))
            want(~p & ~q & r & s, (one, other))
        total = inside.sum(axis=1)
        for one in range(4):
            other = 7 - one
            both = inside[:, one] & inside[:, other]
            # Between two corners far across a third is put, from which squares lead on.
            want(both & (total == 2), (one ^ 1, one ^ 2))
            want(~inside[:, one] & ~inside[:, other] & (total == 6), (one, other))
        return np.concatenate(found)

    def _add(self, points: Ints, depth: float) -> None:
        """Put points, by their numbers, inside; cells around them come in where they lack."""
        self._added = np.union1d(self._added, points)
        around = np.unique(_numbers((_places(points)[:, None] - CORNERS).reshape(-1, 3)))
        new = np.setdiff1d(around, self._number)
        if len(new):
            number = np.concatenate([self._number, new])
            order = np.argsort(number)
            value = np.concatenate([self.value, self._corners(_places(new))])
            self._number, self.value = number[order], value[order]
            self.place = _places(self._number)
        rows = np.searchsorted(self._number, around)
        corners = _numbers((self.place[rows][:, None] + CORNERS).reshape(-1, 3))
        inside = np.isin(corners, self._added).reshape(-1, 8)
        self.value[rows] = np.where(inside, np.minimum(self.value[rows], -depth), self.value[rows])


def _numbers(places: Ints) -> Ints:
    """One number for each place (N,3), from -1 on, in the order of its coordinates."""
    x, y, z = (places + 1).T
    return np.asarray((x << 2 * BITS) | (y << BITS) | z)


def _places(numbers: Ints) -> Ints:
    last = (1 << BITS) - 1
    coordinates = [numbers >> 2 * BITS, numbers >> BITS & last, numbers & last]
    return np.stack(coordinates, axis=1) - 1


def _each(numbers: Ints) -> Ints:
    """Numbers (N,) in order, each once; for so many in a fraction of the time of `numpy.unique`."""
    ordered = np.sort(numbers)
    return np.asarray(ordered[np.diff(ordered, prepend=ordered[:1] - 1) != 0])


def _squares() -> list[tuple[int, int, int, int]]:
    """The corners of a cell's sides: two far across from each other, then the other two."""
    found = []
    for axis in (4, 2, 1):
        u, v = (bit for bit in (4, 2, 1) if bit != axis)
        found += [(far, far + u + v, far + u, far + v) for far in (0, axis)]
    return found


def _is_strange(inside: Bools) -> Bools:
    """Whether inside and outside meet at an edge or a corner alone, in cells (C,8)."""
    return np.asarray(_table()[np.packbits(inside, axis=1).reshape(-1)])


def _table() -> Bools:
    """The same for each of the 256 cells that there are."""
    inside = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(bool)
    strange = np.zeros(256, bool)
    for one, other, third, fourth in _squares():
        p, q, r, s = inside.T[[one, other, third, fourth]]
        strange |= (p == q) & (r == s) & (p != r)
    total = inside.sum(axis=1)
    for one in range(4):
        p, q = inside[:, one], inside[:, 7 - one]
        strange |= (p & q & (total == 2)) | (~p & ~q & (total == 6))
    return strange
