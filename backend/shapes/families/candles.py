# SPDX-License-Identifier: GPL-3.0-or-later
"""Holders of candles."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    cylinder,
    loft,
    round_cone,
    spline,
    torus,
    vec,
)
from ..polyhedra import minus
from ..sculpt import Sculpture, chance, mix
from .ornament import draw_style, drum, rays


def candlestick(rng: np.random.Generator) -> Sculpture:
    """A holder of candles: a plate with a ring, a turned stick, or one with several arms."""
    style = draw_style(rng, 0.5, 0.4)
    s = Sculpture(crisp=style.crisp, detail=116)
    k = max(style.blend, 0.003)
    kind = str(rng.choice(["plate", "stick", "stick", "arms", "arms", "lantern cup"]))
    thick = mix(rng, 0.03, 0.05)

    def candle(at: Vector, name: str, size: float = 1.0) -> None:
        tall = mix(rng, 0.12, 0.4) * size
        s.add(
            cylinder(at - vec(0, 0, 0.02), at + vec(0, 0, tall), thick * size, rounding=0.006),
            f"{name}/candle",
            0.0,
        )
        if drips:
            for way in rays(3, mix(rng, 0, 2)):
                edge = at + way * thick * size * 0.9 + vec(0, 0, tall)
                s.add(
                    round_cone(edge, edge - vec(0, 0, tall * mix(rng, 0.2, 0.5)), 0.014, 0.02),
                    f"{name}/wax",
                    0.0,
                )
        tip = at + vec(0, 0, tall)
        s.add(round_cone(tip, tip + vec(0, 0, 0.03), 0.012, 0.012), f"{name}/wick", 0.0)
        if lit:
            flame = tip + vec(0, 0, 0.02)
            s.add(
                loft(flame, flame + vec(0, 0, 0.1), [0.014, 0.034, 0.012], [0.014, 0.034, 0.012]),
                f"{name}/flame",
                0.0,
            )

    drips, lit = chance(rng, 0.4), chance(rng, 0.6)
    if kind == "plate":
        r = mix(rng, 0.18, 0.26)
        s.add(
            minus(
                cylinder((0, 0, 0), (0, 0, 0.06), r * 0.8, r, 0.008),
                cylinder((0, 0, 0.03), (0, 0, 0.2), r * 0.78, r * 1.05),
            ),
            "plate",
            0.0,
        )
        s.add(cylinder((0, 0, 0.02), (0, 0, 0.11), thick * 1.5, thick * 1.7), "cup", k)
        s.add(torus((r * 1.15, 0, 0.06), (0, 1, 0), mix(rng, 0.06, 0.09), 0.02), "handle", 0.0)
        if chance(rng, 0.5):
            s.add(
                loft((r * 0.95, 0, 0.075), (r * 1.35, 0, 0.13), 0.045, 0.016, side=(0, 1, 0)),
                "thumb rest",
                0.0,
            )
        candle(vec(0, 0, 0.11), "light")
    elif kind == "lantern cup":
        r, tall = mix(rng, 0.12, 0.2), mix(rng, 0.16, 0.3)
        s.add(
            minus(
                cylinder((0, 0, 0), (0, 0, tall), r, r * mix(rng, 0.9, 1.2), 0.008),
                cylinder((0, 0, 0.04), (0, 0, tall + 0.1), r * 0.85, r * 0.95),
            ),
            "glass",
            0.0,
        )
        s.add(cylinder((0, 0, -0.04), (0, 0, 0.02), r * mix(rng, 0.7, 1.3), r * 0.9), "base", 0.0)
        candle(vec(0, 0, 0.05), "light", mix(rng, 1.0, 2.0))
        for i in range(int(rng.choice([0, 0, 3]))):
            way = rays(3, 0.5)[i]
            s.limb(
                [way * r * 1.1, way * r * 1.5 - vec(0, 0, 0.12)], [0.026, 0.02], f"foot.{i}", 0.0
            )
    else:
        high = mix(rng, 0.3, 0.6)
        if chance(rng, 0.7):
            drum(
                s,
                rng,
                style,
                (0, 0, 0),
                (0, 0, mix(rng, 0.03, 0.07)),
                mix(rng, 0.14, 0.2),
                "base",
                mix(rng, 0.08, 0.12),
            )
        else:
            for i, way in enumerate(rays(3)):
                s.limb(
                    spline([vec(0, 0, 0.09), way * 0.1 + vec(0, 0, 0.08), way * 0.17], 6),
                    [0.03, 0.024],
                    f"foot.{i}",
                    k,
                )
        sizes = 0.028 * rng.uniform(0.8, 2.2, int(rng.integers(5, 9)))
        s.add(loft((0, 0, 0.03), (0, 0, high), sizes, sizes, cap=0.01), "stem", k)
        places = [(vec(0, 0, high), "light0")]
        if kind == "arms":
            count, flat, reach = (
                int(rng.choice([2, 2, 3, 4])),
                chance(rng, 0.6),
                mix(rng, 0.13, 0.2),
            )
            pairs = [
                (sign * reach * (j + 1), f"{2 * j + (sign > 0)}")
                for j in range(max(count // 2, 1))
                for sign in (-1, 1)
            ]
            ways = (
                [(vec(x, 0, 0), n) for x, n in pairs]
                if flat
                else [(w * reach * 1.2, str(i)) for i, w in enumerate(rays(count))]
            )
            fall = mix(rng, 0.0, 0.1)
            for way, name in ways:
                end = way + vec(0, 0, high - fall)
                mid = way * 0.75 + vec(0, 0, high * 0.55)
                s.limb(
                    spline([vec(0, 0, high * 0.5), mid, end], 9), [0.024, 0.018], f"arm.{name}", k
                )
                places.append((end, f"light{int(name) + 1}"))
        size = 0.8 if kind == "arms" else 1.0
        for at, name in places:
            s.add(
                cylinder(
                    at - vec(0, 0, 0.02),
                    at + vec(0, 0, 0.012),
                    thick * 0.8,
                    thick * 2.2 * size,
                    0.005,
                ),
                f"{name}/pan",
                0.0,
            )
            s.add(
                cylinder(at, at + vec(0, 0, 0.05), thick * 1.2 * size, thick * 1.4 * size),
                f"{name}/cup",
                0.0,
            )
            candle(at + vec(0, 0, 0.05), name, size)
        if kind == "stick" and chance(rng, 0.3):
            s.add(torus((0.05, 0, high * 0.5), (0, 1, 0), 0.06, 0.018), "handle", 0.0)
    s.opinion(0.35, "light*/wick>^", "arm.?")
    s.opinion(0.25, "light*", "arm.?>stem", "foot.?>base")
    s.opinion(0.4)
    return s
