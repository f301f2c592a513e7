# SPDX-License-Identifier: GPL-3.0-or-later
"""Dragons: four legs and wings, two legs and wings, or a long body without wings."""

from __future__ import annotations

import numpy as np

from ..implicit import Vector, ellipsoid, half_space, loft, round_cone, sphere, spline, unit, vec
from ..polyhedra import both
from ..sculpt import Sculpture, chance, mix
from .tails import tail
from .wings import pair

SIDES = (("l", 1.0), ("r", -1.0))


def dragon(rng: np.random.Generator) -> Sculpture:
    """A dragon, a wyvern or a long serpent with legs, facing -y; wings, horns, spikes, claws."""
    s = Sculpture(detail=118)
    kind = str(rng.choice(["dragon", "dragon", "wyvern", "serpent"]))
    k = mix(rng, 0.012, 0.03)
    if kind == "serpent":
        back, girth = _long_body(s, rng, k)
    else:
        back, girth = _body(s, rng, kind, k)
    if chance(rng, 0.75):
        _spikes(s, rng, back, girth)
    s.opinion(0.3, "wing.?", "leg.*", "tail", "head", "horn.?>head", "spike.*>spikes")
    s.opinion(
        0.25,
        "leg.*",
        "wing.?/finger.*>^",
        "head/jaw>head",
        "head/eye.?>head",
        "spike.*>spikes",
    )
    s.opinion(
        0.25,
        "leg.*/claw.*>^",
        "wing.?/finger.*>^",
        "head/eye.?>^",
        "head/nostril.?>^",
        "spike.*>spikes",
    )
    s.opinion(0.2)
    return s


def _claws(s: Sculpture, rng: np.random.Generator, foot: Vector, r: float, path: str) -> None:
    for i in range(3):
        way = unit(vec((i - 1) * 0.55, -1, -0.15))
        root = foot + way * r * 1.0
        s.add(round_cone(foot, root, r * 0.8, r * 0.5), f"{path}/foot", 0.008)
        s.add(
            round_cone(root, root + way * r * 1.2 - vec(0, 0, r * 0.25), r * 0.4, 0.013),
            f"{path}/claw.{i}",
            0.002,
        )


def _leg(
    s: Sculpture,
    rng: np.random.Generator,
    top: Vector,
    foot: Vector,
    r: float,
    bend: float,
    path: str,
    k: float,
) -> None:
    knee = (top + foot) / 2 + vec(0, bend, 0)
    s.limb([top, knee], [r * 1.5, r], f"{path}/thigh", k)
    s.limb([knee, foot], [r, r * 0.7], f"{path}/shin", k)
    _claws(s, rng, foot, r * 0.85, path)


def _body(s: Sculpture, rng: np.random.Generator, kind: str, k: float) -> tuple[Vector, Vector]:
    """Trunk, legs, neck, head, wings and tail; the curve of the back and half sizes along it."""
    long, girth = mix(rng, 0.2, 0.3), mix(rng, 0.1, 0.16)
    upright = mix(rng, 0.5, 1.1) if kind == "wyvern" else mix(rng, -0.05, 0.45)
    way = unit(vec(0, 1, -upright))
    chest, hip = -way * long * 0.7, way * long * 0.7
    s.add(
        loft(
            chest,
            hip,
            girth * np.array([0.9, 1.08, 0.95, 0.75]),
            girth * np.array([0.95, 1.15, 1.0, 0.8]),
            side=(1, 0, 0),
            cap=girth * 0.7,
        ),
        "body/body",
        0,
    )
    if chance(rng, 0.4):
        belly = loft(
            chest + vec(0, -girth * 0.3, -girth * 0.35),
            hip + vec(0, 0, -girth * 0.3),
            girth * 0.72,
            girth * 0.88,
            side=(1, 0, 0),
        )
        s.add(belly, "body/belly", 0.003)
    ground = hip[2] - mix(rng, 0.22, 0.34)
    r = girth * mix(rng, 0.32, 0.42)
    for name, side in SIDES:
        foot = vec(side * girth * mix(rng, 1.0, 1.3), hip[1] - 0.03, ground)
        _leg(
            s,
            rng,
            hip + vec(side * girth * 0.7, -0.03, 0),
            foot,
            r * 1.15,
            0.09,
            f"leg.hind.{name}",
            k,
        )
        if kind == "dragon":
            low = ground if upright < 0.3 else chest[2] - mix(rng, 0.15, 0.25)
            foot = vec(side * girth * 1.05, chest[1] - 0.04, low)
            _leg(
                s,
                rng,
                chest + vec(side * girth * 0.75, 0.02, -0.03),
                foot,
                r,
                -0.05,
                f"leg.front.{name}",
                k,
            )
    neck_long = mix(rng, 0.2, 0.5)
    base = chest - way * girth * 0.5
    top = base + vec(
        mix(rng, -0.08, 0.08), -neck_long * mix(rng, 0.3, 0.8), neck_long * mix(rng, 0.6, 1.0)
    )
    neck = spline([base, (base + top) / 2 + vec(0, -0.05, -0.02), top], 9)
    s.limb(neck, [girth * 0.75, girth * 0.5, girth * 0.4], "neck", k)
    _head(s, rng, top, girth * mix(rng, 0.6, 0.85))
    size, up = mix(rng, 0.5, 0.95), mix(rng, -0.2, 1.2)
    skin = "membrane" if chance(rng, 0.85) else "feathered"
    root = chest * 0.5 + vec(girth * 0.6, 0, girth * 0.7)
    pair(s, rng, skin, root, unit(vec(1, mix(rng, -0.1, 0.4), up)), unit(vec(0, -1, 0.35)), size)
    tip = str(rng.choice(["arrow", "spade", "club", "spiked", "fan", "plain", "tuft"]))
    end = tail(
        s,
        rng,
        hip + way * girth * 0.3,
        unit(vec(0, 1, -0.35 * upright - 0.1)),
        mix(rng, 0.5, 0.8),
        girth * 0.62,
        tip,
        k,
    )
    curve = np.concatenate([neck[::-1][1:], np.linspace(chest, hip, 5), end[2:]])
    width = np.concatenate(
        [
            np.full(8, girth * 0.5),
            np.full(5, girth * 1.05),
            np.linspace(girth * 0.6, girth * 0.15, len(end) - 2),
        ]
    )
    return curve, width


