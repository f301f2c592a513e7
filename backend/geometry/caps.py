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
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

from .divide import Divider, Ring
from .fill import fill
from .loops import FloatArray, IntArray, borders, nest, simple_loops

Progress = Callable[[str, int, int], None]


def close_parts(
    points: FloatArray, faces: IntArray, labels: IntArray, progress: Progress | None = None
) -> tuple[FloatArray, dict[int, IntArray]]:
    """Cap every border loop between parts.

    Parameters
    ----------
    points : (V,3) float64, of size about one.
    faces : (F,3) int64, welded: faces that touch share vertices.
    labels : (F,) int64, the part of each face.

    Returns new points (M,3), numbered from V, and for each part that got caps its cap faces
    (n,3), directed as the part's other faces are. Borders that end at an open edge stay open.
    """
    work = _Parts(points, faces, labels)
    queue = [(work.priority(part), part) for part in work.border]
    heapq.heapify(queue)
    total, done = len(queue), 0
    while queue:
        _, part = heapq.heappop(queue)
        if part in work.changed:  # its border is another by now: look at it again later
            work.changed.discard(part)
            heapq.heappush(queue, (work.priority(part), part))
            continue
        if progress is not None:
            progress("Closing cuts", done, total)
        work.take_off(part)
        work.changed.discard(part)
        done += 1
    if progress is not None:
        progress("Closing cuts", total, total)
    caps = {part: np.concatenate(pieces) for part, pieces in work.caps.items()}
    return work.new_points(), caps


class _Parts:
    """Parts that are still joined: their borders, and the caps made so far."""

    def __init__(self, points: FloatArray, faces: IntArray, labels: IntArray) -> None:
        self.points = points
        self.added: list[FloatArray] = []
        self.caps: dict[int, list[IntArray]] = {}
        self.changed: set[int] = set()
        # rim[a, b] of the caps of the part in hand: who gets the cap there, its third vertex.
        self.rim: dict[tuple[int, int], tuple[int, int]] = {}
        found = borders(faces, labels, len(points))
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

    def positions(self, vertices: list[int]) -> FloatArray:
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

    def add(self, points: FloatArray) -> list[int]:
        """Numbers of new vertices at `points` (n,3)."""
        start = len(self.points) + len(self.added)
        self.added.extend(points)
        return list(range(start, start + len(points)))

    def new_points(self) -> FloatArray:
        """(M,3) all new vertices."""
        return np.array(self.added).reshape(-1, 3)

    def exists(self, a: int, b: int) -> bool:
        """Whether an edge joins two vertices."""
        return b in self.joined.get(a, ())

    def _join(self, edges: Iterable[tuple[int, int]]) -> None:
        for a, b in edges:
            self.joined.setdefault(a, set()).add(b)
            self.joined.setdefault(b, set()).add(a)

    # taking a part off

    def priority(self, part: int) -> tuple[int, int, int]:
        """Parts with flat borders first, then those with few neighbours, then short borders."""
        edges = self.border[part]
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
        rings = [self._ring(part, loop) for loop in loops]
        points = [self.positions(loop) for loop in loops]
        if len(loops) == 1:
            groups = [[0]]
        else:
            inward = [self._inward(part, loop, p) for loop, p in zip(loops, points, strict=True)]
            groups = nest(points, inward)
        for group in groups:
            for pieces, neighbour in self._regions([rings[i] for i in group]):
                self._cap(part, pieces, neighbour)
        self._hand_on(part)

    def _ring(self, part: int, loop: list[int]) -> Ring:
        edges = list(pairwise([*loop, loop[0]]))
        neighbour = [self.border[part][edge][0] for edge in edges]
        return Ring(loop, neighbour, [edge in self.surface for edge in edges])

    def _inward(self, part: int, loop: list[int], p: FloatArray) -> FloatArray:
        """(n,3) direction from each edge of a loop into the part's face there."""
        apex = self.positions([self.border[part][e][1] for e in pairwise([*loop, loop[0]])])
        edge = np.roll(p, -1, axis=0) - p
        square = np.maximum(np.sum(edge**2, axis=1, keepdims=True), 1e-300)
        away = apex - p
        away -= edge * np.sum(away * edge, axis=1, keepdims=True) / square
        return away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-300)

    def _regions(self, rings: list[Ring]) -> list[tuple[list[Ring], int]]:
        """Divide an outline with holes among the neighbours."""
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
        ahead = np.full(len(points), -1)
        for loop in loops:
            ahead[loop] = np.roll(loop, -1)
        numbers = np.array(vertices + self.add(points[len(vertices) :]))
        for corner in range(3):
            a, b = faces[:, corner], faces[:, (corner + 1) % 3]
            rim = ahead[a] == b
            apex = numbers[faces[rim, (corner + 2) % 3]].tolist()
            for u, v, x in zip(
                numbers[a[rim]].tolist(), numbers[b[rim]].tolist(), apex, strict=True
            ):
                self.rim[u, v] = (neighbour, x)
        faces = numbers[faces]
        self._join(
            faces[:, [0, 1]].tolist() + faces[:, [1, 2]].tolist() + faces[:, [2, 0]].tolist()
        )
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
            across = self.border[part].pop((a, b))[0]
            _, apex_across = self.border[across].pop((b, a), (part, apex))
            if across != owner:
                self.border[across][b, a] = (owner, apex_across)
                self.border[owner][a, b] = (across, apex)
            self.changed |= {across, owner}
        self.rim.clear()
