# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of a part: samples of its surface and of the others', the border where it ends.

Coordinates are those of the object, which has unit size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints
from ..contract.progress import SILENT, Progress
from ..geometry.convexity import supporting_planes
from ..geometry.graphs import components, stable_order, sums
from ..geometry.mesh import face_vectors, welded_on_grid
from ..geometry.rays import RAYS_A_CALL, RayScene
from ..geometry.sampling import points_by_group
from ..geometry.slippage import Sliding
from ..geometry.winding import WindingNumber

OWN = 3072  # samples of a part
REST = 4096  # samples of the others around it
SPREAD = 256  # samples of a part that all queries are compared with
MARGIN = 0.35  # of a part's extent around its box, where it may go on
WAYS = np.array([[0.61, 0.32, 0.72], [-0.53, 0.77, -0.35], [0.27, -0.67, -0.69]], np.float32)


@dataclass(frozen=True)
class Border:
    """The edges where the visible surface of a part ends, at most some hundreds of pieces.

    middle, along, outward, normal : (B, 3) the middle of each edge, its direction, the direction
    in which the surface would go on, tangential to its face, and the normal of that. length : (B,).
    loop : (B,) which of the L connected borders; ring : (L, 11) what `loops` measured on each.
    room : (L,) from a loop's middle to the object's surface, the way its own surface goes on.
    edge, around : median length of an edge, and length of the shortest border, before anything was
    lent that goes on from them.
    """

    middle: Floats
    along: Floats
    outward: Floats
    normal: Floats
    length: Floats
    loop: Ints
    ring: Floats
    room: Floats
    tree: Any = None
    edge: float = 0.0
    around: float = 0.0


@dataclass
class VisiblePart:
    """One part as it is seen, and what is lent to it.

    points, normals : (N, 3) samples of its surface, those of lent faces among them. face : (N,) of
    each, in `faces`, of which lent ones are the last, with vertices of their own. lent : (N,)
    whether a sample is lent. others, other_normals : (M, 3) samples of the rest of the surface
    near it; other : (M,) the object's face of each. centre : (3,); half : (3,) half its extent;
    unit : length in which distances are told. low, high : (3,) corners of the box in which it may
    go on. share : of the visible area of all parts. winding, own_winding : of all its faces, and
    of those that are its own.
    """

    points: Floats
    normals: Floats
    face: Ints
    faces: Ints
    lent: Bools
    others: Floats
    other: Ints
    other_normals: Floats
    border: Border
    centre: Floats
    half: Floats
    unit: float
    low: Floats
    high: Floats
    share: float
    winding: WindingNumber
    own_winding: WindingNumber
    hull: Floats | None = None
    trees: dict[str, Any] = field(default_factory=dict)
    slides: dict[str, Sliding] = field(default_factory=dict)  # what features have found out

    def tree(self, which: str) -> Any:
        """A k-d tree of "points" or "others"; of the latter None where there are none."""
        if which not in self.trees:
            from scipy.spatial import cKDTree

            places = getattr(self, which)
            self.trees[which] = cKDTree(places) if len(places) else None
        return self.trees[which]


