# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks."""

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
from .heads import SIDES, Bare, bare_head, draw_head


def mask(rng: np.random.Generator, kind: str = "", bare_mask: bool = False) -> Sculpture:
    """A mask of a theatre, a tribe, a ball, a plague doctor or against gas; on a head or alone."""
    bare = draw_head(rng)
    s = Sculpture(detail=114)
    x, y, z = bare.half
    worn = not bare_mask and chance(rng, 0.5)
    kind = kind or str(rng.choice(["theatre", "tribe", "tribe", "ball", "plague", "gas", "animal"]))
    swell = mix(rng, 1.1, 1.2)
    outer = ellipsoid((0, 0, 0), bare.half * swell, exponent=bare.shape)
    inner = ellipsoid((0, 0, 0), bare.half * (swell - 0.13), exponent=bare.shape)
    front = half_space((0, -y * mix(rng, 0.2, 0.45), 0), (0, 1, 0))
    plate = both(minus(outer, inner), front)
    high = z * mix(rng, 0.7, 1.1)
    if kind == "ball":
        plate = both(plate, box((0, 0, z * 0.18), (9, 9, z * 0.34)))
    elif kind in ("plague", "gas"):
        plate = both(plate, half_space((0, 0, high), (0, 0, 1)))
    elif chance(rng, 0.5):
        long = mix(rng, 1.1, 1.5)
        grown = bare.half * vec(1, 1, long) * swell
        plate = both(
            minus(
                ellipsoid((0, 0, 0), grown, exponent=2.6),
                ellipsoid((0, 0, 0), grown - 0.03, exponent=2.6),
            ),
            front,
        )
    s.add(plate, "mask/face", 0.0)
    apart, size = x * mix(rng, 0.36, 0.45), x * mix(rng, 0.17, 0.26)
    level, tilt = z * mix(rng, 0.08, 0.25), mix(rng, -0.4, 0.5)
    for name, side in SIDES:
        eye = vec(side * apart, 0, level)
        if kind == "gas" or (kind == "plague" and chance(rng, 0.7)):
            at = eye + vec(0, -y * swell * 0.9, 0)
            s.add(
                cylinder(at + vec(0, 0.05, 0), at - vec(0, 0.06, 0), size * 1.35),
                f"mask/lens.{name}",
                0.0,
            )
            s.add(
                torus(at - vec(0, 0.06, 0), (0, 1, 0), size * 1.3, 0.02),
                f"mask/lens ring.{name}",
                0.0,
            )
        else:
            wide = size * mix(rng, 0.9, 1.2)
            s.cut(loft(eye - vec(0, 2, 0), eye, wide, size * 0.6, side=(1, 0, side * tilt)), 0.0)
    depth = -y * swell
    if kind == "plague":
        long = y * mix(rng, 1.5, 2.6)
        root, end = vec(0, depth * 0.85, -z * 0.15), vec(0, depth - long, -z * mix(rng, 0.3, 0.9))
        s.limb(
            spline([root, (root + end) / 2 + vec(0, 0, z * 0.15), end], 9),
            [x * 0.42, x * 0.25, 0.025],
            "mask/beak",
            0.01,
        )
    elif kind == "gas":
        at = vec(0, depth * 0.95, -z * 0.45)
        s.add(cylinder(at + vec(0, 0.06, 0), at - vec(0, 0.08, 0), x * 0.36), "mask/valve", 0.0)
        for name, side in SIDES if chance(rng, 0.6) else SIDES[:1]:
            way = vec(side * 0.75, -0.6, -0.3) if chance(rng, 0.7) else vec(0, -1, -0.4)
            s.add(cylinder(at, at + way * x * 0.9, x * 0.2), f"mask/filter.{name}", 0.0)
            s.add(
                cylinder(at + way * x * 0.65, at + way * x * 1.2, x * 0.36, rounding=0.012),
                f"mask/filter.{name}",
                0.0,
            )
    else:
        if kind != "ball" and chance(rng, 0.85):
            long = mix(rng, 0.2, 0.9)
            top, low = (
                vec(0, depth * 0.97, level * 0.7),
                vec(0, depth * 0.97, -z * mix(rng, 0.2, 0.35)),
            )
            s.add(
                round_cone(
                    top, low + vec(0, -y * long * 0.4, 0), x * 0.09, x * mix(rng, 0.13, 0.26)
                ),
                "mask/nose",
                0.006,
            )
        for name, side in SIDES if chance(rng, 0.6) else ():
            a, b = (
                vec(side * apart * 0.4, depth * 0.98, level + z * 0.2),
                vec(side * apart * 1.7, depth * 0.78, level + z * mix(rng, 0.15, 0.5)),
            )
            s.limb([a, b], x * np.array([0.09, 0.07]), f"mask/brow.{name}", 0.004)
        if kind != "ball":
            _mask_mouth(s, rng, x, z, depth)
    if kind in ("tribe", "animal") and chance(rng, 0.8):
        _mask_top(s, rng, bare, swell, kind)
    if kind == "ball":
        for i in range(int(rng.integers(2, 7))):
            side = 1 if chance(rng, 0.5) or i == 0 else -1
            root = vec(side * x * 0.95, depth * 0.5, z * 0.45)
            tip = root + vec(side * x * mix(rng, 0.2, 0.9), 0, z * mix(rng, 0.7, 1.2))
            s.add(
                loft(root, tip, [0.016, 0.05, 0.013], 0.014, side=(1, 0, -0.4)),
                f"mask/feather.{i}",
                0.0,
            )
        if chance(rng, 0.5):
            s.add(ellipsoid((0, depth * 1.0, z * 0.46), x * vec(0.15, 0.1, 0.18)), "mask/gem", 0.0)
        if chance(rng, 0.4):
            s.limb(
                [(x * 1.0, depth * 0.5, 0), (x * 1.3, depth * 0.7, -z * 1.9)], 0.018, "handle", 0.0
            )
    if worn or chance(rng, 0.3):
        strap = both(
            minus(
                ellipsoid((0, 0, 0), bare.half * 1.09, exponent=bare.shape),
                ellipsoid((0, 0, 0), bare.half * 0.95, exponent=bare.shape),
            ),
            box((0, 0, level), (9, 9, 0.028)),
        )
        s.add(both(strap, half_space((0, -y * 0.3, 0), (0, -1, 0))), "mask/strap", 0.0)
    if worn:
        bare_head(s, rng, Bare(bare.make, bare.half, 0.0), mouth=False)
    s.opinion(0.35, "mask" if worn else "mask/brow.?>mask/face", "head", "body")
    s.opinion(
        0.35,
        "head",
        "body",
        "mask/feather.*>mask/feathers",
        "mask/tooth.*>^",
        "mask/lens ring.?>mask/face",
    )
    s.opinion(0.3)
    return s


