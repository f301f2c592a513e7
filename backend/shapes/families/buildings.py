# SPDX-License-Identifier: GPL-3.0-or-later
"""Houses, castles and towers, temples."""

from __future__ import annotations

import numpy as np

from ..implicit import Vector, box, cylinder, ellipsoid, extrusion, half_space, vec
from ..polyhedra import both, faceted_cone, minus
from ..sculpt import Sculpture, chance, mix
from .ornament import SIDEWAYS, UPRIGHT, Style, block, draw_style, drum


def _openings(
    s: Sculpture, rng: np.random.Generator, centre: Vector, half: Vector, part: str, solid: bool
) -> None:
    """Rows of windows on the four walls of a block: niches, frames, or parts of their own."""
    w, h = mix(rng, 0.03, 0.055), mix(rng, 0.035, 0.07)
    deep, raised = mix(rng, 0.012, 0.03), solid or chance(rng, 0.4)
    floors = max(1, int(half[2] / (h * 2.2)))
    number = 0
    for axis in (0, 1):
        across = 1 - axis
        columns = int(half[across] / (w * mix(rng, 1.7, 2.6)))
        for sign in (-1, 1):
            for i in range(columns):
                for j in range(floors):
                    at, size = centre.copy(), vec(0, 0, h)
                    at[axis] += sign * half[axis]
                    at[across] += half[across] * ((2 * i + 1) / columns - 1)
                    at[2] += half[2] * ((2 * j + 1) / floors - 1) + 0.02
                    size[axis], size[across] = deep, w
                    if raised:
                        name = f"window.{number}" if solid else part
                        s.add(box(at, size, 0.0), name, 0.0)
                        if not solid:
                            s.cut(box(at, size * 0.6 + vec(*(0.4 * (size == deep) * size))), 0.0)
                    else:
                        s.cut(box(at, size), 0.0)
                    number += 1


def _roof(
    s: Sculpture, rng: np.random.Generator, centre: Vector, half: Vector, part: str, k: float
) -> float:
    """A roof on top of a block; returns its height."""
    tall, eave = mix(rng, 0.12, 0.32), mix(rng, 1.04, 1.25)
    top = centre + vec(0, 0, half[2] - 0.01)
    kind = str(rng.choice(["gable", "gable", "hip", "flat", "mansard", "shed"]))
    w, d = half[0] * eave, half[1] * eave
    if kind in ("gable", "shed"):
        long_x = half[0] > half[1]
        span, run = (d, w) if long_x else (w, d)
        peak = 0.0 if kind == "gable" else -span
        outline = np.array([[-span, 0.0], [span, 0.0], [peak, tall]])
        if chance(rng, 0.4):
            outline = np.array([[-span, 0], [span, 0], [span, 0.03], [peak, tall], [-span, 0.03]])
        rot = SIDEWAYS if long_x else UPRIGHT
        s.add(extrusion(outline, run, centre=top, rotation=rot), part, k)
    elif kind == "flat":
        tall = mix(rng, 0.03, 0.06)
        s.add(box(top + vec(0, 0, tall / 2), (w, d, tall), 0.004), part, k)
        if chance(rng, 0.5):
            s.cut(box(top + vec(0, 0, tall * 1.5), (w * 0.86, d * 0.86, tall * 0.8)), 0.0)
    else:
        # A frustum of four sides, stretched to the plan by cutting a larger one.
        shrink = mix(rng, 0.5, 0.75) if kind == "mansard" else mix(rng, 0.03, 0.35)
        lower, upper = (
            np.array([[-d, 0], [d, 0]]),
            np.array([[d * shrink, tall], [-d * shrink, tall]]),
        )
        a = extrusion(np.concatenate([lower, upper]), 9.0, centre=top, rotation=SIDEWAYS)
        gap = d * (1 - shrink)
        outline = np.array([[-w, 0], [w, 0], [w - gap, tall], [gap - w, tall]])
        if w <= gap * 1.02:
            outline[2:, 0] = [0.02, -0.02]
        b = extrusion(outline, d, centre=top, rotation=UPRIGHT)
        s.add(both(b, a), part, k)
    return tall


