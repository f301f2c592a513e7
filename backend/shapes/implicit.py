# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed distance primitives from which training shapes are sculpted.

Every function returns a `Solid`: a distance (negative inside) that is exact or first order near
its surface, and the box outside of which the primitive does not reach. Points are float32 arrays
of shape (3, N), components first, so that each numpy operation runs over contiguous memory.

Formulas for round cones and boxes follow I. Quilez, "Distance functions" (2008 on); lofts use the
first order distance of G. Taubin, "Distance approximations for rasterizing implicit curves" (1994).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract.arrays import Singles

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Solid:
    """A signed distance: `distance` maps (3, N) points to (N,); `lower` and `upper` bound it."""

    distance: Callable[[Singles], Singles]
    lower: Vector
    upper: Vector

    def mirrored(self, axis: int = 0) -> Solid:
        """The same solid reflected in the plane where coordinate `axis` is zero."""
        flip = np.ones((3, 1), np.float32)
        flip[axis] = -1
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[axis], upper[axis] = -self.upper[axis], -self.lower[axis]
        return Solid(lambda p: self.distance(p * flip), lower, upper)


def vec(*values: float) -> Vector:
    """A float64 vector."""
    return np.array(values, np.float64)


def unit(vector: ArrayLike) -> Vector:
    """`vector` scaled to length one."""
    v = np.asarray(vector, np.float64)
    return v / max(float(np.linalg.norm(v)), 1e-12)


def frame(axis: ArrayLike, side: ArrayLike | None = None) -> Vector:
    """Rotation (3, 3) whose columns are (side, up, axis): `side` is made orthogonal to `axis`."""
    z = unit(axis)
    if side is None or np.linalg.norm(np.cross(z, unit(side))) < 1e-4:
        side = vec(1, 0, 0) if abs(z[0]) < 0.9 else vec(0, 1, 0)
    x = unit(np.asarray(side, np.float64) - z * np.dot(z, np.asarray(side, np.float64)))
    return np.stack([x, np.cross(z, x), z], 1)


def _local(points: Singles, rotation: Vector, origin: Vector) -> Singles:
    return (rotation.T.astype(np.float32) @ points) - (rotation.T @ origin).astype(np.float32)[
        :, None
    ]


def _box_bounds(rotation: Vector, origin: Vector, low: Vector, high: Vector) -> tuple[Vector, ...]:
    centre = origin + rotation @ ((low + high) / 2)
    half = np.abs(rotation) @ ((high - low) / 2)
    return centre - half, centre + half


def sphere(centre: ArrayLike, radius: float) -> Solid:
    """A ball."""
    c = np.asarray(centre, np.float64)
    c32 = c.astype(np.float32)[:, None]

    def distance(p: Singles) -> Singles:
        q = p - c32
        return np.sqrt(np.einsum("ij,ij->j", q, q)) - np.float32(radius)

    return Solid(distance, c - radius, c + radius)


def round_cone(a: ArrayLike, b: ArrayLike, ra: float, rb: float) -> Solid:
    """The hull of two balls: a capsule where the radii are equal. Exact distance."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    length = float(np.linalg.norm(b - a))
    if length <= abs(ra - rb) + 1e-9:
        return sphere(a, ra) if ra >= rb else sphere(b, rb)
    axis = ((b - a) / length).astype(np.float32)
    a32 = a.astype(np.float32)[:, None]
    slope = np.float32((ra - rb) / length)
    root = np.float32(np.sqrt(1 - float(slope) ** 2))

    def distance(p: Singles) -> Singles:
        q = p - a32
        z = axis @ q
        r = np.sqrt(np.maximum(np.einsum("ij,ij->j", q, q) - z * z, 0))
        # Slide along the axis to the ball whose surface is nearest.
        t = np.clip(z + r * (slope / root), 0, np.float32(length))
        return np.hypot(r, z - t) - (np.float32(ra) + t * np.float32((rb - ra) / length))

    low = np.minimum(a - ra, b - rb)
    return Solid(distance, low, np.maximum(a + ra, b + rb))


def box(
    centre: ArrayLike, half: ArrayLike, rounding: float = 0.0, rotation: ArrayLike | None = None
) -> Solid:
    """A box of half sizes `half` (rounding included) with rounded edges."""
    c, h = np.asarray(centre, np.float64), np.asarray(half, np.float64)
    rot = np.eye(3) if rotation is None else np.asarray(rotation, np.float64)
    r = min(rounding, float(h.min()) * 0.99)
    inner = (h - r).astype(np.float32)[:, None]

    def distance(p: Singles) -> Singles:
        q = np.abs(_local(p, rot, c)) - inner
        outside = np.maximum(q, 0)
        return (
            np.sqrt(np.einsum("ij,ij->j", outside, outside))
            + np.minimum(q.max(0), 0)
            - np.float32(r)
        )

    return Solid(distance, *_box_bounds(rot, c, -h, h))


def cylinder(
    a: ArrayLike, b: ArrayLike, ra: float, rb: float | None = None, rounding: float = 0.0
) -> Solid:
    """A cylinder, or a cone frustum where `rb` is given, with flat ends and rounded rims."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    rb = ra if rb is None else rb
    length = float(np.linalg.norm(b - a))
    rot = frame(b - a)
    r = min(rounding, min(ra, rb, length / 2) * 0.95)
    slope = (rb - ra) / length
    root = np.sqrt(1 + slope * slope)

    def distance(p: Singles) -> Singles:
        q = _local(p, rot, a)
        radial = np.hypot(q[0], q[1]) - np.float32(ra) - np.float32(slope) * q[2]
        side = radial / np.float32(root) + np.float32(r)
        end = np.abs(q[2] - np.float32(length / 2)) - np.float32(length / 2 - r)
        outside = np.hypot(np.maximum(side, 0), np.maximum(end, 0))
        return outside + np.minimum(np.maximum(side, end), 0) - np.float32(r)

    big = max(ra, rb)
    return Solid(distance, *_box_bounds(rot, a, vec(-big, -big, 0), vec(big, big, length)))


