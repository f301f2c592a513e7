# SPDX-License-Identifier: GPL-3.0-or-later
"""The surface of a decoded shape, asked for from coarse to fine beside its zero level alone.

A dense grid of 256 cells along each side takes seventeen million queries, as much work as the whole
sampling; the surface passes one or two of a hundred cells. Each level halves the cells. What a
coarser level says is the guess of the next one; there the places on both sides of a change of sign
are asked until none of them is a guess (Wyvill, McPheeters, Wyvill, 1986). So that thin walls are
not missed, levels but the last also ask where the field, falling as it does around a place, would
reach zero before the next, and all around such a place where nothing of a shape is near: a small
loose piece. Fine levels ask a quarter of their places first, and the others only
around those of which the guess was wrong: where a surface is flat it is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Ints, Singles
from ..contract.progress import SILENT, Progress
from ..geometry.bricks import SIDE, BrickField, Bricks
from .finite import NotFinite

CELLS = 256
COARSEST = 32
BOUND = 1.005  # half the side of the cube in which shapes are asked for
A_TURN = 65_536  # places that are asked between two looks for a cancel
SPARSE = 4  # places for each that is asked first
TRUSTED = 128  # cells from which guesses may prove right
SURE = 0.01  # cells by which a guess may put the surface aside
WAYS = [(axis, way) for axis in range(3) for way in (-1, 1)]
FIRST_REACH = 2.0  # cells of the coarsest grid
AROUND = np.array(list(np.ndindex(3, 3, 3))) - 1
STEPS = np.array([way * np.eye(3, dtype=np.int64)[axis] for axis, way in WAYS])

Field = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""The field (N,) at places (N, 3) of the cube, positive inside."""


@dataclass(frozen=True)
class Extracted:
    """A field with its zero level.

    field : negative inside, of about the distance to the surface near it. asked : how many places.
    """

    field: BrickField
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
    band = _Band(field, bound, Bricks(COARSEST), turn)
    share = 0.5**levels
    band.ask_all(progress.span(0.0, share))
    for level in range(levels):
        span = progress.span(share, 2 * share)
        band.halve(span.span(0.0, 0.3), near=level < levels - 1)
        band.follow(span.span(0.3, 1.0), trusting=band.bricks.cells >= TRUSTED)
        share *= 2
    return Extracted(band.distance(), band.asked)


def dense(
    field: Field, cells: int = CELLS, *, bound: float = BOUND, progress: Progress = SILENT
) -> Extracted:
    """All places of the grid asked, to compare with."""
    band = _Band(field, bound, Bricks(cells))
    band.ask_all(progress)
    return Extracted(band.distance(), band.asked)


