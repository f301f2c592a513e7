# SPDX-License-Identifier: GPL-3.0-or-later
"""Close the parts of a cut surface, so that neighbours share each cap.

Parts are taken off one at a time. The border of a part with all the rest is a set of loops;
filling them closes the part, and the same triangles, turned round, become surface of the rest.
The rest is then closed too, and the next part is taken off it in the same way. However many
parts meet, each cap triangle is used twice, in opposite directions: every part is closed, and
their signed volumes add up to the source's, by construction.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from ...contract.progress import SILENT, Progress
from ..rays import RayScene
from .divide import Divider, Ring
from .fill import fill
from .loops import borders, cross, nest, simple_loops
from .shell import sunken_copy

ATTEMPTS = 5
THINNEST = 1e-4  # volume against area**1.5: a square sheet 1/2800 thick


def close_parts(
    points: Floats, faces: Ints, labels: Ints, progress: Progress = SILENT
) -> tuple[Floats, dict[int, Ints]]:
    """Cap every border loop between parts.

    Parameters
    ----------
    points : (V,3) float64, of size about one.
    faces : (F,3) int64, welded: faces that touch share vertices.
    labels : (F,) int64, the part of each face.

    Returns new points (M,3), numbered from V, and for each part that got caps its cap faces
    (n,3), directed as the part's other faces are. Borders that end at an open edge stay open.
    """
    source = _Source(points, faces, labels)
    undivided: set[int] = set()
    thin: set[int] = set()
    best: tuple[int, _Parts] | None = None
    for attempt in range(ATTEMPTS):
        work = _Parts(source, undivided, thin)
        work.close(progress, again=attempt > 0)
        collapsed = work.collapsed()
        if best is None or len(collapsed) < best[0]:
            best = len(collapsed), work
        if not collapsed:
            break
        # A part may have lost its room to walls that neighbours built below it. If it has none
        # left when nobody builds walls either, no lid fits it.
        thin = thin | (collapsed & undivided)
        undivided = undivided | collapsed | work.beside(collapsed)
    assert best is not None
    work = best[1]
    return work.new_points(), {part: np.concatenate(c) for part, c in work.caps.items()}


class _Source:
    """What is known before a cap is made."""

    def __init__(self, points: Floats, faces: Ints, labels: Ints) -> None:
        self.points, self.faces, self.labels = points, faces, labels
        self.borders = borders(faces, labels, len(points))
        parts = int(labels.max()) + 1
        volume, area = _measure(points[faces])
        self.volume = np.bincount(labels, volume, parts)
        self.area = np.bincount(labels, np.linalg.norm(area, axis=1), parts)
        self.area_vector = np.stack([np.bincount(labels, area[:, i], parts) for i in range(3)], 1)
        self.side = -1.0 if self.volume.sum() < 0 else 1.0

    @cached_property
    def rays(self) -> RayScene:
        """The source's surface, to measure the thickness of its walls."""
        return RayScene(self.points, self.faces)

    def thickness(self, origins: Floats, directions: Floats) -> Floats:
        """Distances (n,) along rays to the surface's other side."""
        hair = 1e-5
        found = self.rays.distance(origins + hair * directions, directions)
        return np.asarray(found, dtype=np.float64) + hair


