# SPDX-License-Identifier: GPL-3.0-or-later
"""Suitcases, pouches, baskets and sports bags."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    box,
    cylinder,
    ellipsoid,
    half_space,
    loft,
    round_cone,
    spline,
    torus,
    vec,
)
from ..polyhedra import both, minus
from ..sculpt import Sculpture, chance, mix
from .ornament import Style, block, rays

SIDES = (("l", 1.0), ("r", -1.0))


def buckle(s: Sculpture, at: np.ndarray, size: float, path: str) -> None:
    """A frame with a hole, in an xz plane."""
    frame = box(at, (size, 0.018, size * 0.8), 0.004)
    s.add(minus(frame, box(at, (size * 0.55, 1, size * 0.35))), path, 0.0)


def suitcase(s: Sculpture, rng: np.random.Generator, style: Style, kind: str) -> None:
    """A trunk on wheels with a pull-out handle, or an old suitcase with corners and belts."""
    old = chance(rng, 0.45)
    w, d, h = (
        (mix(rng, 0.34, 0.42), mix(rng, 0.1, 0.15), mix(rng, 0.2, 0.28))
        if old
        else (mix(rng, 0.2, 0.28), mix(rng, 0.1, 0.15), mix(rng, 0.3, 0.4))
    )
    block(s, rng, style, (0, 0, 0), (w, d, h), f"{kind}/body", faces=("-y", "+y"), blend=0)
    if chance(rng, 0.6) and not old:
        for x in np.linspace(-0.75, 0.75, int(rng.integers(3, 7))):
            s.add(box((x * w, 0, 0), (0.024, d + 0.014, h * 0.9), 0.006), f"{kind}/body", 0.0)
    if chance(rng, 0.7):
        seam = minus(
            box((0, 0, 0), (w + 0.016, 0.02, h + 0.016), 0.01),
            box((0, 0, 0), (w - 0.02, 1, h - 0.02)),
        )
        s.add(seam, f"{kind}/zipper" if not old else f"{kind}/frame", 0.0)
    if old:
        for i in range(8):
            corner = vec((-1) ** i * w, (-1) ** (i // 2) * d, (-1) ** (i // 4) * h)
            s.add(box(corner * 0.97, (0.042, 0.042, 0.042), 0.014), f"{kind}/corner.{i}", 0.0)
        for i, x in enumerate((-0.5, 0.5) if chance(rng, 0.6) else ()):
            belt = minus(
                box((x * w, 0, 0), (0.03, d + 0.018, h + 0.018), 0.006),
                box((0, 0, 0), (9, d - 0.02, h - 0.02)),
            )
            s.add(belt, f"{kind}/belt.{i}", 0.0)
            buckle(s, vec(x * w, -d - 0.02, h * 0.5), 0.05, f"{kind}/buckle.{i}")
        for i, x in enumerate((-0.7, 0.7)):
            s.add(box((x * w, -d * 0.3, h), (0.04, 0.05, 0.03), 0.005), f"{kind}/lock.{i}", 0.0)
        arch = [vec(-0.11, 0, h), vec(-0.1, 0, h + 0.08), vec(0.1, 0, h + 0.08), vec(0.11, 0, h)]
        s.limb(spline(arch, 9), 0.024, f"{kind}/handle", 0.0)
        return
    rise, x = mix(rng, 0.15, 0.4), w * mix(rng, 0.35, 0.55)
    for side in (-1, 1):
        s.add(
            cylinder((side * x, d * 0.6, h * 0.8), (side * x, d * 0.6, h + rise), 0.017),
            f"{kind}/pull rod",
            0.0,
        )
    s.add(box((0, d * 0.6, h + rise), (x + 0.025, 0.028, 0.024), 0.012), f"{kind}/handle", 0.0)
    if chance(rng, 0.6):
        s.add(
            box((0, -d - 0.01, h * 0.15), (w * 0.7, 0.04, h * 0.5), 0.02), f"{kind}/pocket", 0.003
        )
    r = mix(rng, 0.04, 0.06)
    for i, (a, b) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1))):
        hub = vec(a * w * 0.78, b * d * 0.7, -h - r * 0.7)
        s.add(box(hub + vec(0, 0, r * 0.7), (0.045, 0.04, 0.03), 0.006), f"{kind}/castor.{i}", 0.0)
        s.add(cylinder(hub - vec(0.026, 0, 0), hub + vec(0.026, 0, 0), r), f"{kind}/wheel.{i}", 0.0)
    if chance(rng, 0.5):
        arch = [vec(w, 0, -0.08), vec(w + 0.06, 0, -0.07), vec(w + 0.06, 0, 0.07), vec(w, 0, 0.08)]
        s.limb(spline(arch, 9), 0.02, f"{kind}/side handle", 0.0)


def pouch(s: Sculpture, rng: np.random.Generator, style: Style, kind: str) -> None:
    """A purse or a sack whose neck a cord ties."""
    r, tall = mix(rng, 0.22, 0.32), mix(rng, 0.3, 0.5)
    neck, flare = r * mix(rng, 0.3, 0.5), mix(rng, 1.4, 2.2)
    s.add(
        loft(
            (0, 0, -tall * 0.75),
            (0, 0, tall * 0.4),
            [r * 0.85, r, r * 0.8, neck],
            [r * 0.8, r * 0.92, r * 0.75, neck],
            stations=[0, 0.3, 0.65, 1],
            side=(1, 0, 0),
            cap=0.06,
        ),
        f"{kind}/body",
        0,
    )
    ruffle = loft(
        (0, 0, tall * 0.38),
        (0, 0, tall * 0.38 + r * 0.5),
        neck * np.array([1, flare]),
        neck * np.array([1, flare]),
        side=(1, 0, 0),
        cap=0.012,
    )
    s.add(ruffle, f"{kind}/ruffle", 0.01)
    for ray in rays(int(rng.integers(6, 10))):
        s.cut(
            round_cone(
                ray * neck * 1.15 + vec(0, 0, tall * 0.42),
                ray * neck * flare * 1.1 + vec(0, 0, tall * 0.4 + r * 0.55),
                0.02,
                0.05,
            ),
            0.01,
        )
    s.add(torus((0, 0, tall * 0.4), (0, 0, 1), neck * 1.02, 0.024), f"{kind}/cord", 0.0)
    for i, x in enumerate((-1, 1)):
        start = vec(x * 0.03, -neck * 1.05, tall * 0.4)
        end = start + vec(x * mix(rng, 0.05, 0.12), -r * 0.55, -mix(rng, 0.12, 0.25))
        s.limb([start, (start + end) / 2 + vec(0, -0.03, 0.02), end], 0.016, f"{kind}/cord", 0.0)
        s.add(round_cone(end, end - vec(0, 0, 0.06), 0.02, 0.034), f"{kind}/tassel.{i}", 0.0)
    if chance(rng, 0.4):
        s.add(
            box((r * 0.1, -r * 0.86, -tall * 0.2), (r * 0.4, 0.05, r * 0.4), 0.02),
            f"{kind}/patch",
            0.0,
        )
    if chance(rng, 0.4):
        for i, ray in enumerate(rays(5, 0.3)):
            coin = ray * r * mix(rng, 1.1, 1.5) + vec(0, 0, -tall * 0.78)
            s.add(cylinder(coin, coin + vec(0, 0, 0.035), 0.08), f"coin.{i}", 0.0)


def basket(s: Sculpture, rng: np.random.Generator, style: Style, kind: str) -> None:
    """A basket with a handle or two, with a lid, a cloth or eggs."""
    w, d, h = mix(rng, 0.28, 0.4), mix(rng, 0.22, 0.34), mix(rng, 0.15, 0.28)
    flare, e = mix(rng, 1.05, 1.35), mix(rng, 2, 5)
    outer = loft(
        (0, 0, -h),
        (0, 0, h),
        w * np.array([1, flare]),
        d * np.array([1, flare]),
        side=(1, 0, 0),
        exponent=e,
        cap=0.008,
    )
    inner = loft(
        (0, 0, -h + 0.05),
        (0, 0, h + 0.3),
        w * np.array([1, flare * 1.1]) - 0.04,
        d * np.array([1, flare * 1.1]) - 0.04,
        side=(1, 0, 0),
        exponent=e,
        cap=0.02,
    )
    s.add(minus(outer, inner), f"{kind}/body", 0)
    for z in np.linspace(-0.7, 0.6, int(rng.integers(2, 5))):
        s.cut(
            minus(
                box((0, 0, z * h), (9, 9, 0.012)),
                loft(
                    (0, 0, -h),
                    (0, 0, h),
                    w * np.array([1, flare]) - 0.016,
                    d * np.array([1, flare]) - 0.016,
                    side=(1, 0, 0),
                    exponent=e,
                ),
            ),
            0.0,
        )
    top = loft(
        (0, 0, h - 0.02),
        (0, 0, h + 0.02),
        w * flare + 0.02,
        d * flare + 0.02,
        side=(1, 0, 0),
        exponent=e,
        cap=0.012,
    )
    s.add(
        minus(
            top,
            loft(
                (0, 0, h - 1),
                (0, 0, h + 1),
                w * flare - 0.05,
                d * flare - 0.05,
                side=(1, 0, 0),
                exponent=e,
            ),
        ),
        f"{kind}/rim",
        0.0,
    )
    rise = mix(rng, 0.25, 0.5)
    if chance(rng, 0.65):
        arc = [
            vec(w * flare * np.cos(t), 0, h * 0.8 + rise * np.sin(t))
            for t in np.linspace(0, np.pi, 17)
        ]
        s.limb(arc, 0.024, f"{kind}/handle", 0.0)
    else:
        for name, side in SIDES:
            arc = [
                vec(side * w * flare, -0.09, h),
                vec(side * w * flare * 1.15, -0.07, h + 0.09),
                vec(side * w * flare * 1.15, 0.07, h + 0.09),
                vec(side * w * flare, 0.09, h),
            ]
            s.limb(spline(arc, 9), 0.022, f"{kind}/handle.{name}", 0.0)
    if chance(rng, 0.5):
        half = both(
            ellipsoid((0, 0, h), (w * flare * 0.95, d * flare * 0.95, h * 0.5)),
            half_space((0, 0, h), (0, 0, -1)),
        )
        s.add(half, f"{kind}/cloth" if chance(rng, 0.5) else f"{kind}/lid", 0.0)
    elif chance(rng, 0.6):
        for i in range(int(rng.integers(3, 7))):
            at = vec(mix(rng, -0.6, 0.6) * w, mix(rng, -0.6, 0.6) * d, h * mix(rng, 0.2, 0.7))
            s.add(
                ellipsoid(at, vec(1, 1, mix(rng, 0.9, 1.2)) * mix(rng, 0.09, 0.13)), f"egg.{i}", 0.0
            )


def sports_bag(s: Sculpture, rng: np.random.Generator, style: Style, kind: str) -> None:
    """A round bag with a zipper along it and two handles."""
    w, r = mix(rng, 0.36, 0.5), mix(rng, 0.16, 0.22)
    s.add(
        loft(
            (-w, 0, 0),
            (w, 0, 0),
            r * mix(rng, 0.9, 1.15),
            r,
            side=(0, 1, 0),
            exponent=mix(rng, 2, 3.2),
            cap=0.04,
        ),
        f"{kind}/body",
        0,
    )
    s.limb([(-w * 0.9, 0, r), (w * 0.9, 0, r)], 0.022, f"{kind}/zipper", 0.0)
    for name, side in SIDES:
        if chance(rng, 0.6):
            s.add(
                cylinder(
                    (side * w * 0.92, 0, 0), (side * (w + 0.06), 0, 0), r * 0.8, rounding=0.03
                ),
                f"{kind}/side pocket.{name}",
                0.002,
            )
        x, rise = w * mix(rng, 0.35, 0.5), mix(rng, 0.12, 0.22)
        y = side * r * 0.75
        arch = [
            vec(-x, y * 1.3, -r * 0.3),
            vec(-x, y * 1.15, r * 0.75),
            vec(-x * 0.5, y * 0.6, r + rise),
            vec(x * 0.5, y * 0.6, r + rise),
            vec(x, y * 1.15, r * 0.75),
            vec(x, y * 1.3, -r * 0.3),
        ]
        s.limb(spline(arch, 19), 0.022, f"{kind}/handle.{name}", 0.0)
    if chance(rng, 0.6):
        s.add(
            box((0, -r * 0.95, -r * 0.1), (w * 0.45, 0.06, r * 0.5), 0.03), f"{kind}/pocket", 0.003
        )
    if chance(rng, 0.4):
        rise = mix(rng, 0.35, 0.6)
        arc = [vec(w * 0.98 * np.cos(t), 0, rise * np.sin(t)) for t in np.linspace(0, np.pi, 19)]
        s.limb(arc, 0.02, f"{kind}/shoulder strap", 0.0)
