# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed solids from artists' meshes, and unions of them that remember where each face is from.

The booleans are those of Manifold (E. Lalish, 2019 on; Apache-2.0), which never fail on closed
input and keep borders between solids as curves that both share vertex by vertex.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from .graphs import components, sums
from .mesh import consistent_sides, same_positions, shared_edges, signed_volume
from .polygons import triangulate

Mesh = tuple[Floats, Ints]

MAX_HOLE = 0.04  # share of a shell's area that the lids on its holes may have
MIN_THICKNESS = 1e-4  # volume over area, in lengths of the part's box: below it is a sheet
MAX_LOST = 0.04  # share of a mesh's area that shells without inside may have
HAIR = 1e-6  # of the way to the middle of its faces that a vertex moves off another
LEAST = 1e-10  # of the size: the least that it moves
NESTED = 0.98  # share of a shell's volume inside the others from which it may be a cavity


class NotSolid(ValueError):
    """A mesh that encloses nothing, or of which that cannot be told."""


def solid_of(vertices: Floats, faces: Ints) -> Mesh:
    """The boundary of what an artist's mesh encloses: closed, outward, without inner walls.

    The shells of the mesh are wound consistently, small holes get lids, shells that overlap are
    united, and a shell that is wound inward inside another is its cavity. Open or flat shells go
    where they are few.

    vertices : (V, 3) float64; faces : (F, 3) int64, welded or not. Returns the same, new.
    Raises NotSolid where more of it is open, one-sided or flat.
    """
    points, corners = _welded(vertices, faces)
    if len(corners) < 4:
        raise NotSolid("fewer than four faces")
    size = float(np.ptp(points[corners.ravel()], axis=0).max())
    outer, inner = [], []
    lost, why = 0.0, "nothing is closed"
    for shell in _shells(corners):
        try:
            closed = _closed(points, shell)
            volume = signed_volume(points, closed)
            if abs(volume) < MIN_THICKNESS * size * _area(points, closed):
                raise NotSolid("a shell is flat")
            if volume > 0:
                outer.append(_manifold(points, closed))
            else:
                inner.append(_manifold(points, closed[:, ::-1]))
        except NotSolid as reason:
            lost, why = lost + _area(points, shell), str(reason)
    if not (outer or inner) or lost > MAX_LOST * _area(points, corners):
        raise NotSolid(why)
    body = _united(outer)
    for shell in inner:
        nested = (body ^ shell).volume() > NESTED * shell.volume()
        body = body - shell if nested else body + shell
    return _arrays(body)[:2]


def union_of(solids: Sequence[Mesh]) -> tuple[Floats, Ints, Ints]:
    """The boundary of the union of closed solids, outward, and the solid each face is from.

    Where faces of two solids lie in one plane one of them has it; where they touch from outside
    neither has.

    Returns vertices (V, 3), faces (F, 3), source (F,): an index into `solids`.
    Raises NotSolid where one of them is no closed manifold.
    """
    import manifold3d

    return _combined(solids, manifold3d.OpType.Add)


def common_of(solids: Sequence[Mesh]) -> tuple[Floats, Ints, Ints]:
    """The boundary of what closed solids have in common, as `union_of`; it may have no faces."""
    import manifold3d

    return _combined(solids, manifold3d.OpType.Intersect)


def _combined(solids: Sequence[Mesh], how: Any) -> tuple[Floats, Ints, Ints]:
    import manifold3d

    first = manifold3d.Manifold.reserve_ids(len(solids))
    made = [_manifold(*solid, first + k) for k, solid in enumerate(solids)]
    vertices, faces, origin = _arrays(manifold3d.Manifold.batch_boolean(made, how))
    return vertices, faces, origin - first


def _welded(vertices: Floats, faces: Ints) -> Mesh:
    """Equal positions are one vertex; faces without area by their corners, and doubles, go."""
    corners = same_positions(np.asarray(vertices, np.float64))[faces]
    a, b, c = corners.T
    corners = corners[(a != b) & (b != c) & (c != a)]
    if len(corners):
        start = corners.argmin(axis=1)
        turned = corners[np.arange(len(corners))[:, None], (start[:, None] + np.arange(3)) % 3]
        corners = turned[np.sort(np.unique(turned, axis=0, return_index=True)[1])]
    used, inverse = np.unique(corners, return_inverse=True)
    return np.asarray(vertices, np.float64)[used], inverse.reshape(-1, 3).astype(np.int64)


def _shells(faces: Ints) -> list[Ints]:
    """Faces (n, 3) of each shell, wound consistently. Edges of three faces and more join none."""
    first, second, edge, opposed = shared_edges(faces)
    key = np.sort(np.stack([faces.ravel(), np.roll(faces, -1, axis=1).ravel()], 1), axis=1)
    _, which, count = np.unique(key, axis=0, return_inverse=True, return_counts=True)
    plain = count[which.reshape(-1)[edge]] == 2
    first, second, opposed = first[plain], second[plain], opposed[plain]
    piece = components(len(faces), first, second)
    side = consistent_sides(len(faces), first, second, opposed)
    # The side that most of a shell's faces have already is the artist's.
    against = np.bincount(piece, side) < 0
    flip = (side < 0) != against[piece]
    faces = np.where(flip[:, None], faces[:, ::-1], faces)
    order = np.argsort(piece, kind="stable")
    return np.split(faces[order], np.cumsum(np.bincount(piece))[:-1])