def _measure(corners: Floats) -> tuple[Floats, Floats]:
    """Signed volumes towards the origin (n,) and area vectors (n,3) of triangles (n,3,3)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = 0.5 * cross(b - a, c - a)
    return np.einsum("ij,ij->i", a, area) / 3, area


class _Parts:
    """Parts that are still joined: their borders, and the caps made so far."""

    def __init__(self, source: _Source, undivided: set[int], thin: set[int]) -> None:
        self.source, self.undivided, self.thin = source, undivided, thin
        self.points = source.points
        self.added: list[Floats] = []
        self.caps: dict[int, list[Ints]] = {}
        self.changed: set[int] = set()
        # rim[a, b] of the caps of the part in hand: who gets the cap there, its third vertex.
        self.rim: dict[tuple[int, int], tuple[int, int]] = {}
        found = source.borders
        # border[part][a, b]: the part across the edge, and the third vertex of the face at it.
        self.border: dict[int, dict[tuple[int, int], tuple[int, int]]] = {}
        for (a, b), (p, q), (x, y) in zip(
            found.edge.tolist(), found.part.tolist(), found.apex.tolist(), strict=True
        ):
            self.border.setdefault(p, {})[a, b] = (q, x)
            self.border.setdefault(q, {})[b, a] = (p, y)
        self.surface = {edge for edges in self.border.values() for edge in edges}
        self.joined: dict[int, set[int]] = {}
        self._join(
            zip((found.near >> 31).tolist(), (found.near & (2**31 - 1)).tolist(), strict=True)
        )
        self.divider = Divider(self.positions, self.add, self.exists)

    # vertices and edges

    def positions(self, vertices: list[int]) -> Floats:
        """(n,3) of source and new vertices."""
        count = len(self.points)
        new = [i for i, v in enumerate(vertices) if v >= count]
        if not new:
            return self.points[vertices]
        out = np.empty((len(vertices), 3))
        old = [i for i, v in enumerate(vertices) if v < count]
        out[old] = self.points[[vertices[i] for i in old]]
        out[new] = [self.added[vertices[i] - count] for i in new]
        return out

    def add(self, points: Floats) -> list[int]:
        """Numbers of new vertices at `points` (n,3)."""
        start = len(self.points) + len(self.added)
        self.added.extend(points)
        return list(range(start, start + len(points)))

    def new_points(self) -> Floats:
        """(M,3) all new vertices."""
        return np.array(self.added).reshape(-1, 3)

    def exists(self, a: int, b: int) -> bool:
        """Whether an edge joins two vertices."""
        return b in self.joined.get(a, ())

    def _join(self, edges: Iterable[tuple[int, int]]) -> None:
        for a, b in edges:
            self.joined.setdefault(a, set()).add(b)
            self.joined.setdefault(b, set()).add(a)

    # taking parts off

    def close(self, progress: Progress, again: bool) -> None:
        """Take off one part after the other."""
        queue = [(self.priority(part), part) for part in self.border]
        heapq.heapify(queue)
        total, done = len(queue), 0
        while queue:
            _, part = heapq.heappop(queue)
            if part in self.changed:  # its border is another by now: perhaps its turn is later
                self.changed.discard(part)
                heapq.heappush(queue, (self.priority(part), part))
                continue
            progress.step(1.0 if again else done / total)
            self.take_off(part)
            self.changed.discard(part)
            done += 1
        progress.step(1.0)

    def collapsed(self) -> set[int]:
        """Closed parts that enclose no volume, or less."""
        found = set()
        for part, caps in self.caps.items():
            faces = np.concatenate(caps)
            corners = self.positions(faces.reshape(-1).tolist()).reshape(-1, 3, 3)
            volume, vectors = _measure(corners)
            area = self.source.area[part]
            # The area vectors of a closed surface add up to nothing.
            gap = np.linalg.norm(vectors.sum(axis=0) + self.source.area_vector[part])
            inside = self.source.side * (float(volume.sum()) + self.source.volume[part])
            least = 0.0 if part in self.thin else THINNEST * area**1.5
            if inside <= least and gap <= 1e-9 * area:
                found.add(part)
        return found

    def beside(self, parts: set[int]) -> set[int]:
        """Parts that touch any of `parts` on the source's surface."""
        pairs = self.source.borders.part
        touched = np.isin(pairs, list(parts)).any(axis=1)
        return set(pairs[touched].reshape(-1).tolist())

    def priority(self, part: int) -> tuple[int, int, int]:
        """Flat borders before bent ones, then few neighbours before many, then short borders.

        Thin parts come first of all, while they have no surface but the source's.
        """
        edges = self.border[part]
        if part in self.thin:
            return (-1, 0, len(edges))
        if len(edges) < 3:
            return (3, 0, 0)
        p = self.positions([a for a, _ in edges])
        spread = np.linalg.eigvalsh(np.cov(p, rowvar=False))
        flatness = np.sqrt(max(float(spread[0]), 0.0) / max(float(spread[2]), 1e-300))
        bend = int(np.searchsorted([0.01, 0.1], flatness))
        return (bend, len({q for q, _ in edges.values()}), len(edges))

    def take_off(self, part: int) -> None:
        """Cap all loops of a part and hand the caps' other sides to its neighbours."""
        loops = simple_loops(self.border[part])
        if not loops:
            return
        if part in self.thin and sum(map(len, loops)) == len(self.border[part]):
            self._sink(part)
            self._hand_on(part)
            return
        rings = [self._ring(part, loop) for loop in loops]
        points = [self.positions(loop) for loop in loops]
        if len(loops) == 1:
            groups = [[0]]
        else:
            inward = [self._inward(part, loop, p) for loop, p in zip(loops, points, strict=True)]
            groups = nest(points, inward)
            # A hole that touches its outline in a vertex is filled on its own.
            distinct = [len({v for i in g for v in loops[i]}) for g in groups]
            length = [sum(len(loops[i]) for i in g) for g in groups]
            groups = [
                piece
                for g, n, m in zip(groups, distinct, length, strict=True)
                for piece in ([g] if n == m else [[i] for i in g])
            ]
        for group in groups:
            for pieces, neighbour in self._regions(part, [rings[i] for i in group]):
                self._cap(part, pieces, neighbour)
        self._hand_on(part)

    def _ring(self, part: int, loop: list[int]) -> Ring:
        edges = list(pairwise([*loop, loop[0]]))
        neighbour = [self.border[part][edge][0] for edge in edges]
        return Ring(loop, neighbour, [edge in self.surface for edge in edges])

    def _inward(self, part: int, loop: list[int], p: Floats) -> Floats:
        """(n,3) direction from each edge of a loop into the part's face there."""
        apex = self.positions([self.border[part][e][1] for e in pairwise([*loop, loop[0]])])
        edge = np.roll(p, -1, axis=0) - p
        square = np.maximum(np.sum(edge**2, axis=1, keepdims=True), 1e-300)
        away = apex - p
        away -= edge * np.sum(away * edge, axis=1, keepdims=True) / square
        return away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-300)

    def _regions(self, part: int, rings: list[Ring]) -> list[tuple[list[Ring], int]]:
        """Divide an outline with holes among the neighbours."""
        if part in self.undivided:
            return [(rings, self.divider.prevailing(*rings))]
        if len(rings) == 1:
            return [([ring], label) for ring, label in self.divider.divide(rings[0])]
        if len(rings) == 2:
            halves = self.divider.divide_tube(*rings)
            if halves:
                return [([ring], label) for ring, label in halves]
        return [(rings, self.divider.prevailing(*rings))]

    def _cap(self, part: int, rings: list[Ring], neighbour: int) -> None:
        vertices = [v for ring in rings for v in ring.vertices]
        place = {v: i for i, v in enumerate(vertices)}
        ends = np.cumsum([len(ring.vertices) for ring in rings])[:-1]
        loops = np.split(np.arange(len(vertices)), ends)
        keys = [
            (i << 31) | place[w]
            for v, i in place.items()
            for w in self.joined.get(v, ())
            if place.get(w, -1) > i
        ]
        made = fill(self.positions(vertices), loops, np.array(sorted(keys), dtype=np.int64))
        if made is None:
            for ring in rings:
                self._cap(part, [ring], neighbour)
            return
        points, faces = made
        numbers = np.array(vertices + self.add(points[len(vertices) :]))
        self._attach(part, neighbour, numbers[faces])

    def _sink(self, part: int) -> None:
        """Close a thin part with a copy of its surface."""
        source = self.source
        surface = [source.faces[self._whole_faces(part)], *self.caps.get(part, [])]
        vertices, faces = np.unique(np.concatenate(surface), return_inverse=True)
        faces = faces.reshape(-1, 3)
        edges = list(self.border[part])
        ends = np.array(edges)
        points, faces = sunken_copy(
            self.positions(vertices.tolist()),
            faces,
            np.isin(vertices, ends),
            -source.side,
            source.thickness,
        )
        neighbour = np.array([across for across, _ in self.border[part].values()])
        owner = np.full(len(faces), neighbour[0])
        if (neighbour != neighbour[0]).any():
            from scipy.spatial import cKDTree

            start, end = self.positions(ends[:, 0].tolist()), self.positions(ends[:, 1].tolist())
            tree = cKDTree(0.5 * (start + end))
            owner = neighbour[tree.query(points[faces].mean(axis=1))[1]]
        numbers = np.append(vertices, self.add(points[len(vertices) :])).astype(np.int64)
        for across in np.unique(owner).tolist():
            self._attach(part, across, numbers[faces[owner == across]])

    def _whole_faces(self, part: int) -> NDArray[np.bool_]:
        faces = self.source.faces
        whole = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
        return whole & (self.source.labels == part)

    def _attach(self, part: int, neighbour: int, faces: Ints) -> None:
        """Add cap faces (n,3), wound as the neighbour's, between a part and a neighbour."""
        a, b = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
        apex = np.roll(faces, -2, axis=1).reshape(-1)
        free = ~np.isin((a << 31) | b, (b << 31) | a)
        for u, v, x in np.stack([a, b, apex], axis=1)[free].tolist():
            self.rim[u, v] = (neighbour, x)
        self._join(np.stack([a, b], axis=1).tolist())
        self.caps.setdefault(neighbour, []).append(faces)
        self.caps.setdefault(part, []).append(faces[:, ::-1])

    def _hand_on(self, part: int) -> None:
        """Put the new caps in the part's place on the borders of its neighbours."""
        for (a, b), (owner, apex) in self.rim.items():
            if (b, a) in self.rim:  # inside the cap, between two of its regions
                across = self.rim[b, a][0]
                if across != owner:
                    self.border[owner][a, b] = (across, apex)
                    self.changed.add(owner)
                continue
            if (a, b) not in self.border[part]:  # an open or crowded edge of a bad source
                continue
            across = self.border[part].pop((a, b))[0]
            _, apex_across = self.border[across].pop((b, a), (part, apex))
            if across != owner:
                self.border[across][b, a] = (owner, apex_across)
                self.border[owner][a, b] = (across, apex)
            self.changed |= {across, owner}
        self.rim.clear()
