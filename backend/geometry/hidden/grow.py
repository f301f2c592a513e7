# SPDX-License-Identifier: GPL-3.0-or-later
"""A lid over a border that grows until it reaches the zero level of a field.

For loops that no patch of the field's own surface fits. The lid's topology stays as it is, so
that it closes the part whatever the field says.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints
from ...contract.progress import SILENT, Progress
from ..caps.fill import fill, flip_to_delaunay
from ..caps.loops import nest
from ..isosurface import GridField
from .remesh import Wanted, collapse_short, relax, split_long, vertex_normals
from .visible import OpenPart

STEPS = 24
STRIDE = 0.8  # cells that a point moves in a step at most
REACHED = 0.25  # cells from the zero level that are near enough


def lids(seen: OpenPart, loops: list[int], taken: Ints) -> tuple[Floats, Ints] | None:
    """Fill loops of border, outlines with their holes in one piece.

    loops : which of `seen.loops`. taken : sorted `edge_key`s of edges that exist between vertices
    of the border, numbered as in `seen.rim`.

    Returns points, the border's first, and faces, directed to close the part; None if a loop
    cannot be filled.
    """
    number = np.full(len(seen.points), -1)
    number[seen.rim] = np.arange(len(seen.rim))
    places = [seen.points[seen.loops[i]] for i in loops]
    groups = [[0]]
    if len(loops) > 1:
        inward = _inward(seen, loops)
        groups = nest(places, inward)
    rim = seen.points[seen.rim]
    added, faces, count = [], [], len(rim)
    for group in groups:
        rings = [number[np.array(seen.loops[loops[i]][::-1])] for i in group]
        distinct = len(np.unique(np.concatenate(rings))) == sum(map(len, rings))
        made = fill(rim, rings, taken) if distinct else None
        pieces = [made] if made is not None else [fill(rim, [ring], taken) for ring in rings]
        for piece in pieces:
            if piece is None:
                return None
            points, new = piece
            faces.append(np.where(new >= len(rim), new - len(rim) + count, new))
            added.append(points[len(rim) :])
            count += len(points) - len(rim)
    return np.concatenate([rim, *added]), np.concatenate(faces)


def _inward(seen: OpenPart, loops: list[int]) -> list[Floats]:
    """For each loop, for each edge, the direction (n,3) from it into the part's face."""
    a, b = seen.faces.reshape(-1), np.roll(seen.faces, -1, axis=1).reshape(-1)
    apex = np.roll(seen.faces, -2, axis=1).reshape(-1)
    key = (a << 31) | b
    order = np.argsort(key)
    found = []
    for i in loops:
        start = np.array(seen.loops[i])
        end = np.roll(start, -1)
        row = np.searchsorted(key[order], (start << 31) | end).clip(max=len(key) - 1)
        p, q = seen.points[start], seen.points[end]
        away = seen.points[apex[order[row]]] - p
        edge = q - p
        square = np.maximum(np.sum(edge**2, axis=1, keepdims=True), 1e-300)
        away = away - edge * np.sum(away * edge, axis=1, keepdims=True) / square
        found.append(away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-300))
    return found


def grow(
    points: Floats,
    faces: Ints,
    fixed: int,
    field: GridField,
    wanted: Wanted,
    taken: Ints,
    most: int,
    progress: Progress = SILENT,
) -> tuple[Floats, Ints]:
    """Move a surface along its normals to the zero level, with even triangles on the way.

    points : (n,3), the first `fixed` stay. faces : (f,3), outward. most : faces, beyond which no
    more are made.
    """
    cell = field.cell
    points, faces = split_long(points, faces, wanted)
    for step in range(STEPS):
        progress.step(step / STEPS)
        if len(points) == fixed:
            break
        value = field.at(points[fixed:])
        if step > 1 and np.quantile(np.abs(value), 0.95) < REACHED * cell:
            break
        # Inside it swells; what is outside goes straight back.
        out = value > 0
        way = vertex_normals(points, faces)[fixed:]
        way[out] = field.normal(points[fixed:][out])
        points = points.copy()
        points[fixed:] -= np.clip(value, -STRIDE * cell, STRIDE * cell)[:, None] * way
        points = relax(points, faces, fixed, 0.5)
        if step % 2:
            if len(faces) < most:
                points, faces = split_long(points, faces, wanted, rounds=2)
            points, faces = collapse_short(points, faces, fixed, wanted, rounds=2)
            faces = flip_to_delaunay(points, faces, taken, rounds=4)
    return points, faces
