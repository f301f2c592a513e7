# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees, palms, cacti, flowers in pots, mushrooms."""

from __future__ import annotations

import numpy as np

from ..implicit import Solid, Vector, cylinder, ellipsoid, loft, round_cone, spline, unit, vec
from ..polyhedra import faceted_ball, faceted_cone
from ..sculpt import Sculpture, chance, mix
from .ornament import draw_style, drum

GOLDEN = 2.399963


def around(turn: float, rise: float = 0.0) -> Vector:
    """A unit vector at angle `turn` about z, tilted up by `rise`."""
    return unit(vec(np.cos(turn), np.sin(turn), rise))


def _crown(rng: np.random.Generator, low_poly: bool, at: Vector, r: float) -> Solid:
    half = r * rng.uniform(0.75, 1.15, 3)
    if low_poly:
        return faceted_ball(rng, at, half, int(rng.integers(14, 34)))
    return ellipsoid(at, half)


def tree(rng: np.random.Generator) -> Sculpture:
    """Broadleaf tree, conifer, palm or bare tree, smooth or low-poly, on the ground or a mound."""
    low_poly = chance(rng, 0.45)
    s = Sculpture(crisp=low_poly, detail=108)
    k = mix(rng, 0.0, 0.015) if low_poly else mix(rng, 0.01, 0.05)
    kind = str(rng.choice(["round", "round", "conifer", "palm", "bare"]))
    high, r = mix(rng, 0.35, 0.8), mix(rng, 0.04, 0.08)
    lean = vec(mix(rng, -0.15, 0.15), mix(rng, -0.15, 0.15), 0)
    if kind == "palm":
        lean *= 2.5
    path = spline([vec(0, 0, 0), lean * 0.3 + vec(0, 0, high * 0.5), lean + vec(0, 0, high)], 7)
    top = path[-1]
    if low_poly:
        sides, ends = int(rng.integers(5, 8)), (path[0], path[-1])
        s.add(faceted_cone(*ends, r * 1.3, r * 0.7, sides), "trunk/trunk", 0)
    else:
        s.limb(path, [r * 1.4, r, r * 0.75], "trunk/trunk", 0, 0.01)
    if kind == "palm" and chance(rng, 0.5):
        for i in range(1, 6):
            at = path[i]
            s.add(cylinder(at, at + vec(0, 0, 0.025), r * 1.25, r * 0.95), "trunk/trunk", 0.0)
    if chance(rng, 0.45):
        for i in range(int(rng.integers(3, 6))):
            out = around(GOLDEN * i + mix(rng, -0.3, 0.3))
            tip = out * r * mix(rng, 2.2, 3.5) - vec(0, 0, 0.03)
            s.add(round_cone(vec(0, 0, r), tip, r * 0.6, r * 0.3), "trunk/trunk", k)
    if kind == "round":
        size = mix(rng, 0.2, 0.32)
        s.add(_crown(rng, low_poly, top + vec(0, 0, size * 0.5), size), "crown.0", k)
        for i in range(int(rng.integers(0, 6))):
            out = around(GOLDEN * i + mix(rng, -0.4, 0.4), mix(rng, -0.3, 0.8))
            small = size * mix(rng, 0.5, 0.85)
            at = top + out * size * mix(rng, 0.9, 1.3) + vec(0, 0, size * 0.4)
            if chance(rng, 0.5):
                s.add(round_cone(path[3], at, r * 0.55, r * 0.4), f"trunk/branch.{i}", k)
            s.add(_crown(rng, low_poly, at, small), f"crown.{i + 1}", k)
    elif kind == "conifer":
        count, wide = int(rng.integers(2, 6)), mix(rng, 0.22, 0.36)
        step = mix(rng, 0.14, 0.22)
        for i in range(count):
            shrink = 1 - 0.75 * i / count
            a = top + vec(0, 0, (i - 0.8) * step)
            b = a + vec(0, 0, step * mix(rng, 1.4, 1.9))
            point = wide * shrink * (0.05 if i == count - 1 else 0.3)
            if low_poly:
                cone = faceted_cone(a, b, wide * shrink, point, int(rng.integers(6, 10)))
            else:
                cone = cylinder(a, b, wide * shrink, max(point, 0.012), 0.01)
            s.add(cone, f"crown.{i}", k)
    elif kind == "palm":
        long, count = mix(rng, 0.3, 0.5), int(rng.integers(5, 9))
        for i in range(count):
            out = around(2 * np.pi * i / count + mix(rng, -0.2, 0.2))
            lift, drop = mix(rng, 0.05, 0.2), mix(rng, 0.0, 0.35)
            tip = top + out * long + vec(0, 0, -drop)
            half = [0.03, 0.085, 0.06, 0.015]
            mid = top + out * long * 0.45 + vec(0, 0, lift)
            side = np.cross(out, (0, 0, 1))
            leaf = [
                loft(top, mid, half[:2], 0.02, side=side, cap=0.02),
                loft(mid, tip, half[1:], [0.02, 0.016], side=side, cap=0.02),
            ]
            s.add(leaf, f"frond.{i}", k, 0.005)
        for i in range(int(rng.integers(0, 4))):
            s.add(ellipsoid(top + around(2.1 * i, -0.8) * 0.075, 0.05), f"nut.{i}", k)
    else:
        for i in range(int(rng.integers(4, 8))):
            root = path[int(rng.integers(3, 7))]
            out = around(GOLDEN * i, mix(rng, 0.2, 1.2))
            end = root + out * mix(rng, 0.2, 0.45)
            s.limb(
                [root, (root + end) / 2 + vec(0, 0, -0.03), end],
                [r * 0.6, r * 0.45, r * 0.25],
                f"trunk/branch.{i}",
                k,
                0.01,
            )
            for _ in range(int(rng.integers(0, 3))):
                way = unit(out + 0.8 * rng.normal(size=3))
                s.add(
                    round_cone((root + end) / 2, (root + end) / 2 + way * 0.2, 0.026, 0.015),
                    f"trunk/branch.{i}",
                    k,
                )
    if chance(rng, 0.3):
        wide = mix(rng, 0.2, 0.4)
        s.add(ellipsoid((0, 0, -0.03), (wide, wide, mix(rng, 0.04, 0.1))), "ground", k)
    if kind == "bare":
        s.opinion(0.45)
    else:
        s.opinion(0.45, "trunk")
    s.opinion(
        0.35 if kind != "bare" else 0.1, "trunk", "crown.?>crown", "frond.?>crown", "nut.?>crown"
    )
    s.opinion(0.2)
    return s


