# SPDX-License-Identifier: GPL-3.0-or-later
"""From meshes to what encoders of vector sets look at: points with normals, and some far apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..geometry.mesh import face_vectors
from ..geometry.sampling import points_by_group

DRAWN = 4  # points for each that is chosen among them

Cloud = NDArray[np.float32]


@dataclass(frozen=True)
class Box:
    """A cube into which points are moved. middle : (3,). scale : its half side."""

    middle: Floats
    scale: float

    @classmethod
    def around(cls, points: Floats, reach: float) -> Box:
        """That in which the largest coordinate of points (N, 3) is `reach`."""
        low, high = points.min(axis=0), points.max(axis=0)
        half = float((high - low).max()) / 2
        return cls((low + high) / 2, (half or 1.0) / reach)

    def inward(self, points: Floats) -> Floats:
        """Points (N, 3) of the object, in the cube."""
        return np.asarray((points - self.middle) / self.scale)

    def outward(self, points: Floats) -> Floats:
        """Points (N, 3) of the cube, in the object."""
        return np.asarray(points * self.scale + self.middle)


def cloud(
    vertices: Floats, faces: Ints, count: int, rng: np.random.Generator
) -> tuple[Cloud, Ints]:
    """Points (count, 6) spread evenly over a surface, with the normals of their faces (count,).

    Raises ValueError for a surface without area.
    """
    normal, area, _ = face_vectors(vertices, faces)
    if not area.sum() > 0:
        raise ValueError("no area")
    one = np.zeros(len(faces), np.int64)
    points, face = points_by_group(vertices, faces, area, one, count, rng)
    return np.concatenate([points[0], normal[face[0]]], axis=1).astype(np.float32), face[0]


def far_apart(points: Cloud, count: int, rng: np.random.Generator) -> Ints:
    """Numbers (count,) of points (N, 3+) far from each other: of some drawn at random, the
    farthest from those before, beginning with the first (Eldar et al., 1997).
    """
    drawn = rng.choice(len(points), DRAWN * count, replace=DRAWN * count > len(points))
    places = np.ascontiguousarray(points[drawn, :3].T)  # (3, n)
    gap = np.full(len(drawn), np.inf, np.float32)
    chosen = np.zeros(count, np.int64)
    for i in range(1, count):
        away = places - places[:, chosen[i - 1], None]
        np.minimum(gap, np.einsum("ij,ij->j", away, away), out=gap)
        chosen[i] = gap.argmax()
    return np.asarray(drawn[chosen], dtype=np.int64)