def _mask_mouth(s: Sculpture, rng: np.random.Generator, x: float, z: float, depth: float) -> None:
    low, wide = -z * mix(rng, 0.5, 0.65), x * mix(rng, 0.3, 0.55)
    smile = mix(rng, -0.5, 0.5) * wide
    curve = [
        vec(-wide, depth * 0.78, low + smile),
        vec(0, depth * 0.9, low),
        vec(wide, depth * 0.78, low + smile),
    ]
    kind = str(rng.choice(["hole", "lips", "teeth", "tusks", "none"]))
    if kind == "hole":
        s.cut(
            loft(
                (0, depth * 1.5, low),
                (0, depth * 0.5, low),
                wide * 0.7,
                x * mix(rng, 0.08, 0.2),
                side=(1, 0, 0),
            ),
            0.0,
        )
    elif kind == "lips":
        s.limb(spline(curve, 9), x * np.array([0.05, 0.13, 0.05]), "mask/mouth", 0.004)
    elif kind == "teeth":
        s.add(ellipsoid((0, depth * 0.86, low), (wide, 0.06, x * 0.22)), "mask/mouth", 0.0)
        for i, at in enumerate(np.linspace(-0.6, 0.6, 5)):
            s.add(
                box(
                    (at * wide, depth * 0.86 - 0.055, low + x * 0.06),
                    (wide * 0.13, 0.022, x * 0.1),
                    0.006,
                ),
                f"mask/tooth.{i}",
                0.0,
            )
    elif kind == "tusks":
        for name, side in SIDES:
            root = vec(side * wide * 0.7, depth * 0.86, low)
            s.limb(
                spline(
                    [
                        root,
                        root + vec(side * x * 0.15, -0.05, x * 0.05),
                        root + vec(side * x * 0.18, -0.05, x * mix(rng, 0.35, 0.7)),
                    ],
                    6,
                ),
                [x * 0.11, 0.013],
                f"mask/tusk.{name}",
                0.003,
            )


def _mask_top(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float, kind: str) -> None:
    x, y, z = bare.half * swell
    what = "ears" if kind == "animal" else str(rng.choice(["horns", "feathers", "crest", "ears"]))
    if what in ("horns", "ears"):
        high, out = z * mix(rng, 0.5, 1.1), mix(rng, 0.2, 0.9)
        for name, side in SIDES:
            root = vec(side * x * 0.55, -y * 0.35, z * 0.78)
            end = root + vec(side * x * out, 0, high)
            if what == "horns":
                s.limb(
                    spline([root, root + vec(side * x * out * 1.1, 0, high * 0.3), end], 8),
                    [x * 0.2, 0.014],
                    f"mask/horn.{name}",
                    0.004,
                )
            else:
                s.add(
                    loft(
                        root, end, x * np.array([0.26, 0.32, 0.06]), 0.03, side=(1, 0, -side * out)
                    ),
                    f"mask/ear.{name}",
                    0.006,
                )
    elif what == "feathers":
        for i, turn in enumerate(np.linspace(-0.9, 0.9, int(rng.integers(3, 8)))):
            way = vec(np.sin(turn), 0, np.cos(turn))
            root = way * [x, 0, z] * 0.85 + vec(0, -y * 0.45, 0)
            s.add(
                loft(
                    root,
                    root + way * z * mix(rng, 0.6, 1.0),
                    [0.025, 0.055, 0.016],
                    0.016,
                    side=np.cross(way, (0, 1, 0)),
                ),
                f"mask/feather.{i}",
                0.0,
            )
    else:
        fan = both(
            ellipsoid((0, -y * 0.45, z * 0.3), (x * 1.3, 0.03, z * 1.25)),
            half_space((0, 0, z * 0.55), (0, 0, -1)),
        )
        s.add(fan, "mask/crest", 0.003)
