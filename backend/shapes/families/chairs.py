# SPDX-License-Identifier: GPL-3.0-or-later
"""Chairs, armchairs and sofas."""

from __future__ import annotations

import numpy as np

from ..implicit import Vector, box, cylinder, frame, loft, round_cone, spline, vec
from ..sculpt import Sculpture, chance, mix

CORNERS = (("fl", -1, -1), ("fr", 1, -1), ("bl", -1, 1), ("br", 1, 1))


def leg(
    s: Sculpture,
    rng: np.random.Generator,
    style: str,
    top: Vector,
    foot: Vector,
    r: float,
    part: str,
    blend: float,
) -> None:
    """One furniture leg: square, round, turned or bowed."""
    if style == "square":
        axis = foot - top
        s.add(
            box(
                (top + foot) / 2,
                (r, r, float(np.linalg.norm(axis)) / 2),
                r * 0.25,
                frame(axis, (1, 0, 0)),
            ),
            part,
            blend,
        )
    elif style == "turned":
        beads = [1.0, 1.25, 0.7, 0.9, 1.3, 0.75, 0.8, 0.6]
        s.add(loft(top, foot, r * np.array(beads), r * np.array(beads), cap=r * 0.3), part, blend)
    elif style == "bowed":
        out = (foot - top) * [1, 1, 0]
        out = out / max(float(np.linalg.norm(out)), 1e-6)
        s.limb(
            spline(
                [
                    top,
                    top * 0.7 + foot * 0.3 + out * r * 1.6,
                    top * 0.3 + foot * 0.7 - out * r,
                    foot + out * r,
                ],
                9,
            ),
            [r * 1.4, r * 0.7, r * 0.95],
            part,
            blend,
        )
    else:
        s.add(cylinder(top, foot, r, r * mix(rng, 0.6, 1.0), rounding=r * 0.3), part, blend)


def chair(rng: np.random.Generator) -> Sculpture:
    """Dining, office, lounge and arm chairs: seat, back, legs, arms, rails."""
    s = Sculpture(crisp=chance(rng, 0.5), detail=112)
    kind = rng.choice(["legs", "swivel", "sofa"], p=[0.65, 0.2, 0.15])
    if kind == "sofa":
        return _sofa(s, rng)
    w, d = mix(rng, 0.2, 0.29), mix(rng, 0.19, 0.27)
    seat_z, t = mix(rng, 0.38, 0.5), mix(rng, 0.02, 0.055)
    blend = 0.005 if s.crisp else mix(rng, 0.01, 0.04)
    round_seat = chance(rng, 0.25)
    if round_seat:
        s.add(
            cylinder((0, 0, seat_z - t), (0, 0, seat_z + t), (w + d) / 2, rounding=t * 0.6),
            "seat",
            0,
        )
    else:
        s.add(box((0, 0, seat_z), (w, d, t), t * mix(rng, 0.1, 0.95)), "seat", 0)
    if kind == "legs":
        _chair_legs(s, rng, w, d, seat_z, round_seat, blend)
    else:
        _swivel(s, rng, w, seat_z, blend)
    _back(s, rng, w, d, seat_z, t, blend)
    if chance(rng, 0.4):
        _arms(s, rng, w, d, seat_z, blend)
    s.opinion(0.4, "back", "base", "arm.?")
    s.opinion(0.3, "arm.?", "rail.*>rail" if chance(rng, 0.5) else "none")
    s.opinion(0.15, "back", "arm.?", "leg.*>legs", "rail.*>legs")
    s.opinion(0.15)
    return s


