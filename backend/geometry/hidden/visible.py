# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a part is seen: its faces, its borders with other parts, and samples of both.

All lengths are those of an object of unit size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...contract.arrays import Floats, Ints
from ..caps.loops import Borders, cross, edge_key, simple_loops
from ..mesh import one_way_edges
from ..nearest import triangle_gap

SAMPLES = 60_000  # of one surface at most
HAIR = 2e-4  # so much below what is seen a hidden surface stays


@dataclass(frozen=True, eq=False)
class OpenPart:
    """A part as it is seen.

    points : (V,3) of the object. faces : (n,3) of the part, welded, none degenerate. loops : its
    borders with others, directed as its faces run. left_over : how many border edges are in no
    loop, so that nothing can close them.
    """

    points: Floats
    faces: Ints
    loops: list[list[int]]
    left_over: int

    @classmethod
    def of(cls, points: Floats, faces: Ints, borders: Borders, part: int) -> OpenPart:
        """A part of an object with borders; faces (n,3) : those of the part."""
        left, right = borders.part[:, 0] == part, borders.part[:, 1] == part
        edges = np.concatenate([borders.edge[left], borders.edge[right][:, ::-1]])
        edges = np.unique(edges, axis=0)
        loops = simple_loops(zip(edges[:, 0].tolist(), edges[:, 1].tolist(), strict=True))
        whole = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
        return cls(points, faces[whole], loops, len(edges) - sum(map(len, loops)))

    @cached_property
    def rim(self) -> Ints:
        """Vertices of all loops, each once, in the order of the loops: (B,)."""
        everything = np.concatenate([np.array(loop, dtype=np.int64) for loop in self.loops])
        _, first = np.unique(everything, return_index=True)
        return everything[np.sort(first)]

    @cached_property
    def rim_number(self) -> Ints:
        """The place in `rim` of each of the object's points, -1 where it is in none: (V,)."""
        number = np.full(len(self.points), -1)
        number[self.rim] = np.arange(len(self.rim))
        return number

    @cached_property
    def taken(self) -> Ints:
        """Sorted `edge_key`s of visible edges between vertices of the rim, as `rim_number`."""
        near = self.rim_number[self.faces]
        a, b = near.reshape(-1), np.roll(near, -1, axis=1).reshape(-1)
        both = (a >= 0) & (b >= 0)
        return np.unique(edge_key(a[both], b[both]))

    @cached_property
    def edges(self) -> tuple[Ints, Ints, Ints]:
        """Start, end (N,) and number of the loop (N,) of each edge of the border."""
        start = np.concatenate([np.array(loop) for loop in self.loops])
        end = np.concatenate([np.roll(np.array(loop), -1) for loop in self.loops])
        loop = np.repeat(np.arange(len(self.loops)), [len(loop) for loop in self.loops])
        return start, end, loop

    @cached_property
    def open_edges(self) -> tuple[Ints, Ints]:
        """Start and end (N,) of the edges that one face alone has, as it runs along them."""
        edges = one_way_edges(self.faces)
        return edges[:, 0], edges[:, 1]

    @cached_property
    def face_normals(self) -> Floats:
        """Unit normals (n,3), zero where there is no area."""
        return face_normals_of(self.points, self.faces)

    def turned(self) -> OpenPart:
        """The same, inside out."""
        loops = [loop[::-1] for loop in self.loops]
        return OpenPart(self.points, self.faces[:, ::-1], loops, self.left_over)


def source_length(seen: OpenPart) -> float:
    """The median edge of the visible faces at the border."""
    beside = seen.faces[(seen.rim_number[seen.faces] >= 0).any(axis=1)]
    sides = seen.points[beside] - seen.points[beside[:, [1, 2, 0]]]
    return float(np.median(np.linalg.norm(sides, axis=2))) if len(beside) else 0.0


