# SPDX-License-Identifier: GPL-3.0-or-later
"""Stairs of voxels: what is smooth was made of equal squares, and bends at every second edge.

Such bends are no creases and such squares no flat faces. Where they make a mesh, patches grow and
borders are cut on the same triangles over smoothed vertices; nothing else is changed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...contract.arrays import Floats, Ints
from ..graphs import sums
from ..mesh import FaceGraph, bends, face_vectors

RIGHT = np.radians(1.0)  # an edge of voxels bends by no angle or a right one, to within so much
ALIKE = 0.01  # the triangles of voxels are of one area, to within so much of it
MOST = 0.98  # of edges, and of triangles, that are so
HOLLOW = 0.05  # of edges are concave: a grid on a few boxes has less
ROUNDS = 20  # of smoothing, each forth and back (G. Taubin, 1995), so that nothing shrinks
FORTH, BACK = 0.5, -0.53


def without_stairs(graph: FaceGraph) -> FaceGraph | None:
    """The same triangles over smoothed vertices, None where a mesh is not made of voxels."""
    if not _is_stairs(graph):
        return None
    vertices = _smoothed(graph)
    turned = (face_vectors(graph.vertices, graph.faces)[0] * graph.normal).sum(axis=1) < 0
    normal, area, centroid = face_vectors(vertices, graph.faces)
    normal = np.where(turned[:, None], -normal, normal)
    tail, head = vertices[graph.edge_vertices()].transpose(1, 0, 2)
    middle = (tail + head) / 2
    return replace(
        graph,
        vertices=vertices,
        normal=normal,
        area=area,
        centroid=centroid,
        edge_length=np.linalg.norm(head - tail, axis=1),
        edge_middle=middle,
        bend=bends(normal, centroid, middle, graph.first, graph.second),
    )


def _is_stairs(graph: FaceGraph) -> bool:
    """Whether almost all edges bend by a right angle or none, many of them inwards, and almost all
    triangles are equally large."""
    if not len(graph.bend):
        return False
    bend, area = np.abs(graph.bend), graph.area
    right = np.abs(bend - np.pi / 2) < RIGHT
    alike = np.abs(area - np.median(area)) < ALIKE * np.median(area)
    return bool(
        (right & (graph.bend > 0)).mean() >= HOLLOW
        and (right | (bend < RIGHT)).mean() >= MOST
        and alike.mean() >= MOST
    )


def _smoothed(graph: FaceGraph) -> Floats:
    """The vertices (V, 3) of a mesh, smoothed along its edges; those at one position stay so."""
    corners = graph.welded[graph.faces]
    ends: Ints = np.concatenate([corners[:, [k, (k + 1) % 3]] for k in range(3)])
    one, two = np.concatenate([ends, ends[:, ::-1]]).T
    count = int(graph.welded.max()) + 1
    near = np.maximum(np.bincount(one, minlength=count), 1)[:, None]
    place = np.zeros((count, 3))
    place[graph.welded] = graph.vertices
    for _ in range(ROUNDS):
        for step in (FORTH, BACK):
            place = place + step * (sums(place[two], one, count) / near - place)
    return place[graph.welded]
