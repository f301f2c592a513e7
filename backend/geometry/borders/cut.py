# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut triangles along smooth borders of labels: no gaps, nothing else changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...contract.arrays import Bools, Floats, Ints, Singles
from ...contract.progress import SILENT, Progress
from ..graphs import components, stable_order
from ..mesh import FaceGraph, shared_edges
from .band import Band, band_of
from .curves import Curves, smooth_curves
from .teeth import kept_borders

ROUNDS = 4  # of taking back what would divide or lose a part
BESIDE = 3  # edges along a border: what is so near to that is taken back


@dataclass(frozen=True)
class Cut:
    """Triangles G of a mesh of F triangles whose borders were cut smooth.

    Parameters
    ----------
    source : (G,) int64, ascending, the triangle that each is, or is a piece of.
    label : (G,) int64.
    corner : (G, 3) int64, below 3F a corner of the mesh, ``3 * face + corner``; from 3F on a row of
        the following.
    rows : (N, 3) int64, the corners of a triangle, in an order that is the same on both sides of an
        edge; weight : (N, 3) float64, how much of each a new corner is. They add up to 1, and a
        corner on an edge has a 0, so that both sides compute the same.
    point : (N,) int64, 0..M-1, the place of each: corners on the two sides of an edge share it.
    """

    source: Ints
    label: Ints
    corner: Ints
    rows: Ints
    weight: Floats
    point: Ints

    @property
    def whole(self) -> Bools:
        """(G,) bool: triangles that are as they were."""
        count = np.bincount(self.source)
        return np.asarray(count[self.source] == 1)

    def blend(self, values: Floats | Singles, named: Ints) -> Floats:
        """Values (N, D) at the new corners, between the rows (N, 3) of (n, D) values named."""
        mixed = np.zeros((len(named), values.shape[1]))
        for column in range(3):
            mixed += self.weight[:, column, None] * values[named[:, column]].astype(np.float64)
        return mixed


def smooth_cut(graph: FaceGraph, labels: Ints, progress: Progress = SILENT) -> Cut:
    """Cut the triangles of a mesh along smooth curves in the place of borders.

    graph : the mesh; of one of voxels that without its stairs. labels : (F,) int64, 0..K-1.

    Borders on creases and along edge loops stay, and no part falls into pieces or is lost: where a
    curve would do that, the part's borders stay as they were.
    """
    band = band_of(graph, labels)
    if band is None:
        return _uncut(labels)
    progress.step(0.2)
    parts = int(labels.max()) + 1
    kept = kept_borders(band) | _of(band, _thin(band, parts))
    before = np.bincount(_pieces(graph.first, graph.second, labels)[0], minlength=parts)
    for turn in range(ROUNDS):
        cut = _pieced(band, smooth_curves(band, kept), labels)
        progress.step(0.2 + 0.8 * (turn + 1) / ROUNDS)
        torn = _torn(graph, labels, cut, before)
        if not torn.any():
            return cut
        if turn < ROUNDS - 2:  # borders stay near what was torn off, then all of the part's
            near = np.zeros(band.vertices, dtype=bool)
            near[band.corners[torn[band.face]]] = True
            near = band.spread(near, band.border, BESIDE)
            kept = kept | (band.border & near[band.ends].all(axis=1))
        else:
            kept = kept | _of(band, np.unique(labels[torn]))
    return _uncut(labels)


def _torn(graph: FaceGraph, labels: Ints, cut: Cut, before: Ints) -> Bools:
    """(F,) bool: triangles at which a part was torn into more pieces than `before` (K,), or lost.

    Of a part in pieces these are all but the largest.
    """
    old = graph.welded[graph.faces.ravel()]
    place = np.concatenate([old, cut.point + len(graph.vertices)])
    first, second, _, _ = shared_edges(place[cut.corner])
    label, piece = _pieces(first, second, cut.label)
    after = np.bincount(label, minlength=len(before))
    size = np.bincount(piece)
    order = np.lexsort((-size, label))
    largest = order[np.diff(label[order], prepend=-1) != 0]
    small = (after > before)[cut.label] & ~np.isin(piece, largest)
    torn = ((after == 0) & (before > 0))[labels]
    torn[cut.source[small]] = True
    return torn


def _pieces(first: Ints, second: Ints, labels: Ints) -> tuple[Ints, Ints]:
    """The label of each connected piece of one label, and the piece of each triangle (F,).

    first, second : (E,) neighbours.
    """
    inside = labels[first] == labels[second]
    piece = components(len(labels), first[inside], second[inside])
    _, lowest, piece = np.unique(piece, return_index=True, return_inverse=True)
    return labels[lowest], piece.reshape(-1)


def _thin(band: Band, parts: int) -> Ints:
    """Labels all of whose triangles lie on borders: there is no inside that would be left."""
    inner = np.zeros(parts, dtype=bool)
    inner[band.label[~band.rim[band.corners].all(axis=1)]] = True
    return np.setdiff1d(band.label, np.flatnonzero(inner))


def _of(band: Band, labels: Ints) -> Bools:
    """(E,) bool: edges of borders of some labels (n,)."""
    near = np.zeros(len(band.ends), dtype=bool)
    near[band.edge[np.isin(band.label, labels)]] = True
    return band.border & near


def _uncut(labels: Ints) -> Cut:
    faces = len(labels)
    return Cut(
        np.arange(faces), labels, np.arange(3 * faces).reshape(-1, 3),
        np.empty((0, 3), np.int64), np.empty((0, 3)), np.empty(0, np.int64),
    )  # fmt: skip