def _chair_legs(
    s: Sculpture,
    rng: np.random.Generator,
    w: float,
    d: float,
    seat: float,
    round_seat: bool,
    blend: float,
) -> None:
    style = str(rng.choice(["square", "round", "turned", "bowed"], p=[0.35, 0.4, 0.15, 0.1]))
    r = mix(rng, 0.022, 0.04)
    splay = mix(rng, 0, 0.09)
    inset = 0.66 if round_seat else 0.95
    feet = {}
    for name, x, y in CORNERS:
        top = vec(x * (w * inset - r), y * (d * inset - r), seat)
        foot = vec(top[0] + x * splay, top[1] + y * splay, 0)
        feet[name] = (top, foot)
        leg(s, rng, style, top, foot, r, f"leg.{name}", blend)
    if chance(rng, 0.4):
        share = mix(rng, 0.35, 0.7)
        at = {n: a * (1 - share) + b * share for n, (a, b) in feet.items()}
        pairs = [("fl", "bl"), ("fr", "br")]
        if chance(rng, 0.5):
            pairs += [("bl", "br"), ("fl", "fr")]
        for a, b in pairs:
            s.add(round_cone(at[a], at[b], r * 0.6, r * 0.6), f"rail.{a}{b}", blend * 0.6)


def _swivel(s: Sculpture, rng: np.random.Generator, w: float, seat: float, blend: float) -> None:
    r = mix(rng, 0.025, 0.045)
    hub = mix(rng, 0.05, 0.1)
    s.add(cylinder((0, 0, hub), (0, 0, seat), r, rounding=0.01), "base/column", blend)
    if chance(rng, 0.3):
        s.add(
            cylinder((0, 0, 0), (0, 0, 0.04), w * mix(rng, 0.8, 1.1), rounding=0.015),
            "base/foot",
            blend,
        )
        return
    count, turn = int(rng.choice([4, 5, 5])), mix(rng, 0, 1)
    castor = chance(rng, 0.5)
    for i in range(count):
        a = 2 * np.pi * (i + turn) / count
        out = vec(np.cos(a), np.sin(a), 0) * w * 1.15
        s.add(round_cone((0, 0, hub), out + vec(0, 0, 0.055), r, r * 0.7), f"base/star.{i}", blend)
        if castor:
            s.add(
                cylinder(out + vec(-0.02, 0, 0.03), out + vec(0.02, 0, 0.03), 0.03, rounding=0.008),
                f"base/castor.{i}",
                0.005,
            )


def _back(
    s: Sculpture, rng: np.random.Generator, w: float, d: float, seat: float, t: float, blend: float
) -> None:
    high, lean = mix(rng, 0.32, 0.62), mix(rng, 0.0, 0.14)
    r = mix(rng, 0.02, 0.032)
    style = rng.choice(["panel", "slats", "ladder", "plate", "loop"], p=[0.35, 0.2, 0.15, 0.2, 0.1])
    bottom = [vec(x * (w - r), d - r, seat) for x in (-1, 1)]
    top = [b + vec(0, lean, high) for b in bottom]
    middle = (bottom[0] + bottom[1]) / 2
    up = vec(0, lean, high)
    if style == "panel":
        s.add(
            box(
                middle + up * 0.5,
                (w * mix(rng, 0.85, 1.0), mix(rng, 0.018, 0.04), float(np.linalg.norm(up)) / 2),
                0.015,
                frame(up, (1, 0, 0)),
            ),
            "back/panel",
            blend,
        )
        return
    if style == "plate":
        share = mix(rng, 0.3, 0.55)
        s.add(
            loft(
                middle + up * (1 - share),
                middle + up,
                np.array([0.85, 1.0, 0.8]) * w,
                0.026,
                side=(1, 0, 0),
                cap=0.03,
                exponent=2.6,
            ),
            "back/panel",
            blend,
        )
        if chance(rng, 0.4):
            s.limb(
                spline(
                    [
                        middle - vec(0, 0.06, 0),
                        middle + vec(0, 0.06, high * 0.2),
                        middle + up * 0.75,
                    ],
                    7,
                ),
                r * 1.5,
                "back/post",
                blend,
            )
            return
    posts = [round_cone(b, e, r, r * 0.9) for b, e in zip(bottom, top, strict=True)]
    if style == "loop":
        curve = spline(
            [
                bottom[0],
                top[0] * 0.6 + bottom[0] * 0.4,
                middle + up * 1.08,
                top[1] * 0.6 + bottom[1] * 0.4,
                bottom[1],
            ],
            18,
        )
        s.limb(curve, r, "back/frame", blend)
    else:
        for name, post in zip("lr", posts, strict=True):
            s.add(post, f"back/post.{name}", blend)
    if style == "plate":
        return
    if style == "ladder":
        for i in range(int(rng.integers(2, 5))):
            at = up * (1 - 0.24 * i)
            s.add(
                box(middle + at - up * 0.04, (w - r, 0.014, 0.035), 0.012),
                f"back/slat.{i}",
                blend * 0.7,
            )
        return
    if style == "slats":
        s.add(box(middle + up, (w, 0.02, 0.04), 0.018), "back/top", blend * 0.7)
    count = int(rng.integers(2, 6))
    for i in range(count):
        x = ((i + 1) / (count + 1) - 0.5) * 2 * (w - r)
        rise = 1.0 if style == "slats" else 1.0 - 0.35 * (abs(x) / w) ** 2
        s.add(
            round_cone(middle + vec(x, 0, 0), middle + vec(x, 0, 0) + up * rise, 0.016, 0.016),
            f"back/slat.{i}",
            blend * 0.6,
        )


