# SPDX-License-Identifier: GPL-3.0-or-later
"""The triangles near borders of labels, with numbers of their own: all that smoothing looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...contract.arrays import Bools, Floats, Ints
from ..graphs import extremes, sums
from ..mesh import FaceGraph

RINGS = 3  # of triangles round the vertices of borders
LEAST_ANGLE = 1e-6  # radians, of a corner of a degenerate triangle


@dataclass(frozen=True)
class Band:
    """B triangles near borders, their N vertices and E edges.

    Parameters
    ----------
    face : (B,) int64 row of each in the mesh. label : (B,) int64.
    corners : (B, 3) int64 vertex of each corner. vertex : (N,) int64 its number in the mesh, as
        `FaceGraph.welded` counts.
    place : (N, 3) float64. angle : (B, 3) float64 of each corner, radians, never 0.
    edge : (B, 3) int64 the edge that begins at each corner. ends : (E, 2) int64, the lower first.
    bend : (E,) float64, how much each edge bends, radians, 0 where no two triangles share it.
    faces : (E,) int64, how many triangles each edge has.
    border : (E,) bool, edges whose triangles have different labels.
    rim : (N,) bool, vertices where labels meet.
    open : (N,) bool, vertices at the end of the band, which go on in other triangles.
    """

    face: Ints
    label: Ints
    corners: Ints
    vertex: Ints
    place: Floats
    angle: Floats
    edge: Ints
    ends: Ints
    bend: Floats
    faces: Ints
    border: Bools
    rim: Bools
    open: Bools

    @property
    def vertices(self) -> int:
        """How many there are."""
        return len(self.vertex)

    def spread(self, marked: Bools, edges: Bools, steps: int) -> Bools:
        """Marks of vertices (N,) carried along some edges (E,) by so many steps."""
        one, two = self.ends[edges].T
        for _ in range(steps):
            grown = marked.copy()
            grown[two[marked[one]]] = True
            grown[one[marked[two]]] = True
            marked = grown
        return marked

    def smoother(self, free: Bools) -> Any:
        """Sparse (N, N): one step towards the mean of the neighbours, for vertices that are free.

        Neighbours count by the cotangents of the angles that look at the edge, none below a little.
        """
        from scipy.sparse import csr_matrix, diags

        look = np.clip(1 / np.tan(self.angle), 0.05, 5.0)
        weight = sums(look[:, [2, 0, 1]].ravel(), self.edge.ravel(), len(self.ends))
        one, two = self.ends.T
        rows, columns = np.concatenate([one, two]), np.concatenate([two, one])
        near = csr_matrix((np.tile(weight, 2), (rows, columns)), shape=(self.vertices,) * 2)
        total = np.asarray(near.sum(axis=1)).ravel()
        share = np.where(free & (total > 0), 0.5, 0.0)
        mean = diags(share / np.where(total > 0, total, 1.0)) @ near
        return (diags(1 - share) + mean).tocsr()


def band_of(graph: FaceGraph, labels: Ints) -> Band | None:
    """The triangles within `RINGS` of a border; None where there is no border.

    labels : (F,) int64, 0..K-1.
    """
    corners = graph.welded[graph.faces]
    count = len(graph.vertices)
    low, high = extremes(labels[:, None], corners, count)
    near = rim = high > np.minimum(low, high)
    if not rim.any():
        return None
    for _ in range(RINGS):
        inner = near
        touched = near[corners].any(axis=1)
        near = near.copy()
        near[corners[touched]] = True
    face = np.flatnonzero(touched)
    vertex, number = np.unique(corners[face], return_inverse=True)
    number = number.reshape(-1, 3)
    place = np.zeros((count, 3))
    place[graph.welded] = graph.vertices
    place = place[vertex]
    tail, head = number.ravel(), np.roll(number, -1, axis=1).ravel()
    key = np.minimum(tail, head) * len(vertex) + np.maximum(tail, head)
    keys, edge = np.unique(key, return_inverse=True)
    edge = edge.reshape(-1, 3)
    ends = np.stack(np.divmod(keys, len(vertex)), axis=1)
    label = labels[face]
    least, most = extremes(label[:, None], edge, len(keys))
    return Band(
        face=face,
        label=label,
        corners=number,
        vertex=vertex,
        place=place,
        angle=_angles(place[number]),
        edge=edge,
        ends=ends,
        bend=_bends(graph, face, edge, len(keys)),
        faces=np.bincount(edge.ravel(), minlength=len(keys)),
        border=most > least,
        rim=rim[vertex],
        open=~inner[vertex],
    )


def _angles(corner: Floats) -> Floats:
    """Angles (B, 3) of triangles (B, 3, 3)."""
    on, back = np.roll(corner, -1, axis=1) - corner, np.roll(corner, 1, axis=1) - corner
    across = np.linalg.norm(np.cross(on, back), axis=2)
    angle = np.arctan2(across, np.einsum("ijk,ijk->ij", on, back))
    return np.clip(angle, LEAST_ANGLE, np.pi - LEAST_ANGLE)


def _bends(graph: FaceGraph, face: Ints, edge: Ints, edges: int) -> Floats:
    """(edges,) how much each edge of the band bends."""
    number = np.full(3 * len(graph.faces), -1)
    number[3 * face[:, None] + np.arange(3)] = edge
    mine = number[graph.edge]
    bend = np.zeros(edges)
    np.maximum.at(bend, mine[mine >= 0], np.abs(graph.bend[mine >= 0]))
    return bend
