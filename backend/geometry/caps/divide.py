# SPDX-License-Identifier: GPL-3.0-or-later
"""Divide a part's border loop where its neighbours change, so that each piece has one neighbour.

Where three parts or more meet, two of them go on touching inside the solid. Their seam there is
made first: a straight chord between two junctions or, with three neighbours or more, a star
around the point that lies best on the planes of all their arcs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...contract.arrays import Floats
from .loops import inside_polygon, newell_normal, plane_axes

LONGEST_CHORD = 0.4  # of the way around, for a chord that the projection says nothing about
MOST_SEGMENTS = 24


@dataclass(frozen=True)
class Ring:
    """A loop of n vertices; edge i goes from vertex i to vertex i + 1.

    Parameters
    ----------
    vertices : n vertex numbers.
    neighbour : n part numbers, the part across each edge; -1 on chords.
    hard : n flags, True where the edge lies on the source's surface. Other edges are inside the
        solid: the part across need not get a piece here.
    """

    vertices: list[int]
    neighbour: list[int]
    hard: list[bool]

    def arc(self, start: int, end: int) -> Ring:
        """Open way from position `start` on to `end`, without the vertex at `end`."""
        n = len(self.vertices)
        at = [(start + i) % n for i in range((end - start) % n)]
        return Ring(
            [self.vertices[i] for i in at],
            [self.neighbour[i] for i in at],
            [self.hard[i] for i in at],
        )

    def joined(self, *others: Ring) -> Ring:
        """This way and then the others."""
        rings = (self, *others)
        return Ring(
            [v for r in rings for v in r.vertices],
            [p for r in rings for p in r.neighbour],
            [h for r in rings for h in r.hard],
        )

    def gaps(self) -> list[list[int]]:
        """Positions between the end of one neighbour's hard run and the start of the next's."""
        n = len(self.vertices)
        hard = [i for i in range(n) if self.hard[i]]
        found = []
        for i, j in pairwise([*hard, *hard[:1]]):
            if self.neighbour[i] != self.neighbour[j]:
                found.append([(i + 1 + k) % n for k in range((j - i - 1) % n + 1)])
        return found


class Divider:
    """Cuts rings into pieces with one neighbour each.

    positions : vertex numbers -> (n,3) float64. add : positions (n,3) -> new vertex numbers.
    exists : whether two vertices are joined by an edge already.
    """

    def __init__(
        self,
        positions: Callable[[list[int]], Floats],
        add: Callable[[Floats], list[int]],
        exists: Callable[[int, int], bool],
    ) -> None:
        self.positions, self.add, self.exists = positions, add, exists

    def divide(self, ring: Ring) -> list[tuple[Ring, int]]:
        """Pieces of `ring`, each with the number of the part that gets it."""
        gaps = ring.gaps()
        if len(gaps) > 1:
            points = self.positions(ring.vertices)
            pieces = self._star(ring, gaps, points) or self._chord(ring, gaps, points)
            if pieces:
                return [piece for part in pieces for piece in self.divide(part)]
        return [(ring, self.prevailing(ring))]

    def divide_tube(self, outer: Ring, hole: Ring) -> list[tuple[Ring, int]] | None:
        """Cut an outline with a hole through at two places where neighbours change on both."""
        outer_at = [gap[0] for gap in outer.gaps()]
        hole_at = [gap[0] for gap in hole.gaps()]
        if len(outer_at) < 2 or len(hole_at) < 2:
            return None
        a = self.positions([outer.vertices[i] for i in outer_at])
        b = self.positions([hole.vertices[i] for i in hole_at])
        distance = np.linalg.norm(a[:, None] - b[None], axis=2)
        p, q = divmod(int(np.argmin(distance)), distance.shape[1])
        i, j = outer_at[p], hole_at[q]
        distance[p], distance[:, q] = np.inf, np.inf
        p, q = divmod(int(np.argmin(distance)), distance.shape[1])
        k, m = outer_at[p], hole_at[q]
        step = self._step(self.positions(outer.vertices))
        first = self._bridge(outer.vertices[i], hole.vertices[j], step)
        second = self._bridge(outer.vertices[k], hole.vertices[m], step)
        half = outer.arc(i, k).joined(second, hole.arc(m, j), _reversed(first, hole.vertices[j]))
        other = outer.arc(k, i).joined(first, hole.arc(j, m), _reversed(second, hole.vertices[m]))
        return self.divide(half) + self.divide(other)

    def prevailing(self, *rings: Ring) -> int:
        """The neighbour with the longest border, that on the surface first."""
        length: dict[tuple[bool, int], float] = {}
        for ring in rings:
            p = self.positions(ring.vertices)
            edges = np.linalg.norm(np.roll(p, -1, axis=0) - p, axis=1)
            for part, hard, edge in zip(ring.neighbour, ring.hard, edges, strict=True):
                if part >= 0:
                    length[hard, part] = length.get((hard, part), 0.0) + float(edge)
        return max(length, key=lambda key: (key[0], length[key], -key[1]))[1]

    def _star(self, ring: Ring, gaps: list[list[int]], points: Floats) -> list[Ring] | None:
        """Chords from one point to every gap; None if the neighbours are not that simple."""
        n = len(points)
        if len(gaps) < 3 or len({ring.neighbour[gap[0] - 1] for gap in gaps}) < len(gaps):
            return None
        rows, targets = [], []
        junctions = np.stack([points[gap].mean(axis=0) for gap in gaps])
        middle = junctions.mean(axis=0)
        for start, end in pairwise([gaps[-1], *gaps]):
            run = [(start[-1] + k) % n for k in range((end[0] - start[-1]) % n + 1)]
            arc = points[run] - points[run].mean(axis=0)
            spread, axes = np.linalg.eigh(arc.T @ arc)
            weight = np.sqrt(max(spread[1], 0.0) / max(spread[2], 1e-300))  # 0 for a straight run
            rows.append(weight * axes[:, 0])
            targets.append(weight * axes[:, 0] @ (points[run].mean(axis=0) - middle))
        matrix = np.concatenate([rows, 0.03 * np.eye(3)])
        right = np.concatenate([targets, np.zeros(3)])
        centre = middle + np.linalg.lstsq(matrix, right, rcond=None)[0]
        spokes = [min(gap, key=lambda i: float(np.sum((points[i] - centre) ** 2))) for gap in gaps]
        step = self._step(points)
        distance = [float(np.linalg.norm(points[i] - centre)) for i in spokes]
        if len(set(spokes)) < len(spokes) or not all(
            self._inside(points, points[i], centre) for i in spokes
        ):
            return None
        hub, at_hub = -1, int(np.argmin(distance))
        if distance[at_hub] > 0.2 * step:
            (hub,) = self.add(centre[None])
            at_hub = -1
        else:
            hub = ring.vertices[spokes[at_hub]]
            beside = {(spokes[at_hub] - 1) % n, (spokes[at_hub] + 1) % n}
            if beside & set(spokes):
                return None
        chords = [
            None if i == at_hub else self._bridge(ring.vertices[s], hub, step)
            for i, s in enumerate(spokes)
        ]
        pieces = []
        for r in range(len(gaps)):
            piece = ring.arc(spokes[r - 1], spokes[r])
            out, back = chords[r], chords[r - 1]
            if out is not None:
                piece = piece.joined(out)
            if back is not None:
                piece = piece.joined(_reversed(back, hub))
            if len(piece.vertices) < 3:
                return None
            pieces.append(piece)
        return pieces

    def _chord(self, ring: Ring, gaps: list[list[int]], points: Floats) -> list[Ring] | None:
        """Cut off the run whose chord is shortest against its length."""
        n = len(points)
        step = np.linalg.norm(np.roll(points, -1, axis=0) - points, axis=1)
        travelled = np.concatenate([[0.0], np.cumsum(step)])
        total = travelled[-1]
        options = []
        for start, end in pairwise([gaps[-1], *gaps]):
            distance = np.linalg.norm(points[start][:, None] - points[end][None], axis=2)
            for s, e in np.ndindex(distance.shape):
                i, j = start[s], end[e]
                if not 2 <= (j - i) % n <= n - 2:
                    distance[s, e] = np.inf
            s, e = divmod(int(np.argmin(distance)), distance.shape[1])
            i, j = start[s], end[e]
            way = (travelled[j] - travelled[i]) % total
            if np.isfinite(distance[s, e]) and 0 < way < total:
                options.append((float(distance[s, e]) / min(way, total - way), i, j))
        for ratio, i, j in sorted(options):
            if ratio > LONGEST_CHORD and not self._inside(points, points[i], points[j]):
                continue
            a, b = ring.vertices[i], ring.vertices[j]
            chord = self._bridge(b, a, float(step.mean()))
            return [
                ring.arc(i, j).joined(chord),
                ring.arc(j, i).joined(_reversed(chord, a)),
            ]
        return None

    def _step(self, points: Floats) -> float:
        return float(np.linalg.norm(np.roll(points, -1, axis=0) - points, axis=1).mean())

    def _inside(self, points: Floats, start: Floats, end: Floats) -> bool:
        """Whether a segment lies inside the loop, seen where the loop looks largest."""
        axes = plane_axes(newell_normal(points))
        t = np.linspace(0.05, 0.95, 9)[:, None]
        return bool(inside_polygon(points @ axes.T, ((1 - t) * start + t * end) @ axes.T).all())

    def _bridge(self, a: int, b: int, step: float) -> Ring:
        """Straight way of new vertices from vertex a to b, without b."""
        start, end = self.positions([a, b])
        segments = round(float(np.linalg.norm(end - start)) / max(2 * step, 1e-300))
        segments = min(max(segments, 2 if self.exists(a, b) else 1), MOST_SEGMENTS)
        t = np.linspace(0, 1, segments + 1)[1:-1, None]
        new = self.add((1 - t) * start + t * end) if segments > 1 else []
        return Ring([a, *new], [-1] * segments, [False] * segments)


def _reversed(bridge: Ring, end: int) -> Ring:
    """The way back over a bridge that leads to `end`."""
    vertices = [end, *bridge.vertices[:0:-1]]
    return Ring(vertices, bridge.neighbour, bridge.hard)
