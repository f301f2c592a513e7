# SPDX-License-Identifier: GPL-3.0-or-later
"""Motorcycles and spaceships."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, ellipsoid, extrusion, loft, round_cone, torus, unit, vec
from ..polyhedra import faceted_ball
from ..sculpt import Sculpture, chance, mix
from .ornament import SIDEWAYS, block, draw_style, drum, slab

SIDES = (("l", 1.0), ("r", -1.0))


def motorcycle(rng: np.random.Generator) -> Sculpture:
    """Motorcycle, scooter or bicycle: two wheels, fork, handlebar, tank, seat, engine, exhaust."""
    style = draw_style(rng, 0.5, 0.5)
    s = Sculpture(crisp=style.crisp, detail=120)
    k = max(style.blend, 0.003)
    r, thick = mix(rng, 0.13, 0.19), mix(rng, 0.026, 0.05)
    base = mix(rng, 0.27, 0.36)
    spokes = chance(rng, 0.5)
    for name, y in (("front", -base), ("rear", base)):
        path = f"wheel.{name}"
        s.add(torus((0, y, 0), (1, 0, 0), r - thick * 0.6, thick), path + "/tyre", 0)
        if spokes:
            for i in range(5):
                turn = 2 * np.pi * i / 5
                end = vec(0, y + np.cos(turn) * r * 0.85, np.sin(turn) * r * 0.85)
                s.add(round_cone((0, y, 0), end, 0.018, 0.015), path + "/disc", 0.004)
        else:
            s.add(cylinder((-0.016, y, 0), (0.016, y, 0), r * 0.9), path + "/disc", 0.003)
        s.add(cylinder((-0.055, y, 0), (0.055, y, 0), 0.03), path + "/hub", 0.003)
    head = vec(0, -base * mix(rng, 0.5, 0.7), r + mix(rng, 0.16, 0.24))
    for _, side in SIDES:
        s.limb(
            [vec(side * 0.05, -base, 0), head + vec(side * 0.04, 0, -0.03)], 0.019, "fork/legs", k
        )
    s.add(box(head, (0.06, 0.03, 0.03), 0.01), "fork/yoke", k)
    wide, up = mix(rng, 0.14, 0.24), mix(rng, 0.02, 0.12)
    for name, side in SIDES:
        tip = head + vec(side * wide, 0.07, up)
        s.limb(
            [head + vec(0, 0, 0.02), head + vec(side * wide * 0.6, 0, up), tip],
            0.017,
            "handlebar/bar",
            k,
        )
        s.add(
            round_cone(tip, tip + vec(side * 0.06, 0.03, 0), 0.026, 0.026),
            f"handlebar/grip.{name}",
            0.003,
        )
    if chance(rng, 0.8):
        lamp = head + vec(0, -0.015, 0.0)
        drum(s, rng, style, lamp, lamp + vec(0, -0.06, 0), 0.035, "lamp", 0.055, socket=True)
    seat = vec(0, base * 0.45, r + mix(rng, 0.08, 0.14))
    s.limb([head, vec(0, 0, r * 0.3), vec(0, base, 0)], 0.026, "frame", k)
    s.limb([head, seat, vec(0, base, 0)], 0.024, "frame", k)
    if chance(rng, 0.85):
        s.add(
            loft(
                head * 0.85,
                seat - vec(0, 0.08, 0),
                [0.04, 0.075, 0.045],
                [0.04, 0.065, 0.04],
                side=(1, 0, 0),
            ),
            "tank",
            k,
        )
        size = vec(mix(rng, 0.05, 0.08), 0.09, 0.07)
        block(s, rng, style, (0, 0.01, r * 0.4), size, "engine/block", faces=("+x", "-x"))
        way = unit(vec(0, -0.5, 1))
        drum(
            s,
            rng,
            style,
            vec(0, -0.02, r * 0.5),
            vec(0, -0.02, r * 0.5) + way * 0.12,
            0.05,
            "engine/cylinder",
        )
        side = 0.07
        s.limb(
            [(side * 0.5, -0.05, r * 0.3), (side, 0.03, -0.02), (side, base * 1.1, 0.03)],
            [0.02, 0.022, 0.036],
            "exhaust",
            k,
        )
    s.add(
        loft(
            seat - vec(0, 0.12, 0),
            seat + vec(0, 0.16, 0.03),
            [0.045, 0.07, 0.055],
            0.03,
            side=(1, 0, 0),
            cap=0.03,
        ),
        "seat",
        k,
    )
    for name, y in (("front", -base), ("rear", base)):
        if chance(rng, 0.5):
            turns = np.linspace(0.5, 2.4, 9)
            arc = [vec(0, y + np.cos(t) * (r + 0.035), np.sin(t) * (r + 0.035)) for t in turns]
            s.limb(arc, 0.03, f"fender.{name}", k)
            s.limb([arc[4], vec(0, y, r * 0.5)], 0.02, f"fender.{name}", k)
    s.opinion(0.4, "wheel.*", "handlebar/grip.?>handlebar", "handlebar/bar>handlebar", "fork")
    s.opinion(0.25, "wheel.*", "handlebar>fork", "fork", "engine", "fender.*>frame")
    s.opinion(0.35)
    return s


def spaceship(rng: np.random.Generator) -> Sculpture:
    """Fighter, shuttle or saucer: hull, canopy, wings, engines with nozzles, guns, fins."""
    style = draw_style(rng, 0.75, 0.75)
    s = Sculpture(crisp=style.crisp, detail=116)
    k = style.blend
    long, w, h = mix(rng, 0.3, 0.5), mix(rng, 0.08, 0.14), mix(rng, 0.05, 0.1)
    kind = str(rng.choice(["fighter", "fighter", "block", "saucer"]))
    if kind == "saucer":
        w = long = mix(rng, 0.3, 0.4)
        s.add(ellipsoid((0, 0, 0), (w, w, h), exponent=mix(rng, 1.6, 2.4)), "hull/body", 0)
        if style.ornament:
            s.add(torus((0, 0, 0), (0, 0, 1), w * 0.9, 0.03), "hull/body", 0.0)
            for ring in (0.5, 0.75):
                s.cut(torus((0, 0, h * 0.75), (0, 0, 1), w * ring, 0.012), 0.0)
    elif kind == "fighter":
        s.add(
            loft(
                (0, long, 0),
                (0, -long, mix(rng, -0.03, 0.02)),
                w * np.array([0.8, 1, 0.7, 0.15]),
                h * np.array([0.9, 1, 0.8, 0.2]),
                side=(1, 0, 0),
                exponent=mix(rng, 2, 5),
                cap=0.03,
            ),
            "hull/body",
            0,
        )
    else:
        outline = np.array(
            [[-long, -h * 0.4], [-long * 0.6, h], [long, h], [long, -h], [-long * 0.7, -h]]
        )
        slab(s, rng, style, outline, w, "hull/body", rotation=SIDEWAYS, blend=0)
        for y in (-0.2, 0.2):
            block(
                s,
                rng,
                style,
                (0, y * long, h),
                (w * 0.7, long * 0.18, 0.03),
                "hull/body",
                faces=("+z",),
                blend=0.0,
            )
    y = 0.0 if kind == "saucer" else -long * mix(rng, 0.2, 0.5)
    dome = vec(w * 0.6, long * 0.25, h * 0.9) if kind != "saucer" else vec(w, w, w) * 0.42
    at = vec(0, y, h * 0.6)
    if chance(rng, 0.5):
        s.add(ellipsoid(at, dome), "hull/canopy", k)
    else:
        s.add(faceted_ball(rng, at, dome, 24), "hull/canopy", k)
    pairs = 0 if kind == "saucer" and chance(rng, 0.6) else int(rng.choice([1, 1, 2]))
    for i in range(pairs):
        span, chord, tip = mix(rng, 0.2, 0.5), mix(rng, 0.1, 0.22), mix(rng, 0.25, 0.8)
        sweep, lift, t = mix(rng, -0.1, 0.3), mix(rng, -0.3, 0.3), mix(rng, 0.02, 0.03)
        y = long * (0.35 if i == 0 else -0.45)
        scale = 1.0 if i == 0 else 0.5
        pod, state = chance(rng, 0.5), rng.bit_generator.state
        for name, side in SIDES:
            rng.bit_generator.state = state
            plan = scale * np.array(
                [
                    [-w * 0.5, -chord],
                    [-w * 0.5, chord],
                    [span, chord * tip + sweep],
                    [span, -chord * tip + sweep],
                ]
            )
            c, n = np.cos(np.arctan(lift)), np.sin(np.arctan(lift))
            rot = np.array([[side * c, 0, -side * n], [0, 1, 0], [n, 0, c]])
            root = vec(side * w * 0.6, y, 0)
            slab(s, rng, style, plan, t, f"wing.{name}{i}/panel", centre=root, rotation=rot)
            if pod and i == 0:
                tip_at = root + rot @ vec(span, sweep, 0)
                s.add(
                    cylinder(
                        tip_at + vec(0, chord, 0), tip_at - vec(0, chord * 1.5, 0), 0.03, 0.02
                    ),
                    f"wing.{name}{i}/gun",
                    k,
                )
    engines = int(rng.choice([1, 2, 2, 3]))
    r = mix(rng, 0.05, 0.085)
    for i in range(engines):
        x = (i - (engines - 1) / 2) * 2.3 * r
        a, b = vec(x, long * 0.6, 0), vec(x, long + mix(rng, 0.03, 0.07), 0)
        drum(s, rng, style, a, b, r, f"engine.{i}/body")
        s.add(
            cylinder(b - vec(0, 0.02, 0), b + vec(0, 0.08, 0), r * 0.7, r * 0.95),
            f"engine.{i}/nozzle",
            k,
        )
        s.cut(cylinder(b + vec(0, 0.03, 0), b + vec(0, 0.2, 0), r * 0.5, r * 0.9), 0.0)
    if chance(rng, 0.5):
        places = [0.0] if chance(rng, 0.5) else [-w * 0.7, w * 0.7]
        fin = np.array([[-0.12, 0.0], [0.1, 0.0], [0.14, 0.17], [0.05, 0.17]])
        for i, x in enumerate(places):
            s.add(
                extrusion(fin, 0.018, centre=(x, long * 0.7, h * 0.5), rotation=SIDEWAYS),
                f"fin.{i}",
                k,
            )
    s.opinion(0.4, "wing.*/gun", "hull/canopy", "engine.?")
    s.opinion(0.3, "wing.*", "hull", "engine.?")
    s.opinion(0.3)
    return s
