# SPDX-License-Identifier: GPL-3.0-or-later
"""A grid of which only pieces are kept: bricks of 8 x 8 x 8 points, found by a table.

Beside a surface a grid of 512 cells along each side has some ten thousand of them, a hundredth of
its points. What lies between is told by a grid twice as coarse (as in OpenVDB: Museth, 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles
from .isosurface import POINTS_A_TURN, GridField, SampledField, doubled

BITS = 3
SIDE = 1 << BITS  # points along a brick
LAST, HALF = SIDE - 1, SIDE // 2
OUTSIDE = -1.0  # what lies beyond the grid
CORNERS = np.array(list(np.ndindex(2, 2, 2)))
FILLED_A_TURN = 4096  # bricks


class Bricks:
    """Values at points of a grid, of so many cells along each side, a multiple of 8.

    coarser : the grid of half as many cells that tells what a new brick holds; without one all
    bricks are there from the beginning. place : (B,3) of each brick, in bricks. value : (B,8,8,8).
    known : of which points the value is no guess. told : of which it is one between known values.
    """

    def __init__(self, cells: int, coarser: Bricks | None = None) -> None:
        self.cells, self.coarser = cells, coarser
        across = cells // SIDE + 1
        self._table = np.full((across + 2,) * 3, -1, np.int32)  # with an empty one all around
        self.place: Ints = np.empty((0, 3), np.int64)
        self.value: Singles = np.empty((0, SIDE, SIDE, SIDE), np.float32)
        self.known: Bools = np.empty(self.value.shape, bool)
        self.told: Bools = np.empty(self.value.shape, bool)
        if coarser is None:
            self._put(np.argwhere(self._table[1:-1, 1:-1, 1:-1] < 0))

    def points(self, numbers: Ints) -> Ints:
        """Where points (N,) are on the grid, (N,3)."""
        within = [numbers >> 2 * BITS & LAST, numbers >> BITS & LAST, numbers & LAST]
        return np.asarray((self.place[numbers >> 3 * BITS] << BITS) + np.stack(within, axis=1))

    def numbers(self, points: Ints, *, make: bool = False) -> Ints:
        """Numbers of points (N,3) of the grid, -1 where no brick is, unless they are made."""
        x, y, z = points.T
        across = len(self._table)
        brick = (((x >> BITS) + 1) * across + (y >> BITS) + 1) * across + (z >> BITS) + 1
        found = self._table.reshape(-1).take(brick)
        lost = found < 0
        if make and lost.any():
            self.make(points[lost] >> BITS)
            found, lost = self._table.reshape(-1).take(brick), np.zeros_like(lost)
        within = ((x & LAST) << 2 * BITS) | ((y & LAST) << BITS) | (z & LAST)
        number = (found.astype(np.int64) << 3 * BITS) | within
        number[lost] = -1
        return np.asarray(number)

    def make(self, places: Ints) -> None:
        """Bricks at places (N,3), where there are none yet, filled with guesses."""
        wanted = np.zeros(self._table.shape, bool)
        wanted[tuple(places.T + 1)] = True
        new = np.argwhere(wanted & (self._table < 0)) - 1
        if len(new):
            self._put(new)

    def at(self, points: Ints) -> Singles:
        """Values (N,) at points (N,3) of the grid, guesses where no brick is."""
        number = self.numbers(points)
        lost = np.flatnonzero(number < 0)
        values = self.value.reshape(-1) if len(self.place) else np.zeros(1, np.float32)
        found = values.take(np.maximum(number, 0))
        if len(lost) and self.coarser is not None:
            low, high = points[lost] // 2, (points[lost] + 1) // 2
            corners = np.where(CORNERS[:, None], high, low)  # (8, n, 3), even ones twice
            told = self.coarser.at(corners.reshape(-1, 3)).reshape(8, -1)
            found[lost] = told.mean(axis=0)
        return found

    def beside(self, pool: NDArray, axis: int, way: int) -> NDArray:
        """For all points (B,8,8,8) of a pool what their neighbour along an axis has.

        At the end of the grid, and of what is kept, the point's own.
        """
        here, there = [slice(None)] * 4, [slice(None)] * 4
        here[axis + 1], there[axis + 1] = slice(0, -1), slice(1, None)
        last, first = [slice(None)] * 4, [slice(None)] * 4
        last[axis + 1], first[axis + 1] = -1, 0  # type: ignore[call-overload]
        if way < 0:
            here, there, last, first = there, here, first, last
        made = np.empty_like(pool)
        made[tuple(here)] = pool[tuple(there)]
        step = np.zeros(3, np.int64)
        step[axis] = way
        other = self._table[tuple((self.place + step + 1).T)]
        end = pool[tuple(last)].copy()
        end[other >= 0] = pool[tuple(first)][other[other >= 0]]
        made[tuple(last)] = end
        # The last bricks of the grid have one layer that is of it.
        over = np.flatnonzero(self.place[:, axis] == self.cells // SIDE)
        layers = [slice(None)] * 4
        layers[axis + 1] = slice(None) if way > 0 else slice(1, None)
        ended = made[over]
        ended[tuple(layers)] = pool[over][tuple(layers)]
        made[over] = ended
        return made

    def _put(self, places: Ints) -> None:
        value = np.full((len(places), SIDE, SIDE, SIDE), OUTSIDE, np.float32)
        known, told = np.zeros((2, *value.shape), bool)
        for start in range(0, len(places), FILLED_A_TURN):
            some = slice(start, start + FILLED_A_TURN)
            if self.coarser is not None:
                value[some], known[some], told[some] = self._guessed(self.coarser, places[some])
        point = places[:, None] * SIDE + np.arange(SIDE)[:, None]  # (B, 8, 3)
        beyond = (point > self.cells).transpose(2, 0, 1)
        out = beyond[0][:, :, None, None] | beyond[1][:, None, :, None] | beyond[2][:, None, None]
        value[out], known[out] = OUTSIDE, True
        self._table[tuple(places.T + 1)] = np.arange(len(places)) + len(self.place)
        self.place = np.concatenate([self.place, places])
        self.value = np.concatenate([self.value, value])
        self.known = np.concatenate([self.known, known])
        self.told = np.concatenate([self.told, told])

    def _guessed(self, coarser: Bricks, places: Ints) -> tuple[Singles, Bools, Bools]:
        line = np.arange(HALF + 1)
        grid = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1)
        point = np.minimum(places[:, None, None, None] * HALF + grid, coarser.cells)
        number = coarser.numbers(point.reshape(-1, 3), make=True)
        value = coarser.value.reshape(-1)[number].reshape(point.shape[:4])
        sure = coarser.known.reshape(-1)[number].reshape(point.shape[:4])
        known = np.zeros((len(places), SIDE, SIDE, SIDE), bool)
        known[:, ::2, ::2, ::2] = sure[:, :-1, :-1, :-1]
        fine, share = (doubled(one.astype(np.float32))[:, :-1, :-1, :-1] for one in (value, sure))
        return np.asarray(fine, np.float32), known, share == 1


@dataclass(frozen=True, eq=False)
class BrickField(SampledField):
    """A field on a grid of which pieces are kept, positive inside and of any scale there.

    bricks : its values. scale : by which they become negative inside, of about the distance to the
    surface near it.
    """

    bricks: Bricks
    scale: float

    def at(self, points: Floats) -> Floats:
        """See `SampledField.at`."""
        result = np.empty(len(points))
        for start in range(0, len(points), POINTS_A_TURN):
            some = slice(start, start + POINTS_A_TURN)
            place = np.clip((points[some] - self.origin) / self.cell, 0, self.bricks.cells)
            low = np.minimum(place.astype(np.int64), self.bricks.cells - 1)
            share = (place - low).T
            corners = (low + CORNERS[:, None]).reshape(-1, 3)
            value = self.bricks.at(corners).astype(np.float64).reshape(2, 2, 2, -1)
            for part in share:
                value = value[0] + part * (value[1] - value[0])
            result[some] = value
        return result * self.scale

    def on_grid(self, places: Ints) -> Floats:
        """See `SampledField.on_grid`."""
        there = ((places >= 0) & (places <= self.bricks.cells)).all(axis=1)
        found = np.full(len(places), np.inf)
        found[there] = self.bricks.at(places[there]).astype(np.float64) * self.scale
        return found

    def crossed_edges(self) -> Ints:
        """See `SampledField.crossed_edges`."""
        bricks = self.bricks
        inside = bricks.value > 0
        found = []
        for axis in range(3):
            changes = np.flatnonzero(inside != bricks.beside(inside, axis, 1))
            start = bricks.points(changes)
            # What is inside at the grid's first or last points is closed there.
            for end, shift in ((0, 1), (bricks.cells, 0)):
                closed = self._ends(axis, end)
                closed[:, axis] -= shift
                start = np.concatenate([start, closed])
            found.append(np.insert(start, 3, axis, axis=1))
        return np.concatenate(found)

    def whole(self) -> GridField:
        """The same field with all of its values, (cells + 1) along each side."""
        return GridField((_whole(self.bricks) * np.float32(self.scale)), self.origin, self.cell)

    def _ends(self, axis: int, end: int) -> Ints:
        """Points (N,3) inside on one side of the grid."""
        side = np.argwhere(_side(self.bricks, axis, end) > 0)
        side[:, axis] = end
        return side


def _side(bricks: Bricks, axis: int, end: int) -> Singles:
    """Values of one side of a grid, (cells + 1) along two axes and 1 along the other."""
    size = [bricks.cells + 1] * 3
    size[axis] = 1
    if bricks.coarser is not None:
        told = np.asarray(doubled(_side(bricks.coarser, axis, end // 2)), np.float32)
    else:
        told = np.full(size, OUTSIDE, np.float32)
    for number in np.flatnonzero(bricks.place[:, axis] == end // SIDE):
        start = bricks.place[number] * SIDE
        start[axis] = 0
        value = np.take(bricks.value[number], [end % SIDE], axis=axis)
        _laid(told, start, value)
    return told


def _whole(bricks: Bricks) -> Singles:
    size = bricks.cells + 1
    if bricks.coarser is not None:
        told = np.asarray(doubled(_whole(bricks.coarser)), np.float32)
    else:
        told = np.full((size,) * 3, OUTSIDE, np.float32)
    for start, value in zip(bricks.place * SIDE, bricks.value, strict=True):
        _laid(told, start, value)
    return told


def _laid(grid: Singles, start: Ints, value: Singles) -> None:
    """Put a brick's values into a grid, as far as they are in it."""
    x, y, z = start
    room = grid[x : x + SIDE, y : y + SIDE, z : z + SIDE]
    room[...] = value[: room.shape[0], : room.shape[1], : room.shape[2]]