def _pieced(band: Band, curves: Curves, labels: Ints) -> Cut:
    """The triangles, those of the band cut along curves."""
    faces = len(labels)
    at = curves.at[band.edge]
    at = np.where(band.corners == band.ends[band.edge, 0], at, 1 - at)
    crossed = ~np.isnan(at)
    halves = np.flatnonzero(crossed.ravel())  # of the band: 3 * triangle + corner
    number = np.full((len(band.face), 3), -1)
    number[crossed] = 3 * faces + np.arange(len(halves))
    many = np.flatnonzero(crossed.sum(axis=1) == 3)
    middle = np.full(len(band.face), -1)
    middle[many] = 3 * faces + len(halves) + np.arange(len(many))
    order = np.argsort(band.corners, axis=1, kind="stable")  # of corners: the same on both sides
    corner = 3 * band.face[:, None] + order
    own, begin = np.divmod(halves, 3)
    share = np.zeros((len(band.face), 3, 3))  # of each half edge, how much of each corner
    share[own, begin, begin] = 1 - at[own, begin]
    share[own, begin, (begin + 1) % 3] = at[own, begin]
    by_order = np.take_along_axis(share, order[:, None], axis=2)
    edges = len(band.ends)
    rows = np.concatenate([corner[own], corner[many]])
    weight = np.concatenate([by_order[own, begin], by_order[many].mean(axis=1)])
    point = np.concatenate([band.edge[own, begin], edges + np.arange(len(many))])
    point = np.unique(point, return_inverse=True)[1].reshape(-1)

    pieces = _Pieces(band, curves, at, number, middle)
    source = np.arange(faces)
    stays = np.ones(faces, dtype=bool)
    stays[band.face[pieces.divided]] = False
    label = labels.copy()
    label[band.face] = curves.label
    old = np.arange(3 * faces).reshape(-1, 3)
    every = np.concatenate([source[stays], band.face[pieces.triangle]])
    order = stable_order(every)
    return Cut(
        source=every[order],
        label=np.concatenate([label[stays], pieces.label])[order],
        corner=np.concatenate([old[stays], pieces.corner])[order],
        rows=rows,
        weight=weight,
        point=point,
    )


class _Pieces:
    """What the triangles of a band that curves cross are cut into.

    triangle : (n,) of the band. corner : (n, 3) as `Cut.corner`. label : (n,).

    at : (B, 3) where the edge after each corner is crossed, from that corner on, or NaN. number,
    middle : (B, 3) and (B,) numbers of the new corners there and in the middle.
    """

    def __init__(self, band: Band, curves: Curves, at: Floats, number: Ints, middle: Ints) -> None:
        self.band, self.side, self.number, self.at = band, curves.side[band.corners], number, at
        crossed = ~np.isnan(at)
        count = crossed.sum(axis=1)
        self.divided = np.flatnonzero(count)
        self._triangle: list[Ints] = []
        self._corner: list[Ints] = []
        self._label: list[Ints] = []
        for begin in range(3):
            self._through_vertex(np.flatnonzero((count == 1) & crossed[:, begin]), begin)
            self._corner_off(np.flatnonzero((count == 2) & ~crossed[:, (begin + 1) % 3]), begin)
            self._third(np.flatnonzero(count == 3), begin, middle)
        self.triangle = np.concatenate(self._triangle)
        self.corner = np.concatenate(self._corner)
        self.label = np.concatenate(self._label)

    def _add(self, triangle: Ints, begin: int, *corners: Ints) -> None:
        """Pieces, with the label of the corner `begin`."""
        self._triangle.append(triangle)
        self._corner.append(np.stack(corners, axis=1))
        self._label.append(self.side[triangle, begin % 3])

    def _old(self, triangle: Ints, corner: int) -> Ints:
        return 3 * self.band.face[triangle] + corner % 3

    def _new(self, triangle: Ints, edge: int) -> Ints:
        return self.number[triangle, edge % 3]

    def _through_vertex(self, t: Ints, k: int) -> None:
        """From the edge after corner k to the corner across."""
        a, b, c, p = self._old(t, k), self._old(t, k + 1), self._old(t, k + 2), self._new(t, k)
        self._add(t, k, a, p, c)
        self._add(t, k + 1, p, b, c)

    def _corner_off(self, t: Ints, k: int) -> None:
        """Corner k alone on its side."""
        a, b, c = (self._old(t, k + step) for step in range(3))
        p, q = self._new(t, k), self._new(t, k + 2)
        self._add(t, k, a, p, q)
        # The shorter way across the rest of it.
        place, at = self.band.place[self.band.corners[t]], self.at[t]
        one, two, three = (place[:, (k + step) % 3] for step in range(3))
        first = one + at[:, k, None] * (two - one)
        last = three + at[:, (k + 2) % 3, None] * (one - three)
        ahead = np.linalg.norm(three - first, axis=1) <= np.linalg.norm(two - last, axis=1)
        self._add(t, k + 1, p, b, np.where(ahead, c, q))
        self._add(t, k + 1, np.where(ahead, p, b), c, q)

    def _third(self, t: Ints, k: int, middle: Ints) -> None:
        """What corner k has of a triangle of three labels."""
        a, p, q, m = self._old(t, k), self._new(t, k), self._new(t, k + 2), middle[t]
        self._add(t, k, a, p, m)
        self._add(t, k, a, m, q)
