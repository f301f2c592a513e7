# SPDX-License-Identifier: GPL-3.0-or-later
"""Even triangles on a surface whose border stays: split, collapse, flip, relax.

Isotropic remeshing after Botsch and Kobbelt, "A remeshing approach to multiresolution modeling",
2004; each kind of change is made for many edges at once that do not touch one another.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...contract.arrays import Bools, Floats, Ints
from ...contract.progress import SILENT, Progress
from ..caps.fill import AHEAD, flip_to_delaunay, inner_keys, split_edges
from ..caps.loops import cross
from ..mesh import distinct

LONG, SHORT = 4 / 3, 0.7  # of the wanted length, beyond which an edge is split or collapsed
MOST_FACES = 60_000  # of one surface: nothing is split beyond
TURN = 0.5  # cosine by which a collapse may turn a triangle
MOST_AROUND = 10  # edges of a vertex that a collapse may make
TRIES = 6  # times that edges are chosen for one round of collapses
ENOUGH = 0.97  # of the faces before a round of collapses, beyond which no other follows

Wanted = Callable[[Floats], Floats]  # places (N,3) -> lengths of edges there (N,)


def remesh(
    points: Floats,
    faces: Ints,
    fixed: int,
    wanted: Wanted,
    taken: Ints,
    *,
    settle: Callable[[Floats], Floats] | None = None,
    rounds: int = 3,
    progress: Progress = SILENT,
) -> tuple[Floats, Ints]:
    """Make the triangles of a surface even, without a change of its border.

    points : (n,3), the first `fixed` are the border's and stay. faces : (f,3). taken : sorted
    `edge_key`s of edges that exist beside the surface. settle : moves free points (k,3) back onto
    the surface. Returns points, the fixed ones first, and faces.
    """
    for round_ in range(rounds):
        progress.step(round_ / rounds)
        count = len(points)
        points, faces = split_long(points, faces, wanted)
        if settle is not None and len(points) > count:  # the others have been since they moved
            points[count:] = settle(points[count:])
        progress.step((round_ + 0.3) / rounds)
        points, faces = collapse_short(points, faces, fixed, wanted)
        progress.step((round_ + 0.7) / rounds)
        faces = flip_to_delaunay(points, faces, taken, rounds=8)
        points = relax(points, faces, fixed, 0.6, rounds=3 if round_ else 1)
        if settle is not None:
            points[fixed:] = settle(points[fixed:])
    return points, flip_to_delaunay(points, faces, taken, rounds=4)


def split_long(points: Floats, faces: Ints, wanted: Wanted, rounds: int = 5) -> tuple[Floats, Ints]:
    """Split inner edges that are too long for where they are."""
    want = wanted(points)
    for _ in range(rounds):
        start, end = faces.reshape(-1), faces[:, AHEAD].reshape(-1)
        # Both sides of an edge agree: its ends are the same two, and sums do not depend on order.
        most = 0.5 * LONG * (want.take(start) + want.take(end))
        marked = (_lengths(points, start, end) > most).reshape(-1, 3)
        if marked.any():
            marked &= inner_keys(faces) >= 0
        if not marked.any() or len(faces) + marked.sum() > MOST_FACES:
            break
        points, faces = split_edges(points, faces, marked)
        want = np.append(want, wanted(points[len(want) :]))
    return points, faces


def collapse_short(
    points: Floats, faces: Ints, fixed: int, wanted: Wanted, rounds: int = 10
) -> tuple[Floats, Ints]:
    """Collapse inner edges that are too short; a fixed end stays, else they meet in the middle."""
    want = wanted(points)
    for _ in range(rounds):
        before = len(faces)
        points, faces, want = _collapse_once(points, faces, fixed, want)
        if len(faces) > ENOUGH * before:
            break
    return points, faces


def _collapse_once(
    points: Floats, faces: Ints, fixed: int, want: Floats
) -> tuple[Floats, Ints, Floats]:
    """Collapse short edges that do not touch one another; want : (n,) length at each point."""
    count = len(points)
    a, b = faces.reshape(-1), faces[:, AHEAD].reshape(-1)
    keep, gone = np.minimum(a, b), np.maximum(a, b)  # fixed ones have the lower numbers
    once = np.flatnonzero((a < b) & (gone >= fixed))
    keep, gone = keep.take(once), gone.take(once)
    length = _lengths(points, keep, gone)
    size = np.bincount(a, minlength=count)
    order = np.flatnonzero(length < 0.5 * SHORT * (want.take(keep) + want.take(gone)))
    order = order[size[keep[order]] + size[gone[order]] - 4 <= MOST_AROUND]
    if not len(order):
        return points, faces, want
    order = order[np.argsort(length[order], kind="stable")]
    keep, gone = keep[order], gone[order]
    place = np.where((keep < fixed)[:, None], points[keep], 0.5 * (points[keep] + points[gone]))
    star = _Stars(faces, size)
    left = np.arange(len(keep))  # edges that may still be chosen
    near = faces  # those that may touch one of them
    chosen = np.zeros(len(keep), dtype=bool)
    for _ in range(TRIES):
        asked = left[_apart(near, keep[left], gone[left])]
        ends = keep[asked], gone[asked]
        fine = star.may_meet(*ends, fixed) & star.stay_upright(*ends, points, place[asked])
        tried = np.zeros(len(keep), dtype=bool)
        tried[asked] = True
        asked = asked[fine]
        chosen[asked] = True
        touched = np.zeros(count, dtype=bool)
        for end in (keep[asked], gone[asked]):
            touched[faces[star.around(end)[0]]] = True
        left = left[~(tried[left] | touched[keep[left]] | touched[gone[left]])]
        if not len(left):
            break
        wanted = np.zeros(count, dtype=bool)
        wanted[keep[left]] = wanted[gone[left]] = True
        near = near[_any(wanted[near])]
    if not chosen.any():
        return points, faces, want
    keep, gone, place = keep[chosen], gone[chosen], place[chosen]
    points, want = points.copy(), want.copy()
    points[keep] = place
    free = keep >= fixed
    want[keep[free]] = 0.5 * (want[keep[free]] + want[gone[free]])
    number = np.arange(count)
    number[gone] = keep
    faces = number[faces]
    faces = faces[~_any(faces == faces[:, AHEAD])]
    used = _used(count, faces, fixed)
    return *compact(points, faces, fixed), want[used]


def _lengths(points: Floats, start: Ints, end: Ints) -> Floats:
    """Of edges (n,)."""
    along = points.take(start, axis=0) - points.take(end, axis=0)
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", along, along)))


def _apart(faces: Ints, keep: Ints, gone: Ints) -> Bools:
    """Which of some edges (E,), best first, share no face around them with a better one.

    faces : (f,3), those around these edges at least.
    """
    worst = len(keep)
    rank = np.arange(worst)
    first = np.full(int(faces.max()) + 1, worst)
    # Of all that are put in one place the last one stays: the best.
    first[np.stack([keep, gone], axis=1)[::-1].reshape(-1)] = np.repeat(rank[::-1], 2)
    corners = [np.ascontiguousarray(faces[:, k]) for k in range(3)]
    one, two, three = (first.take(corner) for corner in corners)
    claim = np.minimum(np.minimum(one, two), three)
    least = np.full(len(first), worst)
    for corner in corners:
        np.minimum.at(least, corner, claim)
    return np.asarray((least[keep] == rank) & (least[gone] == rank))


def _any(corners: Bools) -> Bools:
    """As ``corners.any(axis=1)`` of three columns, several times as fast."""
    return np.asarray(corners[:, 0] | corners[:, 1] | corners[:, 2])


class _Stars:
    """The faces around each vertex. size : (n,) how many."""

    def __init__(self, faces: Ints, size: Ints) -> None:
        from scipy.sparse import csr_matrix

        self.faces, self.size = faces, size
        # A matrix of faces and their vertices, turned around: sorting takes five times as long.
        ends, ones = np.arange(0, 3 * len(faces) + 1, 3), np.ones(3 * len(faces), np.int8)
        by_face = csr_matrix((ones, faces.reshape(-1), ends), shape=(len(faces), len(size)))
        self.row = by_face.tocsc().indices
        self.start = np.cumsum(size) - size

    def around(self, vertex: Ints) -> tuple[Ints, Ints]:
        """Faces around vertices (N,): rows, and of each which of the vertices it is around."""
        number = self.size[vertex]
        which = np.repeat(np.arange(len(vertex)), number)
        offset = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number)
        return self.row[self.start[vertex][which] + offset], which

    def may_meet(self, keep: Ints, gone: Ints, fixed: int) -> Bools:
        """Link condition: the ends share two neighbours, those across the edge.

        And no new edge may join two vertices of the border, for it may exist beside this surface.
        """
        count = len(self.size)
        near = []
        for end in (keep, gone):
            row, which = self.around(end)
            corner = self.faces[row]
            other = (corner != keep[which][:, None]) & (corner != gone[which][:, None])
            near.append(distinct((which[:, None] * count + corner)[other]))
        there = near[1]
        both = np.sort(np.concatenate(near))
        common = both[1:][both[1:] == both[:-1]]

        def at_rim(keys: Ints) -> Ints:
            return np.bincount(keys[keys % count < fixed] // count, minlength=len(keep))

        fine = np.bincount(common // count, minlength=len(keep)) == 2
        return np.asarray(fine & ((keep >= fixed) | (at_rim(there) == at_rim(common))))

    def stay_upright(self, keep: Ints, gone: Ints, points: Floats, place: Floats) -> Bools:
        """Whether no face around edges turns over where both ends meet at places (N,3)."""
        fine = np.ones(len(keep), dtype=bool)
        for end in (keep, gone):
            row, which = self.around(end)
            corners = self.faces.take(row, axis=0).T
            first, second = keep.take(which), gone.take(which)
            is_end = [(corner == first) | (corner == second) for corner in corners]
            stays = is_end[0] ^ is_end[1] ^ is_end[2]  # one of three: no face has all
            rows = np.flatnonzero(stays)
            meet = place.take(which[rows], axis=0)
            old = [points.take(corner[rows], axis=0) for corner in corners]
            new = [np.where(own[rows, None], meet, p) for own, p in zip(is_end, old, strict=True)]
            was, now = (cross(b - a, c - a) for a, b, c in (old, new))
            product = np.einsum("ij,ij->i", was, now)
            sizes = np.einsum("ij,ij->i", was, was) * np.einsum("ij,ij->i", now, now)
            fine[which[rows[product <= TURN * np.sqrt(sizes)]]] = False
        return fine


def _used(count: int, faces: Ints, fixed: int) -> Bools:
    """Which points (count,) are fixed or of a face."""
    used = np.zeros(count, dtype=bool)
    used[:fixed] = True
    used[faces.reshape(-1)] = True
    return used


def without_flaps(faces: Ints) -> Ints:
    """Faces (f,3) but for pairs with the same corners, that are folded onto each other."""
    _, pair, count = np.unique(
        np.sort(faces, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    return faces[count[pair.reshape(-1)] == 1]


def compact(points: Floats, faces: Ints, fixed: int) -> tuple[Floats, Ints]:
    """Only the fixed points and those that faces use."""
    used = _used(len(points), faces, fixed)
    number = np.cumsum(used) - 1
    return points[used], number[faces]


def relax(points: Floats, faces: Ints, fixed: int, strength: float, rounds: int = 1) -> Floats:
    """Move free points along the surface towards the middle of their neighbours."""
    from scipy.sparse import coo_matrix

    count = len(points)
    if count == fixed:
        return points
    a, b = faces.reshape(-1), faces[:, AHEAD].reshape(-1)
    both = np.append(a, b), np.append(b, a)
    near = coo_matrix((np.ones(2 * len(a)), both), shape=(count, count)).tocsr()[fixed:]
    weight = np.maximum(np.asarray(near.sum(axis=1)).ravel(), 1e-12)
    points = points.copy()
    for _ in range(rounds):
        way = (near @ points) / weight[:, None] - points[fixed:]
        normal = vertex_normals(points, faces)[fixed:]
        way -= normal * np.sum(way * normal, axis=1, keepdims=True)
        points[fixed:] += strength * way
    return points


def vertex_normals(points: Floats, faces: Ints) -> Floats:
    """Area weighted unit normals (n,3), zero where there is no area."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    face = cross(b - a, c - a)
    total = np.stack(
        [np.bincount(faces.reshape(-1), np.repeat(face[:, k], 3), len(points)) for k in range(3)],
        axis=1,
    )
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-300)
