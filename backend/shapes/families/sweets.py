# SPDX-License-Identifier: GPL-3.0-or-later
"""Food: burgers, cakes, ice cream, fruit."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Solid,
    box,
    cylinder,
    ellipsoid,
    half_space,
    loft,
    revolve,
    round_cone,
    spline,
    torus,
    vec,
)
from ..polyhedra import both, faceted_ball
from ..sculpt import Sculpture, chance, mix
from .flora import GOLDEN, around
from .ornament import draw_style, drum


def _wavy(z: float, r: float, thick: float, waves: int, high: float) -> list[Solid]:
    """A leaf or slice whose rim goes up and down: a ring of flattened balls around a disc."""
    rim = [
        ellipsoid(
            around(2 * np.pi * i / waves) * r + vec(0, 0, z + high * (-1) ** i),
            (0.3 * r, 0.3 * r, thick),
        )
        for i in range(waves)
    ]
    return [cylinder((0, 0, z - thick), (0, 0, z + thick), r), *rim]


def burger(rng: np.random.Generator) -> Sculpture:
    """Burger or sandwich: bread, patties, cheese, leaves, slices, a flag, seeds that are bread."""
    s = Sculpture(crisp=chance(rng, 0.3), detail=92)
    k = mix(rng, 0.0, 0.012)
    r = mix(rng, 0.28, 0.36)
    square = chance(rng, 0.25)
    z, thick = 0.0, mix(rng, 0.04, 0.06)
    s.add(
        box((0, 0, 0), (r, r, thick), 0.02)
        if square
        else ellipsoid((0, 0, 0), (r, r, thick), exponent=4),
        "bread/low",
        0,
    )
    z += thick
    names = []
    for i in range(int(rng.integers(1, 6))):
        kind = str(rng.choice(["patty", "cheese", "leaf", "tomato", "onion"]))
        name = f"{kind}.{i}"
        half = mix(rng, 0.025, 0.05) if kind == "patty" else mix(rng, 0.015, 0.022)
        at = vec(0, 0, z + half * 0.85)
        if kind == "patty":
            s.add(ellipsoid(at, (r * 1.02, r * 1.02, half), exponent=5), name, k)
        elif kind == "cheese":
            turn = mix(rng, 0, 1.5)
            c, n = np.cos(turn), np.sin(turn)
            rot = np.array([[c, -n, 0], [n, c, 0], [0, 0, 1.0]])
            s.add(box(at, (r * 0.85, r * 0.85, half), 0.004, rot), name, k)
        elif kind == "leaf":
            waves = 2 * int(rng.integers(4, 8))
            s.add(_wavy(float(at[2]), r * 0.95, half, waves, mix(rng, 0.004, 0.02)), name, k, 0.01)
        elif kind == "tomato":
            for j, x in enumerate((-0.45, 0.45)):
                spot = at + vec(x * r, 0.1 * (-1) ** j * r, 0)
                s.add(
                    cylinder(
                        spot - vec(0, 0, half), spot + vec(0, 0, half), r * 0.52, rounding=0.006
                    ),
                    name,
                    k,
                )
        else:
            s.add(torus(at, (0, 0, 1), r * 0.8, half * 1.3), name, k)
            s.add(cylinder(at - vec(0, 0, half), at + vec(0, 0, half), r * 0.7), name, 0.0)
        names.append(name)
        z += 1.7 * half
    tall = mix(rng, 0.1, 0.2)
    if square:
        s.add(box((0, 0, z + thick * 0.8), (r, r, thick), 0.02), "bread/top", k)
        tall = 1.8 * thick
    else:
        bun = ellipsoid((0, 0, z), (r * 1.03, r * 1.03, tall), exponent=2.3)
        s.add(both(bun, half_space((0, 0, z - 0.005), (0, 0, -1))), "bread/top", k)
        for i in range(int(rng.integers(0, 14))):
            out = around(GOLDEN * i) * r * 0.8 * np.sqrt((i + 0.5) / 14)
            lift = tall * np.sqrt(max(0.0, 1 - float(out @ out) / r**2))
            s.add(ellipsoid(out + vec(0, 0, z + lift), (0.018, 0.018, 0.014)), "bread/top", 0.0)
    if chance(rng, 0.3):
        top = vec(0, 0, z + tall)
        s.add(cylinder(top - vec(0, 0, 0.05), top + vec(0, 0, 0.2), 0.014), "flag/stick", k)
        s.add(box(top + vec(0.07, 0, 0.15), (0.07, 0.014, 0.045)), "flag/cloth", k)
    if chance(rng, 0.3):
        s.add(
            cylinder((0, 0, -thick - 0.03), (0, 0, -thick * 0.8), r * 1.35, rounding=0.01),
            "plate",
            k,
        )
    s.opinion(0.75, "flag")
    s.opinion(0.25, *(f"{name}>filling" for name in names), "flag")
    return s


def cake(rng: np.random.Generator) -> Sculpture:
    """Layer cake or cup cake: tiers, icing that runs down, cherries, candles, stand."""
    style = draw_style(rng, 0.3, 0.4)
    s = Sculpture(crisp=style.crisp, detail=106)
    k = mix(rng, 0.0, 0.012)
    cup = chance(rng, 0.35)
    z, r = 0.0, mix(rng, 0.22, 0.32)
    if cup:
        h = mix(rng, 0.16, 0.24)
        drum(s, rng, style, (0, 0, -h), (0, 0, 0), r * 0.7, "cup", r)
        for i in range(int(rng.integers(1, 4))):
            size, half = r * (1.08 - 0.28 * i), mix(rng, 0.05, 0.08)
            s.add(ellipsoid((0, 0, z + half * 0.5), (size, size, half)), f"icing.{i}", k)
            z += half * 1.1
    else:
        for i in range(int(rng.integers(1, 4))):
            h = mix(rng, 0.08, 0.16)
            s.add(cylinder((0, 0, z - 0.01), (0, 0, z + h), r, rounding=0.012), f"tier.{i}/cake", k)
            z += h
            if chance(rng, 0.6):
                drips = int(rng.integers(7, 13))
                icing: list[Solid] = [
                    cylinder((0, 0, z - 0.025), (0, 0, z + 0.015), r + 0.014, rounding=0.012)
                ]
                for j in range(drips):
                    out = around(2 * np.pi * j / drips) * r
                    low = out + vec(0, 0, z - h * mix(rng, 0.2, 0.7))
                    icing.append(round_cone(out + vec(0, 0, z), low, 0.03, 0.026))
                s.add(icing, f"tier.{i}/icing", k, 0.012)
            elif chance(rng, 0.4):
                beads = 14
                s.add(
                    [
                        ellipsoid(around(2 * np.pi * j / beads) * r * 0.93 + vec(0, 0, z), 0.035)
                        for j in range(beads)
                    ],
                    f"tier.{i}/icing",
                    k,
                )
            r *= mix(rng, 0.6, 0.8)
    what = str(rng.choice(["cherry", "candles", "berries", "none"]))
    room = r * (0.55 if cup else 0.9)
    if what == "cherry":
        s.add(ellipsoid((0, 0, z + 0.04), 0.06), "cherry/fruit", k)
        s.limb(
            [(0, 0, z + 0.08), (0.02, 0, z + 0.13), (0.06, 0, z + 0.17)], 0.014, "cherry/stem", k
        )
    elif what == "candles":
        count = int(rng.integers(1, 7))
        for i in range(count):
            at = around(2 * np.pi * i / count) * (room if count > 1 else 0) + vec(0, 0, z - 0.03)
            s.add(cylinder(at, at + vec(0, 0, 0.16), 0.018), f"candle.{i}/wax", 0.0)
            s.add(ellipsoid(at + vec(0, 0, 0.18), (0.018, 0.018, 0.03)), f"candle.{i}/flame", 0.0)
    elif what == "berries":
        count = int(rng.integers(3, 8))
        for i in range(count):
            at = around(2 * np.pi * i / count) * room + vec(0, 0, z + 0.015)
            s.add(ellipsoid(at, 0.045), f"berry.{i}", k)
    if not cup and chance(rng, 0.5):
        size = 1.5 * mix(rng, 0.24, 0.3)
        s.add(cylinder((0, 0, -0.04), (0, 0, 0.0), size, rounding=0.01), "stand/plate", k)
        if chance(rng, 0.6):
            s.add(cylinder((0, 0, -0.16), (0, 0, -0.03), 0.09, 0.05), "stand/foot", k)
    s.opinion(0.45, "candle.?", "cherry", "stand")
    s.opinion(0.3, "tier.?", "candle.?", "cherry", "stand", "icing.?>icing")
    s.opinion(0.25)
    return s


def ice_cream(rng: np.random.Generator) -> Sculpture:
    """Scoops in a cone or a bowl, or a lolly on a stick, with a wafer, sauce, a cherry."""
    style = draw_style(rng, 0.35, 0.6)
    s = Sculpture(crisp=style.crisp, detail=104)
    k = mix(rng, 0.0, 0.02)
    if chance(rng, 0.3):
        w, h, t = mix(rng, 0.1, 0.15), mix(rng, 0.2, 0.3), mix(rng, 0.045, 0.07)
        bar = both(ellipsoid((0, 0, 0), (w, t, h), exponent=5), half_space((0, 0, 9), (0, 0, 1)))
        s.add(bar, "ice/low", 0)
        s.paint(half_space((0, 0, mix(rng, -0.3, 0.5) * h), (0, 0, -1)), "ice/top", "ice/low")
        for x in (-0.4, 0.0, 0.4) if style.ornament else ():
            s.cut(round_cone((x * w, -t, -h * 0.6), (x * w, -t, h * 0.6), 0.014, 0.014), 0.0)
        s.add(box((0, 0, -h - 0.08), (0.035, 0.018, 0.12), 0.015), "stick", k)
        if chance(rng, 0.3):
            s.cut(ellipsoid((w * 0.9, 0, h * 0.9), 0.06), 0.0)
        s.opinion(0.6)
        s.opinion(0.4, "ice")
        return s
    r = mix(rng, 0.13, 0.18)
    cone = chance(rng, 0.6)
    if cone:
        drum(s, rng, style, (0, 0, -mix(rng, 0.3, 0.5)), (0, 0, 0.02), 0.03, "cone/cone", r * 0.95)
        if chance(rng, 0.4):
            s.add(cylinder((0, 0, -0.04), (0, 0, 0.04), r, r * 1.08), "cone/rim", 0.003)
    else:
        bowl = [
            [0, -0.2],
            [r * 0.8, -0.2],
            [r * 0.25, -0.15],
            [r * 0.3, -0.1],
            [r * 1.3, 0.04],
            [r * 1.2, 0.04],
            [0, -0.05],
        ]
        s.add(revolve(np.array(bowl), rounding=0.012), "bowl", 0)
    count = int(rng.integers(1, 5))
    stacked = cone and chance(rng, 0.7)
    top = 0.0
    for i in range(count):
        size = r * mix(rng, 0.8, 1.0)
        if stacked or count == 1:
            at = vec(0, 0, top + size * 0.45)
        else:
            lift = 0.7 * r if i < 3 else 1.5 * r
            at = (around(2.0944 * i) * r * 0.55 if i < 3 else vec(0, 0, 0)) + vec(0, 0, lift)
        scoop = faceted_ball(rng, at, size, 60) if chance(rng, 0.2) else ellipsoid(at, size)
        s.add(scoop, f"scoop.{i}", k)
        if chance(rng, 0.4):
            s.add(
                torus(at - vec(0, 0, size * 0.55), (0, 0, 1), size * 0.85, 0.025),
                f"scoop.{i}",
                0.01,
            )
        top = float(at[2]) + size * 0.7
    if chance(rng, 0.4):
        dome = both(
            ellipsoid((0, 0, top - r * 0.6), r * 0.98),
            half_space((0, 0, top - r * 0.35), (0, 0, -1)),
        )
        s.add(dome, "sauce", k * 0.5)
    if chance(rng, 0.5):
        s.add(ellipsoid((0, 0, top + 0.06), 0.055), "cherry", k)
    if chance(rng, 0.5):
        a = vec(r * 0.4, 0, top - 0.05)
        s.add(cylinder(a, a + vec(0.12, 0, mix(rng, 0.2, 0.3)), 0.028), "wafer", 0.0)
    s.opinion(0.6, "cone", "cherry", "wafer")
    s.opinion(0.15, "scoop.?>ice", "sauce>ice", "cone")
    s.opinion(0.25)
    return s


def fruit(rng: np.random.Generator) -> Sculpture:
    """Apple, pear, pineapple, pumpkin, carrot, grapes: flesh, stem, leaves; bites and slices."""
    s = Sculpture(crisp=False, detail=104)
    k = mix(rng, 0.003, 0.015)
    kind = str(rng.choice(["apple", "pear", "pineapple", "pumpkin", "carrot", "grapes"]))
    r = mix(rng, 0.24, 0.32)
    top = r
    if kind == "apple":
        shape = [
            [0, -r * 0.75],
            [r * 0.4, -r * 0.9],
            [r * 0.85, -r * 0.3],
            [r, r * 0.3],
            [r * 0.6, r * 0.85],
            [r * 0.2, r * 0.75],
            [0, r * 0.6],
        ]
        s.add(
            revolve(spline([vec(x, 0, z) for x, z in shape], 40)[:, [0, 2]], rounding=0.01),
            "flesh/flesh",
            0,
        )
        top = r * 0.6
    elif kind == "pear":
        s.limb([(0, 0, -r * 0.3), (0, 0, r * 0.7)], [r, r * mix(rng, 0.45, 0.65)], "flesh/flesh", 0)
        top = r * 1.25
    elif kind == "pineapple":
        s.add(ellipsoid((0, 0, 0), (r * 0.8, r * 0.8, r * 1.15), exponent=2.4), "flesh/flesh", 0)
        top = r * 1.1
        for i in range(26):
            z = 0.95 - 1.9 * (i + 0.5) / 26
            out = around(GOLDEN * i) * r * 0.8 * np.sqrt(1 - z * z)
            s.add(ellipsoid(out + vec(0, 0, z * r * 1.15), 0.055), "flesh/flesh", 0.01)
    elif kind == "pumpkin":
        count = int(rng.integers(6, 10))
        lobes = [
            ellipsoid(around(2 * np.pi * i / count) * r * 0.5, (r * 0.6, r * 0.6, r * 0.8))
            for i in range(count)
        ]
        s.add(lobes, "flesh/flesh", 0, 0.01)
        top = r * 0.65
        if chance(rng, 0.4):
            for x in (-0.35, 0.35):
                s.cut(
                    cylinder((x * r, -2 * r, r * 0.2), (x * r, -r * 0.75, r * 0.2), r * 0.16), 0.0
                )
            s.cut(box((0, -r * 1.1, -r * 0.3), (r * 0.4, r * 0.3, r * 0.1)), 0.0)
    elif kind == "carrot":
        s.limb([(0, 0, r), (0, 0, -r * mix(rng, 1.2, 2.2))], [r * 0.42, 0.03], "flesh/flesh", 0)
        for i in range(int(rng.integers(0, 6))):
            z = r * (0.8 - 0.35 * i)
            s.cut(
                torus((0, 0, z), (mix(rng, -0.2, 0.2), 0, 1), r * 0.42 + (z - r) * 0.12, 0.012), 0
            )
        top = r * 1.3
    else:
        count = 0
        for row, ring in enumerate((6, 5, 4, 2, 1)):
            for i in range(ring):
                turn = 2 * np.pi * i / ring + row
                at = around(turn) * 0.033 * ring * (ring > 1) + vec(0, 0, r * 0.7 - 0.12 * row)
                s.add(ellipsoid(at, 0.085), f"grape.{count}", k * 0.3)
                count += 1
        s.add(cylinder((0, 0, -0.1), (0, 0, r * 0.8), 0.03), "stem", 0.0)
        top = r * 0.75
    lean = vec(mix(rng, -0.06, 0.06), 0, mix(rng, 0.1, 0.2))
    tip = vec(0, 0, top) + lean
    if kind not in ("pineapple", "carrot"):
        s.limb(
            [vec(0, 0, top - 0.06), tip],
            [0.03, 0.024] if kind != "pumpkin" else [0.06, 0.04],
            "stem",
            k,
        )
        leaves = int(rng.choice([0, 1, 1, 2]))
    else:
        leaves = int(rng.integers(4, 9))
    tuft = kind in ("pineapple", "carrot")
    for i in range(leaves):
        out = around(GOLDEN * i, mix(rng, 0.8, 2.5) if tuft else 0.3)
        root = vec(0, 0, top - 0.04) if tuft else vec(0, 0, top + 0.03)
        end = root + out * mix(rng, 0.22, 0.36)
        s.add(
            loft(
                root,
                end,
                [0.025, 0.06, 0.05, 0.014],
                0.018,
                side=np.cross(out, (0.1, 0, 1)),
                cap=0.02,
            ),
            f"leaf.{i}",
            k,
        )
    if kind in ("apple", "pear") and chance(rng, 0.3):
        bites = [ellipsoid((r * 1.0, y * r * 0.4, r * 0.1), r * 0.42) for y in (-0.6, 0.6)]
        s.add(ellipsoid((0, 0, 0), 0.02), "flesh/flesh", 0.0)
        s.cut(bites, 0.0)
    if leaves == 0 and kind != "grapes" and chance(rng, 0.8):
        s.add(cylinder((0, 0, -r * 1.05), (0, 0, -r * 0.8), r * 1.2, r * 1.3, 0.01), "plate", k)
    s.opinion(0.65)
    s.opinion(0.35, "grape.*>grapes", "leaf.?>leaves" if not tuft else "leaf.?>tuft")
    return s