def cactus(rng: np.random.Generator) -> Sculpture:
    """Column cactus with arms, or a cluster of balls, ribbed or plain, mostly in a pot."""
    style = draw_style(rng, 0.3)
    s = Sculpture(crisp=style.crisp, detail=104)
    k = mix(rng, 0.005, 0.04)
    potted = chance(rng, 0.65)
    wide = mix(rng, 0.16, 0.28)
    if potted:
        drum(
            s,
            rng,
            style,
            (0, 0, -0.3),
            (0, 0, 0),
            wide * 0.75,
            "pot/pot",
            wide,
            sides=int(rng.choice([0, 0, 4, 6, 8])),
        )
        if chance(rng, 0.6):
            s.add(
                cylinder((0, 0, -0.05), (0, 0, 0.03), wide * 1.12, rounding=0.008), "pot/rim", 0.004
            )
        if chance(rng, 0.3):
            s.add(
                cylinder((0, 0, -0.33), (0, 0, -0.28), wide * 1.1, rounding=0.008),
                "pot/saucer",
                0.004,
            )
        s.add(ellipsoid((0, 0, 0.0), (wide * 0.9, wide * 0.9, 0.06)), "pot/soil", 0.004)
    else:
        s.add(ellipsoid((0, 0, -0.04), (wide * 1.6, wide * 1.4, 0.08)), "ground", 0)
    r, high = mix(rng, 0.07, 0.13), mix(rng, 0.3, 0.7)
    stems: list[tuple[Vector, Vector, float, str]] = []
    if chance(rng, 0.6):
        stems.append((vec(0, 0, -0.05), vec(0, 0, high), r, "stem"))
        for i in range(int(rng.integers(0, 5))):
            out = around(GOLDEN * i + mix(rng, 0, 1))
            z, small = high * mix(rng, 0.3, 0.7), r * mix(rng, 0.5, 0.8)
            elbow = out * (r + small * 1.6) + vec(0, 0, z)
            s.add(round_cone(vec(0, 0, z - 0.03), elbow, small, small), f"arm.{i}", k)
            tip = elbow + vec(0, 0, mix(rng, 0.08, 0.35))
            stems.append((elbow, tip, small, f"arm.{i}"))
    else:
        at = vec(0, 0, 0.03)
        for i in range(int(rng.integers(2, 7))):
            size = r * mix(rng, 0.7, 1.3)
            way = around(GOLDEN * i, mix(rng, 0.4, 2.5))
            at = at + way * size * 0.5 if i else at
            flat = chance(rng, 0.4)
            pad = ellipsoid(at + way * size * 0.6, (size, size * 0.5 if flat else size, size * 1.2))
            s.add(pad, f"ball.{i}", k)
            at = at + way * size * 0.6
    for a, b, size, path in stems:
        s.add(round_cone(a, b, size, size * mix(rng, 0.7, 1)), path, k)
    if stems and chance(rng, 0.5):
        for a, b, size, path in stems:
            count = 7 if path == "stem" else 5
            for j in range(count):
                out = around(2 * np.pi * j / count) * size
                s.add(
                    round_cone(a + out * 0.95, b + out * 0.8, size * 0.16, size * 0.16), path, 0.01
                )
    if stems and chance(rng, 0.4):
        _, b, size, path = stems[0]
        s.add(ellipsoid(b + vec(0, 0, size * 0.9), size * vec(0.6, 0.6, 0.4)), "flower", 0.006)
    s.opinion(0.5, "pot/soil>soil", "pot")
    s.opinion(0.2, "pot", "arm.?>stem", "flower>stem", "ball.?>stem")
    s.opinion(0.3)
    return s