def _arms(
    s: Sculpture, rng: np.random.Generator, w: float, d: float, seat: float, blend: float
) -> None:
    rise, r = mix(rng, 0.13, 0.22), mix(rng, 0.018, 0.03)
    loop = chance(rng, 0.5)
    for name, x in (("l", -1.0), ("r", 1.0)):
        out = x * (w + r * 0.4)
        a, b = (
            vec(out, d - 0.02, seat + rise + 0.02),
            vec(out, -d * mix(rng, 0.5, 0.9), seat + rise),
        )
        if loop:
            s.limb(
                spline(
                    [
                        a,
                        (a + b) / 2,
                        b,
                        vec(out, -d * 0.6, seat + rise * 0.5),
                        vec(out, -d * 0.5, seat),
                    ],
                    12,
                ),
                r,
                f"arm.{name}/rest",
                blend,
            )
        else:
            s.add(
                box((a + b) / 2, (r * 1.3, (a[1] - b[1]) / 2 + r, r), r * 0.7),
                f"arm.{name}/rest",
                blend,
            )
            s.add(
                round_cone(b + vec(0, 0.03, 0), (out, b[1] + 0.03, seat), r * 0.8, r * 0.8),
                f"arm.{name}/post",
                blend * 0.6,
            )


def _sofa(s: Sculpture, rng: np.random.Generator) -> Sculpture:
    w, d = mix(rng, 0.24, 0.75), mix(rng, 0.24, 0.34)
    seat, foot = mix(rng, 0.26, 0.38), mix(rng, 0.04, 0.12)
    blend, soft = mix(rng, 0.006, 0.05), mix(rng, 0.02, 0.07)
    s.add(box((0, 0, (seat + foot) / 2), (w, d, (seat - foot) / 2), soft), "seat/base", 0)
    count = max(1, int(w / 0.26)) if chance(rng, 0.5) else 0
    for i in range(count):
        x = (i + 0.5) / count * 2 * w - w
        s.add(
            box((x, -0.03, seat + 0.03), (w / count * 0.96, d * 0.9, 0.05), 0.045),
            f"seat/cushion.{i}",
            0.008,
        )
    tall, lean = mix(rng, 0.25, 0.5), mix(rng, 0, 0.1)
    s.add(
        box(
            (0, d + lean / 2, seat + tall / 2 - 0.05),
            (w, 0.07, tall / 2 + 0.05),
            soft,
            frame((0, lean, tall), (1, 0, 0)),
        ),
        "back",
        blend,
    )
    arm = mix(rng, 0.1, 0.22)
    for name, x in (("l", -1.0), ("r", 1.0)):
        if chance(rng, 0.93):
            s.add(
                box(
                    (x * (w + 0.04), 0, (seat + arm + foot) / 2),
                    (0.07, d, (seat + arm - foot) / 2),
                    soft,
                ),
                f"arm.{name}",
                blend,
            )
    for name, x, y in CORNERS:
        s.add(
            cylinder(
                (x * w * 0.9, y * d * 0.85, 0),
                (x * w * 0.9, y * d * 0.85, foot + 0.03),
                0.03,
                rounding=0.006,
            ),
            f"leg.{name}",
            0.008,
        )
    s.opinion(0.6, "seat")
    s.opinion(0.2, "seat", "leg.*>seat")
    s.opinion(0.2)
    return s
