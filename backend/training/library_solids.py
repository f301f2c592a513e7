# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut-out surfaces of artists' objects as one closed solid of few faces.

Shells are closed (caps where they were cut, a little thickness where they are sheets), joined and
brought to few triangles.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.booleans import Mesh, concatenated, is_solid, simplified, union, welded
from ..geometry.caps.fill import fill
from ..geometry.caps.loops import simple_loops
from ..geometry.mesh import (
    consistent_sides,
    face_islands,
    face_vectors,
    is_closed_manifold,
    shared_edges,
    signed_volume,
)
from ..shapes.remesh import decimate

MOST_FACES = 1500
LOST = 0.02  # of the area: a shell of less may be left out where it cannot be closed


def closed_shells(vertices: Floats, faces: Ints) -> list[Mesh]:
    """Each connected piece of a surface as a closed, outward shell; none where one stays open.

    Crumbs are left out.
    """
    vertices, faces = welded(vertices, faces)
    if not len(faces):
        return []
    first, second, _, opposed = shared_edges(faces)
    sides = consistent_sides(len(faces), first, second, opposed)
    faces = np.where(sides[:, None] > 0, faces, faces[:, ::-1])
    area = face_vectors(vertices, faces)[1]
    island, count = face_islands(area, first, second)
    shells = []
    for number in range(count):
        own = faces[island == number]
        shell = _closed(*welded(vertices, own))
        share = area[island == number].sum() / max(float(area.sum()), 1e-300)
        if shell is not None and share > 2e-4:
            shells.append(shell)
        elif shell is None and share > LOST:
            return []
    return shells


def _closed(vertices: Floats, faces: Ints) -> Mesh | None:
    """A shell with its holes filled, or thickened where it is a sheet; None where neither helps."""
    tail, head = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    count = len(vertices)
    there = set((tail * count + head).tolist())
    open_edges = [
        (b, a)
        for a, b in zip(tail.tolist(), head.tolist(), strict=True)
        if b * count + a not in there
    ]
    if open_edges:
        points, all_faces = vertices, [faces]
        for loop in simple_loops(open_edges):
            filled = fill(vertices[loop], [np.arange(len(loop))])
            if filled is None:
                break
            place = np.concatenate(
                [np.asarray(loop), len(points) + np.arange(len(filled[0]) - len(loop))]
            )
            points = np.concatenate([points, filled[0][len(loop) :]])
            all_faces.append(place[filled[1]])
        capped = points, np.concatenate(all_faces)
        corners = capped[0][capped[1]]
        area = (
            0.5
            * np.linalg.norm(
                np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
            ).sum()
        )
        if is_solid(*capped) and abs(signed_volume(*capped)) > 2e-3 * area**1.5:
            vertices, faces = capped
        else:
            vertices, faces = _thickened(vertices, faces)
    if not is_closed_manifold(faces) and not is_solid(vertices, faces):
        return None
    if signed_volume(vertices, faces) < 0:
        faces = faces[:, ::-1]
    return vertices, np.ascontiguousarray(faces)


def _thickened(vertices: Floats, faces: Ints, share: float = 0.012) -> Mesh:
    """A sheet with a second side, `share` of its size behind it."""
    normal, area, _ = face_vectors(vertices, faces)
    at = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(at, faces[:, corner], normal * area[:, None])
    at /= np.maximum(np.linalg.norm(at, axis=1, keepdims=True), 1e-12)
    count = len(vertices)
    tail, head = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    there = set((tail * count + head).tolist())
    rim = [
        (a, b)
        for a, b in zip(tail.tolist(), head.tolist(), strict=True)
        if b * count + a not in there
    ]
    wall = [quad for a, b in rim for quad in ((b, a, a + count), (b, a + count, b + count))]
    back = vertices - share * np.ptp(vertices, axis=0).max() * at
    faces = np.concatenate([faces, faces[:, ::-1] + count, np.array(wall, np.int64).reshape(-1, 3)])
    return np.concatenate([vertices, back]), faces


def solid(shells: Sequence[Mesh]) -> Mesh | None:
    """One solid of at most `MOST_FACES` from closed shells; None where that cannot be."""
    total = sum(len(f) for _, f in shells)
    for share in (0.95, 0.7, 0.5, 0.35, 0.2):
        fewer = list(shells)
        if total > MOST_FACES:
            wanted = share * MOST_FACES / total
            fewer = [
                decimate(v, f, max(8, int(len(f) * wanted)), adaptive=True)[:2] for v, f in shells
            ]
        joined = union(fewer) if len(fewer) <= 60 else concatenated(fewer)
        if len(joined[1]) > MOST_FACES:
            joined = simplified(joined, MOST_FACES) or joined
        if 4 <= len(joined[1]) <= MOST_FACES and is_closed_manifold(joined[1]):
            return joined
        if total <= MOST_FACES:
            shells = [
                decimate(v, f, max(8, int(len(f) * 0.8)), adaptive=True)[:2] for v, f in shells
            ]
    return None
