# SPDX-License-Identifier: GPL-3.0-or-later
"""Which points of a grid lie inside a surface, by counting how it is crossed along grid lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Floats, Ints

PIECE = 2_000_000  # crossings that are worked on at once


@dataclass(frozen=True)
class Grid:
    """Points in the middles of the cells of a box.

    Parameters
    ----------
    low, high : (3,) corners of the box.
    shape : cells along each axis.
    """

    low: Floats
    high: Floats
    shape: tuple[int, int, int]

    @property
    def cell(self) -> Floats:
        """Edges of a cell: (3,)."""
        return (self.high - self.low) / self.shape

    def points(self) -> Floats:
        """Middles of all cells, the last axis fastest: (N, 3)."""
        axes = [self.low[k] + self.cell[k] * (np.arange(self.shape[k]) + 0.5) for k in range(3)]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def inside(vertices: Floats, faces: Ints, grid: Grid) -> Bools:
    """Whether the grid's points are inside a surface: (X, Y, Z).

    Along each axis a point is inside where more faces were entered than left before it; two of the
    three axes decide. So closed surfaces that overlap count as their union, and an open surface
    has an inside where most lines meet both of its sides.

    vertices : (V, 3) float64; faces : (F, 3) int64, outward.
    """
    places = (np.asarray(vertices, np.float64) - grid.low) / grid.cell - 0.5
    corners = places[faces]
    votes = np.zeros(grid.shape, dtype=np.int8)
    for axis in range(3):
        order = [(axis + 1) % 3, (axis + 2) % 3, axis]
        shape = [grid.shape[k] for k in order]
        found = _entered(corners[:, :, order], shape) > 0
        votes += found.transpose(np.argsort(order))
    return votes >= 2


def _entered(corners: Floats, shape: list[int]) -> Ints:
    """Signed crossings before each point along the last axis: shape, of int64.

    corners : (F, 3, 3) in cells, whole numbers at the grid's points. Faces that share an edge
    cover each line once, for they compute where the edge crosses a row from the same numbers.
    """
    steps = np.zeros((shape[0] * shape[1]) * (shape[2] + 1))
    first = np.clip(np.floor(corners[:, :, 0].min(axis=1)) + 1, 0, shape[0]).astype(np.int64)
    last = np.clip(np.floor(corners[:, :, 0].max(axis=1)), -1, shape[0] - 1).astype(np.int64)
    rows = np.maximum(last - first + 1, 0)
    # Faces that stay in view, in pieces of not too many rows.
    total = np.cumsum(rows)
    cuts = np.searchsorted(total, np.arange(PIECE // 16, int(total[-1]) if len(total) else 0,
                                            PIECE // 16))  # fmt: skip
    for piece in np.split(np.arange(len(corners)), cuts):
        face = np.repeat(piece, rows[piece])
        if not len(face):
            continue
        start = np.cumsum(rows[piece]) - rows[piece]
        row = np.arange(len(face)) - np.repeat(start, rows[piece]) + first[face]
        _add_rows(steps, corners[face], row, shape)
    grid = steps.reshape(shape[0], shape[1], shape[2] + 1)[:, :, :-1]
    return np.rint(np.cumsum(grid, axis=2)).astype(np.int64)


def _add_rows(steps: Floats, corners: Floats, row: Ints, shape: list[int]) -> None:
    """Adds what faces (n, 3, 3) do to the lines of one row each: where a line enters them or
    leaves."""
    ends = np.full((len(row), 2), np.nan)  # least and greatest of the two edges that cross the row
    for k in range(3):
        a, b = corners[:, k, :2], corners[:, (k + 1) % 3, :2]
        swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
        a, b = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
        crosses = (a[:, 0] < row) & (row <= b[:, 0])
        with np.errstate(divide="ignore", invalid="ignore"):
            at = a[:, 1] + (b[:, 1] - a[:, 1]) * ((row - a[:, 0]) / (b[:, 0] - a[:, 0]))
        at = np.where(crosses, at, np.nan)
        ends[:, 0] = np.fmin(ends[:, 0], at)
        ends[:, 1] = np.fmax(ends[:, 1], at)
    ends = np.nan_to_num(ends, nan=0.0)  # rows that rounding took from a face
    first = np.clip(np.floor(ends[:, 0]) + 1, 0, shape[1]).astype(np.int64)
    last = np.clip(np.floor(ends[:, 1]), -1, shape[1] - 1).astype(np.int64)
    count = np.maximum(last - first + 1, 0)
    which = np.repeat(np.arange(len(row)), count)
    column = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
    a, b, c = (corners[which, k] for k in range(3))
    u, w = b - a, c - a
    normal = np.cross(u, w)
    from_a = np.stack([row[which] - a[:, 0], column - a[:, 1]], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = a[:, 2] - (normal[:, :2] * from_a).sum(axis=1) / normal[:, 2]
    low = np.minimum(np.minimum(a[:, 2], b[:, 2]), c[:, 2])
    high = np.maximum(np.maximum(a[:, 2], b[:, 2]), c[:, 2])
    depth = np.clip(np.where(np.isfinite(depth), depth, low), low, high)
    level = np.clip(np.ceil(depth), 0, shape[2]).astype(np.int64)
    place = (row[which] * shape[1] + column) * (shape[2] + 1) + level
    steps += np.bincount(place, -np.sign(normal[:, 2]), len(steps))