def flower(rng: np.random.Generator) -> Sculpture:
    """Flowers with petals and leaves, alone, in a pot or on a mound."""
    s = Sculpture(crisp=False, detail=116)
    k = mix(rng, 0.003, 0.025)
    pot = chance(rng, 0.6)
    if pot:
        wide, style = mix(rng, 0.13, 0.2), draw_style(rng, 0.0)
        drum(s, rng, style, (0, 0, -0.28), (0, 0, 0), wide * mix(rng, 0.6, 0.9), "pot/pot", wide)
        if chance(rng, 0.6):
            s.add(cylinder((0, 0, -0.06), (0, 0, 0.02), wide * 1.12, rounding=0.01), "pot/rim", k)
    elif chance(rng, 0.5):
        s.add(ellipsoid((0, 0, -0.03), (0.2, 0.2, 0.06)), "ground", 0)
    heads = 1 if chance(rng, 0.6) else int(rng.integers(2, 4))
    for h in range(heads):
        out = around(GOLDEN * h + mix(rng, 0, 2)) * (0.0 if heads == 1 else mix(rng, 0.15, 0.25))
        tip = out + vec(mix(rng, -0.06, 0.06), 0, mix(rng, 0.35, 0.65))
        path = f"plant{h}"
        stem = spline([vec(0, 0, -0.04), out * 0.4 + vec(0, 0, tip[2] * 0.5), tip], 8)
        s.limb(stem, [0.03, 0.022], path + "/stem", k, 0.005)
        way = unit(tip - stem[-2] + vec(0, -mix(rng, 0, 0.1), 0))
        size, count = mix(rng, 0.05, 0.1), int(rng.integers(4, 10))
        long, cupped = size * mix(rng, 1.3, 2.6), mix(rng, -0.3, 1.2)
        side = unit(np.cross(way, (0.3, 1, 0.1)))
        other = np.cross(way, side)
        s.add(ellipsoid(tip + way * 0.02, size * vec(0.8, 0.8, 0.6)), path + "/bloom/eye", k)
        for i in range(count):
            turn = 2 * np.pi * i / count
            out = np.cos(turn) * side + np.sin(turn) * other
            end = tip + unit(out + cupped * way) * (size * 0.6 + long)
            width = min(0.09, size * 4.2 / count) * mix(rng, 0.9, 1.1)
            s.add(
                loft(
                    tip + out * size * 0.3,
                    end,
                    [width * 0.5, width, width * 0.55],
                    0.018,
                    side=np.cross(way, out),
                    cap=0.02,
                ),
                f"{path}/bloom/petal.{i}",
                k,
            )
        for i in range(int(rng.integers(0, 4))):
            root = stem[1 + int(rng.integers(1, 5))]
            out = around(GOLDEN * i + mix(rng, 0, 1), mix(rng, 0.0, 0.8))
            end = root + out * mix(rng, 0.14, 0.28)
            s.add(
                loft(
                    root,
                    end,
                    [0.015, 0.06, 0.05, 0.012],
                    0.018,
                    side=np.cross(out, (0, 0, 1)),
                    cap=0.015,
                ),
                f"{path}/leaf.{i}",
                k,
            )
    s.opinion(0.45 if heads == 1 else 0.1, "pot")
    s.opinion(0.35, "pot", "plant?/bloom")
    s.opinion(0.2, "pot", "plant?")
    return s


