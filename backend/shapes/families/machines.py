# SPDX-License-Identifier: GPL-3.0-or-later
"""Machine parts: bearings, flanges, brackets, gears, rods, cranks."""

from __future__ import annotations

import numpy as np

from ..implicit import Solid, Vector, box, cylinder, extrusion, loft, revolve, torus, unit, vec
from ..sculpt import Sculpture, chance, mix


def around(count: int, radius: float, turn: float = 0.0) -> list[Vector]:
    """Places on a circle in the xy plane."""
    a = 2 * np.pi * (np.arange(count) + turn) / count
    return [vec(radius * np.cos(t), radius * np.sin(t), 0) for t in a]


def soft(s: Sculpture, rng: np.random.Generator) -> float:
    """Blend radius: small for crisp CAD parts, larger for cast ones."""
    return 0.004 if s.crisp else mix(rng, 0.008, 0.035)


def rod_through(at: Vector, axis: Vector, radius: float) -> Solid:
    """A long cylinder to cut a hole with."""
    return cylinder(at - axis, at + axis, radius)


def bearing(rng: np.random.Generator) -> Sculpture:
    """Pillow block or flanged bearing: base plate with holes, housing, ring, bosses."""
    s = Sculpture(crisp=chance(rng, 0.6), detail=108)
    k = soft(s, rng)
    up, axis = vec(0, 0, 1), vec(0, 1, 0)
    r, half = mix(rng, 0.16, 0.24), mix(rng, 0.06, 0.12)
    z = r + mix(rng, 0.02, 0.15)
    w = r * mix(rng, 1.5, 2.4)
    t = mix(rng, 0.025, 0.05)
    s.add(box((0, 0, t), (w, half * mix(rng, 1.0, 1.5), t), 0.012), "base/plate", 0)
    s.add(cylinder(vec(0, -half, z), vec(0, half, z), r, rounding=0.01), "housing", k)
    s.add(box((0, 0, z / 2), (r * mix(rng, 0.75, 1.0), half * 0.95, z / 2), 0.01), "housing", k)
    bore = r * mix(rng, 0.4, 0.65)
    if chance(rng, 0.6):
        collar = half * mix(rng, 1.15, 1.6)
        s.add(
            cylinder(vec(0, -collar, z), vec(0, collar, z), bore * 1.3, rounding=0.008),
            "ring",
            k * 0.6,
        )
    for name, side in (("l", -1.0), ("r", 1.0)):
        at = vec(side * (w - (w - r) * 0.45), 0, 0)
        if chance(rng, 0.5):
            s.add(
                cylinder(at, at + up * t * 3.2, (w - r) * 0.36, rounding=0.008),
                f"base/boss.{name}",
                k,
            )
        s.cut(rod_through(at, up, (w - r) * 0.18), 0.003)
    if chance(rng, 0.4):
        s.add(cylinder(vec(0, 0, z), vec(0, 0, z + r + 0.06), 0.04, rounding=0.008), "cap", k)
    s.cut(rod_through(vec(0, 0, z), axis, bore), 0.004)
    s.opinion(0.6, "base")
    s.opinion(0.25)
    s.opinion(0.15, "ring>housing", "base")
    return s


def flange(rng: np.random.Generator) -> Sculpture:
    """A round or square flange with a hub, bolt holes, ribs and a bore."""
    s = Sculpture(crisp=chance(rng, 0.65), detail=106)
    k = soft(s, rng)
    up = vec(0, 0, 1)
    r, t = mix(rng, 0.35, 0.5), mix(rng, 0.03, 0.07)
    square = chance(rng, 0.3)
    if square:
        s.add(box((0, 0, 0), (r, r, t), 0.015), "plate", 0)
    else:
        s.add(cylinder(-t * up, t * up, r, rounding=0.01), "plate", 0)
    hub, high = r * mix(rng, 0.35, 0.6), mix(rng, 0.15, 0.5)
    s.add(cylinder(0 * up, up * high, hub, hub * mix(rng, 0.75, 1), 0.01), "hub", k)
    if chance(rng, 0.4):
        s.add(
            cylinder(-up * mix(rng, 0.1, 0.3), 0 * up, hub * mix(rng, 0.6, 0.95), rounding=0.01),
            "spigot",
            k,
        )
    count = int(rng.choice([3, 4, 4, 6, 8]))
    ribs = chance(rng, 0.35)
    for at in around(count, r * 0.8 * (1.2 if square else 1), 0.5):
        s.cut(rod_through(at, up, r * mix(rng, 0.07, 0.1)), 0.003)
    if ribs:
        for i, at in enumerate(around(count, r * 0.65)):
            wedge = np.array([[0, 0], [r * 0.5, 0], [r * 0.1, high * 0.75], [0, high * 0.75]]) - [
                r * 0.15,
                0,
            ]
            out = unit(at)
            rot = np.stack([out, up, np.cross(out, up)], 1)
            s.add(
                extrusion(wedge, 0.022, centre=out * (hub * 0.95), rotation=rot, rounding=0.004),
                f"rib.{i}",
                k * 0.5,
            )
    if chance(rng, 0.85):
        s.cut(rod_through(0 * up, up, hub * mix(rng, 0.4, 0.75)), 0.004)
    s.opinion(0.7)
    s.opinion(0.3, "rib.*>hub", "spigot>hub")
    return s


