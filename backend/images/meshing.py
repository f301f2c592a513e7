# SPDX-License-Identifier: GPL-3.0-or-later
"""The closed mesh of a solid: even quads whose outline lies on the silhouette.

Quads of a surface net are moved onto the field and along it until they are even. The net's middle
layer is the silhouette itself, a loop of edges at which front and back meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Floats, Ints, Singles
from .solids import Solid
from .surface import surface_net, triangles_of

TRIANGLES = 2600  # about, for a part
FINEST, COARSEST = 1.2, 14.0  # pixels
ROUNDS = 4


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
    field = solid.field
    rows, columns = np.nonzero(field > 0)
    if not len(rows):
        return None
    cell = _cell(field, triangles)
    low = np.array([columns.min(), rows.min()], float)
    high = np.array([columns.max() + 1, rows.max() + 1], float)
    start = np.array([0.0 if axis is None else axis, low[1]])
    first = np.floor((low - start) / cell) - 2
    last = np.ceil((high - start) / cell) + 2
    x = start[0] + cell * np.arange(first[0], last[0] + 1)
    y = start[1] + cell * (np.arange(first[1], last[1] + 1) + 0.5)
    columns_at, rows_at = np.meshgrid(x, y, indexing="ij")
    sampler = _Sampler(field)
    plane = sampler.value(columns_at, rows_at)
    plane[[0, -1]], plane[:, [0, -1]] = -np.abs(plane[[0, -1]]) - 1, -np.abs(plane[:, [0, -1]]) - 1
    layers = max(1, int(np.ceil(np.sqrt(max(plane.max(), 1.0)) / cell + 0.5)))
    z = cell * (np.arange(-layers, layers + 2) - 0.5)
    plane = _without_pinches(plane, z[z > 0])
    values = (z * z)[None, None, :] - plane[:, :, None]
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
    bent = _Sampler(solid.middle).value(place[:, 0], place[:, 1])
    middle = place[quads].mean(axis=1)[:, 2]
    place[:, 2] *= np.where(place[:, 2] < 0, solid.back, 1.0)
    place[:, 2] += bent
    place[:, 1] *= -1
    faces = triangles_of(quads[:, ::-1], place)
    return Net(place, faces, np.repeat(middle > 0, 2))


def _cell(field: Singles, triangles: int) -> float:
    """Size of quads: that of a few thousand triangles, less where the part is thin."""
    inside = np.maximum(field, 0)
    half = np.sqrt(inside)
    across = np.gradient(half)
    area = 2 * np.sqrt(1 + np.minimum(across[0] ** 2 + across[1] ** 2, 25))[field > 0].sum()
    even = np.sqrt(2 * area / triangles)
    thickest = float(half.max())
    return float(np.clip(min(even, 0.4 * thickest), FINEST, COARSEST))


def _without_pinches(plane: Singles, levels: Floats) -> Singles:
    """Heights (X, Y) whose slices touch nowhere by a corner alone, so that the net is a manifold."""
    steps = (np.sqrt(np.maximum(plane, 0))[..., None] > levels).sum(axis=2)
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
        lifted = raised > steps
        reach = np.append(levels, levels[-1])[np.maximum(raised - 1, 0)]
        plane = np.where(lifted, np.maximum(plane, (reach * 1.001) ** 2 + 1e-3), plane)
        steps = raised
    return plane


class _Sampler:
    """Values and slopes of a field (h, w) between its pixels."""

    def __init__(self, field: Singles) -> None:
        self.field = field
        self.down, self.across = np.gradient(field)

    def _at(self, values: Singles, x: Floats, y: Floats) -> Singles:
        from scipy.ndimage import map_coordinates

        return np.asarray(map_coordinates(values, [y - 0.5, x - 0.5], order=1, mode="nearest"))

    def value(self, x: Floats, y: Floats) -> Singles:
        """The field at places of the picture."""
        return self._at(self.field, x, y)

    def moved_onto(self, place: Floats, limit: float) -> Floats:
        """Points (V, 3) after one step towards z**2 = field, of at most `limit`."""
        x, y, z = place.T
        value = z * z - self._at(self.field, x, y)
        slope = np.stack([-self._at(self.across, x, y), -self._at(self.down, x, y), 2 * z], axis=1)
        squared = np.maximum((slope * slope).sum(axis=1), 1e-9)
        step = -slope * (value / squared)[:, None]
        length = np.linalg.norm(step, axis=1, keepdims=True)
        return place + step * np.minimum(1, limit / np.maximum(length, 1e-9))


def _fitted(place: Floats, quads: Ints, sampler: _Sampler, cell: float, equator: Bools) -> Floats:
    """Vertices on the field, evenly apart; those of the equator stay in its plane."""
    ends = np.concatenate([quads, np.roll(quads, -1, axis=1)], axis=1)
    one, two = ends[:, :4].ravel(), ends[:, 4:].ravel()
    alike = equator[one] == equator[two]
    # The silhouette is evened along itself: its vertices look only at each other.
    used = alike | ~equator[one]
    one, two = one[used], two[used]
    degree = np.bincount(one, minlength=len(place)).astype(float)
    for turn in range(ROUNDS):
        for _ in range(2):
            place = sampler.moved_onto(place, 0.6 * cell)
            place[equator, 2] = 0.0
        if turn == ROUNDS - 1:
            break
        mean = np.stack([np.bincount(one, place[two, k], len(place)) for k in range(3)], axis=1)
        mean /= np.maximum(degree, 1)[:, None]
        place = place + 0.5 * np.where((degree > 0)[:, None], mean - place, 0)
        place[equator, 2] = 0.0
    return place


def mirrored(net: Net, axis: float) -> Net:
    """The mirror image of a mesh about a column of the picture."""
    place = net.vertices.copy()
    place[:, 0] = 2 * axis - place[:, 0]
    return Net(place, np.ascontiguousarray(net.faces[:, ::-1]), net.front)
