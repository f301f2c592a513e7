# SPDX-License-Identifier: GPL-3.0-or-later
"""Mirror planes of surfaces of which only a part is visible.

Pairs of samples vote for the plane between them (Mitra, Guibas and Pauly, "Partial and approximate
symmetry detection for 3D geometry", 2006), for each of some directions that planes may have.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats
from .registration import Placement, Samples

VOTERS = 160  # samples whose pairs vote
BESIDE = 0.06  # how far, of the extent, the two of a pair may be off the plane's normal
BINS = 96  # of the places of planes along their normal


def mirror(normal: Floats, offset: float) -> Placement:
    """The reflection in the plane of a unit normal (3,) at ``offset`` along it."""
    turn = np.eye(3) - 2 * np.outer(normal, normal)
    return Placement(turn, 2 * offset * normal)


def directions(points: Floats, weight: Floats | None = None) -> Floats:
    """Normals (N, 3) that mirror planes are likely to have: the axes, and the main axes.

    weight : (P,) of each point, all alike without it.
    """
    weight = np.ones(len(points)) if weight is None else weight
    away = points - np.average(points, axis=0, weights=weight)
    main = np.linalg.eigh(away.T @ (weight[:, None] * away))[1].T
    found = list(np.eye(3))
    for axis in main:
        if max(abs(float(axis @ other)) for other in found) < 0.998:
            found.append(axis)
    return np.array(found)


def mirror_planes(samples: Samples, normals: Floats, each: int = 2) -> list[Placement]:
    """Reflections that some of a surface agrees with, the likeliest of each direction.

    normals : (N, 3) directions to try. each : planes, at most, of one direction.
    """
    points, facing = samples.points[:VOTERS], samples.normals[:VOTERS]
    size = max(float(np.ptp(points, axis=0).max()), 1e-9)
    between = points[:, None] - points[None]
    square = np.einsum("ijk,ijk->ij", between, between)
    found = []
    for normal in normals:
        along = between @ normal
        beside = np.sqrt(np.maximum(square - np.square(along), 0))
        mirrored = facing - 2 * (facing @ normal)[:, None] * normal
        alike = mirrored @ facing.T
        pair = (beside < BESIDE * size) & (alike > 0.95) & (along > 0.02 * size)
        if pair.sum() < 4:
            continue
        height = points @ normal
        place = ((height[:, None] + height) / 2)[pair]
        low, high = place.min() - 1e-9, place.max() + 1e-9
        bins = max(int(BINS * (high - low) / size), 3)
        votes, edges = np.histogram(place, bins, (low, high), weights=1 / (0.01 + beside[pair]))
        votes = np.convolve(votes, [0.5, 1, 0.5], mode="same")
        for _ in range(each):
            best = int(np.argmax(votes))
            if votes[best] <= 0:
                break
            near = np.abs(place - (edges[best] + edges[best + 1]) / 2) < 1.5 * (edges[1] - edges[0])
            found.append(mirror(normal, float(np.median(place[near])) if near.any() else 0.0))
            votes[max(best - 2, 0) : best + 3] = 0
    return found
