# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed forms of which procedural parts are put together: turned, swept, cut from a sheet.

Y is up. Each returns (V, 3) vertices and (F, 3) faces, closed and wound outward.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ...contract.arrays import Floats, Ints
from ...geometry.booleans import Mesh, concatenated
from ...geometry.caps.fill import fill
from ...geometry.mesh import signed_volume


def outward(vertices: Floats, faces: Ints) -> Mesh:
    """The closed surface, turned so that its volume is positive."""
    if signed_volume(vertices, faces) < 0:
        faces = faces[:, ::-1]
    return vertices, np.ascontiguousarray(faces)


def smooth(points: ArrayLike, count: int) -> Floats:
    """(count, D) places along a Catmull-Rom curve through (n, D) points."""
    given = np.asarray(points, dtype=np.float64)
    p = np.concatenate([2 * given[:1] - given[1:2], given, 2 * given[-1:] - given[-2:-1]])
    at = np.linspace(0, len(given) - 1, count)
    i = np.minimum(at.astype(int), len(given) - 2)
    t = (at - i)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    bend = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return np.asarray(0.5 * (2 * b + (c - a) * t + bend))


def rings(loops: Floats) -> Mesh:
    """The surface through (R, S, 3) rings, its ends closed by fans around their middles."""
    count, around = loops.shape[:2]
    vertices = np.concatenate([loops.reshape(-1, 3), loops[[0, -1]].mean(axis=1)])
    one = np.arange(around)
    two = np.roll(one, -1)
    faces = []
    for r in range(count - 1):
        a, b, c, d = (
            r * around + one,
            r * around + two,
            (r + 1) * around + one,
            (r + 1) * around + two,
        )
        faces += [np.stack([a, b, d], 1), np.stack([a, d, c], 1)]
    low, high = count * around, count * around + 1
    faces.append(np.stack([two, one, np.full(around, low)], 1))
    end = (count - 1) * around
    faces.append(np.stack([end + one, end + two, np.full(around, high)], 1))
    return outward(vertices, np.concatenate(faces))


def lathe(profile: ArrayLike, around: int = 24, oval: float = 1.0) -> Mesh:
    """Turned: (n, 2) radius and height from the bottom to the top; `oval` widens x against z."""
    given = np.asarray(profile, dtype=np.float64)
    radius = np.maximum(given[:, 0], 1e-3)
    angle = 2 * np.pi * np.arange(around) / around
    loops = np.empty((len(given), around, 3))
    loops[..., 0] = radius[:, None] * np.cos(angle) * oval
    loops[..., 1] = given[:, 1, None]
    loops[..., 2] = radius[:, None] * np.sin(angle)
    return rings(loops)


def sweep(path: ArrayLike, width: ArrayLike, around: int = 10, flat: float = 1.0) -> Mesh:
    """A tube along (n, 3) places with (n,) radii; `flat` scales it along its second axis."""
    line = np.asarray(path, dtype=np.float64)
    radius = np.broadcast_to(np.maximum(np.asarray(width, dtype=np.float64), 2e-3), len(line))
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    side = np.cross(along[0], np.eye(3)[np.abs(along[0]).argmin()])
    angle = 2 * np.pi * np.arange(around) / around
    loops = np.empty((len(line), around, 3))
    for i, t in enumerate(along):
        side = side - (side @ t) * t  # carried along without turning
        side /= max(float(np.linalg.norm(side)), 1e-12)
        up = np.cross(t, side)
        circle = np.cos(angle)[:, None] * side + flat * np.sin(angle)[:, None] * up
        loops[i] = line[i] + radius[i] * circle
    return rings(loops)