def torus(centre: ArrayLike, axis: ArrayLike, major: float, minor: float) -> Solid:
    """A ring around `axis`."""
    c = np.asarray(centre, np.float64)
    rot = frame(axis)

    def distance(p: Singles) -> Singles:
        q = _local(p, rot, c)
        return np.hypot(np.hypot(q[0], q[1]) - np.float32(major), q[2]) - np.float32(minor)

    out = major + minor
    return Solid(distance, *_box_bounds(rot, c, vec(-out, -out, -minor), vec(out, out, minor)))


def half_space(point: ArrayLike, normal: ArrayLike) -> Solid:
    """Everything behind a plane; for painting and cutting, as it is not bounded."""
    n = unit(normal)
    offset = np.float32(np.dot(n, np.asarray(point, np.float64)))
    n32 = n.astype(np.float32)
    return Solid(lambda p: n32 @ p - offset, np.full(3, -np.inf), np.full(3, np.inf))


def loft(
    a: ArrayLike,
    b: ArrayLike,
    half_w: ArrayLike,
    half_h: ArrayLike,
    *,
    stations: ArrayLike | None = None,
    side: ArrayLike | None = None,
    normal: ArrayLike | None = None,
    offset_w: ArrayLike | None = None,
    offset_h: ArrayLike | None = None,
    cap: float | None = None,
    exponent: float = 2.0,
) -> Solid:
    """Superelliptic sections along the segment a-b: bodies, wings, fins, fuselages, heads.

    Sections have half sizes `half_w` along `side` and `half_h` across it, given at `stations`
    (0 at a, 1 at b; evenly spread by default) and joined by monotone cubics. They are moved by
    `offset_w` and `offset_h`. `normal` shears the solid: sections stay orthogonal to it (a swept
    wing keeps its ribs parallel to the fuselage). Ends are closed by half ellipsoids of length
    `cap` (default: the smaller half size of each end section).
    """
    from scipy.interpolate import PchipInterpolator

    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    axis = unit(b - a) if normal is None else unit(normal)
    length = float(np.dot(b - a, axis))
    if length < 0:
        axis, length = -axis, -length
    rot = frame(axis, side)
    shear = rot.T @ ((b - a) / length)
    values = [np.atleast_1d(np.asarray(v, np.float64)) for v in (half_w, half_h)]
    offsets = [
        np.zeros(1) if v is None else np.atleast_1d(np.asarray(v, np.float64))
        for v in (offset_w, offset_h)
    ]
    count = max(2, *(len(v) for v in values + offsets))
    where = np.linspace(0, 1, count) if stations is None else np.asarray(stations, np.float64)
    fine = np.linspace(0, 1, 129)
    tables = []
    for v in values + offsets:
        knots = np.full(2, v[0]) if len(v) == 1 else v
        at_knots = where if len(knots) == count else np.linspace(0, 1, len(knots))
        tables.append(PchipInterpolator(at_knots, knots)(fine))
    tables[0], tables[1] = np.maximum(tables[0], 1e-4), np.maximum(tables[1], 1e-4)
    slopes = [np.gradient(t, length / 128) for t in tables]
    w, h, ow, oh, dw, dh, dow, doh = (t.astype(np.float32) for t in tables + slopes)
    caps = [max(min(w[i], h[i]) if cap is None else cap, 1e-3) for i in (0, -1)]
    e = np.float32(exponent)

    def power(x: Singles) -> Singles:
        return x * x if exponent == 2.0 else x**e

    def distance(p: Singles) -> Singles:
        q = _local(p, rot, a)
        t = q[2] * np.float32(128 / length)
        i = np.clip(t, 0, 127.999).astype(np.int32)
        u = np.clip(t - i, 0, 1).astype(np.float32)

        def at(table: Singles) -> Singles:
            return table[i] + u * (table[i + 1] - table[i])

        hw, hh = at(w), at(h)
        z = np.clip(q[2], 0, np.float32(length))
        x = (q[0] - at(ow) - np.float32(shear[0]) * z) / hw
        y = (q[1] - at(oh) - np.float32(shear[1]) * z) / hh
        beyond = np.where(
            q[2] < 0, -q[2] / np.float32(caps[0]), (q[2] - np.float32(length)) / np.float32(caps[1])
        )
        beyond = np.maximum(beyond, 0)
        ax, ay = np.abs(x), np.abs(y)
        k = np.maximum(power(ax) + power(ay) + beyond * beyond, 1e-8) ** (1 / e)
        # Gradient of k, with the change of the section along the axis.
        gx = (ax / k) ** (e - 1) * np.sign(x) / hw
        gy = (ay / k) ** (e - 1) * np.sign(y) / hh
        inside = beyond == 0
        gz = np.where(
            inside,
            -gx * (x * at(dw) + at(dow) + np.float32(shear[0]))
            - gy * (y * at(dh) + at(doh) + np.float32(shear[1])),
            (beyond / k) / np.where(q[2] < 0, np.float32(caps[0]), np.float32(caps[1])),
        )
        slope = np.sqrt(gx * gx + gy * gy + gz * gz)
        # Near the axis the gradient says nothing: there the smaller half size bounds the depth.
        return (k - 1) / np.maximum(slope, 1 / np.maximum(hw, hh))

    reach = [float(np.max(np.abs(o) + s)) for o, s in ((ow, w), (oh, h))]
    low = vec(min(0, shear[0] * length) - reach[0], min(0, shear[1] * length) - reach[1], -caps[0])
    high = vec(
        max(0, shear[0] * length) + reach[0],
        max(0, shear[1] * length) + reach[1],
        length + caps[1],
    )
    return Solid(distance, *_box_bounds(rot, a, low, high))


