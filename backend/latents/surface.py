# SPDX-License-Identifier: GPL-3.0-or-later
"""The surface of a decoded shape, asked for from coarse to fine beside its zero level alone.

A dense grid of 256 cells along each side takes seventeen million queries, as much work as the whole
sampling; the surface passes one or two of a hundred cells. Each level halves the cells. What a
coarser level says is the guess of the next one; there the places on both sides of a change of sign
are asked until none of them is a guess (Wyvill, McPheeters, Wyvill, 1986). So that thin walls are
not missed, levels but the last also ask where the field, falling as it does around a place, would
reach zero before the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Ints
from ..contract.progress import SILENT, Progress
from ..geometry.isosurface import GridField, doubled
from .finite import NotFinite

CELLS = 256
COARSEST = 32
BOUND = 1.005  # half the side of the cube in which shapes are asked for
A_TURN = 65_536  # places that are asked between two looks for a cancel

Field = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""The field (N,) at places (N, 3) of the cube, positive inside."""


@dataclass(frozen=True)
class Extracted:
    """A field with its zero level.

    field : negative inside, of about the distance to the surface near it. asked : how many places.
    """

    field: GridField
    asked: int


def extract(
    field: Field,
    cells: int = CELLS,
    *,
    bound: float = BOUND,
    turn: int = A_TURN,
    progress: Progress = SILENT,
) -> Extracted:
    """The field of a shape on a grid of `cells` along each side, a power of two times 32.

    turn : places that are asked between two looks for a cancel. Raises Cancelled, and NotFinite
    where the field has no number.
    """
    levels = round(np.log2(cells / COARSEST))
    band = _Band(field, bound, COARSEST, turn)
    share = 0.5**levels
    band.ask(np.arange(band.values.size), progress.span(0.0, share))
    for level in range(levels):
        last = level == levels - 1
        span = progress.span(share, 2 * share)
        band.halve(span.span(0.0, 0.2), near=not last)
        band.follow(span.span(0.2, 1.0))
        share *= 2
    return Extracted(band.distance(), band.asked)


def dense(
    field: Field, cells: int = CELLS, *, bound: float = BOUND, progress: Progress = SILENT
) -> Extracted:
    """All places of the grid asked, to compare with."""
    band = _Band(field, bound, cells)
    band.ask(np.arange(band.values.size), progress)
    return Extracted(band.distance(), band.asked)


class _Band:
    """Values on a grid, and which of them are answers."""

    def __init__(self, field: Field, bound: float, cells: int, turn: int = A_TURN) -> None:
        self.field, self.bound, self.cells, self.turn = field, bound, cells, turn
        self.values = np.full((cells + 1,) * 3, -1.0, np.float32)
        self.exact = np.zeros(self.values.shape, dtype=bool)
        self.asked = 0

    @property
    def cell(self) -> float:
        return 2 * self.bound / self.cells

    def ask(self, where: Ints, progress: Progress) -> None:
        """Ask at places, by their flat numbers (N,)."""
        values, exact = self.values.reshape(-1), self.exact.reshape(-1)
        for start in range(0, len(where), self.turn):
            progress.step(start / len(where))
            some = where[start : start + self.turn]
            at = np.stack(np.unravel_index(some, self.values.shape), axis=1)
            answers = self.field((self.cell * at - self.bound).astype(np.float32))
            if not np.isfinite(answers).all():
                raise NotFinite(f"the field of a shape at {self.cells} cells")
            values[some] = answers
        exact[where] = True
        self.asked += len(where)

    def halve(self, progress: Progress, *, near: bool) -> None:
        """Go on on a grid of half the cell. near : ask also beside what almost reaches zero."""
        almost = self._almost() if near else None
        self.values = doubled(self.values)
        answers = self.exact
        self.exact = np.zeros(self.values.shape, dtype=bool)
        self.exact[::2, ::2, ::2] = answers
        self.cells *= 2
        if almost is not None:
            around = np.zeros(self.values.shape, dtype=bool)
            around[::2, ::2, ::2] = almost
            self.ask(np.flatnonzero(_grown(around) & ~self.exact), progress)

    def follow(self, progress: Progress) -> None:
        """Ask beside the zero level until both sides of it are answers."""
        where = np.flatnonzero(_apart(self.values > 0) & ~self.exact)
        turn = 0
        while len(where):
            turn += 1
            before = self.values.reshape(-1)[where] > 0
            self.ask(where, progress.span(1 - 2 / (turn + 1), 1 - 2 / (turn + 2)))
            turned = where[(self.values.reshape(-1)[where] > 0) != before]
            where = self._beside(turned)

    def distance(self) -> GridField:
        """Negative inside, and scaled so that it falls by about a cell in each cell at its zero."""
        steps = []
        for axis in range(3):
            low, high = _pair(axis)
            a, b = self.values[low], self.values[high]
            crossing = (a > 0) != (b > 0)
            steps.append(np.abs(a[crossing] - b[crossing]))
        # An edge is crossed aslant: of evenly turned surfaces the mean step is half the slope.
        step = 2 * float(np.mean(np.concatenate(steps))) if any(map(len, steps)) else 1.0
        scale = np.float32(-self.cell / max(step, 1e-30))
        return GridField(self.values * scale, np.full(3, -self.bound), self.cell)

    def _almost(self) -> Bools:
        """Places outside whose value, falling as beside them, would be zero within a cell."""
        fall = np.zeros_like(self.values)
        for axis in range(3):
            low, high = _pair(axis)
            step = np.abs(self.values[high] - self.values[low])
            np.maximum(fall[low], step, out=fall[low])
            np.maximum(fall[high], step, out=fall[high])
        return (self.values <= 0) & (self.values + fall > 0) & self.exact

    def _beside(self, places: Ints) -> Ints:
        """Guesses beside places (N,) that have the other sign, by their flat numbers."""
        values, exact = self.values.reshape(-1), self.exact.reshape(-1)
        at = np.stack(np.unravel_index(places, self.values.shape), axis=1)
        stride = np.array([self.values.shape[1] * self.values.shape[2], self.values.shape[2], 1])
        found = []
        for axis in range(3):
            for way in (-1, 1):
                there = (at[:, axis] + way >= 0) & (at[:, axis] + way <= self.cells)
                here = places[there]
                other = here + way * stride[axis]
                differ = (values[here] > 0) != (values[other] > 0)
                found.append(other[differ & ~exact[other]])
        return np.unique(np.concatenate(found))


def _pair(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """All places but the last along an axis, and all but the first."""
    low, high = [slice(None)] * 3, [slice(None)] * 3
    low[axis], high[axis] = slice(0, -1), slice(1, None)
    return tuple(low), tuple(high)


def _apart(inside: Bools) -> Bools:
    """Places beside one of the other kind."""
    found = np.zeros_like(inside)
    for axis in range(3):
        low, high = _pair(axis)
        differ = inside[low] != inside[high]
        found[low] |= differ
        found[high] |= differ
    return found


def _grown(marked: Bools) -> Bools:
    """Marked places and the six beside each."""
    grown = marked.copy()
    for axis in range(3):
        low, high = _pair(axis)
        grown[low] |= marked[high]
        grown[high] |= marked[low]
    return grown
