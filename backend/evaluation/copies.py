# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of a mesh that show the same surface by other triangles, or with a little dirt on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.graphs import components
from ..geometry.mesh import (
    consistent_sides,
    face_islands,
    face_vectors,
    same_positions,
    shared_edges,
)
from ..geometry.sampling import random_rotation, spread_axes

NOISE = 1e-3  # of the diagonal: how far a vertex may move
HAIR = 1e-5  # of the diagonal: how far one vertex moves, and charts move apart
FEWEST = 100  # faces of an island from which on it is made anew; fewer are all corners
CHARTS = 8  # directions of which each face goes to the one that it faces most


@dataclass(frozen=True)
class Copy:
    """An altered mesh and where the places of the original went.

    Parameters
    ----------
    vertices, faces : (V, 3), (F, 3).
    turn : (3, 3), rotation of all places.
    """

    vertices: Floats
    faces: Ints
    turn: Floats


Alteration = Callable[[Floats, Ints, np.random.Generator], "Copy | None"]


def _remeshed(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Copy | None:
    """Triangles of even size, as many as before, with none of the old edges."""
    fine = divided(*divided(vertices, faces)) if len(faces) < 20_000 else divided(vertices, faces)
    return _collapsed(*fine, len(faces), even=True)


def _halved(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Copy | None:
    """Half as many triangles, more of them where the surface bends."""
    return _collapsed(vertices, faces, len(faces) // 2, even=False)


def _doubled(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Copy:
    """Each triangle divided into four: twice as fine."""
    return Copy(*divided(vertices, faces), np.eye(3))


def _noisy(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Copy:
    """Each place where vertices are, somewhere in a ball around it."""
    place = same_positions(vertices)
    move = rng.normal(size=vertices.shape)
    move *= (rng.random(len(move)) ** (1 / 3) / np.linalg.norm(move, axis=1))[:, None]
    return Copy(vertices + NOISE * _diagonal(vertices, faces) * move[place], faces, np.eye(3))


def _turned(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Copy:
    """Turned at random."""
    turn = random_rotation(rng)
    return Copy(vertices @ turn.T, faces, turn)


def _unwelded(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Copy:
    """Cut along the borders of charts as of a box projection, which are a hair apart."""
    normal, _, _ = face_vectors(vertices, faces)
    axes = spread_axes(CHARTS // 2)
    facing = (normal @ np.concatenate([axes, -axes]).T).argmax(axis=1)
    first, second, _, _ = shared_edges(same_positions(vertices)[faces])
    inside = facing[first] == facing[second]
    chart = components(len(faces), first[inside], second[inside])
    keys, corner = np.unique(
        np.repeat(chart, 3) * len(vertices) + faces.ravel(), return_inverse=True
    )
    move = rng.normal(size=(int(chart.max()) + 1, 3))
    move *= HAIR * _diagonal(vertices, faces) / np.linalg.norm(move, axis=1, keepdims=True)
    return Copy(
        vertices[keys % len(vertices)] + move[keys // len(vertices)],
        corner.reshape(-1, 3).astype(np.int64),
        np.eye(3),
    )


def _nudged(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Copy:
    """One place moved by a hair."""
    place = same_positions(vertices)
    moved = vertices.copy()
    moved[place == place[rng.choice(faces.ravel())]] += HAIR * _diagonal(vertices, faces)
    return Copy(moved, faces, np.eye(3))


def _reordered(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Copy:
    """Vertices, faces and the corners of each face in another order."""
    order = rng.permutation(len(vertices))
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    turned = (np.arange(3) + rng.integers(3, size=(len(faces), 1))) % 3
    mixed = np.take_along_axis(number[faces], turned, axis=1)[rng.permutation(len(faces))]
    return Copy(vertices[order], mixed, np.eye(3))


ALTERATIONS: dict[str, Alteration] = {
    "remeshed": _remeshed,
    "halved": _halved,
    "doubled": _doubled,
    "noisy": _noisy,
    "turned": _turned,
    "unwelded": _unwelded,
    "nudged": _nudged,
    "reordered": _reordered,
}
"""Name of each copy -> how it is made of vertices (V, 3) and faces (F, 3); None where it cannot."""


def divided(vertices: Floats, faces: Ints) -> tuple[Floats, Ints]:
    """Each triangle divided into four at the middles of its edges: vertices and faces."""
    count = len(vertices)
    tail, head = faces, np.roll(faces, -1, axis=1)
    key = np.minimum(tail, head) * count + np.maximum(tail, head)
    keys, number = np.unique(key, return_inverse=True)
    middle = (vertices[keys // count] + vertices[keys % count]) / 2
    ab, bc, ca = (count + number.reshape(-1, 3)).T
    a, b, c = faces.T
    four = np.stack([[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]], axis=0)  # (4, 3, F)
    return np.concatenate([vertices, middle]), four.transpose(2, 0, 1).reshape(-1, 3)


def _collapsed(vertices: Floats, faces: Ints, target: int, *, even: bool) -> Copy | None:
    """Edges of each island collapsed until about `target` faces are left; None where none can be.

    even : triangles stay of similar size; otherwise they are spent where the surface bends.
    """
    import igl

    welded = same_positions(vertices)[faces]
    first, second, _, opposed = shared_edges(welded)
    side = consistent_sides(len(faces), first, second, opposed)
    welded[side < 0] = welded[side < 0][:, ::-1]
    island, islands = face_islands(face_vectors(vertices, faces)[1], first, second)
    collapse = igl.decimate if even else igl.qslim
    found: list[tuple[Floats, Ints]] = []
    collapsed = 0
    for number in range(islands):
        used, corner = np.unique(welded[island == number], return_inverse=True)
        mine = vertices[used], corner.reshape(-1, 3)
        goal = round(len(mine[1]) * target / len(faces))
        if goal >= FEWEST and _may_collapse(mine[1]):
            v, f, _, _ = collapse(
                np.asfortranarray(mine[0]), np.asfortranarray(mine[1].astype(np.int32)), goal
            )
            if len(f) and np.isfinite(v).all():
                mine = np.ascontiguousarray(v), np.ascontiguousarray(f, dtype=np.int64)
                collapsed += goal
        found.append(mine)
    if 2 * collapsed < target:
        return None
    start = np.cumsum([0, *(len(v) for v, _ in found)])
    shifted = [f + at for (_, f), at in zip(found, start, strict=False)]
    return Copy(np.concatenate([v for v, _ in found]), np.concatenate(shifted), np.eye(3))


def _may_collapse(faces: Ints) -> bool:
    """Whether no two faces run along an edge in the same way, and none is an edge itself."""
    tail, head = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    way = np.sort(tail * (int(faces.max()) + 1) + head)
    return bool((tail != head).all() and (way[1:] != way[:-1]).all())


def _diagonal(vertices: Floats, faces: Ints) -> float:
    return float(np.linalg.norm(np.ptp(vertices[faces.ravel()], axis=0)))