def ellipsoid(
    centre: ArrayLike,
    radii: ArrayLike,
    rotation: ArrayLike | None = None,
    exponent: float = 2.0,
) -> Solid:
    """An ellipsoid or, with an exponent above two, a rounded brick. First order distance."""
    c = np.asarray(centre, np.float64)
    r = np.broadcast_to(np.asarray(radii, np.float64), (3,))
    rot = np.eye(3) if rotation is None else np.asarray(rotation, np.float64)
    inverse = (1 / r).astype(np.float32)[:, None]
    e = np.float32(exponent)

    def distance(p: Singles) -> Singles:
        q = np.abs(_local(p, rot, c)) * inverse
        powers = q * q if exponent == 2.0 else q**e
        k = np.maximum(powers.sum(0), 1e-8) ** (1 / e)
        g = (q / k) ** (e - 1) * inverse
        slope = np.sqrt(np.einsum("ij,ij->j", g, g))
        return (k - 1) / np.maximum(slope, inverse.min())

    return Solid(distance, *_box_bounds(rot, c, -r, r))


def spline(points: ArrayLike, count: int = 12) -> Vector:
    """Catmull-Rom curve through `points` (N, 3), sampled at `count` places by chord length."""
    from scipy.interpolate import make_interp_spline

    knots = np.asarray(points, np.float64)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1) + 1e-9)])
    curve = make_interp_spline(along, knots, k=min(3, len(knots) - 1))
    return np.asarray(curve(np.linspace(0, along[-1], count)))


def tube(points: ArrayLike, radii: ArrayLike) -> list[Solid]:
    """Round cones through `points` (N, 3); radii are spread along the tube if they are fewer."""
    knots = np.asarray(points, np.float64)
    r = np.atleast_1d(np.asarray(radii, np.float64))
    if len(r) != len(knots):
        r = np.interp(np.linspace(0, 1, len(knots)), np.linspace(0, 1, len(r)), r)
    return [
        round_cone(knots[i], knots[i + 1], float(r[i]), float(r[i + 1]))
        for i in range(len(knots) - 1)
    ]


