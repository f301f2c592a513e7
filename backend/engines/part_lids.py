# SPDX-License-Identifier: GPL-3.0-or-later
"""A neighbour closed for the part generator, which has learned from whole parts: a fan over each of
its openings, made in milliseconds. How much of the surface that is tells how far to trust it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.graphs import components, sums
from ..geometry.mesh import face_vectors, one_way_edges, same_positions


@dataclass(frozen=True)
class Lidded:
    """A part with lids. vertices : (V, 3); faces : (F, 3), lids last, so many. share : of its
    surface that is lids."""

    vertices: Floats
    faces: Ints
    lids: int
    share: float


def lidded(vertices: Floats, faces: Ints) -> Lidded:
    """Faces (F, 3) of a mesh with all their openings closed."""
    tail, head = one_way_edges(same_positions(vertices)[faces]).T
    if not len(tail):
        return Lidded(vertices, faces, 0, 0.0)
    used, number = np.unique(np.concatenate([tail, head]), return_inverse=True)
    first, second = number.reshape(2, -1)
    loop = components(len(used), first, second)[first]
    count = int(loop.max()) + 1
    begin, end = vertices[tail], vertices[head]
    length = np.linalg.norm(end - begin, axis=1)
    whole = np.maximum(sums(length, loop, count), 1e-300)
    middle = np.stack([sums(length * v, loop, count) for v in ((begin + end) / 2).T], axis=1)
    middle /= whole[:, None]
    fan = np.stack([head, tail, len(vertices) + loop], axis=1)
    both = np.concatenate([vertices, middle]), np.concatenate([faces, fan])
    area = face_vectors(*both)[1]
    share = float(area[len(faces) :].sum() / max(float(area.sum()), 1e-300))
    return Lidded(*both, len(fan), share)
