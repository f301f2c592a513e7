# SPDX-License-Identifier: GPL-3.0-or-later
"""The closed mesh of a solid: even quads whose outline lies on the silhouette.

Quads of a surface net are moved onto the field and along it until they are even. The net's middle
layer is the silhouette itself, a loop of edges at which front and back meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles
from ..geometry.isosurface import surface_net
from .bodies import Solid
from .distances import box_of

Reals = NDArray[np.floating]

TRIANGLES = 3400  # about, for a part
FINEST, COARSEST = 1.2, 14.0  # pixels
ROUNDS = 8


@dataclass(frozen=True)
class Net:
    """A closed mesh in pixels of the picture: x to the right, y up, z towards the viewer.

    vertices : (V, 3). faces : (F, 3), two in a row make a quad. front : (F,) whether a face looks
    to the viewer's side of the silhouette.
    """

    vertices: Floats
    faces: Ints
    front: Bools


def net_of(solid: Solid, axis: float | None = None, triangles: int = TRIANGLES) -> Net | None:
    """The mesh of a solid; None where it has no volume.

    axis : column of the picture about which the grid is made symmetric.
    """
    field, inside = solid.field, solid.inside
    if not inside.any():
        return None
    cell = _cell(field, inside, triangles)
    rows, columns = box_of(inside)
    low = np.array([columns.start, rows.start], float)
    high = np.array([columns.stop, rows.stop], float)
    start = np.array([0.0 if axis is None else axis, low[1]])
    first = np.floor((low - start) / cell) - 2
    last = np.ceil((high - start) / cell) + 2
    x = start[0] + cell * np.arange(first[0], last[0] + 1)
    y = start[1] + cell * (np.arange(first[1], last[1] + 1) + 0.5)
    columns_at, rows_at = np.meshgrid(x, y, indexing="ij")
    sampler = _Sampler(solid, cell)
    layers = max(1, int(np.ceil(np.sqrt(max(float(field.max()), 1.0)) / cell + 0.5)))
    z = cell * (np.arange(-layers, layers + 2) - 0.5)
    values = -sampler.depth(columns_at[..., None], rows_at[..., None], z)
    for axis in (0, 1):
        edge = np.moveaxis(values, axis, 0)
        edge[[0, -1]] = np.abs(edge[[0, -1]]) + 1
    values = _without_pinches(values, layers, 0.05 * cell)
    vertices, quads = surface_net(values.astype(np.float32))
    if not len(quads):
        return None
    equator = np.abs(vertices[:, 2] - (layers + 0.0)) < 0.5
    place = np.stack(
        [
            x[0] + cell * vertices[:, 0],
            y[0] + cell * vertices[:, 1],
            z[0] + cell * vertices[:, 2],
        ],
        axis=1,
    )
    equator = np.abs(place[:, 2]) < 0.25 * cell
    place = _fitted(place, quads, sampler, cell, equator)
    bent = at(solid.middle, place[:, 0], place[:, 1])
    middle = place[quads].mean(axis=1)[:, 2]
    place[:, 2] *= np.where(place[:, 2] < 0, solid.back, 1.0)
    place[:, 2] += bent
    place[:, 1] *= -1
    faces = triangles_of(quads[:, ::-1], place)
    return Net(place, faces, np.repeat(middle > 0, 2))


def _cell(field: Singles, covered: Bools, triangles: int) -> float:
    """Size of quads: that of a few thousand triangles, less where the part is thin."""
    box = box_of(covered, 1)
    field, covered = field[box], covered[box]
    half = np.where(covered, np.sqrt(np.maximum(field, 0)), 0)
    across = np.gradient(half)
    area = 2 * np.sqrt(1 + np.minimum(across[0] ** 2 + across[1] ** 2, 25))[covered].sum()
    even = np.sqrt(2 * area / triangles)
    thickest = float(half.max())
    return float(np.clip(min(even, 0.4 * thickest), FINEST, COARSEST))


def _without_pinches(values: Singles, layers: int, least: float) -> Singles:
    """Values (X, Y, Z), symmetric in z, whose slices touch nowhere by a corner alone, so that the
    net is a manifold: missing corners are filled.
    """
    steps = (values[:, :, layers + 1 :] < 0).sum(axis=2)
    first = steps.copy()
    for _ in range(64):
        a, b, c, d = steps[:-1, :-1], steps[1:, :-1], steps[:-1, 1:], steps[1:, 1:]
        one, two = np.minimum(a, d), np.minimum(b, c)
        raised = steps.copy()
        sunk = one > np.maximum(b, c)
        np.maximum(raised[1:, :-1], np.where(sunk, one, 0), out=raised[1:, :-1])
        sunk = two > np.maximum(a, d)
        np.maximum(raised[:-1, :-1], np.where(sunk, two, 0), out=raised[:-1, :-1])
        if np.array_equal(raised, steps):
            break
        steps = raised
    for x, y in np.argwhere(steps > first):
        high = steps[x, y]
        filled = slice(layers + 1 - high, layers + 1 + high)
        values[x, y, filled] = np.minimum(values[x, y, filled], -least)
    return values


class _Sampler:
    """How deep points lie in a solid, by the values and slopes of its field between pixels."""

    def __init__(self, solid: Solid, cell: float) -> None:
        self.wall, self.lip, self.least = solid.wall, solid.lip, 0.5 * cell
        box = box_of(solid.inside, int(3 * cell) + 2)
        self.start = np.array([box[1].start, box[0].start], float)
        known = [values[box] for values in (solid.field, solid.wall) if values is not None]
        both = [layer for values in known for layer in (values, *np.gradient(values))]
        self.raster = np.stack(both, axis=-1)

    def _at(self, x: Reals, y: Reals) -> Floats:
        """Field, its slopes down and across, and those of the wall (C, ...) at places."""
        height, width, kinds = self.raster.shape
        row = np.clip(y - (self.start[1] + 0.5), 0, height - 1)
        column = np.clip(x - (self.start[0] + 0.5), 0, width - 1)
        top = np.minimum(row.astype(np.int64), max(height - 2, 0))
        left = np.minimum(column.astype(np.int64), max(width - 2, 0))
        down, across = (row - top)[..., None], (column - left)[..., None]
        first = top * width + left
        flat = self.raster.reshape(-1, kinds)
        above = flat[first] * (1 - across) + flat[first + 1] * across
        below = flat[first + width] * (1 - across) + flat[first + width + 1] * across
        return np.moveaxis(above * (1 - down) + below * down, -1, 0)

    def depth(self, x: Reals, y: Reals, z: Reals) -> Singles:
        """About the distance to the surface, negative outside."""
        field, down, across, *wall = self._at(x, y)
        steep = across**2 + down**2
        below = (field - z * z) / np.sqrt(np.maximum(steep + 4 * z * z, self.least**2))
        if not wall:
            return np.asarray(below, np.float32)
        return np.asarray(self._rounded(wall[0], below, z)[0], np.float32)

    def _rounded(self, beside: Reals, below: Reals, z: Reals) -> tuple[Reals, Reals, Reals]:
        """Depth in what two surfaces enclose whose edge is rounded, and the weight of either.

        Less towards the silhouette, whose own corners stay as they are drawn.
        """
        radius = np.minimum(self.lip, np.abs(z))
        one, two = np.maximum(radius - beside, 0), np.maximum(radius - below, 0)
        length = np.sqrt(one * one + two * two)
        deep, safe = length <= 0, np.maximum(length, 1e-9)
        return (
            np.where(deep, np.minimum(beside, below), radius - length),
            np.where(deep, beside < below, one / safe),
            np.where(deep, beside >= below, two / safe),
        )

    def moved_onto(self, place: Floats, limit: float) -> Floats:
        """Points (V, 3) after one step towards the surface, of at most `limit`."""
        x, y, z = place.T
        field, down, across, *wall = self._at(x, y)
        slope = np.stack([across, down, -2 * z], axis=1)
        steep = np.maximum(np.sqrt((slope * slope).sum(axis=1)), self.least)
        depth = (field - z * z) / steep
        way = slope / steep[:, None]
        if wall:
            aside = np.stack([wall[2], wall[1], 0 * x], axis=1)
            depth, one, two = self._rounded(wall[0], depth, z)
            way = one[:, None] * aside + two[:, None] * way
        squared = np.maximum((way * way).sum(axis=1), 0.1)
        step = -way * (depth / squared)[:, None]
        length = np.sqrt((step * step).sum(axis=1))[:, None]
        return place + step * np.minimum(1, limit / np.maximum(length, 1e-9))


def at(values: Singles, x: Reals, y: Reals) -> Singles:
    """Values (h, w) at places of the picture, between its pixels."""
    from scipy.ndimage import map_coordinates

    return np.asarray(map_coordinates(values, [y - 0.5, x - 0.5], order=1, mode="nearest"))


def _fitted(place: Floats, quads: Ints, sampler: _Sampler, cell: float, equator: Bools) -> Floats:
    """Vertices on the field, evenly apart; those of the equator stay in its plane."""
    ends = np.concatenate([quads, np.roll(quads, -1, axis=1)], axis=1)
    one, two = ends[:, :4].ravel(), ends[:, 4:].ravel()
    alike = equator[one] == equator[two]
    # The silhouette is evened along itself: its vertices look only at each other.
    used = alike | ~equator[one]
    one, two = one[used], two[used]
    degree = np.bincount(one, minlength=len(place)).astype(float)
    # Pulled harder, the silhouette would leave its own tips.
    strength = np.where(equator, 0.15, 0.5)[:, None]
    for turn in range(ROUNDS):
        for _ in range(2 if turn in (0, ROUNDS - 1) else 1):
            place = sampler.moved_onto(place, 0.6 * cell)
            place[equator, 2] = 0.0
        if turn == ROUNDS - 1:
            break
        sums = [np.bincount(one, place[two, k], len(place)) for k in range(3)]
        mean: Floats = np.stack(sums, axis=1) / np.maximum(degree, 1)[:, None]
        place = place + strength * np.where((degree > 0)[:, None], mean - place, 0)
        place[equator, 2] = 0.0
    return place


def mirrored(net: Net, axis: float) -> Net:
    """The mirror image of a mesh about a column of the picture."""
    place = net.vertices.copy()
    place[:, 0] = 2 * axis - place[:, 0]
    return Net(place, np.ascontiguousarray(net.faces[:, ::-1]), net.front)


def triangles_of(quads: Ints, vertices: Floats) -> Ints:
    """Two triangles for each quad, one after the other, split along its shorter diagonal."""
    a, b, c, d = quads.T
    straight = ((vertices[a] - vertices[c]) ** 2).sum(axis=1)
    other = ((vertices[b] - vertices[d]) ** 2).sum(axis=1)
    short = straight <= other * (1 + 1e-9)
    for _ in range(3):
        # Two quads around one thin place may have the same diagonal: the second takes its other.
        ends = np.where(short[:, None], quads[:, [0, 2]], quads[:, [1, 3]])
        key = ends.min(axis=1) * len(vertices) + ends.max(axis=1)
        _, first_of, place = np.unique(key, return_index=True, return_inverse=True)
        again = first_of[place] != np.arange(len(quads))
        if not again.any():
            break
        short = short ^ again
    short = short[:, None]
    first = np.where(short, np.stack([a, b, c], axis=1), np.stack([a, b, d], axis=1))
    second = np.where(short, np.stack([a, c, d], axis=1), np.stack([b, c, d], axis=1))
    return np.stack([first, second], axis=1).reshape(-1, 3)
