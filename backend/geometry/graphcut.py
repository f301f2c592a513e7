# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders of parts, moved onto creases and straightened by minimum cuts on triangles.

As in Katz and Tal, "Hierarchical mesh decomposition using fuzzy clustering and cuts", 2003: a band
of triangles about each border is freed, and the cheapest cut through it is found, where crossing a
concave crease is cheap and a smooth surface costs its length.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .graphs import components, sums
from .mesh import FaceGraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BAND = 0.04  # of the size: how far a border may move
BAND_FACES = 12_000  # the widest band of one border; more would be slow and change nothing to see
MASK_FACES = 4_000  # likewise for the mask of a click, which is answered while a person waits
CONCAVE_FROM = np.radians(12.0)
CONVEX_FROM = np.radians(35.0)
RESOLUTION = 2000  # integer capacity of an edge of mean length on a smooth surface


class BorderCutter:
    """Cuts borders on one mesh; what depends on the mesh alone is kept for the next cut."""

    def __init__(self, graph: FaceGraph) -> None:
        self.graph = graph
        self.cost = crossing_cost(graph)
        self.neighbours = _Neighbours(graph)

    def refine(
        self,
        labels: NDArray[np.int32],
        band: float = BAND,
        tick: Callable[[float], None] = lambda share: None,
    ) -> NDArray[np.int32]:
        """Labels with every border moved to the cheapest cut within `band` of where it was.

        labels : (F,) int32. No label appears or vanishes.
        """
        before, labels = labels, labels.copy()
        one, two = labels[self.graph.first], labels[self.graph.second]
        differs = np.flatnonzero(one != two)
        if len(differs) == 0:
            return labels
        low, high = np.minimum(one, two)[differs], np.maximum(one, two)[differs]
        key = low.astype(np.int64) * (int(labels.max()) + 1) + high
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(key[order]) != 0])
        for number, edges in enumerate(np.split(differs[order], starts[1:])):
            tick(number / len(starts))
            first = edges[0]
            a, b = sorted((int(one[first]), int(two[first])))
            self._move(labels, a, b, edges, band)
        self._melt_crumbs(before, labels)
        return labels

    def _melt_crumbs(self, before: NDArray[np.int32], after: NDArray[np.int32]) -> None:
        """Give pieces that a moved border cut off from their part to the part around, in place.

        Of the pieces that were one piece before, the largest stays.
        """
        old, new = self._pieces(before), self._pieces(after)
        weight = self.graph.area + 1e-15
        area = sums(weight, new, int(new.max()) + 1)
        _, face = np.unique(new, return_index=True)
        _, home_face = np.unique(old, return_index=True)
        # Where each new piece came from: the old piece of its label that it overlaps most.
        kept = before == after
        key = new[kept] * len(home_face) + old[kept]
        pairs, index = np.unique(key, return_inverse=True)
        overlap = sums(weight[kept], index.reshape(-1), len(pairs))
        order = np.argsort(overlap, kind="stable")
        home = np.full(len(area), -1, dtype=np.int64)
        home[pairs[order] // len(home_face)] = pairs[order] % len(home_face)
        largest = np.zeros(len(home_face))
        np.maximum.at(largest, home[home >= 0], area[home >= 0])
        crumb = (home < 0) | (area < largest[home])
        if not crumb.any():
            return
        one, two = new[self.graph.first], new[self.graph.second]
        touching = (one != two) & (crumb[one] != crumb[two])
        inner = np.where(crumb[one], one, two)[touching]
        outer = after[face[np.where(crumb[one], two, one)[touching]]].astype(np.int64)
        width = int(after.max()) + 1
        pairs, index = np.unique(inner * width + outer, return_inverse=True)
        border = sums(self.graph.edge_length[touching], index.reshape(-1), len(pairs))
        order = np.argsort(border, kind="stable")
        target = after[face].astype(np.int64)
        target[pairs[order] // width] = pairs[order] % width
        after[:] = target[new]

    def _pieces(self, labels: NDArray[np.int32]) -> Ints:
        """Connected piece of one label that each face belongs to: (F,)."""
        inside = labels[self.graph.first] == labels[self.graph.second]
        return components(len(labels), self.graph.first[inside], self.graph.second[inside])

    def refine_mask(
        self, mask: NDArray[np.bool_], inside: Ints, outside: Ints, band: float = BAND
    ) -> NDArray[np.bool_]:
        """A mask with its border moved to the cheapest cut that keeps some faces in and out.

        mask : (F,) bool; inside, outside : faces that must stay in, and out.
        """
        labels = mask.astype(np.int32)
        across = labels[self.graph.first] != labels[self.graph.second]
        edges = np.flatnonzero(across)
        if len(edges):
            held = np.concatenate([inside, outside])
            self._move(labels, 0, 1, edges, band, held, MASK_FACES)
        return labels.astype(bool)

    def _move(
        self,
        labels: NDArray[np.int32],
        a: int,
        b: int,
        edges: Ints,
        band: float,
        held: Ints | None = None,
        most: int = BAND_FACES,
    ) -> None:
        """Move the border of parts `a` and `b`, which ran along `edges`, in place.

        held : faces that keep their label. most : faces that may be freed.
        """
        graph = self.graph
        now = labels[graph.first[edges]], labels[graph.second[edges]]
        edges = edges[((now[0] == a) & (now[1] == b)) | ((now[0] == b) & (now[1] == a))]
        if len(edges) == 0:
            return  # cuts of other pairs have eaten this border
        free = self._band(labels, edges, (a, b), band, most)
        if held is not None:
            free = np.setdiff1d(free, held)
        face, edge, other = self.neighbours.of(free)
        near = (labels[other] == a) | (labels[other] == b)
        face, edge, other = face[near], edge[near], other[near]
        node = np.full(len(labels), -1, dtype=np.int64)
        node[free] = np.arange(len(free))

        mean = max(float(self.cost[edges].mean()), 1e-12)
        capacity = np.clip(self.cost[edge] / mean * RESOLUTION, 1, 1e6).astype(np.int32)
        within = node[other] >= 0
        source, sink = len(free), len(free) + 1
        fixed_a, fixed_b = ~within & (labels[other] == a), ~within & (labels[other] == b)
        if not fixed_a.any() or not fixed_b.any():
            return  # one part lies wholly in the band: nothing would hold it
        rows = np.concatenate(
            [node[face[within]], np.full(fixed_a.sum(), source), node[face[fixed_b]]]
        )
        columns = np.concatenate(
            [node[other[within]], node[face[fixed_a]], np.full(fixed_b.sum(), sink)]
        )
        capacities = np.concatenate([capacity[within], capacity[fixed_a], capacity[fixed_b]])
        on_a = _source_side(len(free) + 2, rows, columns, capacities, source, sink)
        labels[free] = np.where(on_a[: len(free)], a, b)

    def _band(
        self, labels: NDArray[np.int32], edges: Ints, parts: tuple[int, int], band: float, most: int
    ) -> Ints:
        """Faces of two parts within `band` of their border, ring by ring until there are `most`."""
        from scipy.spatial import cKDTree

        graph = self.graph
        tree = cKDTree(graph.edge_middle[edges])
        seen = np.unique(np.concatenate([graph.first[edges], graph.second[edges]]))
        found, ring = [seen], seen
        count = len(seen)
        marked = np.zeros(len(labels), dtype=bool)
        marked[seen] = True
        # A part smaller than twice the band keeps a core that is not freed.
        smallest = min(float(graph.area[labels == part].sum()) for part in parts)
        reach = min(band, 0.25 * float(np.sqrt(smallest)))
        while len(ring) and count < most:
            other = self.neighbours.of(ring)[2]
            other = np.unique(other[~marked[other]])
            other = other[(labels[other] == parts[0]) | (labels[other] == parts[1])]
            near = np.isfinite(tree.query(graph.centroid[other], distance_upper_bound=reach)[0])
            ring = other[near]
            marked[ring] = True
            found.append(ring)
            count += len(ring)
        return np.sort(np.concatenate(found))


def crossing_cost(graph: FaceGraph) -> Floats:
    """Cost of a border along each shared edge: its length, cheap in creases. (E,).

    Only bends sharper than tessellation makes them count as creases; weighing every small bend
    would draw borders ragged across smooth surfaces.
    """
    concave = np.maximum(graph.bend - CONCAVE_FROM, 0)
    convex = np.maximum(-graph.bend - CONVEX_FROM, 0)
    return graph.edge_length * (0.04 + 0.96 * np.exp(-4.0 * concave - 0.8 * convex))


class _Neighbours:
    """Edges of each face in compressed rows."""

    def __init__(self, graph: FaceGraph) -> None:
        face = np.concatenate([graph.first, graph.second])
        edge = np.tile(np.arange(len(graph.first)), 2)
        other = np.concatenate([graph.second, graph.first])
        order = np.argsort(face, kind="stable")
        self.edge, self.other = edge[order], other[order]
        self.start = np.searchsorted(face[order], np.arange(len(graph.faces) + 1))

    def of(self, faces: Ints) -> tuple[Ints, Ints, Ints]:
        """(face, edge, neighbour) of every edge of `faces`."""
        count = self.start[faces + 1] - self.start[faces]
        total = int(count.sum())
        offset = np.arange(total) - np.repeat(np.cumsum(count) - count, count)
        at = np.repeat(self.start[faces], count) + offset
        return np.repeat(faces, count), self.edge[at], self.other[at]


def _source_side(
    nodes: int, rows: Ints, columns: Ints, capacities: NDArray[np.int32], source: int, sink: int
) -> NDArray[np.bool_]:
    """Nodes on the source's side of a minimum cut: (nodes,) bool."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    network = csr_matrix((capacities, (rows, columns)), shape=(nodes, nodes), dtype=np.int32)
    network.sum_duplicates()
    flow = maximum_flow(network, source, sink).flow
    residual = network - flow
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, source, directed=True, return_predecessors=False)
    side = np.zeros(nodes, dtype=bool)
    side[reached] = True
    return side
