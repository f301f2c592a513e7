# SPDX-License-Identifier: GPL-3.0-or-later
"""A field on a grid that is asked only beside its zero level.

Level by level, each of half the cell. What a coarser level says is the guess of the next; there
the places beside a change of sign are asked until none of them is a guess, so that the zero level
is followed to wherever it goes (the tracking of Wyvill, McPheeters and Wyvill, "Data structure for
soft objects", 1986).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from ..contract.progress import SILENT, Progress
from ..geometry.isosurface import doubled

OUTSIDE = -4.0  # logit of what cannot be part of it
SURE = 2.0  # logit from which on a guess under the object's surface is as good as an answer
ROUNDS = 200  # of asking on one level: the zero level is followed by one place in each
A_TURN = 4096  # places that are asked between two looks for a cancel

Inside = Callable[[Floats], Floats]
Logits = Callable[[Floats, Floats], Floats]


class NarrowBand:
    """Logits on a grid.

    inside : tells of places (N, 3) how much they are inside of the object, 0..1 (N,). logits : of
    those that are, with how much, whether they are of the part: (N,), positive where they are.
    low : (3,) the first place of the grid. cell : between places. values : (X, Y, Z) logits,
    OUTSIDE outside of the object.
    """

    def __init__(self, inside: Inside, logits: Logits, low: Floats, cell: float, shape: Ints):
        self._inside, self._logits = inside, logits
        self.low, self.cell = low, cell
        self.values = np.full(tuple(int(n) for n in shape), OUTSIDE)
        self._within = np.zeros(self.values.shape)  # how much places are inside of the object
        self._looked = np.zeros(self.values.shape, dtype=bool)  # whether that was asked
        self._exact = self._looked.copy()  # whether a value is an answer

    @property
    def shape(self) -> Ints:
        """Places along each axis."""
        return np.array(self.values.shape)

    def ask_all(self, shown: Bools, progress: Progress = SILENT) -> None:
        """Ask at all places; shown : (X, Y, Z) those that are of the part if they are inside."""
        self._look(np.arange(self.values.size))
        self._show(shown)
        self._ask((self._within > 0.5) & ~self._exact, progress)

    def finer(self) -> NarrowBand:
        """The same on a grid of half the cell; new places are as those inside beside them."""
        fine = NarrowBand(self._inside, self._logits, self.low, self.cell / 2, 2 * self.shape - 1)
        solid = self._within > 0.5
        share = doubled(solid)
        guess = doubled(np.where(solid, self.values, 0.0))
        there = share > 0
        fine.values[there] = guess[there] / share[there]
        fine._within = np.where(there, 1.0, 0.0)
        every = (slice(None, None, 2),) * 3
        fine._within[every] = self._within
        fine._looked[every], fine._exact[every] = self._looked, self._exact
        return fine

    def follow(self, shown: Bools, progress: Progress = SILENT) -> None:
        """Ask beside the zero level; shown : as for `ask_all`: there it surely is."""
        self._look(np.flatnonzero(shown))
        self._show(shown)
        for turn in range(ROUNDS):
            progress.step(turn / (turn + 4))
            mine = self.values > 0
            self._look(np.flatnonzero(_beside(mine, ~mine)))
            mine, solid = self.values > 0, self._within > 0.5
            # Of what is under the object's own surface little is left to ask.
            asked = _beside(mine, solid & ~mine)
            asked |= _beside(mine, ~solid) & (self.values < SURE)
            asked &= solid & ~self._exact
            if not asked.any():
                break
            self._ask(asked, progress)

    def _look(self, where: Ints) -> None:
        """Find out whether places (N,) are inside of the object."""
        where = where[~self._looked.flat[where]]
        if not len(where):
            return
        within = self._inside(self._places(where))
        self._within.flat[where], self._looked.flat[where] = within, True
        out = where[within <= 0.5]
        self.values.flat[out], self._exact.flat[out] = OUTSIDE, True

    def _show(self, shown: Bools) -> None:
        mine = shown & (self._within > 0.5)
        self.values[mine], self._exact[mine] = -OUTSIDE, True

    def _ask(self, which: Bools, progress: Progress) -> None:
        where = np.flatnonzero(which)
        for start in range(0, len(where), A_TURN):
            progress.step(start / len(where))
            some = where[start : start + A_TURN]
            self._look(some)
            some = some[self._within.flat[some] > 0.5]
            if len(some):
                self.values.flat[some] = self._logits(self._places(some), self._within.flat[some])
                self._exact.flat[some] = True

    def _places(self, where: Ints) -> Floats:
        at = np.stack(np.unravel_index(where, self.values.shape), axis=1)
        return np.asarray(self.low + self.cell * at)


def _beside(one: Bools, other: Bools) -> Bools:
    """Places (X, Y, Z) of one kind that have one of the other along an axis, and these."""
    found = np.zeros_like(one)
    for axis in range(3):
        low: list[slice] = [slice(None)] * 3
        high = low.copy()
        low[axis], high[axis] = slice(0, -1), slice(1, None)
        a, b = tuple(low), tuple(high)
        apart = (one[a] & other[b]) | (other[a] & one[b])
        found[a] |= apart
        found[b] |= apart
    return found
