# SPDX-License-Identifier: GPL-3.0-or-later
"""Horns, drum kits, pianos: what a band plays."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, ellipsoid, revolve, round_cone, spline, tube, vec
from ..polyhedra import both, minus
from ..sculpt import Sculpture, chance, mix
from .flora import around
from .ornament import UPRIGHT, block, draw_style, drum, slab
from .vessels import smooth_profile


def horn(rng: np.random.Generator) -> Sculpture:
    """Trumpet, tuba, saxophone, flute: mouthpiece, tube, valves or keys, bell."""
    s = Sculpture(crisp=False, detail=116)
    k = mix(rng, 0.003, 0.015)
    r, long = mix(rng, 0.018, 0.03), mix(rng, 0.35, 0.6)
    wide = mix(rng, 0.1, 0.2)
    kind = str(rng.choice(["trumpet", "sax", "straight"]))
    if kind == "straight":
        path = np.array([vec(-long, 0, 0), vec(0, 0, 0), vec(long, 0, 0)])
        size = [r, r * mix(rng, 1.0, 1.8), r * mix(rng, 1.3, 2.2)]
    elif kind == "sax":
        path = spline(
            [
                vec(-0.12, 0, 0.45),
                vec(0, 0, 0.46),
                vec(0.03, 0, 0.3),
                vec(0.05, 0, -0.2),
                vec(0.15, 0, -0.33),
                vec(0.26, 0, -0.2),
                vec(0.32, 0, 0.05),
            ],
            22,
        )
        size = [r * 0.8, r, r * 1.5, r * 2.4]
    else:
        low = mix(rng, 0.12, 0.2)
        path = spline(
            [
                vec(-long, 0, 0),
                vec(0, 0, 0),
                vec(long * 0.55, 0, -0.02),
                vec(long * 0.7, 0, -low * 0.5),
                vec(long * 0.5, 0, -low),
                vec(-long * 0.2, 0.02, -low),
                vec(-long * 0.42, 0.05, -low * 0.5),
                vec(-long * 0.2, 0.07, 0),
                vec(long * 0.9, 0.07, 0),
            ],
            30,
        )
        size = [r, r, r * 1.1, r * 1.4]
    s.limb(path, size, "tube", 0, 0.004)
    end, way = path[-1], (path[-1] - path[-2]) / np.linalg.norm(path[-1] - path[-2])
    deep, foot = mix(rng, 0.12, 0.28), size[-1] * 1.02
    flare = smooth_profile(
        [-0.03, deep * 0.4, deep * 0.8, deep], [foot, foot * 1.3, wide * 0.6, wide], 20
    )
    wall = np.concatenate([flare, flare[::-1] - [0.02, 0]])
    wall[:, 0] = np.maximum(wall[:, 0], 0.002)
    side = np.cross(way, (0, 1, 0))
    rot = np.stack([side, np.cross(way, side), way], 1)
    s.add(revolve(wall, centre=end, rotation=rot, rounding=0.006), "bell", k)
    # The rounded end of the tube must not stand in the bell.
    s.cut(round_cone(end - way * 0.03, end + way * deep, size[-1] * 0.7, size[-1] * 0.9), 0.0)
    start = path[0]
    back = (path[0] - path[1]) / np.linalg.norm(path[0] - path[1])
    s.add(
        cylinder(start - back * 0.02, start + back * 0.09, r * 0.9, r * mix(rng, 0.9, 1.9), 0.006),
        "mouthpiece",
        k,
    )
    if kind == "trumpet":
        for i in range(int(rng.integers(2, 5))):
            x = (i - 1) * 0.075
            s.add(
                cylinder((x, 0.03, -0.2), (x, 0.03, 0.1), 0.032, rounding=0.006),
                f"valve.{i}/case",
                k,
            )
            s.add(cylinder((x, 0.03, 0.1), (x, 0.03, 0.15), 0.014), f"valve.{i}/stem", 0.003)
            s.add(cylinder((x, 0.03, 0.145), (x, 0.03, 0.165), 0.03), f"valve.{i}/stem", 0.003)
    else:
        places = path[len(path) // 4 : -len(path) // 5] if kind == "sax" else None
        count = int(rng.integers(4, 8))
        for i in range(count):
            if places is None:
                at = vec(long * (1.4 * i / count - 0.6), -r * 1.2, 0)
            else:
                at = places[i * len(places) // count] + vec(0, -r * 1.5, 0)
            s.add(
                cylinder(at + vec(0, 0.03, 0), at - vec(0, 0.022, 0), mix(rng, 0.022, 0.034)),
                f"key.{i}",
                k * 0.3,
            )
    s.opinion(0.5, "valve.?", "key.?>keys" if kind == "straight" else "valve.?")
    s.opinion(0.25, "valve.?>tube", "key.?>tube", "bell", "mouthpiece")
    s.opinion(0.25)
    return s


def drum_kit(rng: np.random.Generator) -> Sculpture:
    """One drum with its sticks and stand, or a kit: bass drum, toms, cymbals on stands, seat."""
    style = draw_style(rng, 0.85, 0.5)
    s = Sculpture(crisp=style.crisp, detail=106)
    k = style.blend

    def shell(path: str, a: np.ndarray, b: np.ndarray, r: float) -> None:
        way = (b - a) / np.linalg.norm(b - a)
        drum(s, rng, style, a, b, r, path + "/shell")
        for name, at in (("top", b), ("low", a)):
            s.add(cylinder(at - way * 0.016, at + way * 0.016, r * 1.08), f"{path}/hoop.{name}", k)
        s.cut(cylinder(b + way * 0.008, b + way * 0.1, r * 0.97), 0.0)
        lugs = int(rng.integers(0, 8)) if style.ornament else 0
        side = np.cross(way, (0.3, 0.5, 1))
        side /= np.linalg.norm(side)
        for i in range(lugs):
            t = 2 * np.pi * i / lugs
            out = (np.cos(t) * side + np.sin(t) * np.cross(way, side)) * r
            s.add(tube([a + out, b + out], 0.014), path + "/shell", 0.0)

    if chance(rng, 0.4):
        r, h = mix(rng, 0.2, 0.3), mix(rng, 0.1, 0.4)
        shell("drum", vec(0, 0, 0), vec(0, 0, h), r)
        if chance(rng, 0.6):
            for i in range(3):
                foot = around(2.0944 * i) * r * mix(rng, 0.9, 1.2) - vec(0, 0, mix(rng, 0.2, 0.4))
                s.add(
                    round_cone(around(2.0944 * i) * r * 0.9 + vec(0, 0, 0.03), foot, 0.02, 0.02),
                    f"leg.{i}",
                    k,
                )
        if chance(rng, 0.6):
            for i in range(2):
                a = vec(-0.15, 0.1 * i - 0.05, h + 0.02)
                b = vec(r + 0.1, 0.2 * i - 0.1, h + 0.035)
                s.add(round_cone(a, b, 0.02, 0.02), f"stick.{i}", 0.0)
        s.opinion(0.6)
        s.opinion(0.4, "drum")
        return s
    r, half = mix(rng, 0.2, 0.27), mix(rng, 0.1, 0.15)
    shell("bass", vec(0, half, 0), vec(0, -half, 0), r)
    for i, x in enumerate((-1, 1)[: int(rng.integers(1, 3))]):
        at = vec(x * 0.14, 0, r + 0.1)
        s.add(cylinder((x * 0.06, 0, r * 0.8), at, 0.02), f"tom.{i}/mount", k)
        shell(f"tom.{i}", at, at + vec(0, 0.05, 0.13), mix(rng, 0.09, 0.13))
    for i, x in enumerate((-1, 1)):
        if chance(rng, 0.7):
            at = vec(x * (r + 0.12), 0.05, -r * 0.4)
            shell(f"floor.{i}", at, at + vec(0, 0, mix(rng, 0.12, 0.26)), 0.13)
        high = vec(x * 0.36, mix(rng, 0.0, 0.1), r + mix(rng, 0.12, 0.3))
        s.add(tube([vec(x * r * 0.7, 0, 0), high], 0.018), f"cymbal.{i}/stand", k)
        lean = vec(-x * 0.3, -0.2, 1)
        lean /= np.linalg.norm(lean)
        plate = cylinder(high - lean * 0.014, high + lean * 0.014, mix(rng, 0.14, 0.19))
        s.add(plate, f"cymbal.{i}/plate", k)
        s.add(ellipsoid(high + lean * 0.015, 0.035), f"cymbal.{i}/plate", 0.0)
    for i, x in enumerate((-1, 1)):
        foot = vec(x * r * 1.1, -half * 0.8, -r)
        s.add(round_cone((x * r * 0.6, -half * 0.5, -r * 0.5), foot, 0.02, 0.02), f"leg.{i}", k)
    s.opinion(0.45, "cymbal.?/plate", "tom.?/mount>bass", "tom.?", "floor.?", "bass")
    s.opinion(0.3, "cymbal.?", "tom.?", "floor.?", "bass", "leg.?>bass")
    s.opinion(0.25)
    return s


def piano(rng: np.random.Generator) -> Sculpture:
    """Upright or grand piano or organ: case, keyboard, lid, legs, pedals, stool."""
    style = draw_style(rng, 0.95, 0.6)
    s = Sculpture(crisp=style.crisp, detail=98)
    k = style.blend
    w = mix(rng, 0.3, 0.42)
    if chance(rng, 0.5):
        d, h = mix(rng, 0.1, 0.14), mix(rng, 0.26, 0.36)
        block(s, rng, style, (0, 0, h), (w, d, h), "case/body", faces=("-y", "+y"))
        keys, z = vec(0, -d - 0.06, h * 0.95), h * 0.95
        s.add(box((0, 0, 2 * h), (w * 1.05, d * 1.15, 0.025), 0.006), "lid", k)
        for i, x in enumerate((-0.92, 0.92)):
            if chance(rng, 0.7):
                at = vec(x * w, -d - 0.1, 0)
                s.add(cylinder(at, at + vec(0, 0, z), 0.03, 0.022), f"leg.{i}", k)
        s.add(box((0, -0.02, 0.02), (w * 1.02, d * 1.1, 0.03)), "case/plinth", k)
    else:
        long, z = mix(rng, 0.35, 0.6), mix(rng, 0.26, 0.34)
        t = np.linspace(0, 1, 12)
        side = np.stack([w - (w * 1.1) * t**2 * (1.6 - 0.6 * t), 0.1 + long * t], 1)
        outline = np.concatenate([[[-w, -0.1], [w, -0.1]], side, [[-w, 0.1 + long]]])
        slab(s, rng, style, outline, 0.06, "case/body", centre=(0, 0, z))
        if chance(rng, 0.6):
            a = mix(rng, 0.5, 0.9)
            c, n = np.cos(a), np.sin(a)
            tilt = np.array([[c, 0, -n], [0, 1, 0], [n, 0, c]])
            pivot = vec(-w, 0, z + 0.06)
            lid = (outline - [-w, 0]) * 0.98
            slab(s, rng, style, lid[lid[:, 1] > -1], 0.018, "lid", centre=pivot, rotation=tilt)
            prop = vec(w * 0.5, 0.15, z + 0.05)
            up = pivot + tilt @ vec(1.4 * w, 0.15, 0)
            s.add(tube([prop, up], 0.014), "prop", 0.0)
        for i, (x, y) in enumerate(((-0.85, 0.0), (0.85, 0.0), (-0.4, long))):
            drum(s, rng, style, (x * w, y, 0), (x * w, y, z), 0.024, f"leg.{i}", 0.04)
        keys = vec(0, -0.14, z)
    half = vec(w * 0.93, 0.065, 0.03)
    s.add(box(keys, half + vec(0.03, 0.01, 0), 0.004), "keyboard/bed", k)
    s.cut(box(keys + vec(0, -0.01, 0.03), half * [1, 0.9, 0.6]), 0.0)
    s.add(box(keys + vec(0, 0.0, 0.0), half * [0.99, 0.85, 0.8]), "keyboard/keys", 0.0)
    count = int(rng.integers(10, 18))
    lines = [
        box(keys + vec(half[0] * (2 * i / count - 1), -0.01, 0.03), (0.006, 0.06, 0.014))
        for i in range(1, count)
    ]
    if chance(rng, 0.6):
        s.cut(lines, 0.0)
    else:
        blacks = [
            box(keys + vec(half[0] * (2 * i / count - 1), 0.015, 0.03), (0.01, 0.03, 0.014))
            for i in range(1, count)
            if i % 7 not in (3, 0)
        ]
        s.add(blacks, "keyboard/keys", 0.0)
    if chance(rng, 0.5):
        rest = box(keys + vec(0, 0.11, 0.14), (w * 0.5, 0.02, 0.09))
        s.add(rest, "music stand", k)
    s.opinion(0.45, "case", "keyboard")
    s.opinion(0.3, "case")
    s.opinion(0.25)
    return s


def fiddle(rng: np.random.Generator) -> Sculpture:
    """Violin, cello, lute, banjo: waisted body, neck, scroll with pegs, bridge, tailpiece."""
    style = draw_style(rng, 0.5, 0.5)
    s = Sculpture(crisp=style.crisp, detail=114)
    k = max(style.blend * 0.5, 0.002)
    h, w, t = mix(rng, 0.26, 0.34), mix(rng, 0.14, 0.2), mix(rng, 0.03, 0.055)
    kind = str(rng.choice(["violin", "violin", "lute", "banjo"]))
    a = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    x, z = np.cos(a), np.sin(a)
    if kind == "violin":
        waist = 1 - mix(rng, 0.35, 0.5) * np.exp(-((z / 0.28) ** 2))
        outline = np.stack([x * w * waist * (1 - 0.14 * z) * (0.4 + 0.6 * abs(x) ** 0.3), z * h], 1)
        outline[:, 0] = np.sign(x) * w * (1 - 0.14 * z) * waist * np.sqrt(1 - abs(z) ** 3 * 0.98)
    elif kind == "lute":
        outline = np.stack([x * w * (1 - 0.35 * z), z * h], 1)
    else:
        outline = np.stack([x, z], 1) * w * 1.1
        h = w * 1.1
    slab(s, rng, style, outline, t, "body", rotation=UPRIGHT, blend=0)
    long = mix(rng, 0.3, 0.45)
    nut = vec(0, -t * 0.9, h + long)
    s.add(
        box((0, -t * 0.5, h + long / 2 - 0.03), (0.026, 0.03, long / 2 + 0.05), 0.01),
        "neck/neck",
        k,
    )
    board = box((0, -t - 0.012, h * 0.55 + long / 2), (0.03, 0.016, long / 2 + h * 0.45), 0.003)
    s.add(board, "neck/board", k)
    s.limb(
        spline(
            [nut, nut + vec(0, 0.02, 0.09), nut + vec(0, 0.07, 0.13), nut + vec(0, 0.04, 0.17)], 8
        ),
        [0.03, 0.026, 0.036],
        "head/scroll",
        k,
    )
    for i in range(4):
        side = 1.0 if i % 2 else -1.0
        at = nut + vec(0, 0.01 + 0.01 * i, 0.03 + 0.03 * i)
        s.add(cylinder(at, at + vec(side * 0.08, 0, 0), 0.014), f"head/peg.{i}", k)
        s.add(ellipsoid(at + vec(side * 0.095, 0, 0), (0.026, 0.013, 0.02)), f"head/peg.{i}", k)
    if chance(rng, 0.7):
        s.add(box((0, -t - 0.025, -h * 0.15), (0.055, 0.014, 0.035), 0.006), "bridge", k)
        s.add(box((0, -t - 0.014, -h * 0.6), (0.03, 0.016, h * 0.25), 0.008), "tailpiece", k)
    if kind == "violin":
        for side in (-1, 1):
            hole = [
                vec(side * 0.075, -t, -h * 0.3),
                vec(side * 0.065, -t, -h * 0.1),
                vec(side * 0.06, -t, h * 0.02),
            ]
            s.cut(tube(hole, 0.012), 0.0)
    elif kind == "lute" and chance(rng, 0.8):
        s.cut(cylinder((0, -t * 2, h * 0.15), (0, -t * 0.4, h * 0.15), 0.05), 0.0)
    else:
        ring = minus(
            cylinder((0, -t - 0.01, 0), (0, t, 0), w * 1.14),
            cylinder((0, -1, 0), (0, 1, 0), w * 1.03),
        )
        s.add(both(ring, box((0, 0, 0), (1, 1, 1))), "rim", k)
    s.opinion(0.4, "head", "neck")
    s.opinion(0.35, "neck/board", "neck/neck", "head/peg.?", "head/scroll")
    s.opinion(0.25, "head>neck", "neck", "bridge>body", "tailpiece>body", "rim>body")
    return s
