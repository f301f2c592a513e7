# SPDX-License-Identifier: GPL-3.0-or-later
"""A few numbers that say what a shape is like, whatever its size and pose: for neighbours."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints

SAMPLES = 512
BINS = 8
NUMBERS = 3 + BINS


def likeness(vertices: Floats, faces: Ints) -> Floats:
    """(NUMBERS,): two ratios of extents along the principal axes, how much is at the top, and the
    distances between points of the surface (the D2 distribution of Osada et al. 2002)."""
    corner = np.asarray(vertices, dtype=np.float64)[faces]
    area = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    if not area.sum() > 0:
        return np.zeros(NUMBERS)
    rng = np.random.default_rng(7)
    face = np.searchsorted(np.cumsum(area) / area.sum(), rng.random(2 * SAMPLES))
    face = np.minimum(face, len(faces) - 1)
    u, v = np.sqrt(rng.random(2 * SAMPLES)), rng.random(2 * SAMPLES)
    weight = np.stack([1 - u, u * (1 - v), u * v], 1)
    points = np.einsum("nc,ncd->nd", weight, corner[face])
    points -= points.mean(axis=0)
    _, _, axes = np.linalg.svd(points, full_matrices=False)
    extent = np.ptp(points @ axes.T, axis=0)
    extent = np.sort(extent)[::-1] / max(float(extent.max()), 1e-30)
    height = np.ptp(points[:, 1]) or 1.0
    top = float(np.median(points[:, 1]) - points[:, 1].min()) / height
    gap = np.linalg.norm(points[:SAMPLES] - points[SAMPLES:], axis=1)
    counts, _ = np.histogram(gap / max(float(gap.max()), 1e-30), BINS, (0, 1))
    return np.concatenate([extent[1:], [0.5 * top], 2.0 * counts / SAMPLES])
