# SPDX-License-Identifier: GPL-3.0-or-later
"""Open borders that lie on each other but for a hair: for what is measured they are sewn together.

Files of pieces that were cut along charts, moved and rounded, or exported each in a frame of its
own, have positions that differ in their last digits. What is one surface to the eye would be many
islands.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints
from .graphs import components

HAIR = 5e-5  # of the size: borders so near each other are one
NEAREST = 9  # of border vertices, of which one may be the same
SHORT = 0.2  # of the shortest open edge at a vertex: it goes no farther than that


def sewn(vertices: Floats, welded: Ints, faces: Ints, edge: Ints) -> Ints | None:
    """Vertex numbers (V,) by which borders a hair apart are one; None where nothing is to be sewn.

    vertices : (V, 3) of unit size. welded : (V,) number of each vertex's position. faces : (F, 3).
    edge : (E,) half-edges, ``3 * face + corner``, one of each edge that faces share so far.
    """
    tail, head = _open_edges(welded[faces], edge)
    if not len(tail):
        return None
    from scipy.spatial import cKDTree

    count = int(welded.max()) + 1
    place = np.zeros((count, 3))
    place[welded] = vertices
    length = np.linalg.norm(place[tail] - place[head], axis=1)
    reach = np.full(count, HAIR)
    for end in (tail, head):
        np.minimum.at(reach, end, SHORT * length)
    border = np.unique(np.concatenate([tail, head]))
    most = min(NEAREST, len(border))
    gap, near = cKDTree(place[border]).query(place[border], most, distance_upper_bound=HAIR)
    here, at = np.nonzero(np.isfinite(gap))
    pair = border[np.stack([here, near[here, at]], axis=1)]
    close = (gap[here, at] < reach[pair].min(axis=1)) & (pair[:, 0] < pair[:, 1])
    pair = pair[close]
    if not len(pair):
        return None
    return components(count, pair[:, 0], pair[:, 1])[welded]


def _open_edges(corners: Ints, edge: Ints) -> tuple[Ints, Ints]:
    """Ends of the edges of only one face, which have a length: two (N,)."""
    tail, head = corners.ravel(), np.roll(corners, -1, axis=1).ravel()
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    key = low * (int(corners.max()) + 1) + high
    if 2 * len(edge) >= len(key):  # each edge has two faces: the usual case, told at once
        return tail[:0], head[:0]
    alone = ~np.isin(key, key[edge]) & (tail != head)
    return tail[alone], head[alone]