def house(rng: np.random.Generator) -> Sculpture:
    """House, barn, cabin, shop: wings with roofs, chimney, porch, door, steps, windows."""
    style = draw_style(rng, 1.0, 0.6)
    s = Sculpture(crisp=style.crisp, detail=104)
    k = style.blend
    half = rng.uniform([0.22, 0.18, 0.12], [0.42, 0.32, 0.3])
    s.add(box((0, 0, 0), half, style.edge), "house/walls", 0)
    solid = chance(rng, 0.25)
    floor = -float(half[2])
    if chance(rng, 0.35):
        plan = half * vec(mix(rng, 1.1, 1.5), mix(rng, 1.1, 1.5), 0)
        s.add(box((0, 0, floor), plan + vec(0, 0, 0.03), 0.0), "base", k)
    tall = _roof(s, rng, vec(0, 0, 0), half, "house/roof", k)
    if chance(rng, 0.5):
        wing = half * rng.uniform([0.35, 0.4, 0.5], [0.7, 0.8, 0.9])
        way = float(rng.choice([-1, 1]))
        at = vec(way * (half[0] + wing[0] * 0.7), mix(rng, -0.1, 0.1), floor + wing[2])
        if chance(rng, 0.5):
            at = vec(mix(rng, -0.1, 0.1), half[1] + wing[1] * 0.7, floor + wing[2])
        s.add(box(at, wing, style.edge), "wing/walls", k)
        _roof(s, rng, at, wing, "wing/roof", k)
        if style.ornament:
            _openings(s, rng, at, wing, "wing/walls", False)
    if style.ornament or solid:
        _openings(s, rng, vec(0, 0, 0), half, "house/walls", solid)
    if chance(rng, 0.6):
        x, y = mix(rng, -0.6, 0.6) * half[0], mix(rng, -0.3, 0.3) * half[1]
        r, high = mix(rng, 0.03, 0.055), half[2] + tall + mix(rng, 0.02, 0.12)
        s.add(box((x, y, high / 2), (r, r, high / 2), 0.0), "chimney", k)
        if chance(rng, 0.5):
            s.add(box((x, y, high), (r * 1.3, r * 1.3, 0.02)), "chimney", 0.0)
    front, door = -float(half[1]), mix(rng, 0.045, 0.07)
    x = mix(rng, -0.4, 0.4) * half[0]
    if chance(rng, 0.7):
        high = min(door * 1.8, float(half[2]) * 0.8)
        at = vec(x, front, floor + high)
        s.add(box(at, (door, 0.025, high)), "door", k)
        if style.ornament:
            s.cut(box(at - vec(0, 0.025, 0), (door * 0.7, 0.01, high * 0.75)), 0.0)
    if chance(rng, 0.4):
        for i in range(3):
            block(
                s,
                rng,
                style,
                (x, front - 0.03 * i, floor + 0.03 * (3 - i) / 2),
                (door * 1.5, 0.05, 0.03 * (3 - i) / 2),
                "steps",
                blend=0.0,
                faces=("+y",),
            )
    if chance(rng, 0.35):
        deep, high = mix(rng, 0.08, 0.16), min(0.2, float(half[2]) * 1.4)
        wide = half[0] * mix(rng, 0.4, 0.9)
        lid = vec(0, front - deep * 0.7, floor + high)
        s.add(box(lid, (wide, deep, 0.02)), "porch/roof", k)
        for i, side in enumerate((-0.9, 0.9)):
            post = lid + vec(side * wide, -deep * 0.8, 0)
            s.add(cylinder(post - vec(0, 0, high), post, 0.022), f"porch/post.{i}", k)
        if chance(rng, 0.5):
            s.add(box(vec(0, lid[1], floor), (wide, deep, 0.025)), "porch/deck", k)
    s.opinion(0.4, "window.*>house/walls", "porch")
    s.opinion(
        0.2,
        "window.*>house/walls",
        "wing/walls>house/walls",
        "chimney>house/roof",
        "door>house/walls",
        "steps>house/walls",
        "porch",
        "wing/roof>house/roof",
    )
    s.opinion(0.15, "window.*>house", "house", "wing", "porch", "chimney>house", "door>house")
    s.opinion(0.25)
    return s


