# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether two surfaces look alike, however each is divided into faces."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints
from .mesh import face_vectors
from .sampling import points_by_group

POINTS = 2000  # of a surface
STEP = 4  # each so many-th of them looks for the nearest of another
TILT = 0.1  # what the directions of two surfaces count beside their distance
ALIKE = 0.035  # of the size: difference below which people see no other shape
CLEARLY = 3.0  # times that: what boxes differ by, so that their surfaces need not be compared
THINNEST = 0.05  # of the largest extent, that the next one counts for at least


class Look:
    """What of a surface is compared: POINTS places on it, and how it is turned there.

    vertices : (V, 3), faces : (F, 3), of some area. size : the mean (geometric) of its two largest
    extents, so that thin things need not differ by as much as they are long.
    """

    def __init__(self, vertices: Floats, faces: Ints) -> None:
        from scipy.spatial import cKDTree

        corners = np.asarray(vertices, np.float64)
        normal, area, _ = face_vectors(corners, faces)
        one = np.zeros(len(faces), np.int64)
        rng = np.random.default_rng(5)
        points, face = points_by_group(corners, faces, area, one, POINTS, rng)
        self.points, self.normals = points[0], normal[face[0]]
        self.box = np.array([self.points.min(axis=0), self.points.max(axis=0)])
        extents = np.sort(self.box[1] - self.box[0])
        self.size = float(np.sqrt(extents[2] * max(extents[1], THINNEST * extents[2])))
        self.tree = cKDTree(self.points)
        # Places on one surface are apart too: so much is no difference between two.
        _, nearest = self.tree.query(self.points[::STEP], k=2)
        self.grain = self._apart(self.points[::STEP], self.normals[::STEP], nearest[:, 1])

    def _apart(self, points: Floats, normals: Floats, nearest: Ints) -> Floats:
        """Mean squares of how far points (N, 3) are from those of this surface, and of how
        differently the two are turned; either side of a sheet counts as its front."""
        away = ((points - self.points[nearest]) ** 2).sum(axis=1).mean()
        cosine = np.abs((normals * self.normals[nearest]).sum(axis=1))
        return np.array([away, 2 * (1 - cosine).mean()])

    def beyond(self, other: Look) -> Floats:
        """What the surface of another is apart from this one, see `_apart`."""
        points, normals = other.points[1::STEP], other.normals[1::STEP]
        return self._apart(points, normals, self.tree.query(points)[1]) - self.grain


def difference(one: Look, other: Look) -> float:
    """How far two surfaces are apart, of the size of the larger, turns of the surface included.

    It is the root of mean squares, so that few clear details count as much as all of a faint
    change, seen from the surface that has the details.
    """
    size = max(one.size, other.size, 1e-30)
    squares = np.array([one.beyond(other), other.beyond(one)]) @ [1 / size**2, TILT**2]
    return float(np.sqrt(max(squares.max(), 0.0)))


def alike(one: Look, other: Look) -> bool:
    """Whether people see one shape in two surfaces."""
    size = max(one.size, other.size, 1e-30)
    if np.abs(one.box - other.box).max() > CLEARLY * ALIKE * size:
        return False
    return difference(one, other) <= ALIKE


class Looks:
    """The looks of surfaces that came, one after the other, in one frame."""

    def __init__(self) -> None:
        self._known: list[Look] = []

    def is_new(self, vertices: Floats, faces: Ints) -> bool:
        """Whether a surface looks like none before it; it is then remembered."""
        look = Look(vertices, faces)
        new = not any(alike(look, known) for known in self._known)
        if new:
            self._known.append(look)
        return new
