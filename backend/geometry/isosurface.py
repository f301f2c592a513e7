# SPDX-License-Identifier: GPL-3.0-or-later
"""The zero level of a field on a grid as an even mesh, and the field between the grid's points.

Surface nets (Gibson, 1998): a vertex in each cell that the surface crosses, a quad around each
edge of the grid that it crosses. Where inside and outside meet like the squares of a chessboard
such a net is no manifold; these places are mended first (well-composed images: Latecki, 1997), so
that every edge has two faces, always.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints
from .crossed_cells import CrossedCells

STEPS = 3  # of Newton's method, by which vertices are put on the surface
REACH = 0.75  # cells that a vertex may be moved to get there
POINTS_A_TURN = 4096  # of which a field is asked, so that what is worked on fits into the cache


@dataclass(frozen=True, eq=False)
class SampledField(ABC):
    """A field known on a grid, negative inside.

    origin : (3,) the place of the grid's first point. cell : between neighbours.
    """

    origin: Floats
    cell: float

    @abstractmethod
    def at(self, points: Floats) -> Floats:
        """The field at points (N,3), linear between the grid's values and constant beyond: (N,)."""

    @abstractmethod
    def on_grid(self, places: Ints) -> Floats:
        """Values (N,) at points of the grid, by their whole numbers (N,3); infinite beyond it."""

    @abstractmethod
    def crossed_edges(self) -> Ints:
        """Edges of the grid (E,4), start and axis, of which one end alone is negative.

        Beyond the grid nothing is negative.
        """

    def slope(self, points: Floats) -> Floats:
        """Gradient (N,3) over half a cell to either side."""
        step = 0.5 * self.cell
        shift = step * np.concatenate([np.eye(3), -np.eye(3)])
        value = self.at((points[None] + shift[:, None]).reshape(-1, 3)).reshape(6, -1)
        return np.asarray((value[:3] - value[3:]).T / (2 * step))

    def normal(self, points: Floats) -> Floats:
        """Unit gradient (N,3), zero where the field is constant."""
        slope = self.slope(points)
        length = np.linalg.norm(slope, axis=1, keepdims=True)
        return np.divide(slope, length, out=np.zeros_like(slope), where=length > 1e-12)

    def project(self, points: Floats, reach: float, steps: int = STEPS) -> Floats:
        """Points (N,3) moved to the zero level along the gradient, each by at most `reach`.

        The gradient is that of where they come from, by a simplified Newton's method: they move so
        little that it stays as good, and it is most of what this takes.
        """
        slope = self.slope(points)
        slope /= np.maximum(np.einsum("ij,ij->i", slope, slope), 0.05)[:, None]
        longest = self.cell / np.maximum(np.linalg.norm(slope, axis=1), 1e-300)
        moved = points.copy()
        for _ in range(steps):
            value = self.at(moved)
            moved -= slope * np.clip(value, -longest, longest)[:, None]
        way = moved - points
        long = np.linalg.norm(way, axis=1, keepdims=True)
        return points + way * np.minimum(1.0, reach / np.maximum(long, 1e-300))


