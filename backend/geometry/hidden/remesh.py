# SPDX-License-Identifier: GPL-3.0-or-later
"""Even triangles on a surface whose border stays: split, collapse, flip, relax.

Isotropic remeshing after Botsch and Kobbelt, "A remeshing approach to multiresolution modeling",
2004; each kind of change is made for many edges at once that do not touch one another.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...contract.arrays import Floats, Ints
from ...contract.progress import SILENT, Progress
from ..caps.fill import AHEAD, flip_to_delaunay, inner_keys, split_edges
from ..caps.loops import cross, edge_key

LONG, SHORT = 4 / 3, 0.7  # of the wanted length, beyond which an edge is split or collapsed
MOST_FACES = 60_000  # of one surface: nothing is split beyond
TURN = 0.5  # cosine by which a collapse may turn a triangle

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
        points, faces = split_long(points, faces, wanted)
        if settle is not None:
            points[fixed:] = settle(points[fixed:])
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
    for _ in range(rounds):
        a, b = points[faces], points[faces[:, AHEAD]]
        length = np.linalg.norm(a - b, axis=2)
        want = wanted((0.5 * (a + b)).reshape(-1, 3)).reshape(-1, 3)
        marked = (length > LONG * want) & (inner_keys(faces) >= 0)
        # Both sides of an edge must agree, whatever was rounded.
        keys = edge_key(faces, faces[:, AHEAD])
        marked &= np.isin(keys, keys[marked])
        if not marked.any() or len(faces) + marked.sum() > MOST_FACES:
            break
        points, faces = split_edges(points, faces, marked)
    return points, faces


def collapse_short(
    points: Floats, faces: Ints, fixed: int, wanted: Wanted, rounds: int = 6
) -> tuple[Floats, Ints]:
    """Collapse inner edges that are too short; a fixed end stays, else they meet in the middle."""
    for _ in range(rounds):
        before = len(faces)
        points, faces = _collapse_once(points, faces, fixed, wanted)
        if len(faces) == before:
            break
    return points, faces


def _collapse_once(points: Floats, faces: Ints, fixed: int, wanted: Wanted) -> tuple[Floats, Ints]:
    from scipy.sparse import coo_matrix

    count = len(points)
    a, b = faces.reshape(-1), faces[:, AHEAD].reshape(-1)
    keep, gone = np.minimum(a, b), np.maximum(a, b)  # fixed ones have the lower numbers
    once = (a < b) & (gone >= fixed)
    keep, gone = keep[once], gone[once]
    length = np.linalg.norm(points[keep] - points[gone], axis=1)
    short = length < SHORT * wanted(0.5 * (points[keep] + points[gone]))
    keep, gone, length = keep[short], gone[short], length[short]
    if len(keep) == 0:
        return points, faces
    ones = np.ones(len(a), dtype=np.int32)
    near = coo_matrix((ones, (a, b)), shape=(count, count)).tocsr()
    near = near.maximum(near.T).tocsr()
    near.data[:] = 1
    # Link condition: the ends share two neighbours, those across the edge; and no new edge may
    # join two vertices of the border, for it may exist beside this surface.
    here, there = near[keep], near[gone]
    common = here.multiply(there)
    fine = np.asarray(common.sum(axis=1)).ravel() == 2
    at_rim = np.asarray(there[:, :fixed].sum(axis=1)).ravel() if fixed else np.zeros(len(keep))
    common_rim = np.asarray(common[:, :fixed].sum(axis=1)).ravel() if fixed else at_rim
    fine &= (keep >= fixed) | (at_rim == common_rim + 1)
    degree = np.asarray(near.sum(axis=1)).ravel()
    fine &= degree[keep] + degree[gone] - 4 <= 10
    keep, gone, length = keep[fine], gone[fine], length[fine]
    order = np.argsort(length, kind="stable")
    keep, gone = keep[order], gone[order]
    if len(keep) == 0:
        return points, faces
    place = np.where((keep < fixed)[:, None], points[keep], 0.5 * (points[keep] + points[gone]))

    # Faces around each end.
    star = np.argsort(faces.reshape(-1), kind="stable")
    start = np.searchsorted(faces.reshape(-1)[star], np.arange(count + 1))
    star //= 3
    size = start[1:] - start[:-1]
    rows, owner = [], []
    for end in (keep, gone):
        number = size[end]
        offset = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
        rows.append(star[np.repeat(start[end], number) + offset])
        owner.append(np.repeat(np.arange(len(end)), number))
    row, rank = np.concatenate(rows), np.concatenate(owner)
    corner = faces[row]
    is_end = (corner == keep[rank][:, None]) | (corner == gone[rank][:, None])
    stays = is_end.sum(axis=1) == 1
    old = points[corner]
    new = np.where(is_end[..., None], place[rank][:, None], old)
    was = cross(old[:, 1] - old[:, 0], old[:, 2] - old[:, 0])
    now = cross(new[:, 1] - new[:, 0], new[:, 2] - new[:, 0])
    product = np.sum(was * now, axis=1)
    sizes = np.linalg.norm(was, axis=1) * np.linalg.norm(now, axis=1)
    bad = stays & (product <= TURN * sizes)
    spoiled = np.zeros(len(keep), dtype=bool)
    spoiled[rank[bad]] = True
    # Of the edges around a face only the shortest may go.
    claim = np.full(len(faces), len(keep))
    sound = ~spoiled[rank]
    np.minimum.at(claim, row[sound], rank[sound])
    lost = np.zeros(len(keep), dtype=bool)
    lost[rank[claim[row] != rank]] = True
    chosen = ~(spoiled | lost)
    keep, gone, place = keep[chosen], gone[chosen], place[chosen]
    if len(keep) == 0:
        return points, faces
    points = points.copy()
    points[keep] = place
    number = np.arange(count)
    number[gone] = keep
    faces = number[faces]
    whole = (faces != faces[:, AHEAD]).all(axis=1)
    return compact(points, faces[whole], fixed)


def compact(points: Floats, faces: Ints, fixed: int) -> tuple[Floats, Ints]:
    """Only the fixed points and those that faces use."""
    used = np.zeros(len(points), dtype=bool)
    used[:fixed] = True
    used[faces.reshape(-1)] = True
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
