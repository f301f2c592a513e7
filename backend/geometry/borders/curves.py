# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth curves in the place of borders: on which side each vertex is, and where edges are crossed.

Each vertex has a share of each label, by the angles of its triangles; the shares are smoothed along
the surface, and the largest is the vertex's own. Curves run where two shares are equal, which is
found on edges by linear interpolation, as in marching triangles. Then each crossing slides along
its edge to where the way between its neighbours is short, on the unfolded triangles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...contract.arrays import Bools, Floats, Ints
from ..graphs import components, sums
from ..mesh import shared_edges
from .band import Band

ON = -1  # instead of a label: a vertex through which a curve goes
STEPS = 8  # of smoothing
CLEAR = 0.05  # share by which a vertex inside of a part leads
SLIDES = 10  # of all crossings, each half of its way
EXACT = 1 << 20  # places on an edge: seen from both ends they are the same
NEAR = 0.1  # of an edge: a curve that crosses it so near to an end goes through the end


@dataclass(frozen=True)
class Curves:
    """Where smooth borders run on a band.

    Parameters
    ----------
    side : (N,) int64 label of each vertex, or `ON`.
    at : (E,) float64 where each edge is crossed, from its first end (0) to its second (1); of
        edges that are not, NaN.
    label : (B,) int64 of each triangle that is not cut, and of one that is something.
    """

    side: Ints
    at: Floats
    label: Ints


def smooth_curves(band: Band, kept: Bools) -> Curves:
    """Curves that go along the edges (E,) that are kept, and are smooth elsewhere."""
    shares = _Shares(band)
    fixed = np.zeros(band.vertices, dtype=bool)
    fixed[band.ends[kept]] = True
    fixed[band.rim & ~_plain(band, shares)] = True
    shares.smooth(fixed)
    side = np.where(fixed, ON, shares.largest())
    # A triangle on an edge that is kept stays on its side.
    beside = np.asarray(kept[band.edge].any(axis=1))
    corners, label = band.corners[beside], band.label[beside, None]
    side[corners[side[corners] != label]] = ON
    at = _crossed(band, shares, side)
    at = _slid(band, side, at)
    ends = np.concatenate([band.ends[at < NEAR, 0], band.ends[at > 1 - NEAR, 1]])
    side[ends] = ON
    side[_islands(band, side)] = ON
    at[(side[band.ends] == ON).any(axis=1)] = np.nan
    at = np.clip(_slid(band, side, at), NEAR, 1 - NEAR)
    at = np.rint(at * EXACT) / EXACT
    return Curves(side, at, _labels(band, side, fixed, kept))


class _Shares:
    """The shares of labels at vertices: (N, K), sparse."""

    def __init__(self, band: Band) -> None:
        from scipy.sparse import csr_matrix

        self.band, self.labels = band, int(band.label.max()) + 1
        corner, label = band.corners.ravel(), np.repeat(band.label, 3)
        table = csr_matrix(
            (band.angle.ravel(), (corner, label)), shape=(band.vertices, self.labels)
        )
        table.sum_duplicates()
        total = np.maximum(np.asarray(table.sum(axis=1)).ravel(), 1e-300)
        table.data /= np.repeat(total, np.diff(table.indptr))
        self.table = table

    @property
    def count(self) -> Ints:
        """(N,) how many labels meet at each vertex."""
        return np.diff(self.table.indptr).astype(np.int64)

    def smooth(self, fixed: Bools) -> None:
        """Smooth the shares of all vertices but fixed ones, at which all labels are equal.

        A vertex inside of a part stays there.
        """
        inner = np.flatnonzero(~self.band.rim)
        own = self.table.indices[self.table.indptr[inner]].astype(np.int64)  # their only label
        even = np.repeat(1.0 / np.maximum(self.count, 1), self.count)
        self.table.data = np.where(np.repeat(fixed, self.count), even, self.table.data)
        step = self.band.smoother(~fixed & ~self.band.open)
        for _ in range(STEPS):
            self.table = (step @ self.table).tocsr()
        self.table.sort_indices()
        rows, columns, values = self._entries()
        mine = columns == self._spread(inner, own, -1)[rows]
        most = np.zeros(self.band.vertices)  # of another label
        np.maximum.at(most, rows[~mine], values[~mine])
        self.table.data = np.where(mine, np.maximum(values, most[rows] + CLEAR), values)

    def largest(self) -> Ints:
        """(N,) the label with the largest share of each vertex; of equal ones the lowest."""
        rows, columns, values = self._entries()
        order = np.lexsort((columns, -values, rows))
        first = order[np.diff(rows[order], prepend=-1) != 0]
        return self._spread(rows[first], columns[first], 0)

    def of(self, vertices: Ints, labels: Ints) -> Floats:
        """The shares (n,) of vertices (n,) in labels (n,)."""
        rows, columns, values = self._entries()
        key, wanted = rows * self.labels + columns, vertices * self.labels + labels
        place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        return np.where(key[place] == wanted, values[place], 0.0)

    def _entries(self) -> tuple[Ints, Ints, Floats]:
        """Row, column and value of each entry."""
        rows = np.repeat(np.arange(self.band.vertices), np.diff(self.table.indptr))
        return rows, self.table.indices.astype(np.int64), self.table.data

    def _spread(self, rows: Ints, values: Ints, rest: int) -> Ints:
        whole = np.full(self.band.vertices, rest, dtype=np.int64)
        whole[rows] = values
        return whole