def _battlement(s: Sculpture, style: Style, at: Vector, r: float, part: str, square: bool) -> None:
    """A ring of merlons on the rim of a tower."""
    thick, high = max(0.02, 0.22 * r), 0.06
    top = at + vec(0, 0, high)
    if square:
        well = box(top + vec(0, 0, 0.015), (r - thick, r - thick, high))
        rim = minus(box(at, (r, r, high)), well)
        s.add(rim, part, style.blend)
        for axis in (0, 1):
            for x in (-0.33, 0.33):
                gap, size = top.copy(), vec(2, 2, high * 0.5)
                gap[axis] += 2 * r * x
                size[axis] = r * 0.18
                s.cut(box(gap, size), 0.0)
    else:
        low = at - vec(0, 0, high)
        well = cylinder(at + vec(0, 0, 0.015), top + vec(0, 0, 0.1), r - thick)
        rim = minus(cylinder(low, top, r), well)
        s.add(rim, part, style.blend)
        for turn in np.arange(4) * np.pi / 4:
            c, n = np.cos(turn), np.sin(turn)
            rot = np.array([[c, -n, 0], [n, c, 0], [0, 0, 1.0]])
            s.cut(box(top, (2 * r, r * 0.16, high * 0.5), 0.0, rot), 0.0)


def castle(rng: np.random.Generator) -> Sculpture:
    """A keep or tower, alone or with curtain walls, corner towers and a gate."""
    style = draw_style(rng, 1.0, 0.6)
    s = Sculpture(crisp=style.crisp, detail=108)
    k = style.blend
    square = chance(rng, 0.4)

    def tower(path: str, x: float, y: float, r: float, high: float, spire: bool) -> None:
        foot, top = vec(x, y, 0), vec(x, y, high)
        waist = r * mix(rng, 0.85, 1.0) if spire else r
        if square:
            block(
                s,
                rng,
                style,
                (x, y, high / 2),
                (r, r, high / 2),
                path + "/wall",
                faces=("+x", "-x", "+y", "-y"),
            )
        else:
            drum(s, rng, style, foot, top, r, path + "/wall", waist)
        wide = r * mix(rng, 1.08, 1.3)
        if spire:
            tall = r * mix(rng, 1.3, 3.0)
            sides = 4 if square else int(rng.choice([0, 6, 8]))
            peak = top + vec(0, 0, tall)
            if sides:
                girth = wide * (1.41 if square else 1.05)
                roof = faceted_cone(top, peak, girth, 0.015, sides, (1, 1, 0))
            else:
                roof = cylinder(top, peak, wide, 0.015)
            s.add(roof, path + "/roof", k)
            if flags:
                s.add(
                    cylinder(peak - vec(0, 0, 0.03), peak + vec(0, 0, 0.12), 0.014),
                    path + "/flag",
                    k,
                )
                s.add(box(peak + vec(0.05, 0, 0.09), (0.05, 0.014, 0.03)), path + "/flag", k)
        else:
            _battlement(s, style, top, wide, path + "/crown", square)

    flags = chance(rng, 0.4)
    spires = str(rng.choice(["none", "all", "mixed"]))
    keep, tall = mix(rng, 0.12, 0.2), mix(rng, 0.35, 0.7)
    tower("keep", 0, 0, keep, tall, spires == "all" or chance(rng, 0.3))
    if chance(rng, 0.7):
        half, high = mix(rng, 0.28, 0.42), mix(rng, 0.14, 0.26)
        thick = mix(rng, 0.025, 0.04)
        names = [("front", 0, -1), ("back", 0, 1), ("left", -1, 0), ("right", 1, 0)]
        s.add(box((0, 0, 0), (half * 1.1, half * 1.1, 0.03)), "ground", 0.0)
        for name, x, y in names:
            size = vec(half if y else thick, half if x else thick, high / 2)
            block(
                s,
                rng,
                style,
                (x * half, y * half, high / 2),
                size,
                f"wall.{name}",
                faces=("+z",) if not style.ornament else ("+x", "-x", "+y", "-y", "+z"),
            )
        r, up = mix(rng, 0.06, 0.1), high * mix(rng, 1.15, 1.8)
        state = rng.bit_generator.state
        for i, (x, y) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1))):
            rng.bit_generator.state = state
            tower(f"tower.{i}", x * half, y * half, r, up, spires != "none")
        if chance(rng, 0.6):
            block(
                s,
                rng,
                style,
                (0, -half, high * 0.6),
                (0.09, 0.07, high * 0.6),
                "gate",
                faces=("+z",),
            )
            s.cut(
                [
                    box((0, -half, 0.03), (0.045, 0.15, 0.06)),
                    cylinder((0, -half - 0.15, 0.09), (0, -half + 0.15, 0.09), 0.045),
                ],
                0.0,
            )
    elif chance(rng, 0.6):
        s.add(cylinder((0, 0, -0.06), (0, 0, 0.02), keep * mix(rng, 1.3, 2.0)), "ground", k)
        if chance(rng, 0.6):
            small, off = keep * mix(rng, 0.4, 0.6), keep * 1.1
            tower("turret", off, 0, small, tall * mix(rng, 0.5, 1.2), spires != "none")
    s.opinion(0.5)
    s.opinion(0.3, "keep", "tower.?", "turret")
    s.opinion(0.2, "keep", "tower.?", "turret", "wall.*>wall", "gate>wall")
    return s