def _closed(points: Floats, shell: Ints) -> Ints:
    """The shell with lids over its holes. NotSolid where they are large or run into each other."""
    tail, head = shell.ravel(), np.roll(shell, -1, axis=1).ravel()
    free = _unmatched(tail, head)
    if not free.any():
        return shell
    # A lid runs against the border.
    ahead = dict(zip(head[free].tolist(), tail[free].tolist(), strict=True))
    if len(ahead) < free.sum():
        raise NotSolid("holes that meet in a vertex")
    corners: list[int] = []
    sizes: list[int] = []
    while ahead:
        start, at = ahead.popitem()
        loop = [start]
        while at != start:
            if at not in ahead:
                raise NotSolid("a border that does not close")
            loop.append(at)
            at = ahead.pop(at)
        corners += loop
        sizes.append(len(loop))
    around = np.array(corners, dtype=np.int64)
    lids, _ = triangulate(points, around, np.array(sizes, dtype=np.int64))
    lid = around[lids]
    if _area(points, lid) > MAX_HOLE * _area(points, shell):
        raise NotSolid("a large hole")
    return np.concatenate([shell, lid])


def _unmatched(tail: Ints, head: Ints) -> Bools:
    """Which directed edges have no opposite, each opposite serving one: (E,)."""
    size = int(max(tail.max(), head.max())) + 1
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    forth = tail < head
    _, which = np.unique(low * size + high, return_inverse=True)
    which = which.reshape(-1)
    balance = np.bincount(which, np.where(forth, 1, -1)).astype(np.int64)
    free = np.zeros(len(tail), dtype=bool)
    for sign, mine in ((1, forth), (-1, ~forth)):
        rows = np.flatnonzero(mine & (sign * balance[which] > 0))
        rank = _rank_in_group(which[rows])
        free[rows[rank < np.abs(balance[which[rows]])]] = True
    return free


def _rank_in_group(group: Ints) -> Ints:
    """How many of the same group come before each: (N,)."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    new = np.r_[True, ordered[1:] != ordered[:-1]] if len(group) else np.zeros(0, bool)
    start = np.maximum.accumulate(np.where(new, np.arange(len(group)), 0))
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - start
    return rank


def _area(points: Floats, faces: Ints) -> float:
    a, b, c = (points[faces[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def _manifold(points: Floats, faces: Ints, origin: int | None = None) -> Any:
    import manifold3d

    used, inverse = np.unique(faces, return_inverse=True)
    places = np.ascontiguousarray(points[used], dtype=np.float64)
    corners = np.ascontiguousarray(inverse.reshape(-1, 3), dtype=np.uint64)
    if origin is None:
        mesh = manifold3d.Mesh64(places, corners)
    else:
        run = np.array([0, 3 * len(faces)], np.uint64)
        mesh = manifold3d.Mesh64(
            places, corners, run_index=run, run_original_id=np.array([origin], np.uint32)
        )
    made = manifold3d.Manifold(mesh)
    if made.status() != manifold3d.Error.NoError or made.is_empty():
        raise NotSolid(f"no closed manifold: {made.status()}")
    return made


def _united(solids: Sequence[Any]) -> Any:
    import manifold3d

    return manifold3d.Manifold.batch_boolean(list(solids), manifold3d.OpType.Add)


def _arrays(solid: Any) -> tuple[Floats, Ints, Ints]:
    """Vertices, faces, and the id of the original that each face is from."""
    mesh = solid.to_mesh64()
    points = np.array(mesh.vert_properties, dtype=np.float64)[:, :3]
    faces = np.array(mesh.tri_verts).astype(np.int64).reshape(-1, 3)
    stands = np.arange(len(points))
    stands[np.array(mesh.merge_from_vert, np.int64)] = np.array(mesh.merge_to_vert, np.int64)
    ends = np.array(mesh.run_index, dtype=np.int64) // 3
    origin = np.repeat(np.array(mesh.run_original_id, dtype=np.int64), ends[1:] - ends[:-1])
    used, inverse = np.unique(stands[faces], return_inverse=True)
    corners = inverse.reshape(-1, 3).astype(np.int64)
    return _unpinched(points[used], corners), corners, origin


def _unpinched(points: Floats, faces: Ints) -> Floats:
    """The points, those that share a place moved apart by a hair, into their own faces.

    Where a surface touches itself in a vertex or an edge it has several vertices there: whoever
    welds by position would join what is closed apart.
    """
    if not len(points):
        return points
    size = float(np.ptp(points, axis=0).max())
    for _ in range(4):
        first = same_positions(points)
        double = np.flatnonzero(np.bincount(first, minlength=len(points))[first] > 1)
        if not len(double):
            break
        shared = np.zeros(len(points), dtype=bool)
        shared[double] = True
        mine = faces[shared[faces].any(axis=1)]
        middle = points[mine].mean(axis=1)
        weight = np.maximum(np.bincount(mine.ravel(), minlength=len(points)), 1)
        inward = sums(np.repeat(middle, 3, axis=0), mine.ravel(), len(points)) / weight[:, None]
        moved = points.copy()
        moved[double] += HAIR * (inward - points)[double]
        # Those whose faces have no size of their own.
        moved[double] += LEAST * size * (1 + _rank_in_group(first[double]))[:, None]
        points = moved
    return points