@dataclass(frozen=True, eq=False, init=False)
class GridField(SampledField):
    """A field of which all values are known.

    values : (X,Y,Z) floats. origin, cell : as of any sampled field.
    """

    values: NDArray[np.floating]

    def __init__(self, values: NDArray[np.floating], origin: Floats, cell: float) -> None:
        for name, value in (("values", values), ("origin", origin), ("cell", cell)):
            object.__setattr__(self, name, value)

    def at(self, points: Floats) -> Floats:
        """See `SampledField.at`."""
        result = np.empty(len(points))
        for start in range(0, len(points), POINTS_A_TURN):
            some = slice(start, start + POINTS_A_TURN)
            result[some] = self._at(points[some])
        return result

    def _at(self, points: Floats) -> Floats:
        """As `at`, of so few points that all of their numbers stay in the cache."""
        first: NDArray = np.zeros(len(points), np.int64)
        share, strides = [], []
        stride = self.values.size
        for axis, count in enumerate(self.values.shape):
            stride //= count
            place = points[:, axis] - self.origin[axis]
            place /= self.cell
            np.clip(place, 0.0, count - 1, out=place)
            low = np.minimum(place.astype(np.int64), max(count - 2, 0))
            place -= low
            low *= stride
            first += low
            share.append(place)
            strides.append(stride if count > 1 else 0)
        x, y, z = share
        one, two, three = strides
        flat = self.values.reshape(-1)
        rows = []
        for shift in (0, two, one, one + two):
            near = flat.take(first + shift)
            rows.append(near + z * (flat.take(first + (shift + three)) - near))
        lower, upper = rows[0] + y * (rows[1] - rows[0]), rows[2] + y * (rows[3] - rows[2])
        return np.asarray(lower + x * (upper - lower), dtype=np.float64)

    def on_grid(self, places: Ints) -> Floats:
        """See `SampledField.on_grid`."""
        there = ((places >= 0) & (places < self.values.shape)).all(axis=1)
        found = np.full(len(places), np.inf)
        found[there] = self.values[tuple(places[there].T)]
        return found

    def crossed_edges(self) -> Ints:
        """See `SampledField.crossed_edges`."""
        inside = np.pad(self.values < 0, 1)
        found = []
        for axis in range(3):
            low, high = [slice(None)] * 3, [slice(None)] * 3
            low[axis], high[axis] = slice(0, -1), slice(1, None)
            start = np.argwhere(inside[tuple(low)] != inside[tuple(high)]) - 1
            found.append(np.insert(start, 3, axis, axis=1))
        return np.concatenate(found)

    def finer(self) -> GridField:
        """The same field on a grid of half the cell."""
        return GridField(doubled(self.values), self.origin, 0.5 * self.cell)

    def coarser(self) -> GridField:
        """Every second value of it."""
        return GridField(
            np.ascontiguousarray(self.values[::2, ::2, ::2]), self.origin, 2 * self.cell
        )


def doubled(values: NDArray) -> NDArray[np.floating]:
    """Values on a grid twice as fine, (2X-1, 2Y-1, 2Z-1), between the old ones their mean.

    Of several grids (..., X, Y, Z) all. They stay of single precision if they are.
    """
    fine = np.asarray(values)
    if fine.dtype != np.float32:
        fine = fine.astype(np.float64)
    for axis in range(fine.ndim - 3, fine.ndim):
        low, high = [slice(None)] * fine.ndim, [slice(None)] * fine.ndim
        even, odd = low.copy(), low.copy()
        low[axis], high[axis] = slice(0, -1), slice(1, None)
        even[axis], odd[axis] = slice(0, None, 2), slice(1, None, 2)
        shape = list(fine.shape)
        shape[axis] = 2 * shape[axis] - 1
        woven = np.empty(shape, dtype=fine.dtype)
        woven[tuple(even)] = fine
        np.add(fine[tuple(low)], fine[tuple(high)], out=woven[tuple(odd)])
        woven[tuple(odd)] *= 0.5
        fine = woven
    return fine


def zero_level(field: SampledField) -> tuple[Floats, Ints]:
    """The closed surface around all that is negative: vertices (V,3) and faces (F,3), outward.

    Where the field is negative at the grid's end the surface is closed there. Each edge has two
    faces, which run along it in opposite directions.
    """
    cells = CrossedCells(field.crossed_edges(), field.on_grid)
    if not len(cells.place):
        return np.empty((0, 3)), np.empty((0, 3), np.int64)
    cells.mend(least=1e-3 * field.cell, most=2 * field.cell)
    vertices, quad = cells.net()
    vertices = field.project(field.origin + vertices * field.cell, REACH * field.cell)
    return vertices, _triangles(vertices, quad)


