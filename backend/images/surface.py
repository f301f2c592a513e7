# SPDX-License-Identifier: GPL-3.0-or-later
"""The zero level of values on a grid as a closed surface of quads.

Each cell that the level crosses gets one vertex, each edge that it crosses one quad (Gibson,
"Constrained Elastic Surface Nets", 1998).
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Bools, Floats, Ints, Singles


def surface_net(values: Singles) -> tuple[Floats, Ints]:
    """Vertices (V, 3) in steps of the grid, and quads (Q, 4), seen counter-clockwise from outside.

    values : (X, Y, Z), negative inside, positive on all six sides of the grid.
    """
    inside = values < 0
    count = np.zeros(tuple(size - 1 for size in values.shape), np.int8)
    total = np.zeros((*count.shape, 3), np.float32)
    for axis in range(3):
        low, high = _shifted(values, axis)
        crossed = (low < 0) != (high < 0)
        at = np.nonzero(crossed)
        share = low[at] / (low[at] - high[at])
        for first in (0, 1):
            for second in (0, 1):
                cell = _cell_beside(at, axis, first, second)
                kept = _within(cell, count.shape)
                cell = tuple(line[kept] for line in cell)
                place = [np.full(kept.sum(), 0.0, np.float32)] * 3
                place[axis] = share[kept]
                place[(axis + 1) % 3] = np.full(kept.sum(), first, np.float32)
                place[(axis + 2) % 3] = np.full(kept.sum(), second, np.float32)
                np.add.at(count, cell, 1)
                np.add.at(total, cell, np.stack(place, axis=1))
    cells = np.nonzero(count)
    number = np.full(count.shape, -1, np.int64)
    number[cells] = np.arange(len(cells[0]))
    vertices = np.stack(cells, axis=1) + total[cells] / count[cells][:, None]
    return vertices.astype(np.float64), _quads(inside, number)


def _quads(inside: Bools, number: Ints) -> Ints:
    made = [np.empty((0, 4), np.int64)]
    for axis in range(3):
        low, high = _shifted(inside, axis)
        at = np.nonzero(low != high)
        corner = [_cell_beside(at, axis, *around) for around in ((0, 0), (1, 0), (1, 1), (0, 1))]
        quad = np.stack([number[cell] for cell in corner], axis=1)
        quad[~low[at]] = quad[~low[at]][:, ::-1]
        made.append(quad)
    return np.concatenate(made)


def _shifted(values, axis):  # type: ignore[no-untyped-def]
    """Both ends of all edges along an axis."""
    size = values.shape[axis]
    return values.take(range(size - 1), axis), values.take(range(1, size), axis)


def _cell_beside(at: tuple[Ints, ...], axis: int, first: int, second: int) -> tuple[Ints, ...]:
    """One of the four cells about edges along `axis`: there the edges are at (first, second)."""
    cell = list(at)
    cell[(axis + 1) % 3] = at[(axis + 1) % 3] - first
    cell[(axis + 2) % 3] = at[(axis + 2) % 3] - second
    return tuple(cell)


def _within(cell: tuple[Ints, ...], shape: tuple[int, ...]) -> Bools:
    return np.logical_and.reduce(
        [(line >= 0) & (line < size) for line, size in zip(cell, shape, strict=True)]
    )


def triangles_of(quads: Ints, vertices: Floats) -> Ints:
    """Two triangles for each quad, one after the other, split along its shorter diagonal."""
    a, b, c, d = quads.T
    straight = ((vertices[a] - vertices[c]) ** 2).sum(axis=1)
    other = ((vertices[b] - vertices[d]) ** 2).sum(axis=1)
    short = (straight <= other * (1 + 1e-9))[:, None]
    first = np.where(short, np.stack([a, b, c], axis=1), np.stack([a, b, d], axis=1))
    second = np.where(short, np.stack([a, c, d], axis=1), np.stack([b, c, d], axis=1))
    return np.stack([first, second], axis=1).reshape(-1, 3)
