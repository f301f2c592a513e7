# SPDX-License-Identifier: GPL-3.0-or-later
"""Openings over which the faces around them go on: a rod in a bead, an edge under a knob.

What is drawn along a line, or a cone, and is hidden in the middle, ends at two loops of border
that face each other; a flat side or an edge on which something stands, at one. Where faces from
border to border go on from those that are seen, they are what an artist made; a field on a grid
knows them only to a cell, which is much of a thin rod.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints
from ..caps.fill import fill
from ..caps.loops import cross
from ..isosurface import GridField
from .least_bent import least_bent
from .openings import Opening, beside
from .visible import ObjectShell, OpenPart, Samples, face_normals_of, source_length
from .zipper import strip

LIKE = 1.6  # by which the lengths of two loops may differ
STRAIGHT = 0.99  # cosine to the faces that are seen, from which on a new one goes on from them
GOES_ON = 0.85  # share of the border at which they do
FACING = 0.5  # cosine of the ways out of two loops, against each other
FLAT = 0.9999  # cosine between faces of a flat lid
FEW, SIDES = 40, 0.5  # vertices of a loop that is always tried; share of its faces, if it has more,
# that are in one plane with the next
LONG, MOST_ROWS = 3.0, 64  # edges of the source that a new face may be long, about; rows of them
SAMPLES = 8  # of new faces, along the way
DEPTHS = (0.15, 0.5, 0.9)  # of a loop's radius, below new faces, at any of which a field is asked
HOLDS = 0.5  # share of places of new faces below which the field must say that it is inside
BEYOND = 0.25  # share of them that may lie more than a cell deep in the field: the part goes on
FEW_CELLS = 2.0  # of a radius, below which a field does not tell this
HOLLOW = 0.5  # share of them over one loop that may lie more than a cell outside of it
OUT = 0.03  # of the size of new faces: as far as they may be out of what is seen of the object


def continued(seen: OpenPart, shown: ObjectShell, field: GridField, taken: Ints) -> list[Opening]:
    """The openings that are closed by faces which go on from those that are seen.

    shown : the object, in which new faces stay. field : of the whole part. taken : sorted
    `edge_key`s of visible edges between vertices of the border, numbered as in `seen.rim`.
    """
    rim = seen.points[seen.rim]
    loops = [_Loop(seen, i) for i in range(len(seen.loops))]
    made = _pairs(seen, shown, field, loops)
    for i in sorted(set(range(len(loops))) - {i for one in made for i in one.loops}):
        loop = loops[i]
        if len(loop.vertices) > FEW and not loop.has_flat_sides:
            continue
        ring = seen.rim_number[loop.vertices[::-1]]
        faces = least_bent(rim, ring, np.roll(loop.normal[::-1], -1, axis=0), taken)
        if faces is None:
            continue
        normal = face_normals_of(rim, faces)
        if _goes_on(normal, seen.rim[faces], [loop]) and _is_inside(
            rim, faces, shown, field, [loop]
        ):
            filled = fill(rim, [ring], taken) if (normal @ normal[0] > FLAT).all() else None
            made.append(Opening([i], *(filled or (rim, faces))))
    return made


class _Loop:
    """A loop of border. vertices : (n,), directed as the faces run. length : of it all. normal :
    (n,3) of the face at each edge; weight : (n,) lengths. centre : (3,). way : (3,) out of the
    part, of length one where all walls are of one mind.
    """

    def __init__(self, seen: OpenPart, which: int) -> None:
        self.vertices = np.array(seen.loops[which])
        start, end = self.vertices, np.roll(self.vertices, -1)
        a, b = seen.points[start], seen.points[end]
        self.weight = np.linalg.norm(b - a, axis=1)
        self.length = max(float(self.weight.sum()), 1e-300)
        self.normal = seen.face_normals[beside(seen, start, end)]
        self.centre = self.weight @ (a + b) / 2 / self.length
        self.way = np.sum(cross(b - a, self.normal), axis=0) / self.length

    @property
    def has_flat_sides(self) -> bool:
        """Whether faces next to each other are mostly in one plane, not of something round."""
        ahead = np.einsum("ij,ij->i", self.normal, np.roll(self.normal, 1, axis=0))
        return bool((ahead > FLAT).mean() >= SIDES)

    def may_face(self, other: _Loop) -> bool:
        """Whether both are about as large, and look at each other."""
        between = other.centre - self.centre
        far = float(np.linalg.norm(between))
        alike = 1 / LIKE < self.length / other.length < LIKE
        here, there = float(self.way @ between), float(other.way @ between)
        return alike and here > FACING * far and -there > FACING * far


def _pairs(
    seen: OpenPart, shown: ObjectShell, field: GridField, loops: list[_Loop]
) -> list[Opening]:
    """Faces between pairs of loops, the nearest first, each loop in one at most."""
    near: list[tuple[float, int, int]] = []
    for j, other in enumerate(loops):
        for i, one in enumerate(loops[:j]):
            if one.may_face(other):
                near.append((float(np.linalg.norm(other.centre - one.centre)), i, j))
    made: list[Opening] = []
    paired: set[int] = set()
    for far, i, j in sorted(near):
        both = [loops[i], loops[j]]
        if not {i, j} & paired:
            pairs = _between(seen, *both)
            faces = _woven(pairs)
            if _goes_on(face_normals_of(seen.points, faces), faces, both) and _is_inside(
                seen.points, faces, shown, field, both
            ):
                rows = int(np.clip(far / max(LONG * source_length(seen), 1e-9), 1, MOST_ROWS))
                ends = seen.rim_number[pairs]
                made.append(Opening([i, j], *_in_rows(seen.points[seen.rim], ends, rows)))
                paired |= {i, j}
    return made


def _axis(one: _Loop, other: _Loop) -> Floats:
    """The direction (3,) from one loop to the other along the faces of both."""
    between = other.centre - one.centre
    between /= max(float(np.linalg.norm(between)), 1e-300)
    normal = np.concatenate([one.normal, other.normal])
    weight = np.concatenate([one.weight, other.weight])
    axis = np.linalg.eigh((normal * weight[:, None]).T @ normal)[1][:, 0]
    axis *= np.sign(axis @ between) or 1.0
    return np.asarray(axis if axis @ between > 0.9 else between)


def _between(seen: OpenPart, one: _Loop, other: _Loop) -> Ints:
    """Vertices (2, n+m+1) of two loops that are at the same place in their profile."""
    axis = _axis(one, other)
    first, second = one.vertices, other.vertices[::-1]
    profiles = []
    for loop, ring in ((one, first), (other, second)):
        flat = seen.points[ring] - loop.centre
        flat = flat - (flat @ axis)[:, None] * axis
        profiles.append(flat / max(float(np.sqrt(np.square(flat).sum(axis=1).mean())), 1e-300))
    i, j = strip(*profiles)
    return np.stack([first[i], second[j]])


def _woven(rows: Ints) -> Ints:
    """Triangles (f,3) between rows (r, k) of vertices, of which some may be the same."""
    a, a_next = rows[:-1, :-1].reshape(-1), rows[:-1, 1:].reshape(-1)
    b, b_next = rows[1:, :-1].reshape(-1), rows[1:, 1:].reshape(-1)
    faces = np.concatenate([np.stack([a_next, a, b], 1), np.stack([b, b_next, a_next], 1)])
    return faces[(faces != np.roll(faces, 1, axis=1)).all(axis=1)]


def _in_rows(rim: Floats, pairs: Ints, rows: int) -> tuple[Floats, Ints]:
    """Points (n,3), those of the rim first, and faces between pairs (2, k), in some rows."""
    share = np.arange(1, rows)[:, None, None] / rows
    first, last = rim[pairs[0, :-1]], rim[pairs[1, :-1]]
    added = (first + share * (last - first)).reshape(-1, 3)
    inner = len(rim) + np.arange(len(added)).reshape(rows - 1, pairs.shape[1] - 1)
    inner = np.concatenate([inner, inner[:, :1]], axis=1)  # all around
    faces = _woven(np.concatenate([pairs[:1], inner, pairs[1:]]))
    return np.concatenate([rim, added]), faces


def _goes_on(normal: Floats, faces: Ints, loops: list[_Loop]) -> bool:
    """Whether new faces (n,3) go on from those that are seen, at nearly all of some loops."""
    size = int(faces.max()) + 1
    key = (faces * size + np.roll(faces, -1, axis=1)).reshape(-1)
    order = np.argsort(key)
    straight = 0.0
    for loop in loops:
        back = np.roll(loop.vertices, -1) * size + loop.vertices
        row = order[np.searchsorted(key[order], back).clip(max=len(key) - 1)]
        cosine = np.einsum("ij,ij->i", normal[row // 3], loop.normal)
        straight += float(loop.weight[(key[row] == back) & (cosine > STRAIGHT)].sum())
    return straight > GOES_ON * sum(loop.length for loop in loops)


def _is_inside(
    points: Floats, faces: Ints, shown: ObjectShell, field: GridField, loops: list[_Loop]
) -> bool:
    """Whether the field is inside below new faces, not above, and they stay in the object."""
    used = points[np.unique(faces)]
    size = float(np.linalg.norm(np.ptp(used, axis=0)))
    new = Samples.of_faces(points, faces, face_normals_of(points, faces), size / SAMPLES)
    radius = sum(loop.length for loop in loops) / (2 * np.pi * len(loops))
    away = field.at(new.point) / field.cell
    if radius > FEW_CELLS * field.cell and (away < -1).mean() > BEYOND:
        return False
    if len(loops) == 1 and (away > 1).mean() > HOLLOW:
        return False
    held = [field.at(new.point - depth * radius * new.normal) < 0 for depth in DEPTHS]
    if np.any(held, axis=0).mean() < HOLDS:
        return False
    moved = np.linalg.norm(shown.below(new.point, used, size) - new.point, axis=1)
    return bool(moved.max(initial=0) < OUT * size)
