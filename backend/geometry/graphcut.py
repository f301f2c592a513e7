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

from .mesh import FaceGraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BAND = 0.04  # of the size: how far a border may move
BAND_FACES = 12_000  # the widest band of one border; more would be slow and change nothing to see
RESOLUTION = 2000  # integer capacity of an edge of mean length on a smooth surface


def crossing_cost(graph: FaceGraph) -> Floats:
    """Cost of a border along each shared edge: its length, cheap in creases. (E,)."""
    concave, convex = np.maximum(graph.bend, 0), np.maximum(-graph.bend, 0)
    return graph.edge_length * (0.03 + 0.97 * np.exp(-4.0 * concave - 0.8 * convex))


def refine_borders(
    graph: FaceGraph,
    labels: NDArray[np.int32],
    band: float = BAND,
    tick: Callable[[float], None] = lambda share: None,
) -> NDArray[np.int32]:
    """Labels with every border moved to the cheapest cut within `band` of where it was.

    graph : the mesh of unit size; labels : (F,) int32. No label appears or vanishes.
    """
    labels = labels.copy()
    cost = crossing_cost(graph)
    one, two = labels[graph.first], labels[graph.second]
    differs = one != two
    if not differs.any():
        return labels
    low, high = np.minimum(one, two)[differs], np.maximum(one, two)[differs]
    pairs = np.unique(np.stack([low, high], axis=1), axis=0)
    neighbours = _Neighbours(graph)
    for number, (a, b) in enumerate(pairs):
        tick(number / len(pairs))
        _refine_pair(graph, labels, int(a), int(b), cost, band, neighbours)
    return labels


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


def _refine_pair(
    graph: FaceGraph,
    labels: NDArray[np.int32],
    a: int,
    b: int,
    cost: Floats,
    band: float,
    neighbours: _Neighbours,
) -> None:
    """Move the border of parts `a` and `b`, in place."""
    ends = labels[graph.first], labels[graph.second]
    border = ((ends[0] == a) & (ends[1] == b)) | ((ends[0] == b) & (ends[1] == a))
    edges = np.flatnonzero(border)
    if len(edges) == 0:
        return
    free = _band(graph, labels, edges, (a, b), band, neighbours)
    face, edge, other = neighbours.of(free)
    inside = np.isin(labels[other], (a, b))
    face, edge, other = face[inside], edge[inside], other[inside]
    node = np.full(len(labels), -1, dtype=np.int64)
    node[free] = np.arange(len(free))

    capacity = np.maximum(cost[edge] / max(float(cost[edges].mean()), 1e-12) * RESOLUTION, 1)
    capacity = np.minimum(capacity, 1e6).astype(np.int32)
    within = node[other] >= 0
    source, sink = len(free), len(free) + 1
    fixed_a = ~within & (labels[other] == a)
    fixed_b = ~within & (labels[other] == b)
    if not fixed_a.any() or not fixed_b.any():
        return  # one part lies wholly in the band: nothing would hold it
    rows = np.concatenate([node[face[within]], np.full(fixed_a.sum(), source), node[face[fixed_b]]])
    columns = np.concatenate(
        [node[other[within]], node[face[fixed_a]], np.full(fixed_b.sum(), sink)]
    )
    capacities = np.concatenate([capacity[within], capacity[fixed_a], capacity[fixed_b]])
    on_a = _source_side(len(free) + 2, rows, columns, capacities, source, sink)
    labels[free] = np.where(on_a[: len(free)], a, b)


def _band(
    graph: FaceGraph,
    labels: NDArray[np.int32],
    edges: Ints,
    parts: tuple[int, int],
    band: float,
    neighbours: _Neighbours,
) -> Ints:
    """Faces of two parts within `band` of their border, walked ring by ring."""
    from scipy.spatial import cKDTree

    tree = cKDTree(graph.edge_middle[edges])
    seen = np.unique(np.concatenate([graph.first[edges], graph.second[edges]]))
    found, ring = seen, seen
    marked = np.zeros(len(labels), dtype=bool)
    marked[seen] = True
    # A part smaller than twice the band keeps a core that is not freed.
    areas = [graph.area[labels == part].sum() for part in parts]
    reach = min(band, 0.25 * float(np.sqrt(min(areas))))
    while len(ring) and len(found) < BAND_FACES:
        _, _, other = neighbours.of(ring)
        other = np.unique(other[~marked[other]])
        other = other[np.isin(labels[other], parts)]
        near = np.isfinite(tree.query(graph.centroid[other], distance_upper_bound=reach)[0])
        ring = other[near]
        marked[ring] = True
        found = np.concatenate([found, ring])
    return np.sort(found)


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
