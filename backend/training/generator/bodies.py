# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed parts of an object: what is inside them, what of them shows, how far away they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from ...geometry.booleans import concatenated
from ...geometry.mesh import face_vectors
from ...geometry.rays import RayScene
from ...geometry.sampling import points_by_group
from ...shapes.labelled import face_areas

LOOKED_AT = 256  # places of a part from which its visible area is judged
TRIED = 128  # places of a part from which it is judged whether it is a sound solid
SLIGHTLY = 1e-3  # of its size that they are moved off it
WAYS = np.array([[0.31, 0.52, 0.79], [-0.7, 0.24, -0.67], [0.2, -0.9, 0.37]])  # of no special slope
STRAIGHT = 0.999  # cosine to the normal of the nearest face
CLEAR = 1e-3  # of the size that places are moved off the surface: where parts touch, neither shows


class Bodies:
    """Closed parts of an object, asked what is inside them.

    parts : (V, 3) vertices and (F, 3) faces of each, outward.
    """

    def __init__(self, parts: Sequence[tuple[Floats, Ints]]) -> None:
        self._parts = list(parts)
        self._normals = [face_vectors(*part)[0] for part in parts]
        self._sound = [soundness(*part) == 1 for part in parts]
        self._scenes = [RayScene(*part, proxy=False) for part in parts]
        self._low = np.array([v.min(axis=0) for v, _ in parts])
        self._high = np.array([v.max(axis=0) for v, _ in parts])

    def inside(self, part: int, points: Floats) -> NDArray[np.bool_]:
        """Whether points (N, 3) are inside a part: (N,)."""
        low, high = self._low[part], self._high[part]
        near = np.flatnonzero(((points > low) & (points < high)).all(axis=1))
        found = np.zeros(len(points), bool)
        if len(near):
            inside = self._by_rays if self._sound[part] else self._by_winding
            found[near] = inside(part, points[near])
        return found

    def _by_rays(self, part: int, points: Floats) -> NDArray[np.bool_]:
        """By the side of what most of a few rays hit first: soon, where the surface is sound."""
        votes = np.zeros(len(points), np.int64)
        for way in WAYS:
            hit = self._scenes[part].first_hits(points, np.tile(way, (len(points), 1))).face
            votes += (hit >= 0) & (self._normals[part][hit] @ way > 0)
        return 2 * votes > len(WAYS)

    def _by_winding(self, part: int, points: Floats) -> NDArray[np.bool_]:
        import igl

        return np.asarray(igl.fast_winding_number(*self._parts[part], points) > 0.5)

    def shown(self, part: int, points: Floats, normals: Floats, size: float) -> NDArray[np.bool_]:
        """Which places (N, 3) of a part's surface are inside no other part.

        normals : (N, 3) unit, outward. size : of the object.
        """
        off = points + CLEAR * size * normals
        left = np.arange(len(points))
        for other in range(len(self._parts)):
            if other != part and len(left):
                left = left[~self.inside(other, off[left])]
        found = np.zeros(len(points), bool)
        found[left] = True
        return found

    def distance_to(
        self, part: int, points: Floats, limit: float, middle: Floats | float, scale: Floats | float
    ) -> Floats:
        """Signed distance (N,) of points (N, 3) to a part, negative inside, between +-limit.

        middle, scale : (3,) of the frame of the points and the distances, x_own = (x - middle) /
        scale.
        """
        import igl

        vertices, faces = (self._parts[part][0] - middle) / scale, self._parts[part][1]
        outside = np.maximum(vertices.min(axis=0) - points, points - vertices.max(axis=0))
        near = np.flatnonzero(np.square(np.maximum(outside, 0)).sum(axis=1) < limit**2)
        square, face, foot = igl.point_mesh_squared_distance(points[near], vertices, faces)
        gap = np.sqrt(square)
        normal = self._normals[part][face] * scale
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
        along = ((points[near] - foot) * normal).sum(axis=1)
        inside = along < 0
        # Straight above or below a face of a sound surface the side is known; that is most places.
        unclear = np.flatnonzero((np.abs(along) < STRAIGHT * gap) | (not self._sound[part]))
        inside[unclear] = self.inside(part, points[near[unclear]] * scale + middle)
        distance = np.full(len(points), limit)
        distance[near] = np.clip(np.where(inside, -gap, gap), -limit, limit)
        return distance

    def distance(self, points: Floats) -> tuple[Floats, Ints]:
        """The least signed distance (N,) of points (N, 3) to any part, and of which it is (N,).

        Outside all, that is the distance to the nearest face of all; inside, only the parts around
        a point are asked.
        """
        import igl

        vertices, faces = concatenated(self._parts)
        owner = np.repeat(np.arange(len(self._parts)), [len(f) for _, f in self._parts])
        square, face, _ = igl.point_mesh_squared_distance(points, vertices, faces)
        distance, part = np.sqrt(square), owner[face]
        for k, mesh in enumerate(self._parts):
            inside = np.flatnonzero(self.inside(k, points))
            if not len(inside):
                continue
            depth = -np.sqrt(igl.point_mesh_squared_distance(points[inside], *mesh)[0])
            deeper = depth < distance[inside]
            distance[inside[deeper]], part[inside[deeper]] = depth[deeper], k
        return distance, part


def soundness(vertices: Floats, faces: Ints) -> float:
    """Share of a closed surface that has the inside behind it and the outside before it.

    Less than one where it runs through itself, or where shells of it are inside out or nested.
    """
    import igl

    size = float(np.ptp(vertices, axis=0).max())
    points, normals = on_surface(vertices, faces, TRIED, np.random.default_rng(0))
    off = SLIGHTLY * size * normals
    before, behind = np.split(
        igl.fast_winding_number(vertices, faces, np.concatenate([points + off, points - off])), 2
    )
    return float(((np.abs(before) < 0.5) & (np.abs(behind - 1) < 0.5)).mean())


def on_surface(
    vertices: Floats, faces: Ints, count: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Places (count, 3) evenly by area on a surface, and the unit normals there (count, 3)."""
    normal, area, _ = face_vectors(vertices, faces)
    group = np.zeros(len(faces), np.int64)
    points, face = points_by_group(vertices, faces, area, group, count, rng)
    return points[0], normal[face[0]]


def visible_areas(parts: Sequence[tuple[Floats, Ints]]) -> Floats:
    """How much of the area of each part is inside no other: (K,)."""
    rng = np.random.default_rng(0)
    bodies = Bodies(parts)
    low = np.min([v.min(axis=0) for v, _ in parts], axis=0)
    high = np.max([v.max(axis=0) for v, _ in parts], axis=0)
    size = float((high - low).max())
    areas = []
    for k, (vertices, faces) in enumerate(parts):
        points, normals = on_surface(vertices, faces, LOOKED_AT, rng)
        shown = bodies.shown(k, points, normals, size)
        areas.append(face_areas(vertices, faces).sum() * shown.mean())
    return np.array(areas)