def _plain(band: Band, shares: _Shares) -> Bools:
    """(N,) bool: vertices round which each label comes once, across edges of two triangles."""
    edges = band.ends[band.border].ravel()
    count = np.bincount(edges, minlength=band.vertices)
    single = np.zeros(band.vertices, dtype=bool)
    single[band.ends[band.faces == 1]] = True
    odd = np.zeros(band.vertices, dtype=bool)
    odd[band.ends[band.faces > 2]] = True
    return ~odd & (count == shares.count - single)


def _islands(band: Band, side: Ints) -> Bools:
    """(N,) bool: vertices of sides that would be cut off from all that is inside of their part."""
    one, two = side[band.ends].T
    same = band.ends[one == two]
    piece = components(band.vertices, same[:, 0], same[:, 1])
    inside = np.zeros(band.vertices, dtype=bool)
    inside[piece[~band.rim]] = True
    return ~inside[piece]


def _crossed(band: Band, shares: _Shares, side: Ints) -> Floats:
    """(E,) where edges are crossed, as `Curves.at`."""
    one, two = side[band.ends].T
    edge = np.flatnonzero((one != two) & (one != ON) & (two != ON))
    (a, b), one, two = band.ends[edge].T, one[edge], two[edge]
    near = shares.of(a, one) - shares.of(a, two)
    far = shares.of(b, two) - shares.of(b, one)
    at = np.full(len(band.ends), np.nan)
    whole = near + far
    at[edge] = np.where(whole > 0, near / np.where(whole > 0, whole, 1.0), 0.5)
    return at


def _slid(band: Band, side: Ints, at: Floats) -> Floats:
    """Crossings (E,), as `Curves.at`, that slid along their edges."""
    sliding = _Sliding(band, side, at)
    for _ in range(SLIDES):
        sliding.step()
    slid = at.copy()
    slid[sliding.edges] = np.where(np.isnan(at[sliding.edges]), np.nan, sliding.at)
    return slid


class _Sliding:
    """Crossings that slide along their edges, over the triangles in which there are any."""

    def __init__(self, band: Band, side: Ints, at: Floats) -> None:
        crossed = ~np.isnan(at[band.edge])
        mine = crossed.any(axis=1)
        self.crossed, corners = crossed[mine], band.corners[mine]
        edges, number = np.unique(band.edge[mine], return_inverse=True)
        self.edges, self.edge = edges, number.reshape(-1, 3)
        self.at = np.nan_to_num(at[edges])
        self.tail, head = band.place[band.ends[edges]].transpose(1, 0, 2)
        self.way = head - self.tail
        self.length = np.maximum(np.linalg.norm(self.way, axis=1), 1e-300)
        self.along = self.way / self.length[:, None]
        # Those of one triangle alone have nothing to be straight with.
        self.free = np.bincount(self.edge[self.crossed], minlength=len(edges)) == 2
        self.count = self.crossed.sum(axis=1)
        on = (side[corners] == ON)[:, :, None]
        self.vertex = np.where(on, band.place[corners], 0.0).sum(axis=1)  # where it is but one

    def step(self) -> None:
        """Half of the way to where the way through each is shortest, within its two triangles."""
        point = self.tail + self.at[:, None] * self.way
        # In a triangle a crossing looks at the other one, a vertex, or the middle of three.
        mine = np.where(self.crossed[:, :, None], point[self.edge], 0.0)
        total = mine.sum(axis=1)
        goal = total[:, None] - mine
        goal[self.count == 1] = self.vertex[self.count == 1][:, None]
        goal[self.count == 3] = total[self.count == 3][:, None] / 3
        edge = self.edge[self.crossed]
        leg = goal[self.crossed] - self.tail[edge]
        place = np.einsum("ij,ij->i", leg, self.along[edge])
        apart = np.linalg.norm(leg - place[:, None] * self.along[edge], axis=1)
        # On unfolded triangles the straight way crosses nearer to the end that is nearer.
        weight = 1 / np.maximum(apart, 1e-12)
        count = len(self.edges)
        mean = sums(place * weight, edge, count) / np.maximum(sums(weight, edge, count), 1e-300)
        wanted = np.clip(mean / self.length, 0.0, 1.0)
        self.at = np.where(self.free, self.at + 0.5 * (wanted - self.at), self.at)


def _labels(band: Band, side: Ints, fixed: Bools, kept: Bools) -> Ints:
    """(B,) label of each triangle, by a vertex that no curve goes through.

    One between curves, with none, is as most of its neighbours; of borders that stay, as it was.
    """
    label = side[band.corners].max(axis=1)
    stays = fixed[band.corners].all(axis=1) | kept[band.edge].any(axis=1)
    held = (label == ON) & stays
    label[held] = band.label[held]
    while (label == ON).any():
        lone = np.flatnonzero(label == ON)
        other = _across(band)[lone]
        near = np.where(other >= 0, label[other], ON)
        ring = (near != ON).any(axis=1)
        if not ring.any():
            label[lone] = band.label[lone]
            break
        lone, near = lone[ring], np.concatenate([near, band.label[lone][:, None]], axis=1)[ring]
        votes = (near[:, :, None] == near[:, None]).sum(axis=2) * (near != ON)
        label[lone] = near[np.arange(len(lone)), votes.argmax(axis=1)]
    return label


def _across(band: Band) -> Ints:
    """(B, 3) the triangle on the other side of each edge, -1 where there is none."""
    first, second, half, _ = shared_edges(band.corners)
    across = np.full((len(band.face), 3), -1)
    across[first, half % 3] = second
    other = band.edge[second] == band.edge[first, half % 3][:, None]
    across[second, other.argmax(axis=1)] = first
    return across