def _long_body(s: Sculpture, rng: np.random.Generator, k: float) -> tuple[Vector, Vector]:
    waves, girth = mix(rng, 1.2, 2.2), mix(rng, 0.055, 0.085)
    t = np.linspace(0, 1, 33)
    upright = chance(rng, 0.5)
    swing = mix(rng, 0.14, 0.22) * np.sin(2 * np.pi * waves * t)
    curve = (
        np.stack([0.05 * np.sin(7 * t), t * 0.95 - 0.45, swing], 1)
        if upright
        else np.stack([swing, t * 0.95 - 0.45, 0.12 - 0.1 * t], 1)
    )
    radii = girth * np.interp(t, [0, 0.15, 0.6, 1], [0.8, 1.0, 0.95, 0.3])
    s.limb(curve[:25], radii[:25], "body/body", 0, 0.01)
    s.limb(curve[24:], radii[24:], "tail/tail", 0.004, 0.01)
    tuft = curve[-1]
    for i in range(3):
        way = unit(vec(0.35 * (i - 1), 1, 0.3 * (i - 1)))
        s.add(
            loft(tuft - way * 0.02, tuft + way * 0.2, [0.02, 0.045, 0.013], [0.02, 0.045, 0.013]),
            "tail/tuft",
            0.004,
        )
    for pair_number, place in enumerate((6, 17)):
        at, r = curve[place], girth * 0.42
        for name, side in SIDES:
            foot = at + vec(side * girth * 1.7, -0.06, -girth * 2.4)
            _leg(
                s,
                rng,
                at + vec(side * girth * 0.6, 0, 0),
                foot,
                r,
                0.05,
                f"leg.{'front' if not pair_number else 'hind'}.{name}",
                k,
            )
    head = curve[0] + vec(0, -0.03, 0.03)
    _head(s, rng, head, girth * mix(rng, 1.2, 1.5))
    for name, side in SIDES:
        root = head + vec(side * girth * 0.5, -girth * 2.4, 0)
        whisker = [
            root,
            root + vec(side * 0.12, -0.05, 0.07),
            root + vec(side * 0.2, 0.12, 0.02),
            root + vec(side * 0.28, 0.2, 0.1),
        ]
        s.limb(spline(whisker, 12), [0.02, 0.013], f"head/whisker.{name}", 0.003)
    for i in range(7):
        turn = np.pi * (i / 6 - 0.5) * 1.3
        way = unit(vec(np.sin(turn), 1.1, np.cos(turn)))
        s.add(
            loft(
                head + way * 0.03, head + way * girth * 3, [0.03, 0.04, 0.012], [0.03, 0.03, 0.012]
            ),
            "head/mane",
            0.004,
        )
    if chance(rng, 0.4):
        pearl = head + vec(0, -girth * 4.6, -girth * 0.5)
        s.add(sphere(pearl, girth * 0.9), "pearl", 0.0)
        s.add(
            round_cone(head + vec(0, -girth * 2.6, -girth * 0.4), pearl, girth * 0.4, girth * 0.3),
            "head/jaw",
            0.003,
        )
    return curve[1:], radii[1:]


