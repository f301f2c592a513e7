# SPDX-License-Identifier: GPL-3.0-or-later
"""The face under a point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CANDIDATES = 24  # faces with the nearest centroids that are tried exactly
LARGE = 4.0  # faces this many times the usual radius are always tried


class NearestFace:
    """Finds the nearest face of a mesh to points in space.

    vertices : (V, 3) float64; faces : (F, 3) int64.
    """

    def __init__(self, vertices: Floats, faces: Ints) -> None:
        from scipy.spatial import cKDTree

        self._vertices, self._faces = vertices, faces
        centroid = vertices[faces].mean(axis=1)
        reach = np.square(vertices[faces] - centroid[:, None]).sum(axis=2).max(axis=1)
        self._large = np.flatnonzero(reach > LARGE**2 * max(float(np.median(reach)), 1e-18))[:5000]
        self._tree = cKDTree(centroid)

    def __call__(self, points: Floats) -> tuple[Ints, Floats]:
        """points : (N, 3). Returns (face (N,), distance (N,))."""
        from trimesh.triangles import closest_point

        count = min(CANDIDATES, len(self._faces))
        near = self._tree.query(points, k=count)[1].reshape(len(points), count)
        large = np.broadcast_to(self._large, (len(points), len(self._large)))
        tried = np.concatenate([near, large], axis=1)
        triangles = self._vertices[self._faces[tried.ravel()]]
        repeated = np.repeat(points, tried.shape[1], axis=0)
        gap = np.linalg.norm(closest_point(triangles, repeated) - repeated, axis=1)
        gap = np.where(np.isfinite(gap), gap, np.inf).reshape(tried.shape)
        best = gap.argmin(axis=1)
        rows = np.arange(len(points))
        return tried[rows, best], gap[rows, best]
