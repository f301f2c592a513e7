# SPDX-License-Identifier: GPL-3.0-or-later
"""Bags: backpacks, handbags and satchels; `luggage` has the others."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..implicit import (
    Vector,
    box,
    cylinder,
    ellipsoid,
    half_space,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    vec,
)
from ..polyhedra import both, minus
from ..sculpt import Sculpture, chance, mix
from .luggage import basket, buckle, pouch, sports_bag, suitcase
from .ornament import Style, draw_style

SIDES = (("l", 1.0), ("r", -1.0))
KINDS = (
    "backpack",
    "backpack",
    "handbag",
    "handbag",
    "satchel",
    "suitcase",
    "suitcase",
    "pouch",
    "basket",
    "sports bag",
)


def bag(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """A bag with flaps, pockets, straps, handles, buckles, zippers or wheels. kind : of KINDS."""
    kind = kind or str(rng.choice(KINDS))
    style = draw_style(rng, 0.5 if kind in ("suitcase", "satchel") else 0.15, 0.3)
    s = Sculpture(crisp=style.crisp, detail=112)
    _MAKERS[kind](s, rng, style, kind)
    s.opinion(0.4)
    s.opinion(0.3, "*/buckle.*>^", "*/zipper>^", "*/stud.*>^", "*/tag>^", "*/corner.*>^")
    s.opinion(0.3, "*/strap.*>straps", "*/handle*>handle", "*/pocket*>pocket", "*/corner.*>corners")
    return s


def _strap(s: Sculpture, points: list[Vector], wide: float, path: str, count: int = 11) -> None:
    """A flat band along a curve in a plane x = constant."""
    curve = spline(points, count)
    for a, b in pairwise(curve):
        long = float(np.linalg.norm(b - a))
        along = (b - a) / long
        turn = np.stack([vec(1, 0, 0), np.cross(along, (1, 0, 0)), along], 1)
        s.add(box((a + b) / 2, (wide, 0.016, long / 2 + 0.012), 0.008, turn), path, 0.002)


def _backpack(s: Sculpture, rng: np.random.Generator, style: Style, kind: str) -> None:
    w, d, h = mix(rng, 0.22, 0.32), mix(rng, 0.12, 0.18), mix(rng, 0.3, 0.46)
    k = max(style.blend, 0.004)
    top = mix(rng, 0.75, 1.0)
    body = loft(
        (0, 0, -h),
        (0, 0, h * 0.85),
        w * np.array([1, 1.02, top]),
        d * np.array([1, 1, top]),
        side=(1, 0, 0),
        exponent=mix(rng, 2.8, 5),
        cap=h * mix(rng, 0.08, 0.25),
    )
    s.add(body, f"{kind}/body", 0)
    if chance(rng, 0.7):
        deep = h * mix(rng, 0.25, 0.6)
        lid = loft(
            (0, -0.01, h * 0.98 - deep),
            (0, -0.01, h * 0.92),
            w * top * 1.08,
            d * top * 1.15,
            side=(1, 0, 0),
            exponent=4,
            cap=h * 0.16,
        )
        lid = both(lid, half_space((0, d * 0.6, 0), (0, 1, 0)))
        s.add(lid, f"{kind}/flap", 0.003)
        for i, x in enumerate((-0.45, 0.45) if chance(rng, 0.6) else (0.0,)):
            low = vec(x * w, -d * 1.2, h * 0.9 - deep)
            s.add(box(low, (0.03, 0.02, h * 0.2), 0.006), f"{kind}/strap.{i}", 0.002)
            buckle(s, low - vec(0, 0.016, h * 0.1), 0.048, f"{kind}/buckle.{i}")
    else:
        ring = minus(body, loft((0, 0, -h * 2), (0, 0, h * 2), w * 0.97, d * 0.5, side=(1, 0, 0)))
        s.add(both(ring, box((0, -d * 0.3, h * 0.3), (9, 0.016, 9))), f"{kind}/zipper", 0.0)
        arc = [
            vec(w * 1.0 * np.cos(t), -d * 0.35, h * (0.25 + 0.72 * np.sin(t)))
            for t in np.linspace(0, np.pi, 15)
        ]
        s.limb(arc, 0.02, f"{kind}/zipper", 0.002)
    if chance(rng, 0.8):
        tall = h * mix(rng, 0.28, 0.45)
        at = vec(0, -d * 1.05, -h * 0.95 + tall)
        s.add(box(at, (w * mix(rng, 0.6, 0.85), d * 0.45, tall), 0.04), f"{kind}/pocket", k)
        if chance(rng, 0.5):
            s.add(
                box(at + vec(0, -d * 0.2, tall * 0.75), (w * 0.7, d * 0.33, tall * 0.3), 0.025),
                f"{kind}/pocket flap",
                0.002,
            )
    for name, side in SIDES:
        if chance(rng, 0.5):
            at = vec(side * w * 1.05, 0, -h * 0.6)
            s.add(box(at, (w * 0.2, d * 0.6, h * 0.3), 0.03), f"{kind}/side pocket.{name}", k)
            if chance(rng, 0.5):
                s.add(
                    round_cone(at, at + vec(0, 0, h * 0.6), d * 0.3, d * 0.27),
                    f"bottle.{name}",
                    0.002,
                )
        x, out = side * w * 0.55, mix(rng, 0.14, 0.3)
        points = [
            vec(x, d * 0.8, h * 0.75),
            vec(x, d + out * 0.8, h * 0.55),
            vec(x * 1.15, d + out, 0),
            vec(x * 1.25, d * 0.8, -h * 0.85),
        ]
        _strap(s, points, w * 0.15, f"{kind}/shoulder strap.{name}", 13)
    arch = [
        vec(-0.07, d * 0.7, h * 0.9),
        vec(-0.06, d * 0.7, h * 1.12),
        vec(0.06, d * 0.7, h * 1.12),
        vec(0.07, d * 0.7, h * 0.9),
    ]
    s.limb(spline(arch, 9), 0.02, f"{kind}/handle", 0.002)
    if chance(rng, 0.35):
        z = h * 1.12 if chance(rng, 0.6) else -h * 1.1
        r = mix(rng, 0.07, 0.11)
        s.add(
            cylinder((-w * 1.2, 0, z), (w * 1.2, 0, z), r, rounding=0.02), f"{kind}/bedroll", 0.002
        )
        for i, x in enumerate((-0.6, 0.6)):
            s.add(torus((x * w, 0, z), (1, 0, 0), r, 0.022), f"{kind}/roll strap.{i}", 0.0)


def _handbag(s: Sculpture, rng: np.random.Generator, style: Style, kind: str) -> None:
    w, d, h = mix(rng, 0.25, 0.4), mix(rng, 0.07, 0.15), mix(rng, 0.18, 0.3)
    flare, slim = mix(rng, 0.65, 1.1), mix(rng, 0.35, 0.9)
    body = loft(
        (0, 0, -h),
        (0, 0, h),
        w * np.array([1, 1, flare]),
        d * np.array([1, 1, slim]),
        side=(1, 0, 0),
        exponent=mix(rng, 2.4, 5),
        cap=0.03,
    )
    s.add(body, f"{kind}/body", 0)
    top = mix(rng, 0, 1)
    if top < 0.45:
        flap = both(
            loft(
                (0, 0, h - h * mix(rng, 0.7, 1.3)),
                (0, 0, h),
                w * np.array([0.7, 1.0, flare]) * 1.05,
                d * np.array([1.2, 1.1, slim * 1.15]),
                side=(1, 0, 0),
                exponent=3,
                cap=0.05,
            ),
            half_space((0, d * 0.4, 0), (0, 1, 0)),
        )
        s.add(flap, f"{kind}/flap", 0.003)
        s.add(
            ellipsoid((0, -d * 1.15, 0.0), vec(0.045, 0.035, mix(rng, 0.03, 0.06))),
            f"{kind}/clasp",
            0.0,
        )
    elif top < 0.75:
        s.add(
            loft(
                (0, 0, h - 0.01),
                (0, 0, h + 0.035),
                w * flare,
                d * slim * 0.8 + 0.01,
                side=(1, 0, 0),
                cap=0.01,
                exponent=4,
            ),
            f"{kind}/frame",
            0.0,
        )
        for side in (-1, 1):
            s.add(
                round_cone((0, 0, h + 0.03), (side * 0.03, 0, h + 0.08), 0.016, 0.026),
                f"{kind}/clasp",
                0.0,
            )
    else:
        s.cut(
            box((0, 0, h * 1.1), (w * flare * 0.85, max(d * slim * 0.6, 0.02), h * 0.4), 0.02), 0.0
        )
    single, rise, reach = chance(rng, 0.5), mix(rng, 0.18, 0.5), w * flare * mix(rng, 0.45, 0.9)
    ends = [("", 0.0)] if single else [(".front", -1.0), (".rear", 1.0)]
    for name, y in ends:
        at = y * d * slim * 0.9
        arch = [
            vec(-reach, at, h * 0.8),
            vec(-reach * 0.8, at * 1.4, h + rise * 0.7),
            vec(0, at * 1.5, h + rise),
            vec(reach * 0.8, at * 1.4, h + rise * 0.7),
            vec(reach, at, h * 0.8),
        ]
        s.limb(spline(arch, 15), mix(rng, 0.016, 0.024), f"{kind}/handle{name}", 0.002)
        for side in (-1, 1) if chance(rng, 0.6) else ():
            s.add(torus((side * reach, at, h * 0.85), (1, 0, 0), 0.032, 0.014), f"{kind}/ring", 0.0)
    if chance(rng, 0.3):
        for side in (-1, 1):
            s.add(
                loft(
                    (0, -d * 1.02, h * 0.1),
                    (side * 0.12, -d * 1.05, h * 0.15),
                    [0.02, 0.06],
                    [0.02, 0.03],
                    side=(0, 0, 1),
                ),
                f"{kind}/bow",
                0.003,
            )
    if chance(rng, 0.35):
        for i, (x, y) in enumerate(((1, 1), (-1, 1), (1, -1), (-1, -1))):
            s.add(sphere((x * w * 0.7, y * d * 0.6, -h - 0.02), 0.028), f"{kind}/stud.{i}", 0.0)
    if chance(rng, 0.3):
        s.limb(
            [(reach, -d, h * 0.8), (reach + 0.03, -d - 0.03, h * 0.45)], 0.014, f"{kind}/tag", 0.0
        )
        s.add(
            box((reach + 0.03, -d - 0.03, h * 0.2), (0.04, 0.014, 0.06), 0.006), f"{kind}/tag", 0.0
        )


def _satchel(s: Sculpture, rng: np.random.Generator, style: Style, kind: str) -> None:
    """A satchel or a briefcase."""
    w, d, h = mix(rng, 0.28, 0.4), mix(rng, 0.08, 0.14), mix(rng, 0.2, 0.3)
    s.add(box((0, 0, 0), (w, d, h), mix(rng, 0.012, 0.04)), f"{kind}/body", 0)
    deep = h * mix(rng, 0.5, 1.2)
    s.add(
        box((0, -d - 0.008, h - deep / 2), (w * 0.98, 0.022, deep / 2), 0.01), f"{kind}/flap", 0.0
    )
    s.add(box((0, -0.008, h + 0.008), (w * 0.98, d + 0.02, 0.022), 0.01), f"{kind}/flap", 0.0)
    for i, x in enumerate((-0.55, 0.55) if chance(rng, 0.7) else (0.0,)):
        s.add(
            box((x * w, -d - 0.03, h - deep * 0.75), (0.034, 0.018, deep * 0.55), 0.006),
            f"{kind}/strap.{i}",
            0.0,
        )
        buckle(s, vec(x * w, -d - 0.045, h - deep * 1.05), 0.055, f"{kind}/buckle.{i}")
    if chance(rng, 0.5):
        s.add(
            box((0, -d - 0.03, -h * 0.4), (w * 0.75, 0.045, h * 0.5), 0.02), f"{kind}/pocket", 0.003
        )
    if chance(rng, 0.6):
        arch = [vec(-0.1, 0, h), vec(-0.09, 0, h + 0.08), vec(0.09, 0, h + 0.08), vec(0.1, 0, h)]
        s.limb(spline(arch, 9), 0.022, f"{kind}/handle", 0.002)
    if chance(rng, 0.65):
        rise = mix(rng, 0.3, 0.7)
        arc = [
            vec(w * np.cos(t), 0.0, h * 0.6 + rise * np.sin(t)) for t in np.linspace(0, np.pi, 17)
        ]
        s.limb(arc, 0.02, f"{kind}/shoulder strap", 0.002)
        for name, side in SIDES:
            s.add(
                box((side * w, 0, h * 0.55), (0.02, 0.045, 0.06), 0.006), f"{kind}/lug.{name}", 0.0
            )


_MAKERS = {"backpack": _backpack, "handbag": _handbag, "satchel": _satchel, "suitcase": suitcase,
           "pouch": pouch, "basket": basket, "sports bag": sports_bag}  # fmt: skip
