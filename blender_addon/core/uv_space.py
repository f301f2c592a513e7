# SPDX-License-Identifier: GPL-3.0-or-later
"""The room that islands leave in a UV map, and where in it new ones may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ...backend.contract.arrays import NDArray, np

Floats: TypeAlias = "NDArray[Any]"
Bools: TypeAlias = "NDArray[np.bool_]"

GRID = 256  # cells along the side of the map
SHRINK = 0.8  # from one size that is tried to the next
SMALLEST = 0.05  # of the wanted size
AT_ONCE = 1 << 18  # triangles


def _nothing_taken() -> Bools:
    return np.zeros((GRID, GRID), dtype=bool)


@dataclass(eq=False)
class FreeSpace:
    """The unit square in cells, and which of them (v, u) are taken.

    What lies outside of the square, as of textures that repeat, counts where the texture repeats.
    """

    taken: Bools = field(default_factory=_nothing_taken)

    def take(self, triangles: Floats) -> None:
        """Mark what triangles (N, 3, 2) cover, and the cells that they touch."""
        triangles = np.asarray(triangles, dtype=np.float64) * GRID
        triangles = triangles[np.isfinite(triangles).all(axis=(1, 2))].clip(-1e15, 1e15)
        sides = triangles - np.roll(triangles, -1, axis=1)
        one, two = sides[:, 0], sides[:, 1]
        area = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]) / 2
        round_it = np.linalg.norm(sides, axis=2).sum(axis=1)
        huge = (2 * area > GRID * round_it) | (round_it > 1000 * GRID)
        if huge.any():  # the circle in it holds the whole square, or nobody can say
            self.taken[:] = True
            return
        for first in range(0, len(triangles), AT_ONCE):
            self._take(triangles[first : first + AT_ONCE])

    def _take(self, triangles: Floats) -> None:
        """Halve triangles, in cells, until each is in two by two of them."""
        while len(triangles):
            low = np.floor(triangles.min(axis=1)).astype(np.int64)
            high = np.floor(triangles.max(axis=1)).astype(np.int64)
            small = ((high - low) <= 1).all(axis=1)
            for u in (low[small, 0], high[small, 0]):
                for v in (low[small, 1], high[small, 1]):
                    self.taken[v % GRID, u % GRID] = True
            if self.taken.all():
                return
            rest = triangles[~small]
            side = np.linalg.norm(rest - np.roll(rest, -1, axis=1), axis=2)
            turn = (side.argmax(axis=1)[:, None] + np.arange(3)) % 3
            a, b, c = (rest[np.arange(len(rest)), turn[:, k]] for k in range(3))
            middle = (a + b) / 2
            triangles = np.concatenate(
                [np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)]
            )

    def place(self, sizes: Floats) -> tuple[float, Floats] | None:
        """Room for islands (N, 2) of these sizes, which is taken then.

        Returns the scale, 1 or less, that all of them need to find room, and the lowest corners
        (N, 2); None where there is no room even when they are very small.
        """
        sizes = np.asarray(sizes, dtype=np.float64).reshape(-1, 2)
        order = np.argsort(-sizes.max(axis=1), kind="stable")
        scale = 1.0
        while scale >= SMALLEST:
            cells = np.ceil(sizes * scale * GRID).astype(np.int64) + 2  # one free cell all round
            room = (~self.taken).sum()
            if (cells <= GRID).all() and cells.prod(axis=1).sum() <= room:
                found = self._fit(cells, order)
                if found is not None:
                    return scale, found
            scale *= SHRINK
        return None

    def _fit(self, cells: NDArray[np.int64], order: NDArray[np.int64]) -> Floats | None:
        trial = self.taken.copy()
        corner = np.zeros((len(cells), 2))
        for number in order.tolist():
            wide, high = cells[number].tolist()
            total = np.zeros((GRID + 1, GRID + 1), dtype=np.int64)
            total[1:, 1:] = trial.cumsum(axis=0).cumsum(axis=1)
            inside = total[high:, wide:] - total[:-high, wide:] - total[high:, :-wide]
            inside = inside + total[:-high, :-wide]
            v, u = np.unravel_index(int((inside == 0).argmax()), inside.shape)
            if inside[v, u]:
                return None
            trial[v : v + high, u : u + wide] = True
            corner[number] = [u + 1, v + 1]
        self.taken = trial
        return corner / GRID