def bracket(rng: np.random.Generator) -> Sculpture:
    """Angles, clevises, hinges and levers: plates at an angle with eyes, ribs and holes."""
    s = Sculpture(crisp=chance(rng, 0.7), detail=106)
    k = soft(s, rng)
    w, a, b, t = (
        mix(rng, 0.12, 0.3),
        mix(rng, 0.25, 0.45),
        mix(rng, 0.2, 0.45),
        mix(rng, 0.025, 0.05),
    )
    s.add(box((0, 0, 0), (w, a, t), 0.008), "foot", 0)
    kind = str(rng.choice(["angle", "clevis", "eye"]))
    side = vec(1, 0, 0)
    if kind == "angle":
        s.add(box((0, a - t, b), (w, t, b + t), 0.008), "wall", k)
        for i in range(int(rng.integers(0, 3))):
            x = (i - 0.5) * w
            outline = np.array([[a, 0], [a, b * 1.5], [a - b * 1.2, 0]])
            rot = np.stack([vec(0, 1, 0), vec(0, 0, 1), side], 1)
            s.add(
                extrusion(outline, 0.022, centre=(x, 0, 0), rotation=rot, rounding=0.004),
                f"rib.{i}",
                k * 0.5,
            )
        s.cut(rod_through(vec(0, 0, b * 1.3), vec(0, 1, 0), w * 0.3), 0.003)
    else:
        plates = (-w + 0.03, w - 0.03) if kind == "clevis" else (0.0,)
        r = mix(rng, 0.1, 0.16)
        for i, x in enumerate(plates):
            thick = 0.03 if kind == "clevis" else mix(rng, 0.03, 0.08)
            s.add(box((x, 0, b / 2), (thick, r, b / 2), 0.006), f"arm.{i}/web", k)
            s.add(
                cylinder(
                    vec(x - thick * 1.3, 0, b), vec(x + thick * 1.3, 0, b), r * 1.15, rounding=0.008
                ),
                f"arm.{i}/eye",
                k,
            )
            s.cut(rod_through(vec(x, 0, b), side * (thick * 2), r * 0.5), 0.003)
        if kind == "clevis" and chance(rng, 0.5):
            s.add(
                cylinder(vec(-w * 1.3, 0, b), vec(w * 1.3, 0, b), r * 0.48, rounding=0.01),
                "pin",
                0.004,
            )
    for y in (-0.65, 0.45):
        s.cut(rod_through(vec(0, y * a, 0), vec(0, 0, 0.1), min(w, a) * 0.2), 0.003)
    s.opinion(0.5, "arm.?")
    s.opinion(0.5)
    return s


