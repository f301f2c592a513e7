# SPDX-License-Identifier: GPL-3.0-or-later
"""Rocking horses, bath ducks, stacking toys, snowmen."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, ellipsoid, loft, round_cone, spline, torus, tube, vec
from ..polyhedra import faceted_ball, faceted_cone
from ..sculpt import Sculpture, chance, mix
from .flora import around
from .ornament import block, draw_style, drum

SIDES = (("l", 1.0), ("r", -1.0))


def rocking_horse(rng: np.random.Generator) -> Sculpture:
    """A horse on rockers, wheels or a board: body, neck, head, mane, tail, legs, saddle."""
    style = draw_style(rng, 0.4, 0.4)
    s = Sculpture(crisp=style.crisp, detail=112)
    k = max(style.blend, 0.003)
    long, w = mix(rng, 0.2, 0.28), mix(rng, 0.08, 0.12)
    s.add(
        loft(
            (0, long, 0),
            (0, -long, 0),
            w * np.array([0.9, 1, 0.95]),
            w,
            side=(1, 0, 0),
            exponent=mix(rng, 2, 4),
        ),
        "body",
        0,
    )
    poll = vec(0, -long - mix(rng, 0.08, 0.16), mix(rng, 0.2, 0.3))
    s.limb([vec(0, -long * 0.85, 0.02), poll], [w * 0.75, w * 0.5], "head/neck", k)
    nose = poll + vec(0, -mix(rng, 0.12, 0.18), -mix(rng, 0.06, 0.12))
    s.limb([poll, nose], [w * 0.58, w * 0.42], "head/skull", k)
    for name, side in SIDES:
        ear = poll + vec(side * w * 0.35, 0.01, w * 0.4)
        s.add(faceted_cone(ear, ear + vec(0, 0, 0.08), 0.03, 0.012, 6), f"head/ear.{name}", k)
        if chance(rng, 0.6):
            knob = poll + vec(side * w * 0.2, 0.02, -0.07)
            s.add(cylinder(knob, knob + vec(side * 0.12, 0, 0), 0.018), f"handle.{name}", k)
    if chance(rng, 0.7):
        mane = [
            poll + vec(0, 0.03, w * 0.5),
            poll * [1, 0.9, 0.7] + vec(0, w * 0.7, 0),
            vec(0, -long * 0.55, w * 0.9),
        ]
        s.limb(spline(mane, 8), [0.03, 0.045, 0.03], "head/mane", k)
    s.limb(
        spline([vec(0, long, w * 0.4), vec(0, long + 0.1, 0.03), vec(0, long + 0.13, -0.14)], 7),
        [0.03, 0.045, 0.02],
        "tail",
        k,
    )
    if chance(rng, 0.6):
        s.add(
            loft(
                (0, -0.1, w * 0.85),
                (0, 0.12, w * 0.9),
                w * 0.8,
                [0.05, 0.035, 0.06],
                side=(1, 0, 0),
            ),
            "saddle",
            k,
        )
    base = str(rng.choice(["rockers", "wheels", "board"]))
    low, spread = -mix(rng, 0.22, 0.3), mix(rng, 0.02, 0.08)
    for end, y in (("front", -0.75), ("hind", 0.75)):
        for name, side in SIDES:
            foot = vec(side * (w * 0.65 + spread), y * long * 1.35, low)
            s.limb(
                [vec(side * w * 0.5, y * long, -w * 0.2), foot],
                [w * 0.42, w * 0.28],
                f"leg.{end}.{name}",
                k,
            )
    x = w * 0.65 + spread
    if base == "rockers":
        sag = mix(rng, 0.06, 0.12)
        for name, side in SIDES:
            t = np.linspace(-1, 1, 11)
            curve = [vec(side * x, q * long * 1.9, low + sag * (q * q - 0.55)) for q in t]
            s.limb(curve, 0.028, f"rocker.{name}", k, 0.003)
        for i, q in enumerate((-0.8, 0.8)):
            y, z = q * long * 1.9, low + sag * (q * q - 0.55)
            s.add(cylinder((-x, y, z), (x, y, z), 0.02), f"rung.{i}", k)
    else:
        block(s, rng, style, (0, 0, low), (x + 0.04, long * 1.5, 0.026), "board", faces=("-y",))
        if base == "wheels":
            for i, q in enumerate((-1, 1)):
                for name, side in SIDES:
                    at = vec(side * (x + 0.02), q * long * 1.1, low - 0.02)
                    drum(
                        s,
                        rng,
                        style,
                        at,
                        at + vec(side * 0.045, 0, 0),
                        0.07,
                        f"wheel.{name}{i}",
                        socket=True,
                    )
    s.opinion(0.35, "head/neck>head", "head/ear.?>head", "head/skull>head")
    s.opinion(0.3, "head", "rung.?>rocker.l", "saddle>body", "tail", "handle.?>head")
    s.opinion(0.35, "head/ear.?>head/skull")
    return s


def duck(rng: np.random.Generator) -> Sculpture:
    """Bath duck, chick or penguin: round body, head, beak, wings, tail, feet, hat, ring."""
    low_poly = chance(rng, 0.25)
    s = Sculpture(crisp=low_poly, detail=104)
    k = mix(rng, 0.0, 0.01) if low_poly else mix(rng, 0.01, 0.06)
    upright = chance(rng, 0.4)
    half = vec(0.2, 0.2, 0.26) if upright else vec(0.2, 0.28, 0.18)
    half = half * rng.uniform(0.9, 1.15, 3)

    def ball(at: np.ndarray, size: np.ndarray, count: int = 40):  # type: ignore[no-untyped-def]
        return faceted_ball(rng, at, size, count) if low_poly else ellipsoid(at, size)

    s.add(ball(vec(0, 0, 0), half, 50), "body", 0)
    r = mix(rng, 0.12, 0.17)
    head = vec(0, -half[1] * (0.1 if upright else 0.55), half[2] + r * mix(rng, 0.4, 0.75))
    s.add(ball(head, np.full(3, r)), "head/skull", k)
    front = head + vec(0, -r * 0.85, -r * 0.1)
    flat, wide = mix(rng, 0.25, 0.6), mix(rng, 0.3, 0.6)
    s.add(
        loft(
            front + vec(0, 0.04, 0),
            front - vec(0, mix(rng, 0.05, 0.13), 0),
            r * wide * np.array([0.9, 1, 0.7]),
            r * flat * 0.6,
            side=(1, 0, 0),
            cap=0.03,
        ),
        "head/beak",
        k * 0.3,
    )
    if chance(rng, 0.5):
        for name, side in SIDES:
            eye = head + vec(side * r * 0.5, -r * 0.78, r * 0.3)
            s.add(ellipsoid(eye, r * mix(rng, 0.16, 0.26)), f"head/eye.{name}", 0.003)
    lift = mix(rng, -0.2, 0.6)
    for name, side in SIDES:
        root = vec(side * half[0] * 0.85, -half[1] * 0.2, half[2] * 0.2)
        way = vec(side * 0.25, 0.3, -1) if upright else vec(side * 0.25, 1, lift)
        tip = root + way * 0.24
        s.add(
            loft(
                root,
                tip,
                [0.06, 0.1, 0.06, 0.03],
                [0.035, 0.03],
                side=np.cross(way, (side, 0, 0)),
                cap=0.03,
            ),
            f"wing.{name}",
            k * 0.6,
        )
    if not upright or chance(rng, 0.5):
        end = vec(0, half[1] + mix(rng, 0.06, 0.14), half[2] * (0.7 if not upright else -0.5))
        s.add(
            round_cone((0, half[1] * 0.7, 0 if not upright else -half[2] * 0.4), end, 0.09, 0.025),
            "tail",
            k,
        )
    if upright or chance(rng, 0.3):
        for name, side in SIDES:
            foot = vec(side * 0.1, -0.08, -half[2] * 1.0)
            s.add(ellipsoid(foot, (0.075, 0.12, 0.04)), f"foot.{name}", k * 0.4)
    what = str(rng.choice(["none", "cap", "tuft", "scarf", "ring"]))
    if what == "cap":
        top = head + vec(0, 0, r * 0.65)
        s.add(cylinder(top, top + vec(0, 0, 0.03), r * 1.0, rounding=0.01), "hat/brim", 0.003)
        s.add(cylinder(top, top + vec(0, 0, mix(rng, 0.08, 0.16)), r * 0.65), "hat/crown", 0.003)
    elif what == "tuft":
        s.limb(
            [head + vec(0, 0, r * 0.9), head + vec(0, 0.04, r * 1.4)],
            [0.035, 0.015],
            "head/tuft",
            k,
        )
    elif what == "scarf":
        neck = (head + vec(0, 0, half[2])) / 2 + vec(0, head[1] / 2, 0)
        s.add(torus(neck + vec(0, 0, -0.01), (0, 0, 1), r * 0.85, 0.045), "scarf", 0.006)
    elif what == "ring":
        s.add(
            torus((0, 0, -half[2] * 0.2), (0, 0, 1), float(max(half[:2])) * 1.05, 0.075),
            "ring",
            0.004,
        )
    s.opinion(0.45, "head/eye.?>head/skull", "head/tuft>head/skull", "hat")
    s.opinion(0.3, "head", "hat", "wing.?>body" if chance(rng, 0.3) else "head")
    s.opinion(0.25)
    return s


def stacker(rng: np.random.Generator) -> Sculpture:
    """Ring pyramid, totem, snowman or block tower: things put on top of each other."""
    style = draw_style(rng, 0.5, 0.5)
    s = Sculpture(crisp=style.crisp, detail=104)
    k = style.blend
    kind = str(rng.choice(["rings", "snowman", "blocks", "totem"]))
    z, count = 0.0, int(rng.integers(3, 8))
    if kind == "rings":
        r, thick = mix(rng, 0.22, 0.3), mix(rng, 0.04, 0.06)
        drum(s, rng, style, (0, 0, -0.08), (0, 0, 0), r * 1.1, "base")
        for i in range(count):
            size = r * (1 - 0.6 * i / count)
            s.add(torus((0, 0, z + thick), (0, 0, 1), size - thick, thick), f"ring.{i}", k * 0.5)
            z += 1.75 * thick
        s.add(cylinder((0, 0, -0.02), (0, 0, z + 0.05), max(0.03, r * 0.25)), "post", 0.0)
        s.add(ellipsoid((0, 0, z + 0.07), r * 0.32), "knob", k)
    elif kind == "snowman":
        r = mix(rng, 0.2, 0.28)
        balls = int(rng.choice([2, 3]))
        for i in range(balls):
            z += r * 0.8
            s.add(ellipsoid((0, 0, z), (r, r, r * mix(rng, 0.85, 1))), f"ball.{i}", k)
            centre, size = z, r
            z += r * 0.7
            r *= mix(rng, 0.65, 0.8)
        s.add(cylinder((0, 0, centre), (0, -size - 0.14, centre), 0.045, 0.014), "nose", k)
        if chance(rng, 0.7):
            top = centre + size * 0.75
            s.add(cylinder((0, 0, top), (0, 0, top + 0.03), size * 1.1), "hat/brim", k)
            s.add(cylinder((0, 0, top), (0, 0, top + 0.15), size * 0.7), "hat/crown", k)
        if chance(rng, 0.6):
            s.add(torus((0, 0, centre - size * 0.75), (0, 0, 1), size * 0.85, 0.045), "scarf", k)
        for name, side in SIDES if chance(rng, 0.7) else ():
            low = centre - size * 1.6
            a, b = vec(side * 0.1, 0, low), vec(side * 0.42, -0.03, low + mix(rng, 0, 0.15))
            s.add(tube([a, b], 0.02), f"arm.{name}", k)
            s.add(
                round_cone(b - (b - a) * 0.2, b + vec(0, 0, 0.07), 0.016, 0.014), f"arm.{name}", k
            )
        for i in range(int(rng.integers(0, 4))):
            at = vec(0, -size * 1.3, centre - size * (1.1 + 0.35 * i))
            s.add(ellipsoid(at, 0.03), f"ball.{balls - 2}", 0.0)
    else:
        for i in range(count):
            half = rng.uniform([0.1, 0.1, 0.04], [0.2, 0.2, 0.1])
            at = vec(mix(rng, -0.03, 0.03), mix(rng, -0.03, 0.03), z + half[2])
            what = str(rng.choice(["block", "drum", "ball", "prism"]))
            name = f"piece.{i}"
            if what == "block":
                turn = mix(rng, 0, 1.5) if kind == "blocks" else 0.0
                c, n = np.cos(turn), np.sin(turn)
                rot = np.array([[c, -n, 0], [n, c, 0], [0, 0, 1.0]])
                block(s, rng, style, at, half, name, rotation=rot, faces=("+x", "-x", "-y", "+y"))
            elif what == "ball":
                s.add(ellipsoid(at, half * [1, 1, 1.15], exponent=3), name, k)
            else:
                up = vec(0, 0, half[2])
                drum(
                    s,
                    rng,
                    style,
                    at - up * 1.02,
                    at + up * 1.02,
                    float(half[0]),
                    name,
                    float(half[0]) * mix(rng, 0.8, 1.1),
                    sides=6 if what == "prism" else 0,
                )
            z += 1.93 * half[2]
            if kind == "totem" and chance(rng, 0.5):
                for side in (-1, 1):
                    s.add(
                        box(at + vec(side * half[0] * 1.2, 0, 0), half * [0.5, 0.25, 0.5]),
                        f"wing.{i}{side}",
                        k,
                    )
            if kind == "totem" and chance(rng, 0.4):
                nose = at - vec(0, half[1], 0)
                s.add(ellipsoid(nose, (0.035, 0.05, 0.035)), name, 0.0)
    if chance(rng, 0.2) and kind != "rings":
        s.add(cylinder((0, 0, -0.05), (0, 0, 0.02), 0.3), "base", k)
        for i in range(3):
            s.add(ellipsoid(around(2.1 * i) * 0.27 - vec(0, 0, 0.04), 0.04), "base", 0.0)
    s.opinion(0.75, "hat")
    s.opinion(0.25, "wing.*>wings", "nose>ball")
    return s