def surface_net(values: NDArray[np.floating]) -> tuple[Floats, Ints]:
    """Vertices (V,3) in steps of the grid, and quads (Q,4), counter-clockwise seen from outside.

    values : (X,Y,Z), negative inside, not so on all six sides of the grid.
    """
    inside = values < 0
    shape = np.array(inside.shape)
    stride = np.array([shape[1] * shape[2], shape[2], 1])
    flat, value = inside.reshape(-1), values.reshape(-1)
    crossed = []
    for k in range(3):
        ahead = np.zeros_like(inside)
        low, high = [slice(None)] * 3, [slice(None)] * 3
        low[k], high[k] = slice(0, -1), slice(1, None)
        ahead[tuple(low)] = inside[tuple(low)] != inside[tuple(high)]
        crossed.append(np.flatnonzero(ahead))
    edge = np.concatenate(crossed)
    along = np.repeat(np.arange(3), [len(each) for each in crossed])
    if len(edge) == 0:
        return np.empty((0, 3)), np.empty((0, 4), np.int64)
    a, b = (value[at].astype(np.float64) for at in (edge, edge + stride[along]))
    place = np.stack(np.unravel_index(edge, inside.shape), axis=1).astype(np.float64)
    place[np.arange(len(edge)), along] += a / (a - b)

    # The four cells around each edge, counter-clockwise seen from its end.
    one, two = stride[(along + 1) % 3], stride[(along + 2) % 3]
    cells = np.stack([edge - one - two, edge - two, edge, edge - one], axis=1)
    cells[~flat[edge]] = cells[~flat[edge]][:, ::-1]
    number, quad = np.unique(cells, return_inverse=True)
    corner = quad.reshape(-1)
    count = np.bincount(corner, minlength=len(number))
    sums = [np.bincount(corner, np.repeat(place[:, k], 4), len(number)) for k in range(3)]
    return np.stack(sums, axis=1) / count[:, None], corner.reshape(-1, 4)


def _triangles(vertices: Floats, quad: Ints) -> Ints:
    """Quads (Q,4) cut along their shorter diagonal, unless another one has that edge: (2Q,3)."""
    corner = vertices[quad]
    first = np.sum((corner[:, 0] - corner[:, 2]) ** 2, axis=1)
    second = np.sum((corner[:, 1] - corner[:, 3]) ** 2, axis=1)
    quad = np.where((first <= second)[:, None], quad, np.roll(quad, -1, axis=1))
    size = len(vertices)
    for _ in range(3):
        # Two quads around one thin place may have the same diagonal.
        low, high = np.minimum(quad[:, 0], quad[:, 2]), np.maximum(quad[:, 0], quad[:, 2])
        _, inverse, number = np.unique(low * size + high, return_inverse=True, return_counts=True)
        twice = number[inverse.reshape(-1)] > 1
        if not twice.any():
            break
        quad[twice] = np.roll(quad[twice], -1, axis=1)
    return np.concatenate([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]])


def well_composed(inside: Bools, values: Floats) -> Bools:
    """Add to what is inside until the boundary of its cubes is a manifold: (X,Y,Z) bool.

    Of each pair of corners that is outside, across a face or a cell with the other corners inside,
    the one nearer to the surface by `values` (X,Y,Z) is added.
    """
    inside = inside.copy()
    for _ in range(64):
        add = np.zeros_like(inside)
        for k in range(3):
            u, v = np.eye(3, dtype=int)[(k + 1) % 3], np.eye(3, dtype=int)[(k + 2) % 3]
            for pair, rest in (((0 * u, u + v), (u, v)), ((u, v), (0 * u, u + v))):
                p, q = (_corner(inside, corner) for corner in pair)
                r, s = (_corner(inside, corner) for corner in rest)
                _mark(add, values, p & q & ~r & ~s, rest)
        total = np.zeros([n - 1 for n in inside.shape], dtype=np.int8)
        for corner in np.ndindex(2, 2, 2):
            total += _corner(inside, np.array(corner))
        for way in np.ndindex(2, 2):
            one = np.array([0, *way])
            other = 1 - one
            p, q = _corner(inside, one), _corner(inside, other)
            beside = np.abs(one - [0, 0, 1]), np.abs(one - [0, 1, 0])
            _mark(add, values, p & q & (total == 2), beside)
            _mark(add, values, ~p & ~q & (total == 6), (one, other))
        add &= ~inside
        if not add.any():
            break
        inside |= add
    return inside


def _corner(grid: NDArray, shift: NDArray) -> NDArray:
    """The grid seen from each cell's corner `shift`, (X-1,Y-1,Z-1)."""
    return grid[tuple(slice(s, n - 1 + s) for s, n in zip(shift, grid.shape, strict=True))]


def _mark(add: Bools, values: Floats, where: Bools, corners: tuple[NDArray, NDArray]) -> None:
    """Mark, for each cell of `where`, the corner of the two that has the smaller value."""
    if not where.any():
        return
    cell = np.stack(np.nonzero(where), axis=1)
    one, other = cell + corners[0], cell + corners[1]
    nearer = values[tuple(one.T)] <= values[tuple(other.T)]
    chosen = np.where(nearer[:, None], one, other)
    add[tuple(chosen.T)] = True
