# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables on legs, trestles and pedestals."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, loft, round_cone, spline, vec
from ..sculpt import Sculpture, chance, mix
from .chairs import CORNERS, leg


def table(rng: np.random.Generator) -> Sculpture:
    """Tables on three or four legs, trestles or a pedestal, with stretchers and drawers."""
    s = Sculpture(crisp=chance(rng, 0.6), detail=112)
    high = mix(rng, 0.35, 0.8)
    blend = 0.005 if s.crisp else mix(rng, 0.01, 0.05)
    w, d = mix(rng, 0.35, 0.75), mix(rng, 0.28, 0.42)
    t = mix(rng, 0.02, 0.05)
    circle = chance(rng, 0.35)
    if circle:
        d = w = mix(rng, 0.35, 0.5)
        s.add(
            cylinder((0, 0, high - t), (0, 0, high + t), w, rounding=t * mix(rng, 0.1, 0.9)),
            "top",
            0,
        )
    else:
        s.add(box((0, 0, high), (w, d, t), t * mix(rng, 0.1, 0.9)), "top", 0)
    if chance(rng, 0.3):
        _pedestal(s, rng, w, d, high, circle, blend)
    else:
        _table_legs(s, rng, w, d, high, t, circle, blend)
    s.opinion(0.5, "base", "apron>top", "rail.*>rail")
    s.opinion(0.3)
    s.opinion(0.2, "leg.*>base", "rail.*>base", "base", "apron>base", "shelf")
    return s


def _pedestal(
    s: Sculpture,
    rng: np.random.Generator,
    w: float,
    d: float,
    high: float,
    circle: bool,
    blend: float,
) -> None:
    columns = [0.0] if circle or chance(rng, 0.6) else [-0.55 * w, 0.55 * w]
    r = mix(rng, 0.04, 0.08)
    waist = mix(rng, 0.6, 1.2)
    for c, x in enumerate(columns):
        s.add(
            loft(
                (x, 0, 0.05),
                (x, 0, high),
                r * np.array([1.3, waist, 1.0, 1.5]),
                r * np.array([1.3, waist, 1.0, 1.5]),
                cap=0.02,
            ),
            f"base/column.{c}",
            blend,
        )
        style = rng.choice(["disc", "claws", "bar"])
        if style == "disc":
            s.add(
                cylinder((x, 0, 0), (x, 0, 0.05), d * 0.6, d * 0.5, rounding=0.02),
                f"base/foot.{c}",
                blend,
            )
        elif style == "bar":
            s.add(box((x, 0, 0.03), (0.06, d * 0.8, 0.03), 0.02), f"base/foot.{c}", blend)
        else:
            n = int(rng.choice([3, 4]))
            for i in range(n):
                a = 2 * np.pi * (i + 0.5) / n
                out = vec(np.cos(a), np.sin(a), 0) * d * 0.65
                s.limb(
                    spline(
                        [vec(x, 0, 0.16), vec(x, 0, 0.13) + out * 0.5, vec(x, 0, 0.03) + out], 6
                    ),
                    [r * 0.9, r * 0.5],
                    f"base/claw.{c}{i}",
                    blend,
                )


def _table_legs(
    s: Sculpture,
    rng: np.random.Generator,
    w: float,
    d: float,
    high: float,
    t: float,
    circle: bool,
    blend: float,
) -> None:
    style = str(rng.choice(["square", "round", "turned", "bowed"], p=[0.4, 0.35, 0.15, 0.1]))
    r, splay = mix(rng, 0.024, 0.05), mix(rng, 0, 0.08)
    inset = mix(rng, 0.6, 0.68) if circle else mix(rng, 0.8, 1.0)
    corners = list(CORNERS)
    if circle and chance(rng, 0.4):
        corners = [(str(i), np.cos(2.1 * i) / 0.7, np.sin(2.1 * i) / 0.7) for i in range(3)]
    at = {}
    for name, x, y in corners:
        top, foot = vec(x * (w * inset - r), y * (d * inset - r), high), vec(0, 0, 0)
        foot[:2] = top[:2] + splay * np.array([x, y])
        leg(s, rng, style, top, foot, r, f"leg.{name}", blend)
        at[name] = top * 0.3 + foot * 0.7
    if len(corners) == 4 and chance(rng, 0.35):
        low = at["fl"][2]
        if chance(rng, 0.4):
            s.add(box((0, 0, low), (w * inset, d * inset, 0.018), 0.006), "shelf", blend * 0.6)
        else:
            mids = {n: (at["f" + n] + at["b" + n]) / 2 for n in "lr"}
            for n in "lr":
                s.add(
                    round_cone(at["f" + n], at["b" + n], r * 0.6, r * 0.6), f"rail.{n}", blend * 0.6
                )
            s.add(round_cone(mids["l"], mids["r"], r * 0.6, r * 0.6), "rail.m", blend * 0.6)
    if not circle and chance(rng, 0.3):
        s.add(
            box((0, 0, high - t - 0.04), (w * inset * 0.95, d * inset * 0.95, 0.05), 0.004),
            "apron",
            blend * 0.5,
        )