def temple(rng: np.random.Generator) -> Sculpture:
    """Columns between steps and a roof: temple, pavilion, bandstand, monument."""
    style = draw_style(rng, 1.0, 0.6)
    s = Sculpture(crisp=style.crisp, detail=106)
    k = style.blend
    circle = chance(rng, 0.4)
    w, high = mix(rng, 0.28, 0.45), mix(rng, 0.25, 0.5)
    d = w if circle else w * mix(rng, 0.5, 1.0)
    steps = int(rng.integers(1, 4))
    for i in range(steps):
        grow, drop = 1.0 + 0.1 * (steps - i), 0.045 * (steps - i)
        if circle:
            s.add(cylinder((0, 0, -drop), (0, 0, 0.06 - drop), w * grow), f"base/step.{i}", 0)
        else:
            s.add(box((0, 0, 0.03 - drop), (w * grow, d * grow, 0.03)), f"base/step.{i}", 0)
    r = mix(rng, 0.026, 0.045)
    if circle:
        count = int(rng.integers(4, 9))
        spots = [(np.cos(t), np.sin(t)) for t in 2 * np.pi * (np.arange(count) + 0.5) / count]
        places = [(0.85 * w * x, 0.85 * w * y) for x, y in spots]
    else:
        nx, ny = int(rng.integers(2, 5)), int(rng.integers(2, 4))
        grid = [(x, y) for x in np.linspace(-1, 1, nx) for y in np.linspace(-1, 1, ny)]
        places = [(0.85 * w * x, 0.85 * d * y) for x, y in grid if max(abs(x), abs(y)) > 0.99]
    capital, foot = chance(rng, 0.6), chance(rng, 0.6)
    taper, state = mix(rng, 0.75, 1.0), rng.bit_generator.state
    for i, (x, y) in enumerate(places):
        rng.bit_generator.state = state
        drum(s, rng, style, (x, y, -0.02), (x, y, high + 0.02), r, f"column.{i}/shaft", r * taper)
        if capital:
            s.add(box((x, y, high - 0.01), (r * 1.4, r * 1.4, 0.022)), f"column.{i}/capital", k)
        if foot:
            s.add(cylinder((x, y, 0), (x, y, 0.04), r * 1.35), f"column.{i}/foot", k)
    if circle:
        s.add(cylinder((0, 0, high), (0, 0, high + 0.06), w, rounding=style.edge), "roof/beam", k)
        if chance(rng, 0.6):
            bowl = ellipsoid((0, 0, high + 0.05), (w * 0.9, w * 0.9, w * mix(rng, 0.4, 1.0)))
            dome = both(bowl, half_space((0, 0, high + 0.03), (0, 0, -1)))
        else:
            dome = cylinder((0, 0, high + 0.05), (0, 0, high + 0.3), w * 1.1, 0.02)
        s.add(dome, "roof/roof", k)
        if chance(rng, 0.5):
            s.add(ellipsoid((0, 0, high + w * 0.8), 0.05), "roof/finial", k)
    else:
        block(
            s,
            rng,
            style,
            (0, 0, high + 0.03),
            (w, d, 0.035),
            "roof/beam",
            faces=("-y", "+y", "+x", "-x"),
        )
        tall = mix(rng, 0.1, 0.22)
        outline = np.array([[-w * 1.06, 0], [w * 1.06, 0], [0, tall]])
        roof = extrusion(outline, d * 1.06, centre=(0, 0, high + 0.055), rotation=UPRIGHT)
        s.add(roof, "roof/roof", k)
        if style.ornament:
            at = vec(0, -d * 1.06, high + 0.055)
            s.cut(
                extrusion(outline * 0.7 + [0, tall * 0.1], 0.02, centre=at, rotation=UPRIGHT), 0.0
            )
    if chance(rng, 0.4):
        s.add(box((0, 0, high * 0.25), (w * 0.25, d * 0.25, high * 0.25 + 0.02), 0.01), "altar", k)
    s.opinion(0.4, "base", "roof", "column.*/*>^")
    s.opinion(0.35, "base", "column.*/*>^")
    s.opinion(0.25)
    return s
