# SPDX-License-Identifier: GPL-3.0-or-later
"""The last touch on a hidden surface: smooth where it leaves the border, and without folds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...contract.arrays import Bools, Floats, Ints
from ..caps.fill import AHEAD
from ..caps.loops import cross
from ..isosurface import GridField
from ..mesh import shared_edges
from .remesh import relax, vertex_normals
from .visible import OpenPart

BAND = 4.0  # cells from the border, within which a surface is faired
TRUST = 2.5  # cells from the border, from where on the field is believed fully
FIRM, SOFT = 0.5, 0.06  # weight of the field against bending, for parts with edges and without
SPREAD = 10  # edges over which the bend of a soft surface is averaged
EDGE = 0.82  # cosine of the angle of an edge
ROUND, HARD = 0.25, 0.6  # share of all bending at edges, of a soft part and of a hard one
SYMMETRIC = {"SymmetricMode": True}  # of the sparse solver
SMOOTH, SHARP = 0.8, 0.4  # cosines: the surface goes on straight over a border, or bends there


def fair(
    points: Floats,
    faces: Ints,
    fixed: int,
    away: Floats,
    seen: OpenPart,
    field: GridField,
    softness: float = 0.0,
) -> Floats:
    """Move points so that the surface leaves the border without a bend, and is smooth.

    points : (n,3), the first `fixed` are `seen.rim`. away : (n,) distances to the border.
    softness : of the part (`soft`); of a soft one all points move, and lumps of the field go. The
    bending energy (squared Laplacians, weighted by inverse lengths: Fujiwara 1995) and the
    distances to where the field had put the points are made least together; the field counts the
    more the farther a point is from the border. Over a vertex where the field goes on as the
    visible faces end, these faces bend the surface as well.
    """
    from scipy.sparse import coo_matrix, diags
    from scipy.sparse.linalg import splu

    free = np.zeros(len(points), dtype=bool)
    free[fixed:] = (softness > 0) | (away[fixed:] < BAND * field.cell)
    if not free.any():
        return points
    smooth = _goes_on(points, faces, fixed, away, seen, field)
    # All points of this surface, then the vertices of visible faces at the border.
    number = seen.rim_number.copy()
    ring_faces = seen.faces[(number[seen.faces] >= 0).any(axis=1)]
    ring = np.unique(ring_faces[number[ring_faces] < 0])
    number[ring] = len(points) + np.arange(len(ring))
    both = np.concatenate([faces, number[ring_faces]])
    place = np.concatenate([points, seen.points[ring]])
    a, b = both.reshape(-1), both[:, AHEAD].reshape(-1)
    length = np.linalg.norm(place[a] - place[b], axis=1)
    weight = 1 / np.maximum(length, 1e-3 * max(float(length.mean()), 1e-12))
    size = len(place)
    near = coo_matrix((np.tile(weight, 2), (np.append(a, b), np.append(b, a))), shape=(size, size))
    near = near.tocsr()
    total = np.maximum(np.asarray(near.sum(axis=1)).ravel(), 1e-300)
    laplacian = diags(1 / total) @ near - diags(np.ones(size))
    importance = np.zeros(size)
    importance[: len(points)][free] = 1.0
    importance[:fixed] = smooth
    root = np.sqrt(importance)
    bending = (diags(root) @ laplacian).tocsr()
    bending = bending[importance > 0]
    wanted = np.zeros((size, 3))
    if softness > 0:
        wanted[: len(points)] = softness * _spread(laplacian @ place, near, fixed, len(points))
    wanted = (root[:, None] * wanted)[importance > 0]
    believed = np.clip(away[free] / (TRUST * field.cell), 0.0, 1.0)
    believed = FIRM * (SOFT / FIRM) ** softness * believed**2 * (3 - 2 * believed) + 1e-4
    columns = np.zeros(size, dtype=bool)
    columns[: len(points)] = free
    inner, outer = bending[:, columns], bending[:, ~columns]
    system = (inner.T @ inner + diags(believed)).tocsc()
    right = believed[:, None] * points[free] + inner.T @ (wanted - outer @ place[~columns])
    points = points.copy()
    # The system is symmetric and positive: its diagonal needs no pivots.
    solve = splu(system, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=SYMMETRIC)
    points[free] = solve.solve(np.asarray(right))
    return points


def _spread(bend: Floats, near: Any, fixed: int, count: int) -> Floats:
    """Laplacians of a surface (count,3) with their lumps averaged away: its bend at large.

    bend : (N,3) of more points, of which the first `count` are the surface's and the first `fixed`
    its border, whose own bend is none of it. near : (N,N) weights of neighbours, which are as the
    inverse lengths of edges. A Laplacian is the curvature times the square of these lengths: it is
    the curvature that is averaged, for triangles are not everywhere of one size.
    """
    links = near[:count, :count].tocsr()
    total = np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1e-300)
    square = np.square(np.maximum(links.getnnz(axis=1), 1) / total)
    inner = (np.arange(count) >= fixed).astype(np.float64)
    bend = bend[:count] * (inner / square)[:, None]
    weight = inner
    for _ in range(SPREAD):
        bend, weight = links @ bend, links @ weight
        most = max(float(weight.max(initial=0)), 1e-300)
        bend, weight = bend / most, weight / most
    return np.asarray(bend * (square / np.maximum(weight, 1e-12))[:, None])


def soft(seen: OpenPart) -> float:
    """How far what is seen of a part bends everywhere, 1, and not at edges alone, 0."""
    first, second, _, _ = shared_edges(seen.faces)
    normals = seen.face_normals
    cosine = np.einsum("ij,ij->i", normals[first], normals[second])
    corner = seen.points[seen.faces]
    size = np.sqrt(
        np.linalg.norm(cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
    )
    bend = np.arccos(np.clip(cosine, -1, 1)) * np.minimum(size[first], size[second])
    total = float(bend.sum())
    hard = float(bend[cosine < EDGE].sum()) / total if total > 0 else 1.0
    return float(np.clip((HARD - hard) / (HARD - ROUND), 0.0, 1.0))


def _goes_on(
    points: Floats, faces: Ints, fixed: int, away: Floats, seen: OpenPart, field: GridField
) -> Floats:
    """How far the field goes on as the visible faces end, for each border vertex: 0..1."""
    from scipy.spatial import cKDTree

    total = np.zeros((len(seen.points), 3))
    normals = seen.face_normals
    for corner in range(3):
        np.add.at(total, seen.faces[:, corner], normals)
    ends = total[seen.rim]
    ends /= np.maximum(np.linalg.norm(ends, axis=1, keepdims=True), 1e-300)
    near = np.zeros(len(points), dtype=bool)
    near[fixed:] = (away[fixed:] > 0.7 * field.cell) & (away[fixed:] < 2.0 * field.cell)
    if not near.any():
        return np.zeros(fixed)
    there = np.nonzero(near)[0]
    beyond = field.normal(points[there])
    count = min(4, len(there))
    rows = cKDTree(points[there]).query(points[:fixed], k=count)[1].reshape(fixed, count)
    cosine = np.einsum("ij,ij->i", ends, beyond[rows].mean(axis=1))
    return np.asarray(np.clip((cosine - SHARP) / (SMOOTH - SHARP), 0.0, 1.0))


def folded(points: Floats, faces: Ints) -> Bools:
    """(f,) triangles without area, or turned against what is around them."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    normal = cross(b - a, c - a)
    double = np.linalg.norm(normal, axis=1)
    longest = np.linalg.norm(np.stack([b - a, c - b, a - c]), axis=2).max(axis=0)
    around = vertex_normals(points, faces)[faces].sum(axis=1)
    against = np.sum(normal * around, axis=1) < -0.05 * double * np.linalg.norm(around, axis=1)
    return np.asarray(against | (double < 1e-4 * np.square(longest)))