def mushroom(rng: np.random.Generator) -> Sculpture:
    """One to four mushrooms: cap with or without warts and a skirt, stem, ground."""
    low_poly = chance(rng, 0.3)
    s = Sculpture(crisp=low_poly, detail=104)
    k = mix(rng, 0.0, 0.01) if low_poly else mix(rng, 0.006, 0.04)
    count = int(rng.choice([1, 2, 3, 4], p=[0.45, 0.2, 0.2, 0.15]))
    if count > 1 or chance(rng, 0.4):
        s.add(ellipsoid((0, 0, -0.03), (0.26, 0.24, 0.07)), "ground", 0)
    for i in range(count):
        scale = 1.0 if i == 0 else mix(rng, 0.45, 0.8)
        at = vec(0, 0, 0) if i == 0 else around(GOLDEN * i) * mix(rng, 0.18, 0.28)
        high, r = mix(rng, 0.25, 0.5) * scale, mix(rng, 0.05, 0.1) * scale
        top = at + vec(mix(rng, -0.05, 0.05), mix(rng, -0.05, 0.05), high)
        wide, tall = r * mix(rng, 2.0, 3.4), r * mix(rng, 1.0, 2.6)
        path = f"mushroom.{i}"
        if low_poly:
            s.add(faceted_cone(at, top, r * 1.2, r * 0.8, 7), path + "/stem", k)
            cap = faceted_cone(top, top + vec(0, 0, tall), wide, wide * mix(rng, 0.1, 0.6), 9)
            s.add(cap, path + "/cap", k)
        else:
            bulge = mix(rng, 1.0, 1.6)
            s.add(round_cone(at, top, r * bulge, r * 0.8), path + "/stem", k)
            bottom = top - vec(0, 0, tall * mix(rng, 0, 0.3))
            dome = loft(
                bottom,
                top + vec(0, 0, tall),
                wide * np.array([1, 0.92, 0.6, 0.15]),
                wide * np.array([1, 0.92, 0.6, 0.15]),
                stations=[0, 0.35, 0.75, 1],
                cap=0.025,
            )
            s.add(dome, path + "/cap", k)
        if chance(rng, 0.4):
            for j in range(int(rng.integers(4, 9))):
                spot = top + around(GOLDEN * j) * wide * mix(rng, 0.3, 0.75)
                lift = tall * 0.9 * (1 - (float(np.linalg.norm((spot - top)[:2])) / wide) ** 2)
                s.add(ellipsoid(spot + vec(0, 0, lift), wide * 0.13), path + "/cap", 0.0)
        if chance(rng, 0.35):
            ring = top - vec(0, 0, high * 0.3)
            s.add(
                cylinder(ring - vec(0, 0, 0.03), ring, r * 1.5, r * 1.0, 0.006),
                path + "/ring",
                k * 0.5,
            )
    s.opinion(0.65)
    s.opinion(0.35 if count > 1 else 0.05, "mushroom.?")
    return s