@dataclass(frozen=True, eq=False)
class Samples:
    """Points on a surface, with a tree to find the nearest. normal : (N,3); source : (N,) rows."""

    point: Floats
    normal: Floats
    source: Ints

    @cached_property
    def tree(self) -> Any:
        """A k-d tree of the points."""
        from scipy.spatial import cKDTree

        return cKDTree(self.point, balanced_tree=False)

    @classmethod
    def of_faces(cls, points: Floats, faces: Ints, normals: Floats, spacing: float) -> Samples:
        """Points on faces, about `spacing` apart, more where SAMPLES are not enough for that."""
        corner = points[faces]
        side = np.linalg.norm(corner - np.roll(corner, -1, axis=1), axis=2).max(axis=1)
        spacing = max(spacing, np.sqrt(np.square(side).sum() / (2 * SAMPLES)))
        parts = np.ceil(side / spacing).astype(np.int64).clip(1, 400)
        place, source = [], []
        for n in np.unique(parts).tolist():
            rows = np.nonzero(parts == n)[0]
            i, j = np.divmod(np.arange(n * n), n)
            keep = i + j < n
            u, v = (i[keep] + 1 / 3) / n, (j[keep] + 1 / 3) / n
            weight = np.stack([1 - u - v, u, v], axis=1)
            place.append(np.einsum("sk,nkj->nsj", weight, corner[rows]).reshape(-1, 3))
            source.append(np.repeat(rows, len(weight)))
        point, row = np.concatenate(place), np.concatenate(source)
        return cls(point, normals[row], row)

    @classmethod
    def of_edges(cls, start: Floats, end: Floats, number: Ints, spacing: float) -> Samples:
        """Points on edges (N,3) about `spacing` apart; `source` is the `number` of an edge."""
        length = np.linalg.norm(end - start, axis=1)
        spacing = max(spacing, float(length.sum()) / SAMPLES)
        parts = np.ceil(length / spacing).astype(np.int64).clip(1, None)
        row = np.repeat(np.arange(len(start)), parts)
        share = (np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[row]
        point = start[row] + share[:, None] * (end - start)[row]
        return cls(point, np.zeros_like(point), number[row])


def face_normals_of(points: Floats, faces: Ints) -> Floats:
    """Unit normals (n,3), zero where there is no area."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    normal = cross(b - a, c - a)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    return np.divide(normal, length, out=np.zeros_like(normal), where=length > 1e-20)


class ObjectShell:
    """All that is seen of an object, beyond which nothing hidden may lie.

    points : (V,3); faces : (F,3) welded, outward.
    """

    def __init__(self, points: Floats, faces: Ints) -> None:
        whole = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
        self.points, self.faces = points, faces[whole]
        self.normals = face_normals_of(points, self.faces)

    @cached_property
    def samples(self) -> Samples:
        """Of the whole surface."""
        return Samples.of_faces(self.points, self.faces, self.normals, 0.01)

    def below(self, points: Floats, rim: Floats, reach: float) -> Floats:
        """Points (N,3), those outside of the surface, or on it, put a hair below it.

        rim : (B,3) border on the surface itself: beside it, points come as close as they must.
        reach : distance beyond which nothing is outside.
        """
        from scipy.spatial import cKDTree

        away, near = self.samples.tree.query(points, distance_upper_bound=reach)
        rows = np.nonzero(away < reach)[0]
        away, near = away[rows], near[rows]
        side = np.sum((points[rows] - self.samples.point[near]) * self.samples.normal[near], axis=1)
        rows = rows[side > -0.5 * away - HAIR]
        if len(rows) == 0:
            return points
        points = points.copy()
        hair = np.minimum(HAIR, 0.2 * cKDTree(rim).query(points[rows])[0])
        for _ in range(3):
            face, gap = self._nearest(points[rows])
            normal = self.normals[face]
            height = np.sum((points[rows] - self.points[self.faces[face, 0]]) * normal, axis=1)
            # Where the nearest place is on a convex edge the point is beyond both planes.
            out = (height > 0) | ((height > -hair) & (gap < hair))
            if not out.any():
                break
            rows, hair, height, normal = rows[out], hair[out], height[out], normal[out]
            points[rows] -= normal * (height + hair)[:, None]
        return points

    def _nearest(self, points: Floats) -> tuple[Ints, Floats]:
        """The nearest faces to points (N,3) close to the surface, by samples, and their distances.

        Samples stand for their faces; of those of the nearest few the exact nearest is taken.
        """
        count = min(8, len(self.samples.point))
        row = self.samples.tree.query(points, k=count)[1].reshape(len(points), count)
        face = self.samples.source[row]
        corner = self.points[self.faces[face.reshape(-1)]]
        beside = np.repeat(points, count, axis=0)
        gap = triangle_gap(beside, corner[:, 0], corner[:, 1], corner[:, 2]).reshape(face.shape)
        best = np.argmin(gap, axis=1)
        every = np.arange(len(points))
        return face[every, best], np.sqrt(gap[every, best])
