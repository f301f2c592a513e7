# SPDX-License-Identifier: GPL-3.0-or-later
"""Glasses, pliers, scissors, hammers, drills."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    half_space,
    loft,
    round_cone,
    spline,
    torus,
    tube,
    vec,
)
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def rounded_outline(rng: np.random.Generator, w: float, h: float, count: int = 40) -> Vector:
    """A closed superellipse-like outline (count, 2) with a random squareness and lean."""
    a = np.linspace(0, 2 * np.pi, count, endpoint=False)
    e = 2 / mix(rng, 1.9, 4.5)
    x, y = np.sign(np.cos(a)) * abs(np.cos(a)) ** e, np.sign(np.sin(a)) * abs(np.sin(a)) ** e
    return np.stack([w * x * (1 + mix(rng, -0.15, 0.15) * y), h * y], 1)


def glasses(rng: np.random.Generator) -> Sculpture:
    """Spectacles: two rims, with or without lenses, bridge, temples; open or folded."""
    s = Sculpture(detail=118)
    w, h, r = mix(rng, 0.19, 0.25), mix(rng, 0.12, 0.2), mix(rng, 0.016, 0.026)
    gap = mix(rng, 0.03, 0.08)
    lenses = chance(rng, 0.6)
    outline = rounded_outline(rng, w, h, 32)
    k = mix(rng, 0.005, 0.03)
    for name, side in SIDES:
        centre = vec(side * (w + gap), 0, 0)
        ring = np.stack([side * outline[:, 0], np.zeros(len(outline)), outline[:, 1]], 1) + centre
        s.add(tube(np.concatenate([ring, ring[:1]]), r), f"eye.{name}/rim", k)
        if lenses:
            rot = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
            s.add(
                extrusion(outline * [side, 1], r * 0.62, centre=centre, rotation=rot),
                f"eye.{name}/lens",
                0.003,
                bias=0.004,
            )
        hinge = vec(side * (2 * w + gap), 0.01, h * mix(rng, 0.2, 0.6))
        long, inward = mix(rng, 0.55, 0.8), mix(rng, 0, 0.12)
        ear = hinge + vec(-side * inward, long, 0)
        tip = ear + vec(-side * 0.02, mix(rng, 0.08, 0.15), -mix(rng, 0.08, 0.2))
        s.limb(
            spline(
                [
                    hinge - vec(side * 0.015, 0, 0),
                    hinge + vec(side * 0.01, 0.05, 0),
                    (hinge + ear) / 2,
                    ear,
                    tip,
                ],
                14,
            ),
            [r * 1.15, r, r * 1.1],
            f"temple.{name}",
            k,
        )
    up = h * mix(rng, 0, 0.45)
    s.limb(
        spline([vec(-gap - r, 0, up), vec(0, -0.02, up + 0.03), vec(gap + r, 0, up)], 8),
        r,
        "bridge",
        k,
    )
    s.opinion(0.5, "eye.?")
    s.opinion(0.25)
    s.opinion(0.25, "eye.?>front", "bridge>front")
    return s


def pliers(rng: np.random.Generator) -> Sculpture:
    """Pliers, scissors, tongs: two crossed levers with handles, a pivot, jaws or blades."""
    s = Sculpture(detail=116)
    shears = chance(rng, 0.5)
    spread = np.radians(mix(rng, 4, 22))
    jaw = mix(rng, 0.15, 0.3) if not shears else mix(rng, 0.4, 0.6)
    grip = mix(rng, 0.4, 0.65)
    r = mix(rng, 0.025, 0.04)
    k = mix(rng, 0.005, 0.025)
    for name, side in SIDES:
        jaw_way = vec(side * np.sin(spread * 0.6), 0, np.cos(spread * 0.6))
        grip_way = vec(-side * np.sin(spread), 0, -np.cos(spread))
        y = side * 0.012
        path = f"lever.{name}"
        if shears:
            s.add(
                loft(
                    (0, y, -0.03),
                    jaw_way * jaw + vec(0, y, 0),
                    [0.045, 0.045, 0.015],
                    0.016,
                    side=(1, 0, 0),
                ),
                path + "/jaw",
                k,
            )
            end = grip_way * grip * 0.55 + vec(0, y, 0)
            s.limb([vec(0, y, 0), end], [0.03, 0.024], path + "/shank", k)
            size = mix(rng, 0.09, 0.13)
            out = vec(-side * 0.05, 0, 0)
            s.add(torus(end + grip_way * size + out, (0, 1, 0), size, 0.026), path + "/loop", k)
        else:
            s.add(
                loft(
                    (0, y, 0),
                    jaw_way * jaw + vec(side * 0.01, y, 0),
                    [0.05, 0.055, 0.03],
                    [0.035, 0.035, 0.025],
                    side=(1, 0, 0),
                    exponent=3,
                ),
                path + "/jaw",
                k,
            )
            bow = mix(rng, 0.02, 0.09)
            knee = grip_way * grip * 0.45 + vec(-side * bow, y, 0)
            end = grip_way * grip + vec(-side * bow * 0.6, y, 0)
            s.limb(
                spline([vec(0, y, 0), knee * 0.5, knee, end], 10),
                [r * 1.1, r, r * 1.25],
                path + "/grip",
                k,
            )
    if chance(rng, 0.8):
        s.add(
            cylinder((0, -0.05, 0), (0, 0.05, 0), mix(rng, 0.03, 0.06), rounding=0.01),
            "pivot",
            0.006,
        )
    s.opinion(0.45, "lever.?/shank>lever/jaw" if chance(rng, 0.3) else "none")
    s.opinion(0.25, "pivot>jaws", "lever.?/jaw>jaws")
    s.opinion(0.3, "lever.?")
    return s


def hammer(rng: np.random.Generator) -> Sculpture:
    """Hammer, axe, mallet, screwdriver, brush: a handle and a head."""
    s = Sculpture(crisp=chance(rng, 0.4), detail=104)
    long, r = mix(rng, 0.6, 1.0), mix(rng, 0.03, 0.05)
    k = 0.006 if s.crisp else mix(rng, 0.008, 0.04)
    kind = str(rng.choice(["hammer", "axe", "driver", "brush", "racket"]))
    swell = mix(rng, 1.0, 1.6)
    s.add(
        loft(
            (0, 0, 0),
            (0, 0, long),
            r * np.array([0.9 * swell, swell, 0.9, 1.0]),
            r * np.array([0.8 * swell, 0.8 * swell, 0.75, 0.8]),
            side=(1, 0, 0),
            cap=0.02,
        ),
        "handle/shaft",
        0,
    )
    if chance(rng, 0.45):
        s.paint(
            half_space((0, 0, long * mix(rng, 0.35, 0.5)), (0, 0, 1)), "handle/grip", "handle/shaft"
        )
    if kind == "hammer":
        face, size = mix(rng, 0.12, 0.22), mix(rng, 0.05, 0.08)
        s.add(box((0, 0, long), (size, size, size * 0.9), 0.01), "head/eye", k)
        s.add(
            cylinder((0, 0, long), (face, 0, long), size * 0.75, size * 0.9, 0.01), "head/face", k
        )
        if chance(rng, 0.5):
            for name, side in SIDES:
                s.limb(
                    spline(
                        [
                            vec(0, 0, long),
                            vec(-face * 0.7, side * 0.02, long + 0.01),
                            vec(-face * 1.2, side * 0.05, long - 0.05),
                        ],
                        8,
                    ),
                    [0.045, 0.02],
                    f"head/claw.{name}",
                    k,
                )
        else:
            s.add(
                loft(
                    (0, 0, long),
                    (-face, 0, long),
                    [size, size * 0.8, 0.02],
                    [size * 0.8, size * 0.8, size],
                    side=(0, 0, 1),
                ),
                "head/peen",
                k,
            )
    elif kind == "axe":
        blade = np.array(
            [
                [-0.07, -0.05],
                [0.08, -0.06],
                [0.26, -0.2],
                [0.3, 0.0],
                [0.27, 0.16],
                [0.08, 0.07],
                [-0.07, 0.06],
            ]
        )
        rot = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
        s.add(
            extrusion(
                blade * mix(rng, 0.8, 1.2),
                0.035,
                centre=(0, 0, long - 0.08),
                rotation=rot,
                rounding=0.02,
            ),
            "head/blade",
            k,
        )
    elif kind == "driver":
        s.add(
            round_cone((0, 0, long), (0, 0, long + mix(rng, 0.3, 0.6)), 0.022, 0.02),
            "head/rod",
            0.01,
        )
        s.add(
            cylinder((0, 0, long - 0.03), (0, 0, long + 0.02), r * 1.25, rounding=0.008),
            "collar",
            0.006,
        )
    elif kind == "brush":
        s.add(
            box((0, 0, long + 0.06), (mix(rng, 0.08, 0.16), 0.045, 0.06), 0.01), "head/ferrule", k
        )
        s.add(
            loft(
                (0, 0, long + 0.1),
                (0, 0, long + 0.3),
                [0.1, 0.13],
                [0.04, 0.025],
                side=(1, 0, 0),
                exponent=3,
            ),
            "head/bristles",
            0.004,
        )
    else:
        w, h = mix(rng, 0.16, 0.24), mix(rng, 0.2, 0.32)
        turn = np.linspace(0, 2 * np.pi, 30)
        ring = np.stack([w * np.sin(turn), 0 * turn, long + h - h * np.cos(turn)], 1)
        s.add(tube(ring, 0.03), "head/rim", k)
        s.add(ellipsoid((0, 0, long + h), (w, 0.016, h)), "head/net", 0.003)
    s.opinion(0.5, "head", "handle")
    s.opinion(0.25, "handle")
    s.opinion(0.25)
    return s


def drill(rng: np.random.Generator) -> Sculpture:
    """Drill, pistol, hair dryer, spray gun: barrel, grip, trigger, magazine."""
    s = Sculpture(crisp=chance(rng, 0.3), detail=108)
    k = 0.008 if s.crisp else mix(rng, 0.008, 0.05)
    r, long = mix(rng, 0.06, 0.11), mix(rng, 0.3, 0.5)
    s.add(
        loft(
            (0, long, 0),
            (0, -long * 0.4, 0),
            r * np.array([0.8, 1.0, 1.0, 0.8]),
            r * np.array([0.9, 1.1, 1.1, 0.9]),
            side=(1, 0, 0),
            cap=r * 0.6,
            exponent=mix(rng, 2, 4),
        ),
        "body",
        0,
    )
    tip = -long * 0.4 - mix(rng, 0.15, 0.35)
    s.add(
        cylinder(
            (0, -long * 0.3, 0), (0, tip, 0), r * mix(rng, 0.5, 0.8), r * mix(rng, 0.35, 0.8), 0.012
        ),
        "barrel/barrel",
        k,
    )
    if chance(rng, 0.5):
        s.add(
            round_cone((0, tip, 0), (0, tip - mix(rng, 0.1, 0.3), 0), 0.022, 0.018),
            "barrel/bit",
            0.006,
        )
    lean, drop = mix(rng, 0.05, 0.35), mix(rng, 0.28, 0.42)
    top = vec(0, long * mix(rng, 0.2, 0.7), -r * 0.5)
    end = top + vec(0, lean * drop, -drop)
    s.add(
        loft(top, end, [0.05, 0.06, 0.06], [0.07, 0.06, 0.065], side=(1, 0, 0), cap=0.02), "grip", k
    )
    if chance(rng, 0.5):
        s.add(box(end - vec(0, 0, 0.02), (0.08, 0.1, 0.045), 0.02), "battery", 0.01)
    if chance(rng, 0.7):
        at = top + vec(0, -0.075, -0.1)
        s.add(
            round_cone(at + vec(0, 0.03, 0.03), at - vec(0, 0.005, 0.03), 0.022, 0.016),
            "trigger/trigger",
            0.01,
        )
        if chance(rng, 0.5):
            guard = spline(
                [
                    top + vec(0, -0.06, 0),
                    at + vec(0, -0.08, 0),
                    at + vec(0, 0.02, -0.1),
                    top + vec(0, 0.02, -0.2),
                ],
                14,
            )
            s.limb(guard, 0.016, "trigger/guard", 0.008)
    s.opinion(0.5, "barrel", "trigger")
    s.opinion(0.3)
    s.opinion(0.2, "barrel", "trigger>grip", "battery>grip")
    return s