def plate(outline: ArrayLike, thick: float, holes: Sequence[ArrayLike] = ()) -> Mesh:
    """A sheet in x and y, `thick` along z, cut along (n, 2) corners, counter-clockwise."""
    loops = [np.asarray(outline, dtype=np.float64), *(np.asarray(h)[::-1] for h in holes)]
    flat = np.concatenate(loops)
    count = len(flat)
    starts = np.cumsum([0, *map(len, loops)])
    numbers = [np.arange(a, b) for a, b in pairwise(starts)]
    points = np.column_stack([flat, np.zeros(count)])
    filled = fill(points, numbers)
    assert filled is not None
    lid = filled[1]
    half = np.array([0, 0, thick / 2])
    sides = []
    for ring in numbers:
        after = np.roll(ring, -1)
        sides += [
            np.stack([ring, after, after + count], 1),
            np.stack([ring, after + count, ring + count], 1),
        ]
    faces = np.concatenate([lid[:, ::-1], lid + count, *sides])
    both = np.concatenate([points - half, points + half])
    if signed_volume(both, faces) < 0:
        faces = faces[:, ::-1]
    return both, np.ascontiguousarray(faces)


def ball(radius: ArrayLike = 0.5, around: int = 20, steps: int = 11) -> Mesh:
    """An ellipsoid with a radius for each axis, or one for all."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, steps)
    vertices, faces = lathe(np.stack([np.cos(angle), np.sin(angle)], 1), around)
    return vertices * np.broadcast_to(np.asarray(radius, dtype=np.float64), 3), faces


def block(size: ArrayLike, bevel: float = 0.0) -> Mesh:
    """A box of (3,) edge lengths whose upright and lying edges are bevelled."""
    x, y, z = np.asarray(size, dtype=np.float64) / 2
    b = min(bevel, x * 0.9, y * 0.9, z * 0.9)
    corner = [
        (x - b, z),
        (x, z - b),
        (x, b - z),
        (x - b, -z),
        (b - x, -z),
        (-x, b - z),
        (-x, z - b),
        (b - x, z),
    ]
    if b <= 0:
        corner = [(x, z), (x, -z), (-x, -z), (-x, z)]
    outer = np.array(corner)
    inner = outer * [(x - b) / x, (z - b) / z]
    levels = (
        [(inner, -y), (outer, b - y), (outer, y - b), (inner, y)]
        if b > 0
        else [(outer, -y), (outer, y)]
    )
    loops = np.array([[(px, h, pz) for px, pz in ring] for ring, h in levels])
    return rings(loops)


def ring(radius: float, width: float, around: int = 28, tube: int = 10, flat: float = 1.0) -> Mesh:
    """A torus about y; `flat` scales its height."""
    a = 2 * np.pi * np.arange(around) / around
    b = 2 * np.pi * np.arange(tube) / tube
    out = radius + width * np.cos(b)
    v = np.stack([np.outer(np.cos(a), out), np.tile(flat * width * np.sin(b), (around, 1)),
                  np.outer(np.sin(a), out)], 2).reshape(-1, 3)  # fmt: skip
    i, j = np.divmod(np.arange(around * tube), tube)
    at = lambda r, s: (r % around) * tube + s % tube  # noqa: E731
    p, q, r, s = at(i, j), at(i, j + 1), at(i + 1, j + 1), at(i + 1, j)
    return outward(v, np.concatenate([np.stack([p, q, r], 1), np.stack([p, r, s], 1)]))


def moved(mesh: Mesh, by: ArrayLike = (0, 0, 0), scale: ArrayLike = 1.0) -> Mesh:
    """Scaled, then moved."""
    factor = np.broadcast_to(np.asarray(scale, dtype=np.float64), 3)
    v, f = mesh[0] * factor + np.asarray(by, dtype=np.float64), mesh[1]
    return v, f[:, ::-1] if np.prod(factor) < 0 else f


def turned(mesh: Mesh, axis: int, degrees: float) -> Mesh:
    """Turned about x, y or z (0, 1, 2)."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return mesh[0] @ matrix.T, mesh[1]


def spread(mesh: Mesh, count: int, axis: int = 1) -> Mesh:
    """`count` copies, turned evenly about an axis."""
    return concatenated([turned(mesh, axis, 360 * k / count) for k in range(count)])
