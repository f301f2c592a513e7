# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders of parts, moved onto creases and straightened by minimum cuts on triangles.

As in Katz and Tal, "Hierarchical mesh decomposition using fuzzy clustering and cuts", 2003: a band
of triangles about each border is freed, and the cheapest cut through it is found, where crossing a
concave crease is cheap and a smooth surface costs its length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from ..mesh import FaceGraph
from ..minimum_cut import minimum_cut

BAND = 0.04  # of the size: how far a border may move
BAND_FACES = 8_000  # the widest band of one border; more would be slow and change nothing to see
MASK_FACES = 4_000  # likewise for the mask of a click, which is answered while a person waits
CONCAVE_FROM = np.radians(12.0)
CONVEX_FROM = np.radians(35.0)
FIRST, SECOND = 1, 2  # the sides of a border
RESOLUTION = 2000  # integer capacity of an edge of mean length on a smooth surface


class BorderCutter:
    """Cuts borders on one mesh; what depends on the mesh alone is kept for the next cut."""

    def __init__(self, graph: FaceGraph, dear: Floats | None = None) -> None:
        """dear : (E,) how many times its cost a border pays for each shared edge."""
        self.graph = graph
        self.cost = crossing_cost(graph) if dear is None else dear * crossing_cost(graph)
        self.neighbours = Neighbours(graph)
        self._place = np.full(len(graph.faces), -1)  # scratch: -1 between calls

    def places(self, faces: Ints, of: Ints) -> Ints:
        """Where in `faces` (n,) each of the faces `of` (m,) is, -1 where it is not: (m,)."""
        self._place[faces] = np.arange(len(faces))
        found = self._place[of]
        self._place[faces] = -1
        return found

    def refine_mask(
        self,
        mask: NDArray[np.bool_],
        inside: Ints,
        outside: Ints,
        band: float = BAND,
        near: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.bool_]:
        """A mask with its border moved to the cheapest cut that keeps some faces in and out.

        mask : (F,) bool; inside, outside : faces that must stay in, and out. near : (F,) bool,
        faces whose border alone is moved; None for all of it.
        """
        first, second = self.graph.first, self.graph.second
        at_border = mask[first] != mask[second]
        if near is not None:
            at_border &= near[first] | near[second]
        edges = np.flatnonzero(at_border)
        if len(edges) == 0:
            return mask.copy()
        area = float(self.graph.area[mask].sum())
        smallest = min(area, float(self.graph.area.sum()) - area)
        # A side smaller than twice the band keeps a core that is not freed.
        reach = np.full(2, min(band, 0.25 * float(np.sqrt(smallest))))
        held = np.concatenate([inside, outside])
        group, side = mask.astype(np.int8), np.array([SECOND, FIRST])
        free, on_first = self.cut(group, side, reach, edges, MASK_FACES, held)
        refined = mask.copy()
        refined[free] = on_first
        return refined

    def cut(
        self,
        group: NDArray[np.integer],
        side: NDArray[np.integer],
        reach: Floats,
        edges: Ints,
        most: int = BAND_FACES,
        held: Ints | None = None,
    ) -> tuple[Ints, NDArray[np.bool_]]:
        """The cheapest border of two sides near where it ran.

        group : (F,) of each face. side : (G,) of each group FIRST, SECOND, or 0 for those that take
        no part. reach : (G,) how far the border may move into each group. edges : those that it
        ran along. most : faces that may be freed. held : faces that keep their side.

        Returns the faces that were free to change (n,), and whether each is of the first side now.
        """
        free = self._band(group, side, reach, edges, most)
        if held is not None:
            free = np.setdiff1d(free, held)
        face, edge, other = self.neighbours.of(free)
        there = side[group[other]]
        face, edge, other, there = (x[there > 0] for x in (face, edge, other, there))
        row, column = self.places(free, face), self.places(free, other)
        within = column >= 0
        at_first, at_second = ~within & (there == FIRST), ~within & (there == SECOND)
        if not at_first.any() or not at_second.any():
            return free[:0], within[:0]  # one side lies wholly in the band: nothing would hold it

        mean = max(float(self.cost[edges].mean()), 1e-12)
        capacity = np.clip(self.cost[edge] / mean * RESOLUTION, 1, 1e6).astype(np.int64)
        first, second = (
            np.bincount(row[at], capacity[at], len(free)).astype(np.int64)
            for at in (at_first, at_second)
        )
        once = within & (row < column)
        return free, minimum_cut(row[once], column[once], capacity[once], first, second)

    def _band(
        self,
        group: NDArray[np.integer],
        side: NDArray[np.integer],
        reach: Floats,
        edges: Ints,
        most: int,
    ) -> Ints:
        """Faces near a border, ring by ring until there are `most`: (n,), ascending.

        Each face measures from the place on the border from which it was reached.
        """
        graph, place = self.graph, self._place
        # Beyond any distance is what takes no part.
        limit = np.where(side > 0, reach**2, -1.0)
        other = np.concatenate([graph.first[edges], graph.second[edges]])
        start = np.concatenate([graph.edge_middle[edges]] * 2)
        found: list[Ints] = []
        count = 0
        while len(other) and count < most:
            # `take` gathers rows in half the time of an index in brackets.
            gap = graph.centroid.take(other, axis=0) - start
            near = np.flatnonzero(np.einsum("ij,ij->i", gap, gap) < limit[group[other]])
            ring, start = other[near], start.take(near, axis=0)
            place[ring] = np.arange(len(ring))
            once = place[ring] == np.arange(len(ring))
            ring, start = ring[once], start.compress(once, axis=0)
            found.append(ring)
            count += len(ring)
            around = self.neighbours.other.take(ring, axis=0)
            beside = around.ravel()
            new = np.flatnonzero((beside >= 0) & (place.take(beside) < 0))
            other, start = beside[new], start.take(new // around.shape[1], axis=0)
        band = np.sort(np.concatenate(found))
        place[band] = -1
        return band


def crossing_cost(graph: FaceGraph) -> Floats:
    """Cost of a border along each shared edge: its length, cheap in creases. (E,).

    Only bends sharper than tessellation makes them count as creases; weighing every small bend
    would draw borders ragged across smooth surfaces.
    """
    concave = np.maximum(graph.bend - CONCAVE_FROM, 0)
    convex = np.maximum(-graph.bend - CONVEX_FROM, 0)
    return graph.edge_length * (0.04 + 0.96 * np.exp(-4.0 * concave - 0.8 * convex))


class Neighbours:
    """Edges of each face, a row each: edge, other : (F, K), -1 where a face has less than K.

    K is 3 on manifold meshes and 6 at most, for edges of many faces link them in chains.
    """

    def __init__(self, graph: FaceGraph) -> None:
        from scipy.sparse import csr_matrix

        face = np.concatenate([graph.first, graph.second])
        ends, faces = len(face), len(graph.faces)
        # A column for each half-edge: made in linear time, where sorting would take ten times that.
        rows = csr_matrix((np.ones(ends, np.int8), (face, np.arange(ends))), shape=(faces, ends))
        order, count = rows.indices, np.diff(rows.indptr)
        face = np.repeat(np.arange(faces), count)
        slot = np.arange(ends) - np.repeat(rows.indptr[:-1], count)
        self.edge = np.full((faces, int(count.max(initial=1))), -1, dtype=np.int64)
        self.other = np.full_like(self.edge, -1)
        self.edge[face, slot] = np.tile(np.arange(len(graph.first)), 2)[order]
        self.other[face, slot] = np.concatenate([graph.second, graph.first])[order]

    def of(self, faces: Ints) -> tuple[Ints, Ints, Ints]:
        """(face, edge, neighbour) of every edge of `faces`."""
        edge = self.edge.take(faces, axis=0).ravel()
        at = np.flatnonzero(edge >= 0)
        other = self.other.take(faces, axis=0).ravel()
        return faces[at // self.edge.shape[1]], edge[at], other[at]
