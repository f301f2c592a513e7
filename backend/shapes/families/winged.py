# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures and small animals with wings: fairies, angels, imps; butterflies, bees, bats."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    cylinder,
    ellipsoid,
    extrusion,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    unit,
    vec,
)
from ..polyhedra import regular
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT
from .tails import tail
from .wings import KINDS, pair

SIDES = (("l", 1.0), ("r", -1.0))


def winged(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """A fairy, an angel, an imp or a winged machine: a figure with wings of `kind` or any."""
    s = Sculpture(detail=116)
    k = mix(rng, 0.01, 0.025)
    head, tall = mix(rng, 0.09, 0.14), mix(rng, 0.24, 0.34)
    chest, hip = mix(rng, 0.075, 0.1), mix(rng, 0.07, 0.11)
    kind = kind or str(rng.choice(KINDS))
    torso = loft(
        (0, 0, tall), (0, 0, 0), [chest * 0.6, chest, hip * 0.75, hip], chest * 0.72, side=(1, 0, 0)
    )
    s.add(torso, "torso", 0)
    skull = vec(0, -0.01, tall + head * 1.05)
    s.add(round_cone((0, 0, tall - 0.03), skull, head * 0.38, head * 0.34), "torso", k)
    s.add(ellipsoid(skull, head * vec(0.92, 0.95, 1.05)), "head/skull", 0.006)
    up, out = mix(rng, -0.6, 1.0), mix(rng, -0.4, 0.4)
    for name, side in SIDES:
        shoulder = vec(side * chest * 0.9, 0, tall * 0.86)
        elbow = shoulder + vec(side * 0.09, out * 0.1, up * 0.09 - 0.02)
        hand = elbow + vec(side * 0.06, -0.08, 0.05 + up * 0.05)
        s.limb([shoulder, elbow, hand], [0.034, 0.028, 0.024], f"arm.{name}", k)
        s.add(sphere(hand, 0.036), f"arm.{name}/hand", 0.004)
        foot = vec(side * hip * 0.7, mix(rng, -0.06, 0.1), -mix(rng, 0.26, 0.36))
        s.limb(
            [vec(side * hip * 0.5, 0, 0), foot * [1, 0.2, 0.5], foot],
            [0.048, 0.038, 0.028],
            f"leg.{name}",
            k,
        )
        s.add(
            ellipsoid(foot + vec(0, -0.035, -0.01), (0.032, 0.07, 0.026)), f"leg.{name}/foot", 0.006
        )
    if chance(rng, 0.6):
        flare, low = mix(rng, 1.5, 2.6), -mix(rng, 0.08, 0.3)
        skirt = loft(
            (0, 0, tall * 0.35),
            (0, 0, low),
            hip * np.array([0.85, 1.25, flare]),
            hip * np.array([0.8, 1.2, flare]) * 0.85,
            side=(1, 0, 0),
            cap=0.012,
        )
        s.add(skirt, "skirt", 0.003)
        for turn in np.linspace(0, 2 * np.pi, int(rng.choice([1, 6, 8])), endpoint=False)[1:]:
            tip = vec(np.cos(turn), np.sin(turn) * 0.85, 0) * hip * flare * 0.8 + vec(0, 0, low)
            s.add(
                round_cone(tip, tip * [1.1, 1.1, 1] - vec(0, 0, 0.07), 0.05, 0.014), "skirt", 0.01
            )
    root = vec(0.025, chest * 0.6, tall * mix(rng, 0.6, 0.8))
    lean = unit(vec(1, mix(rng, 0.2, 0.7), mix(rng, 0.0, 0.7)))
    pair(s, rng, kind, root, lean, unit(vec(0, mix(rng, -0.2, 0.2), 1)), mix(rng, 0.4, 0.7))
    _crowning(s, rng, skull, head)
    if chance(rng, 0.25):
        tail(
            s,
            rng,
            vec(0, hip * 0.6, 0.02),
            unit(vec(0, 1, -0.3)),
            mix(rng, 0.3, 0.5),
            0.03,
            str(rng.choice(["arrow", "spade", "tuft", "plain"])),
            0.006,
        )
    if chance(rng, 0.3):
        _wand(s, rng, vec(-chest * 0.9 - 0.15, out * 0.1 - 0.08, tall * 0.86 + 0.03 + up * 0.14))
    s.opinion(0.35, "wing.?", "head", "arm.?", "leg.?")
    s.opinion(
        0.3, "head", "arm.?", "leg.?", "wing.?/spot*>^", "wing.?/finger.*>^", "wing.?/joint.*>^"
    )
    s.opinion(0.2, "wing.?")
    s.opinion(0.15)
    return s


def _crowning(s: Sculpture, rng: np.random.Generator, skull: Vector, head: float) -> None:
    """What is on a winged figure's head: a halo, horns, feelers, hair, ears."""
    what = str(rng.choice(["halo", "horns", "feelers", "bun", "ears", "hood"]))
    if what == "halo":
        at = skull + vec(0, 0.02, head * mix(rng, 1.25, 1.5))
        s.add(torus(at, (0, 0.15, 1), head * mix(rng, 0.6, 0.85), 0.022), "halo", 0.0)
        s.add(
            cylinder(skull + vec(0, head * 0.7, head * 0.2), at + vec(0, head * 0.7, 0), 0.014),
            "halo rod",
            0.0,
        )
    elif what == "bun":
        s.add(
            ellipsoid(skull + vec(0, head * 0.15, head * 0.12), head * vec(1.0, 0.98, 1.08)),
            "head/hair",
            0.003,
        )
        s.add(
            sphere(skull + vec(0, head * 0.2, head * 1.35), head * mix(rng, 0.35, 0.55)),
            "head/bun",
            0.003,
        )
    elif what == "hood":
        s.add(
            ellipsoid(skull + vec(0, head * 0.15, 0.01), head * vec(1.08, 1.05, 1.15)),
            "head/hood",
            0.003,
        )
        s.add(
            round_cone(
                skull + vec(0, head * 0.7, head * 0.7),
                skull + vec(0, head * 1.5, head),
                head * 0.5,
                0.03,
            ),
            "head/hood",
            0.02,
        )
    else:
        thick = {"horns": 0.3, "feelers": 0.13, "ears": 0.24}[what] * head
        high, wide = mix(rng, 0.6, 1.3) * head, mix(rng, 0.2, 0.8) * head
        for name, side in SIDES:
            root = skull + vec(
                side * head * (0.85 if what == "ears" else 0.45),
                0,
                head * (0.1 if what == "ears" else 0.8),
            )
            end = root + vec(
                side * (wide + head * 0.5 * (what == "ears")),
                -head * 0.2,
                high * (0.4 if what == "ears" else 1),
            )
            curve = spline([root, (root + end) / 2 + vec(side * wide * 0.3, 0, 0), end], 6)
            s.limb(
                curve,
                [max(thick, 0.015), max(0.3 * thick, 0.013)],
                f"head/{what[:-1]}.{name}",
                0.004,
            )
            if what == "feelers":
                s.add(sphere(end, 0.03), f"head/feeler.{name}", 0.002)


def _wand(s: Sculpture, rng: np.random.Generator, hand: Vector) -> None:
    tip = hand + vec(-0.06, -0.14, 0.22)
    s.add(round_cone(hand - (tip - hand) * 0.2, tip, 0.016, 0.014), "wand/rod", 0.002)
    star = regular(10, 1.0, 0.5) * np.tile([[1.0], [0.45]], (5, 1)) * mix(rng, 0.06, 0.09)
    s.add(extrusion(star, 0.02, centre=tip, rotation=UPRIGHT), "wand/star", 0.0)


def butterfly(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """A butterfly, a dragonfly, a bee or a bat: a long body with a head, and two pairs of wings."""
    s = Sculpture(detail=118)
    kind = kind or str(rng.choice(["butterfly", "butterfly", "dragonfly", "bee", "bat"]))
    long = mix(rng, 0.16, 0.24) * (1.6 if kind == "dragonfly" else 1)
    r = {"bee": mix(rng, 0.09, 0.12), "bat": mix(rng, 0.09, 0.12)}.get(kind, mix(rng, 0.03, 0.05))
    s.add(ellipsoid((0, 0, 0), (r, r * 1.5, r)), "thorax" if kind != "bat" else "body", 0)
    head = vec(0, -r * 1.9, r * 0.15)
    s.add(ellipsoid(head, r * mix(rng, 0.7, 0.9)), "head/skull", 0.004)
    if kind == "bat":
        s.add(
            loft(
                (0, 0, 0),
                (0, long, -0.02),
                [r, r * 0.9, r * 0.4],
                [r, r * 0.8, r * 0.4],
                side=(1, 0, 0),
            ),
            "body",
            0.02,
        )
    elif kind == "bee":
        count = int(rng.integers(4, 6))
        for i in range(count):
            y, size = r * 1.2 + i * r * 0.5, r * (1.15 - 0.14 * abs(i - 1) - 0.06 * i)
            ring = cylinder((0, y - r * 0.27, 0), (0, y + r * 0.27, 0), size, size * 0.97, r * 0.18)
            s.add(ring, f"abdomen/stripe.{i}", 0.0)
        end = r * 1.2 + count * r * 0.5
        s.add(
            round_cone((0, end - r * 0.4, 0), (0, end + r * 0.5, -r * 0.2), r * 0.3, 0.013),
            "abdomen/sting",
            0.004,
        )
    else:
        count = 6 if kind == "dragonfly" else 4
        for i in range(count):
            y = r + (i + 0.5) * long / count
            size = r * ((0.7 - 0.03 * i) if kind == "dragonfly" else (0.95 - 0.15 * i))
            s.add(
                ellipsoid((0, y, -0.01 * i), (size, long / count * 0.66, size)),
                f"abdomen/segment.{i}",
                0.003,
            )
    for name, side in SIDES:
        big = mix(rng, 0.5, 0.75) if kind == "dragonfly" else mix(rng, 0.25, 0.4)
        s.add(sphere(head + r * vec(side * 0.55, -0.35, 0.25), r * big), f"head/eye.{name}", 0.0)
        if kind == "bat":
            ear = head + vec(side * r * 0.45, 0, r * 0.4)
            s.add(
                loft(
                    ear,
                    ear + vec(side * r * 0.5, 0, r * 1.2),
                    [r * 0.3, r * 0.38, 0.013],
                    0.022,
                    side=(1, 0, 0),
                ),
                f"head/ear.{name}",
                0.003,
            )
        elif kind != "dragonfly":
            root = head + vec(side * r * 0.3, -r * 0.4, r * 0.4)
            tip = root + vec(
                side * mix(rng, 0.06, 0.14), -mix(rng, 0.08, 0.16), mix(rng, 0.02, 0.12)
            )
            s.limb(
                spline([root, (root + tip) / 2 + vec(0, -0.02, 0.03), tip], 6),
                0.013,
                f"head/feeler.{name}",
                0.002,
            )
            s.add(sphere(tip, 0.024), f"head/feeler.{name}", 0.002)
        for i in range(0 if kind == "bat" else 3):
            root = vec(side * r * 0.6, (i - 1) * r * 0.8, -r * 0.5)
            knee, foot = (
                root + vec(side * r * 1.2, (i - 1) * 0.04, -0.01),
                root + vec(side * r * 1.6, (i - 1) * 0.09, -r * 1.8),
            )
            s.limb([root, knee, foot], 0.014, f"leg.{name}{i}", 0.002)
    if kind == "bat":
        for name, side in SIDES:
            s.limb(
                [(side * r * 0.5, long * 0.9, -0.03), (side * r * 0.6, long * 1.1, -0.11)],
                [0.026, 0.018],
                f"leg.{name}",
                0.004,
            )
    rise = mix(rng, -0.1, 0.9)
    wings = {"bee": "dragonfly", "bat": "membrane"}.get(kind, kind)
    size = mix(rng, 0.4, 0.55) if kind != "bee" else mix(rng, 0.3, 0.42)
    pair(
        s,
        rng,
        wings,
        vec(r * 0.6, -r * 0.2, r * 0.4),
        unit(vec(1, 0.1, rise)),
        unit(vec(0, -1, 0.1)),
        size,
    )
    if kind == "bat" and chance(rng, 0.5):
        tail(s, rng, vec(0, long, -0.02), vec(0, 1, -0.1), 0.2, 0.025, "plain", 0.006)
    s.opinion(0.4, "wing.?", "head", "leg.*", "abdomen", "head/feeler.?>^")
    s.opinion(0.3, "head", "abdomen", "wing.?/spot*>^", "wing.?/finger.*>^")
    s.opinion(0.3)
    return s