class VisibleObject:
    """All visible faces of an object of unit size, with the part of each.

    vertices : (V, 3); faces : (F, 3); labels : (F,) 0..K-1.
    """

    def __init__(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.integer[Any]],
        progress: Progress = SILENT,
    ) -> None:
        progress.step()
        self.vertices, self.faces = vertices, faces
        self.labels = np.asarray(labels, dtype=np.int64)
        self.normal, self.area, self.centroid = face_vectors(vertices, faces)
        progress.step(0.3)
        self.corners = welded_on_grid(vertices)[faces]
        self.parts = int(self.labels.max(initial=-1)) + 1
        # Of each part its faces that have an area.
        order = stable_order(self.labels)
        order = order[self.area[order] > 0]
        starts = np.searchsorted(self.labels[order], np.arange(1, self.parts))
        self.rows = np.split(order, starts) if self.parts else []
        progress.step(0.5)
        self.rays = RayScene(vertices, faces, proxy=False)

    def inside(self, points: Floats) -> Floats:
        """How many of some rays from points (N, 3) leave the object, first of all: (N,) 0..1.

        One inside a closed surface, zero outside; where the surface has holes it is between.
        """
        left = np.zeros(len(points))
        turn = RAYS_A_CALL // len(WAYS)
        for start in range(0, len(points), turn):
            some = slice(start, start + turn)
            origins = points[some].astype(np.float32)
            # In one call, for what a call costs is much for few rays.
            ways = np.repeat(WAYS, len(origins), axis=0)
            face = self.rays.first_hits(np.tile(origins, (len(WAYS), 1)), ways).face
            outward = np.einsum("ij,ij->i", self.normal.take(face, axis=0, mode="clip"), ways) > 0
            left[some] = (outward & (face >= 0)).reshape(len(WAYS), -1).sum(axis=0)
        return left / len(WAYS)

    def part(
        self, part: int, lent: tuple[Floats, Ints] | None = None, seed: int = 0
    ) -> VisiblePart | None:
        """What is seen of a part; None where it has no area.

        lent : vertices and faces of surface that siblings or the part's mirror image lend.
        """
        rng = np.random.default_rng(seed)
        mine = self.rows[part] if part < self.parts else np.empty(0, np.int64)
        if not len(mine):
            return None
        vertices, faces, own = self.vertices, self.faces[mine], len(mine)
        if lent is not None and len(lent[1]):
            faces = np.concatenate([faces, lent[1] + len(vertices)])
            vertices = np.concatenate([vertices, lent[0]])
        normal, area, _ = face_vectors(vertices, faces)
        points, face = _samples(vertices, faces, area, OWN, rng)
        low, high = vertices[faces].min((0, 1)), vertices[faces].max((0, 1))
        margin = MARGIN * float((high - low).max())
        seen_low, seen_high = low - margin, high + margin
        near = (self.centroid >= seen_low) & (self.centroid <= seen_high)
        rest = np.flatnonzero(near.all(axis=1) & (self.labels != part) & (self.area > 0))
        others, other = np.empty((0, 3)), np.empty(0, np.int64)
        if len(rest):
            others, other = _samples(self.vertices, self.faces[rest], self.area[rest], REST, rng)
        unit = max(float(np.linalg.norm(high - low)) / 2, 1e-9)
        own_winding = WindingNumber(self.vertices, self.faces[mine])
        given = face >= own
        shown = np.flatnonzero(~given)[:SPREAD]
        used = self.vertices[np.unique(self.faces[mine])]
        hull = supporting_planes(used, points[shown], normal[face[shown]])
        return VisiblePart(
            points,
            normal[face],
            face,
            faces,
            given,
            others,
            rest[other],
            self.normal[rest[other]],
            self._border(mine, points[given], unit),
            (low + high) / 2,
            np.maximum((high - low) / 2, 1e-6),
            unit,
            seen_low,
            seen_high,
            float(self.area[mine].sum() / max(self.area.sum(), 1e-300)),
            own_winding if len(faces) == own else WindingNumber(vertices, faces),
            own_winding,
            hull,
        )

    def _border(self, mine: Ints, given: Floats, unit: float) -> Border:
        """The open edges of some faces, but for those that surface which is lent goes on from."""
        corners = self.corners[mine]
        tail, head = corners.ravel(), np.roll(corners, -1, axis=1).ravel()
        size = int(self.corners.max()) + 1
        key = np.minimum(tail, head) * size + np.maximum(tail, head)
        _, first, count = np.unique(key, return_index=True, return_counts=True)
        edge = first[(count == 1) & (tail[first] != head[first])]
        if not len(edge):
            return no_border()
        face = mine[edge // 3]
        begin = self.vertices[self.faces[face, edge % 3]]
        end = self.vertices[self.faces[face, (edge + 1) % 3]]
        length = np.linalg.norm(end - begin, axis=1)
        along = (end - begin) / np.maximum(length, 1e-300)[:, None]
        middle, normal = (begin + end) / 2, self.normal[face]
        outward = np.cross(along, normal)
        ends = np.concatenate([tail[edge], head[edge]])
        number = np.unique(ends, return_inverse=True)[1].reshape(2, -1)
        loop = components(int(number.max()) + 1, number[0], number[1])[number[0]]
        usual, around = float(np.median(length)), float(np.bincount(loop, length).min())
        from scipy.spatial import cKDTree

        keep = np.ones(len(edge), dtype=bool)
        if len(given):
            gap, _ = cKDTree(given).query(middle)
            keep = gap > 0.05 * unit
        if not keep.any():
            return no_border()
        middle, along, outward = middle[keep], along[keep], outward[keep]
        normal, length = normal[keep], length[keep]
        loop = np.unique(loop[keep], return_inverse=True)[1].reshape(-1)
        ring = loops(middle, along, outward, normal, length, loop)
        hits = self.rays.first_hits(ring[:, :3], ring[:, 3:6])
        ways = np.linalg.norm(ring[:, 3:6], axis=1)
        room = np.where(hits.face >= 0, np.minimum(hits.distance * ways, 1.0), 1.0)
        tree = cKDTree(middle)
        return Border(middle, along, outward, normal, length, loop, ring, room, tree, usual, around)


def no_border() -> Border:
    """The border of a part that shows all of its surface."""
    places, none = np.empty((0, 3)), np.empty(0)
    loop, ring = np.empty(0, np.int64), np.empty((0, 11))
    return Border(places, places, places, places, none, loop, ring, none)


def loops(
    middle: Floats, along: Floats, outward: Floats, normal: Floats, length: Floats, loop: Ints
) -> Floats:
    """Measures of connected borders: (L, 11).

    Centre (3), the mean direction in which the surface goes on (3, its length is how much of one
    mind its edges are), mean radius, how much the surface spreads (1) or closes (-1), how thick the
    loop is along that direction, in radii, length of the border, how far the surface rises above
    the loop's middle outward.
    """
    count = int(loop.max()) + 1
    whole = np.maximum(sums(length, loop, count), 1e-300)

    def mean(values: Floats) -> Floats:
        return np.stack([sums(v * length, loop, count) / whole for v in values.T], axis=1)

    centre, axis = mean(middle), mean(outward)
    away = middle - centre[loop]
    distance = np.linalg.norm(away, axis=1)
    radius = np.maximum(mean(distance[:, None]), 1e-9)
    radial = away / np.maximum(distance, 1e-12)[:, None]
    spread = mean(np.einsum("ij,ij->i", radial, outward)[:, None])
    rise = mean(np.einsum("ij,ij->i", radial, normal)[:, None])
    direction = axis / np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
    depth = mean(np.abs(np.einsum("ij,ij->i", away, direction[loop]))[:, None]) / radius
    return np.concatenate([centre, axis, radius, spread, depth, whole[:, None], rise], axis=1)


def lattice(low: Floats, cell: float, shape: Ints) -> Floats:
    """Places (X*Y*Z, 3) of a grid."""
    return np.asarray(low + cell * np.indices(tuple(int(n) for n in shape)).reshape(3, -1).T)


def _samples(
    vertices: Floats, faces: Ints, area: Floats, count: int, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Points (N, 3) spread by area, and the face of each, in random order."""
    group = np.zeros(len(faces), np.int64)
    points, face = points_by_group(vertices, faces, area, group, count, rng)
    order = rng.permutation(count)
    return points[0, order], face[0, order]