def _outline_table(outline: Vector, lower: Vector, step: float, shape: tuple[int, int]) -> Singles:
    """Signed distance of a closed polygon (N, 2) on a grid (shape), negative inside."""
    x, y = ((lower[i] + step * np.arange(shape[i])).astype(np.float32) for i in range(2))
    px, py = np.meshgrid(x, y, indexing="ij")
    best = np.full(shape, np.inf, np.float32)
    inside = np.zeros(shape, bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, 0), strict=True):
        dx, dy = x1 - x0, y1 - y0
        ux, uy = px - np.float32(x0), py - np.float32(y0)
        t = np.clip((ux * dx + uy * dy) / max(dx * dx + dy * dy, 1e-12), 0, 1)
        best = np.minimum(best, (ux - t * dx) ** 2 + (uy - t * dy) ** 2)
        if y0 != y1:
            crosses = (y0 <= py) != (y1 <= py)
            inside ^= crosses & (ux < uy * np.float32(dx / dy))
    return np.where(inside, -1, 1).astype(np.float32) * np.sqrt(best)


def _outline(
    outline: ArrayLike, resolution: int = 160
) -> tuple[Callable[..., Singles], Vector, Vector]:
    """Lookup (x, y) -> distance to a closed polygon, and the polygon's bounds."""
    polygon = np.asarray(outline, np.float64)
    low, high = polygon.min(0), polygon.max(0)
    margin = 0.15 * float((high - low).max())
    step = float(np.sqrt(np.prod(high - low + 2 * margin))) / resolution
    shape = tuple(int(n) for n in np.ceil((high - low + 2 * margin) / step) + 1)
    table = _outline_table(polygon, low - margin, step, (shape[0], shape[1]))
    start = (low - margin).astype(np.float32)

    def lookup(x: Singles, y: Singles) -> Singles:
        gx, gy = (x - start[0]) / np.float32(step), (y - start[1]) / np.float32(step)
        cx, cy = np.clip(gx, 0, shape[0] - 1.001), np.clip(gy, 0, shape[1] - 1.001)
        i, j = cx.astype(np.int32), cy.astype(np.int32)
        u, v = cx - i, cy - j
        k = i * shape[1] + j
        flat = table.ravel()
        low_side = flat[k] * (1 - v) + flat[k + 1] * v
        high_side = flat[k + shape[1]] * (1 - v) + flat[k + shape[1] + 1] * v
        return low_side * (1 - u) + high_side * u + np.hypot(gx - cx, gy - cy) * np.float32(step)

    return lookup, low, high


def extrusion(
    outline: ArrayLike,
    half_height: float,
    *,
    centre: ArrayLike = (0, 0, 0),
    rotation: ArrayLike | None = None,
    rounding: float = 0.0,
) -> Solid:
    """A closed polygon (N, 2) in the local xy plane, thickened along local z, edges rounded."""
    c = np.asarray(centre, np.float64)
    rot = np.eye(3) if rotation is None else np.asarray(rotation, np.float64)
    lookup, low, high = _outline(outline)
    r = np.float32(min(rounding, half_height * 0.95))

    def distance(p: Singles) -> Singles:
        q = _local(p, rot, c)
        flat = lookup(q[0], q[1]) + r
        end = np.abs(q[2]) - np.float32(half_height) + r
        return (
            np.hypot(np.maximum(flat, 0), np.maximum(end, 0))
            + np.minimum(np.maximum(flat, end), 0)
            - r
        )

    bounds = _box_bounds(rot, c, vec(*low, -half_height), vec(*high, half_height))
    return Solid(distance, *bounds)


def revolve(
    profile: ArrayLike,
    *,
    centre: ArrayLike = (0, 0, 0),
    rotation: ArrayLike | None = None,
    rounding: float = 0.0,
) -> Solid:
    """A closed polygon (N, 2) of (radius, height) turned around local z through `centre`."""
    c = np.asarray(centre, np.float64)
    rot = np.eye(3) if rotation is None else np.asarray(rotation, np.float64)
    polygon = np.asarray(profile, np.float64)
    # Mirrored at the axis, the polygon has no edge there.
    on_axis = polygon[:, 0] <= 1e-9
    if on_axis.any():
        polygon = polygon.copy()
        polygon[on_axis, 0] = -0.25 * float(polygon[:, 0].max())
    lookup, low, high = _outline(polygon)
    r = np.float32(rounding)

    def distance(p: Singles) -> Singles:
        q = _local(p, rot, c)
        return lookup(np.hypot(q[0], q[1]), q[2]) - r

    out = float(high[0]) + rounding
    bounds = _box_bounds(
        rot, c, vec(-out, -out, low[1] - rounding), vec(out, out, high[1] + rounding)
    )
    return Solid(distance, *bounds)