def unfolded(points: Floats, faces: Ints, fixed: int, rounds: int = 8) -> Floats:
    """Free points of folded triangles moved between their neighbours until no fold is left."""
    from scipy.sparse import coo_matrix

    bad = folded(points, faces)
    for _ in range(rounds):
        if not bad.any():
            break
        touched = _ends(points, faces[bad])
        touched = _ends(points, faces[_touching(touched, faces)])
        touched[:fixed] = False
        moved = np.flatnonzero(touched)
        if len(moved) == 0:
            break
        near = _touching(touched, faces)
        around = faces[near]
        a, b = around.reshape(-1), around[:, AHEAD].reshape(-1)
        both = np.append(a, b), np.append(b, a)
        weight = coo_matrix((np.ones(2 * len(a)), both), shape=(len(points),) * 2).tocsr()[moved]
        mean = (weight @ points) / np.asarray(weight.sum(axis=1))
        points = points.copy()
        points[moved] += 0.7 * (mean - points[moved])
        # A fold is told by normals of vertices, which are those of the faces around them.
        again = _touching(_ends(points, around), faces)
        rows = np.flatnonzero(_touching(_ends(points, faces[again]), faces))
        bad[again] = folded(points, faces[rows])[again[rows]]
    return points


def _touching(ends: Bools, faces: Ints) -> Bools:
    """Which faces (f,) have a corner among some points (n,)."""
    return np.asarray(ends[faces].any(axis=1))


def _ends(points: Floats, faces: Ints) -> Bools:
    """Which points (n,) faces have as corners."""
    ends: Bools = np.zeros(len(points), dtype=bool)
    ends[faces] = True
    return ends


def tidied(points: Floats, faces: Ints, fixed: int) -> Floats:
    """Free points spread evenly along the surface."""
    return relax(points, faces, fixed, 0.5, rounds=2)