def _head(s: Sculpture, rng: np.random.Generator, at: Vector, r: float) -> None:
    """Skull, snout, jaw with teeth, horns, ears or frill; facing -y."""
    long, drop = r * mix(rng, 1.5, 2.6), mix(rng, 0.0, 0.4)
    s.add(ellipsoid(at, r * vec(0.9, 1.1, 0.85)), "head/skull", 0.02)
    way = unit(vec(0, -1, -drop))
    tip = at + way * (r * 0.6 + long)
    s.add(
        loft(
            at + way * r * 0.3,
            tip,
            r * np.array([0.8, 0.6, 0.5]),
            r * np.array([0.55, 0.36, 0.3]),
            side=(1, 0, 0),
            cap=r * 0.25,
        ),
        "head/snout",
        0.012,
    )
    gape = mix(rng, 0.05, 0.6)
    low = unit(way - vec(0, 0, gape))
    s.add(
        loft(
            at - vec(0, 0, r * 0.35),
            at - vec(0, 0, r * 0.35) + low * (r * 0.5 + long * 0.92),
            r * np.array([0.7, 0.5, 0.4]),
            r * 0.2,
            side=(1, 0, 0),
            cap=r * 0.15,
        ),
        "head/jaw",
        0.003,
    )
    for name, side in SIDES:
        s.add(
            sphere(at + vec(side * r * 0.7, -r * 0.65, r * 0.35), r * 0.24),
            f"head/eye.{name}",
            0.002,
        )
        s.add(
            sphere(tip + vec(side * r * 0.25, 0, r * 0.2), r * 0.15), f"head/nostril.{name}", 0.003
        )
    kind, high = str(rng.choice(["straight", "curved", "ram", "many"])), r * mix(rng, 1.2, 2.6)
    for name, side in SIDES:
        root = at + vec(side * r * 0.45, r * 0.3, r * 0.6)
        if kind == "ram":
            t = np.linspace(0, 4.2, 14)
            curve = (
                root
                + np.stack([side * (0.2 + 0.1 * t), np.sin(t) * 0.7, np.cos(t) * 0.7 - 0.5], 1) * r
            )
        else:
            lean = vec(side * mix(rng, 0.1, 0.5), mix(rng, 0.5, 1.0), mix(rng, 0.3, 0.9))
            end = root + unit(lean) * high
            hook = vec(0, 0, high * 0.3) if kind == "curved" else vec(0, 0, 0)
            curve = spline([root, (root + end) / 2 - hook * 0.6, end + hook * 0.5], 7)
        s.limb(curve, [r * 0.28, 0.014], f"horn.{name}", 0.004)
        for i in range(2 if kind == "many" else 0):
            spot = at + vec(side * r * 0.8, r * (0.1 + 0.1 * i), r * (0.1 - 0.45 * i))
            s.add(
                round_cone(spot, spot + vec(side * r * 0.7, r * 0.8, 0), r * 0.17, 0.013),
                f"head/cheek spike.{name}{i}",
                0.003,
            )
    if chance(rng, 0.3):
        frill = both(
            ellipsoid(at + vec(0, r * 0.4, 0), r * vec(2.1, 0.25, 1.9), exponent=2),
            half_space(at - vec(0, 0, r * 0.4), (0, 0, -1)),
        )
        s.add(frill, "head/frill", 0.004)
    for i in range(int(rng.integers(0, 4))):
        fang = tip + vec((-1) ** i * r * 0.35, r * 0.3 * (i // 2) + 0.01, -r * 0.15)
        s.add(round_cone(fang, fang - vec(0, 0, r * 0.4), r * 0.12, 0.012), "head/fang", 0.002)


def _spikes(s: Sculpture, rng: np.random.Generator, back: Vector, girth: Vector) -> None:
    """A row along the back: spikes, plates or a sail."""
    kind, count = str(rng.choice(["spikes", "plates", "fin"])), int(rng.integers(8, 15))
    places = np.linspace(2, len(back) - 3, count).astype(int)
    tall = mix(rng, 0.06, 0.13)
    for i, place in enumerate(places):
        along = unit(back[min(place + 1, len(back) - 1)] - back[place - 1])
        up = unit(vec(0, 0.25, 1) - along * float(along @ vec(0, 0.25, 1)))
        root = back[place] + up * girth[place] * 0.75
        high = tall * (0.6 + 0.6 * np.sin(np.pi * (i + 0.5) / count))
        tip = root + up * (high + girth[place] * 0.2) + along * high * 0.4
        if kind == "spikes":
            s.add(round_cone(root, tip, max(0.02, high * 0.28), 0.012), f"spike.{i}", 0.003)
        else:
            broad = high * (0.5 if kind == "plates" else 0.8)
            s.add(
                loft(root, tip, [broad * 0.8, broad, 0.014], 0.016, side=along),
                f"spike.{i}" if kind == "plates" else "back fin",
                0.003,
            )