class _Band:
    """Values beside the zero level. asked : how many of them are answers."""

    def __init__(self, field: Field, bound: float, bricks: Bricks, turn: int = A_TURN) -> None:
        self.field, self.bound, self.bricks, self.turn = field, bound, bricks, turn
        self.asked = 0

    @property
    def cell(self) -> float:
        return 2 * self.bound / self.bricks.cells

    def ask_all(self, progress: Progress) -> None:
        """Ask at all places of the bricks that are there."""
        self._ask(np.flatnonzero(~self.bricks.known), progress)

    def halve(self, progress: Progress, *, near: bool) -> None:
        """Go on on a grid of half the cell. near : ask also beside what almost reaches zero."""
        before = self.bricks
        beside = before.points(np.flatnonzero(self._apart()))
        almost = loose = beside[:0]
        if near:
            alone = self._alone()
            almost = before.points(np.flatnonzero(self._almost() & ~alone))
            # The coarsest grid may pass by what is small: there it is looked for from farther away.
            reach = FIRST_REACH if before.coarser is None else 1.0
            loose = before.points(np.flatnonzero(self._almost(reach) & alone))
        self.bricks = Bricks(2 * before.cells, before)
        # Where guesses change their sign, one of these is within two steps.
        around = 2 * np.concatenate([beside, almost, loose])
        bricks = [
            np.clip(around + 4 * np.array(corner) - 2, 0, self.bricks.cells) // SIDE
            for corner in np.ndindex(2, 2, 2)
        ]
        self.bricks.make(np.concatenate(bricks))
        if near:
            places = [(2 * almost + STEPS[:, None]).reshape(-1, 3)]
            places.append((2 * loose + AROUND[:, None]).reshape(-1, 3))
            self._ask(self._guesses(np.concatenate(places)), progress)

    def follow(self, progress: Progress, *, trusting: bool) -> None:
        """Ask beside the zero level until both sides of it are answers.

        trusting : or guesses that are as good, which count as answers from then on.
        """
        where = np.flatnonzero(self._apart() & ~self.bricks.known)
        trusted = where[:0]
        if trusting:
            now = self.bricks.points(where).sum(axis=1) % SPARSE == 0
            now |= ~self.bricks.told.reshape(-1)[where]
            where, trusted = where[now], where[~now]
        turn = 0
        while len(where):
            turn += 1
            before = self._values[where]
            step = self._step(where) if len(trusted) else np.zeros(len(where))
            self._ask(where, progress.span(1 - 2 / (turn + 1), 1 - 2 / (turn + 2)))
            after = self._values[where]
            turned = (after > 0) != (before > 0)
            wrong = turned | (np.abs(after - before) > SURE * step)
            doubted = self._among(trusted, where[wrong]) if len(trusted) else np.zeros(0, bool)
            where = np.union1d(self._beside(where[turned]), trusted[doubted])
            trusted = np.setdiff1d(trusted, where, assume_unique=True)
        self.bricks.known.reshape(-1)[trusted] = True

    def distance(self) -> BrickField:
        """Scaled so that it falls by about a cell in each cell at its zero."""
        value = self.bricks.value
        steps = []
        for axis in range(3):
            other = self.bricks.beside(value, axis, 1)
            crossing = (value > 0) != (other > 0)
            steps.append(np.abs(value[crossing] - other[crossing]))
        # An edge is crossed aslant: of evenly turned surfaces the mean step is half the slope.
        step = 2 * float(np.mean(np.concatenate(steps))) if any(map(len, steps)) else 1.0
        scale = -self.cell / max(step, 1e-30)
        return BrickField(np.full(3, -self.bound), self.cell, self.bricks, scale)

    @property
    def _values(self) -> Singles:
        return self.bricks.value.reshape(-1)

    def _ask(self, where: Ints, progress: Progress) -> None:
        """Ask at places, by their numbers (N,)."""
        values = self._values
        for start in range(0, len(where), self.turn):
            progress.step(start / len(where))
            some = where[start : start + self.turn]
            at = self.bricks.points(some)
            answers = self.field((self.cell * at - self.bound).astype(np.float32))
            if not np.isfinite(answers).all():
                raise NotFinite(f"the field of a shape at {self.bricks.cells} cells")
            values[some] = answers
        self.bricks.known.reshape(-1)[where] = True
        self.asked += len(where)

    def _apart(self) -> Bools:
        """Places beside one of the other sign."""
        inside = self.bricks.value > 0
        found = np.zeros_like(inside)
        for axis, way in WAYS:
            found |= inside != self.bricks.beside(inside, axis, way)
        return found

    def _alone(self) -> Bools:
        """Places beside which, aslant too, nothing is inside."""
        return ~self._grown(self.bricks.value > 0)

    def _almost(self, reach: float = 1.0) -> Bools:
        """Places outside whose value, falling as beside them, would be zero within some cells."""
        value = self.bricks.value
        fall = np.zeros_like(value)
        for axis, way in WAYS:
            np.maximum(fall, np.abs(self.bricks.beside(value, axis, way) - value), out=fall)
        return (value <= 0) & (value + reach * fall > 0) & self.bricks.known

    def _guesses(self, points: Ints) -> Ints:
        """Which of points (N, 3) are of the grid, and guesses: their numbers, each once."""
        there = ((points >= 0) & (points <= self.bricks.cells)).all(axis=1)
        number = np.unique(self.bricks.numbers(points[there], make=True))
        return number[~self.bricks.known.reshape(-1)[number]]

    def _beside(self, places: Ints) -> Ints:
        """Guesses beside places (N,) that have the other sign, by their numbers."""
        at = self.bricks.points(places)
        inside = self._values[places] > 0
        found = [places[:0]]
        for step in STEPS:
            there = ((at + step >= 0) & (at + step <= self.bricks.cells)).all(axis=1)
            other = self.bricks.numbers(at[there] + step, make=True)
            differ = (self._values[other] > 0) != inside[there]
            found.append(other[differ & ~self.bricks.known.reshape(-1)[other]])
        return np.unique(np.concatenate(found))

    def _step(self, places: Ints) -> Singles:
        """How far the value of places (N,) is from that of neighbours of the other sign: (N,)."""
        at, own = self.bricks.points(places), self._values[places]
        found = np.zeros(len(places), np.float32)
        for step in STEPS:
            other = self.bricks.at(np.clip(at + step, 0, self.bricks.cells))
            np.maximum(found, np.where((other > 0) != (own > 0), np.abs(other - own), 0), out=found)
        return found

    def _among(self, places: Ints, wrong: Ints) -> Bools:
        """Which places (N,) are beside one that is wrong, aslant too."""
        mark = np.zeros(self.bricks.known.shape, bool)
        mark.reshape(-1)[wrong] = True
        return np.asarray(self._grown(mark).reshape(-1)[places])

    def _grown(self, mark: Bools) -> Bools:
        """Marked places and all 26 around each."""
        for axis in range(3):
            mark = mark | self.bricks.beside(mark, axis, 1) | self.bricks.beside(mark, axis, -1)
        return mark
