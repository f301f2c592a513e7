# SPDX-License-Identifier: GPL-3.0-or-later
"""Faceted solids and solids made of others: what game props are modelled from.

Signed distances as in `implicit`; those of convex polyhedra are exact on the faces and inside, and
too small outside of edges, which moves no surface.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ..contract.arrays import Singles
from .implicit import Solid, Vector, frame, vec


def polyhedron(normals: ArrayLike, offsets: ArrayLike, lower: Vector, upper: Vector) -> Solid:
    """The points p with `normals` (K, 3) · p <= `offsets` (K,), known to lie between the bounds."""
    n = np.asarray(normals, np.float32)
    h = np.asarray(offsets, np.float32)[:, None]
    return Solid(lambda p: (n @ p - h).max(0), np.asarray(lower), np.asarray(upper))


def faceted_ball(
    rng: np.random.Generator,
    centre: ArrayLike,
    radii: ArrayLike,
    count: int = 24,
    rotation: ArrayLike | None = None,
) -> Solid:
    """An ellipsoid of `count` flat facets, evenly spread with jitter: rocks, low-poly heads."""
    c, r = np.asarray(centre, np.float64), np.broadcast_to(np.asarray(radii, np.float64), (3,))
    rot = np.eye(3) if rotation is None else np.asarray(rotation, np.float64)
    # Fibonacci lattice on the sphere.
    i = np.arange(count) + 0.5
    z, turn = 1 - 2 * i / count, np.pi * (1 + 5**0.5) * i + rng.uniform(0, 7)
    flat = np.sqrt(1 - z * z)
    n = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], 1)
    n += rng.normal(scale=0.1, size=n.shape)
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    support = np.linalg.norm(n * r, axis=1) * rng.uniform(0.9, 1.0, count)
    n = n @ rot.T
    # Corners stick out of the ellipsoid where the facets are few.
    reach = np.abs(rot) @ (1.35 * r)
    return polyhedron(n, support + n @ c, c - reach, c + reach)


def faceted_cone(
    a: ArrayLike, b: ArrayLike, ra: float, rb: float, sides: int = 6, side: ArrayLike | None = None
) -> Solid:
    """A prism or frustum from `a` to `b`: regular polygons of circumradius `ra` and `rb`."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    length = float(np.linalg.norm(b - a))
    rot = frame(b - a, side)
    turn = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    inradius = np.cos(np.pi / sides)
    slope = (ra - rb) * inradius / length
    n = np.stack([np.cos(turn), np.sin(turn), np.full(sides, slope)], 1) / np.hypot(1, slope)
    offsets = np.full(sides, ra * inradius / np.hypot(1, slope))
    n = np.concatenate([n, [[0, 0, 1], [0, 0, -1]]])
    offsets = np.concatenate([offsets, [length, 0.0]])
    n = n @ rot.T
    # A disc's reach along a world axis is its radius times the sine of the angle to that axis.
    reach = np.sqrt(np.maximum(1 - rot[:, 2] ** 2, 0))
    low = np.minimum(a - ra * reach, b - rb * reach)
    high = np.maximum(a + ra * reach, b + rb * reach)
    return polyhedron(n, offsets + n @ a, low, high)


def minus(solid: Solid, hole: Solid) -> Solid:
    """`solid` without `hole`."""

    def distance(p: Singles) -> Singles:
        return np.maximum(solid.distance(p), -hole.distance(p))

    return Solid(distance, solid.lower, solid.upper)


def both(first: Solid, second: Solid) -> Solid:
    """What two solids share."""

    def distance(p: Singles) -> Singles:
        return np.maximum(first.distance(p), second.distance(p))

    return Solid(
        distance, np.maximum(first.lower, second.lower), np.minimum(first.upper, second.upper)
    )


def bowed(
    solid: Solid, lift: Callable[[Singles], Singles], reach: float, steep: float, axis: int = 2
) -> Solid:
    """`solid` moved along `axis` by another amount at each place: curled brims, arched wings.

    lift : how far, (3, N) -> (N,), the same all along `axis`. reach : at most so far either way.
    steep : its steepest slope; distances shrink by it, so that they are never too large.
    """
    shrink = np.float32(1 / np.sqrt(1 + steep * steep))

    def distance(p: Singles) -> Singles:
        q = p.copy()
        q[axis] -= lift(p)
        return solid.distance(q) * shrink

    lower, upper = solid.lower.copy(), solid.upper.copy()
    lower[axis] -= reach
    upper[axis] += reach
    return Solid(distance, lower, upper)


def regular(count: int, radius: float, turn: float = 0.0) -> Vector:
    """A regular polygon (count, 2)."""
    a = 2 * np.pi * (np.arange(count) + turn) / count
    return radius * np.stack([np.cos(a), np.sin(a)], 1)


def bevelled(w: float, h: float, bevel: float) -> Vector:
    """A rectangle of half sizes `w`, `h` whose corners are cut off: (8, 2)."""
    c = min(bevel, 0.9 * w, 0.9 * h)
    half = vec(w, h)
    corners = [(1, 1 - c / h), (1 - c / w, 1), (c / w - 1, 1), (-1, 1 - c / h)]
    return np.array([*corners, *[(-x, -y) for x, y in corners]]) * half