def gear(rng: np.random.Generator) -> Sculpture:
    """Gear, pulley, spoked wheel or hand wheel: rim, teeth, spokes, hub, shaft."""
    s = Sculpture(crisp=chance(rng, 0.7), detail=112)
    k = soft(s, rng)
    up = vec(0, 0, 1)
    r, t = mix(rng, 0.35, 0.5), mix(rng, 0.05, 0.12)
    rim, hub = r * mix(rng, 0.72, 0.85), r * mix(rng, 0.2, 0.32)
    spokes = int(rng.integers(3, 7)) if chance(rng, 0.6) else 0
    if chance(rng, 0.5):
        s.add(revolve([[rim, -t], [r, -t], [r, t], [rim, t]], rounding=0.01), "rim", 0)
    else:
        s.add(torus(0 * up, up, (rim + r) / 2, (r - rim) * 0.7), "rim", 0)
    if spokes:
        for i, at in enumerate(around(spokes, r)):
            s.add(
                loft(0 * up, at * 0.88, [0.06, 0.04], t * 0.6, side=np.cross(at, up)),
                f"spoke.{i}",
                k,
            )
    else:
        s.add(cylinder(-up * t * 0.45, up * t * 0.45, rim * 1.03), "web", k)
        for at in around(int(rng.integers(3, 7)), (rim + hub) / 2):
            s.cut(rod_through(at, up, (rim - hub) * 0.3), 0.004)
    s.add(cylinder(-up * t * 1.3, up * t * mix(rng, 1.2, 2.2), hub, rounding=0.01), "hub", k)
    if chance(rng, 0.55):
        n = int(rng.integers(8, 20))
        for i, at in enumerate(around(n, r + 0.02)):
            rot = np.stack([unit(at), np.cross(up, unit(at)), up], 1)
            s.add(box(at, (0.045, 1.5 * r / n, t * 0.95), 0.006, rot), f"tooth.{i}", 0.004)
    if chance(rng, 0.5):
        s.add(
            cylinder(-up * mix(rng, 0.2, 0.5), up * mix(rng, 0.2, 0.5), hub * 0.5, rounding=0.01),
            "shaft",
            0.004,
        )
    else:
        s.cut(rod_through(0 * up, up, hub * 0.55), 0.004)
    s.opinion(0.6, "tooth.*>rim")
    s.opinion(0.25, "tooth.*>rim", "spoke.*>wheel", "web>wheel", "rim>wheel")
    s.opinion(0.15)
    return s


def rod(rng: np.random.Generator) -> Sculpture:
    """Connecting rod, lever or crankshaft: eyes at the ends of a bar, webs and journals."""
    s = Sculpture(crisp=chance(rng, 0.5), detail=110)
    k = soft(s, rng)
    if chance(rng, 0.4):
        throws = int(rng.integers(1, 4))
        x, r, lift = 0.0, mix(rng, 0.05, 0.08), mix(rng, 0.1, 0.18)
        for i in range(throws + 1):
            long = mix(rng, 0.1, 0.2)
            s.add(cylinder((x, 0, 0), (x + long, 0, 0), r, rounding=0.008), f"journal.{i}", k)
            x += long
            if i == throws:
                break
            way = vec(0, np.sin(2.1 * i), np.cos(2.1 * i)) * lift
            for j, place in enumerate((x + 0.02, x + 0.18)):
                s.add(
                    loft(
                        vec(place, 0, 0) - way * 0.6,
                        vec(place, 0, 0) + way,
                        [0.1, 0.085],
                        0.032,
                        side=np.cross(way, (1, 0, 0)),
                        cap=0.07,
                    ),
                    f"web.{i}{j}",
                    k * 0.5,
                )
            s.add(cylinder(vec(x, 0, 0) + way, vec(x + 0.2, 0, 0) + way, r * 0.9), f"pin.{i}", k)
            x += 0.2
        s.opinion(0.7)
        s.opinion(0.3, "web.*>throw", "pin.*>throw")
        return s
    long = mix(rng, 0.5, 0.9)
    big, small = mix(rng, 0.13, 0.2), mix(rng, 0.07, 0.12)
    t, up = mix(rng, 0.04, 0.08), vec(0, 0, 1)
    ends = [vec(0, 0, 0), vec(long, 0, mix(rng, -0.1, 0.15))]
    s.add(
        loft(
            ends[0],
            ends[1],
            [big * 0.7, big * 0.35, small * 0.7],
            t * 0.6,
            side=(0, 1, 0),
            exponent=3,
        ),
        "bar",
        0,
    )
    for name, at, r in (("big", ends[0], big), ("small", ends[1], small)):
        s.add(cylinder(at - up * t, at + up * t, r, rounding=0.008), f"eye.{name}", k)
        if name == "big" and chance(rng, 0.4):
            for side in (-1, 1):
                s.add(
                    cylinder((-0.06, side * r, 0), (0.08, side * r, 0), 0.04, rounding=0.006),
                    f"bolt.{side}",
                    k,
                )
    for at, r in zip(ends, (big, small), strict=True):
        s.cut(rod_through(at, up * 0.3, r * mix(rng, 0.5, 0.72)), 0.004)
    s.opinion(1.0)
    return s
