# SPDX-License-Identifier: GPL-3.0-or-later
"""Bicycles."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    box,
    cylinder,
    ellipsoid,
    loft,
    round_cone,
    spline,
    torus,
    unit,
    vec,
)
from ..polyhedra import minus
from ..sculpt import Sculpture, chance, mix
from .ornament import Style, block, rays

SIDES = (("l", 1.0), ("r", -1.0))


def bicycle(rng: np.random.Generator) -> Sculpture:
    """A bicycle, facing -y: a diamond or a low frame, wheels, saddle, pedals, chain, bags."""
    style = Style(False, 0.003, 0.01, 0.0)
    s = Sculpture(detail=124)
    r, base, t = mix(rng, 0.2, 0.25), mix(rng, 0.32, 0.38), mix(rng, 0.015, 0.021)
    kind = str(rng.choice(["road", "city", "city", "mountain", "child"]))
    tyre = {"road": 0.018, "mountain": 0.04}.get(kind, mix(rng, 0.022, 0.03))
    front, rear = vec(0, -base, 0), vec(0, base, 0)
    spokes = int(rng.integers(8, 15))
    for name, hub in (("front", front), ("rear", rear)):
        s.add(torus(hub, (1, 0, 0), r, tyre), f"wheel.{name}/tyre", 0.0)
        s.add(torus(hub, (1, 0, 0), r - tyre * 1.2, 0.017), f"wheel.{name}/rim", 0.0)
        s.add(
            cylinder(hub - vec(0.04, 0, 0), hub + vec(0.04, 0, 0), 0.024), f"wheel.{name}/hub", 0.0
        )
        for i, way in enumerate(rays(spokes)[:, [2, 0, 1]]):
            s.add(
                round_cone(
                    hub + vec(0.02 * (-1) ** i, 0, 0), hub + way * (r - tyre), 0.0115, 0.0115
                ),
                f"wheel.{name}/spokes",
                0.0,
            )
    crank, seat = (
        vec(0, base * 0.08, -mix(rng, 0.0, 0.05)),
        vec(0, base * mix(rng, 0.3, 0.45), r + mix(rng, 0.12, 0.2)),
    )
    head = vec(0, -base * mix(rng, 0.62, 0.7), r + mix(rng, 0.14, 0.2))
    under = head - (head - front) * 0.14
    top = seat if kind in ("road", "mountain") else crank + (seat - crank) * mix(rng, 0.25, 0.6)
    for a, b in ((under, crank), (head, top), (crank, seat)):
        s.add(round_cone(a, b, t * 1.1, t * 1.1), "frame", 0.004)
    for x in (-0.032, 0.032):
        s.add(
            round_cone(crank + vec(x, 0, 0), rear + vec(x * 1.2, 0, 0), t * 0.8, t * 0.7),
            "frame",
            0.004,
        )
        s.add(
            round_cone(seat + vec(x * 0.5, 0, -0.03), rear + vec(x * 1.2, 0, 0), t * 0.75, t * 0.7),
            "frame",
            0.004,
        )
        s.add(
            round_cone(
                under + vec(x * 0.8, 0, -0.02), front + vec(x * 1.3, 0, 0), t * 0.9, t * 0.75
            ),
            "fork",
            0.003,
        )
    s.add(round_cone(head + (head - front) * 0.03, under, t * 1.4, t * 1.4), "head tube", 0.0)
    saddle = seat + unit(seat - crank) * mix(rng, 0.06, 0.13)
    s.add(round_cone(seat, saddle, t * 0.85, t * 0.85), "seat post", 0.0)
    s.add(
        loft(
            saddle + vec(0, 0.09, 0.015),
            saddle + vec(0, -0.13, 0.01),
            [0.05, 0.07, 0.03, 0.018],
            0.024,
            side=(1, 0, 0),
        ),
        "saddle",
        0.0,
    )
    _steer(s, rng, kind, head, head - front, t)
    turn = mix(rng, 0, 6.28)
    s.add(cylinder(crank - vec(0.06, 0, 0), crank + vec(0.06, 0, 0), 0.026), "crank", 0.0)
    ring = mix(rng, 0.055, 0.075)
    s.add(cylinder(crank + vec(0.045, 0, 0), crank + vec(0.07, 0, 0), ring), "chainring", 0.0)
    s.add(cylinder(rear + vec(0.042, 0, 0), rear + vec(0.068, 0, 0), ring * 0.5), "sprocket", 0.0)
    for sign in (-1, 1):
        s.add(
            round_cone(
                crank + vec(0.057, 0, sign * ring),
                rear + vec(0.057, 0, sign * ring * 0.5),
                0.013,
                0.013,
            ),
            "chain",
            0.0,
        )
    for name, side in SIDES:
        way = vec(0, np.cos(turn), np.sin(turn)) * 0.1 * side
        end = crank + way + vec(side * 0.075, 0, 0)
        s.add(round_cone(crank + vec(side * 0.07, 0, 0), end, 0.015, 0.014), "crank", 0.0)
        s.add(
            box(end + vec(side * 0.045, 0, 0), (0.042, 0.034, 0.014), 0.006), f"pedal.{name}", 0.0
        )
    _extras(s, rng, style, kind, r, base, tyre, seat, head)
    s.opinion(
        0.35,
        "wheel.*",
        "chainring>crank",
        "sprocket>wheel.rear",
        "head tube>frame",
        "grip.?>handlebar",
        "basket/band.*>^",
    )
    s.opinion(0.3, "basket/band.*>^", "head tube>frame", "seat post>saddle", "stem>handlebar")
    s.opinion(0.35, "basket")
    return s


def _steer(
    s: Sculpture, rng: np.random.Generator, kind: str, head: Vector, axis: Vector, t: float
) -> None:
    """Stem, handlebar, grips, bell."""
    up = unit(axis)
    yoke = head + up * mix(rng, 0.04, 0.1)
    s.add(round_cone(head, yoke, t, t), "stem", 0.0)
    wide = mix(rng, 0.14, 0.2)
    for name, side in SIDES:
        if kind == "road":
            curve = [
                yoke,
                yoke + vec(side * wide, -0.02, 0),
                yoke + vec(side * wide, -0.1, -0.01),
                yoke + vec(side * wide, -0.11, -0.08),
                yoke + vec(side * wide, -0.03, -0.1),
            ]
        elif kind == "mountain":
            curve = [
                yoke,
                yoke + vec(side * wide * 0.3, 0, 0.03),
                yoke + vec(side * wide * 1.2, 0.04, 0.035),
            ]
        else:
            rise = mix(rng, 0.04, 0.08)
            curve = [
                yoke,
                yoke + vec(side * wide * 0.5, -0.02, rise),
                yoke + vec(side * wide, 0.02, rise),
                yoke + vec(side * wide, 0.14, rise * 0.8),
            ]
        path = spline(curve, 11)
        s.limb(path, 0.0155, "handlebar", 0.0)
        s.limb(path[-3:], 0.023, f"grip.{name}", 0.0)
        if chance(rng, 0.5):
            lever = path[-4]
            s.limb(
                [lever, lever + vec(0, -0.03, -0.02), path[-1] + vec(0, -0.03, -0.03)],
                0.0125,
                f"brake lever.{name}",
                0.0,
            )
    if chance(rng, 0.5):
        s.add(ellipsoid(yoke + vec(wide * 0.3, 0.0, 0.05), (0.034, 0.034, 0.028)), "bell", 0.0)


def _extras(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    kind: str,
    r: float,
    base: float,
    tyre: float,
    seat: Vector,
    head: Vector,
) -> None:
    """Fenders, a carrier, a basket, lamps, a kick stand, training wheels, a bottle."""
    if kind in ("city", "child") and chance(rng, 0.8):
        for name, y in (("front", -base), ("rear", base)):
            turns = np.linspace(0.2, 2.5, 11) if name == "rear" else np.linspace(0.7, 2.9, 11)
            arc = [
                vec(0, y + np.cos(a) * (r + tyre + 0.02), np.sin(a) * (r + tyre + 0.02))
                for a in turns
            ]
            s.limb(arc, 0.02, f"fender.{name}", 0.0)
            s.limb([arc[1], vec(0.03, y, 0)], 0.0125, f"fender.{name}", 0.0)
            s.limb([arc[8], vec(0.03, y, 0)], 0.0125, f"fender.{name}", 0.0)
    if kind != "road" and chance(rng, 0.5):
        z = r + tyre + 0.06
        block(s, rng, style, (0, base * 1.02, z), (0.06, 0.14, 0.016), "carrier")
        for _, side in SIDES:
            s.limb([(side * 0.05, base * 1.1, z), (side * 0.045, base, 0)], 0.013, "carrier", 0.0)
        s.limb([seat, vec(0, base * 0.75, z)], 0.014, "carrier", 0.0)
        if chance(rng, 0.4):
            for name, side in SIDES:
                s.add(
                    box((side * 0.105, base * 1.02, z - 0.1), (0.045, 0.12, 0.1), 0.02),
                    f"pannier.{name}",
                    0.0,
                )
    if kind == "city" and chance(rng, 0.55):
        at = head + vec(0, -0.16, 0.02)
        tub = loft(
            at - vec(0, 0, 0.08),
            at + vec(0, 0, 0.08),
            [0.1, 0.135],
            [0.07, 0.095],
            side=(1, 0, 0),
            exponent=4,
            cap=0.01,
        )
        room = loft(
            at - vec(0, 0, 0.05),
            at + vec(0, 0, 0.2),
            [0.08, 0.13],
            [0.05, 0.09],
            side=(1, 0, 0),
            exponent=4,
            cap=0.01,
        )
        s.add(minus(tub, room), "basket/tub", 0.0)
        for i in range(2):
            s.add(
                minus(
                    loft(
                        at + vec(0, 0, 0.08 - 0.1 * i),
                        at + vec(0, 0, 0.095 - 0.1 * i),
                        0.142 - 0.02 * i,
                        0.1 - 0.014 * i,
                        side=(1, 0, 0),
                        exponent=4,
                        cap=0.006,
                    ),
                    room,
                ),
                f"basket/band.{i}",
                0.0,
            )
        s.limb([head, at + vec(0, 0.06, 0)], 0.016, "basket/tub", 0.0)
    elif chance(rng, 0.5):
        at = head + vec(0, -0.03, -0.02)
        s.add(cylinder(at, at + vec(0, -0.06, 0), 0.024, 0.042), "head lamp", 0.0)
    if chance(rng, 0.4):
        s.limb(
            [(0.04, base * 0.7, -0.01), (0.13, base * 0.85, -r - tyre)], 0.015, "kick stand", 0.0
        )
    if kind == "child" and chance(rng, 0.6):
        for name, side in SIDES:
            hub = vec(side * 0.15, base * 1.05, -r * 0.62)
            s.limb(
                [vec(side * 0.04, base, 0), vec(side * 0.13, base, 0), hub],
                0.016,
                f"training wheel.{name}",
                0.0,
            )
            s.add(
                cylinder(hub - vec(0.02, 0, 0), hub + vec(0.02, 0, 0), r * 0.38 + tyre),
                f"training wheel.{name}",
                0.0,
            )
    if kind in ("road", "mountain") and chance(rng, 0.6):
        a = vec(0, -base * 0.2, r * 0.55)
        s.add(round_cone(a, a + vec(0, -0.06, 0.1), 0.036, 0.034), "bottle", 0.0)
