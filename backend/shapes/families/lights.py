# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand lanterns and street lamps."""

from __future__ import annotations

import numpy as np

from ..implicit import cylinder, ellipsoid, round_cone, spline, vec
from ..polyhedra import faceted_cone
from ..sculpt import Sculpture, chance, mix
from .ornament import Style, draw_style, drum

SIDES = (("l", 1.0), ("r", -1.0))


def _lantern_head(
    s: Sculpture, rng: np.random.Generator, style: Style, at: np.ndarray, r: float, part: str
) -> None:
    """Floor, glass with bars, roof and finial of a lantern that stands at `at`."""
    sides = int(rng.choice([0, 4, 6]))
    k, tall = style.blend, r * mix(rng, 1.6, 2.4)
    up = vec(0, 0, 1)
    s.add(cylinder(at - up * 0.01, at + up * 0.03, r * 0.9), part + "/floor", k)
    top = at + up * (tall + 0.02)
    drum(s, rng, style, at + up * 0.02, top, r * 0.72, part + "/glass", r * 0.85, sides=sides)
    bars = sides or int(rng.choice([0, 3, 4]))
    for i in range(bars if chance(rng, 0.7) else 0):
        turn = 2 * np.pi * i / bars
        out = vec(np.cos(turn), np.sin(turn), 0)
        s.add(
            round_cone(at + out * r * 0.72, top + out * r * 0.85, 0.016, 0.016),
            f"{part}/bar.{i}",
            0.0,
        )
    if sides:
        roof = faceted_cone(top, top + up * r * mix(rng, 0.6, 1.2), r * 1.25, r * 0.15, sides)
    else:
        roof = cylinder(top, top + up * r * mix(rng, 0.6, 1.2), r * 1.2, r * 0.2)
    s.add(roof, part + "/roof", k)
    s.add(ellipsoid(top + up * r * 1.1, r * 0.25), part + "/finial", k)


def lantern(rng: np.random.Generator) -> Sculpture:
    """Hand lantern, street lamp, torch on a post: base, pole, arms, heads, ring."""
    style = draw_style(rng, 0.8, 0.6)
    s = Sculpture(crisp=style.crisp, detail=112)
    k = style.blend
    if chance(rng, 0.4):
        r = mix(rng, 0.14, 0.2)
        drum(s, rng, style, (0, 0, -0.07), (0, 0, 0.0), r * 1.25, "base", r)
        _lantern_head(s, rng, style, vec(0, 0, 0), r, "head")
        top = r * 3.2
        ring = [
            vec(-r * 0.9, 0, r * 1.6),
            vec(-r * 1.3, 0, r * 2.2),
            vec(0, 0, top + r * 0.6),
            vec(r * 1.3, 0, r * 2.2),
            vec(r * 0.9, 0, r * 1.6),
        ]
        s.limb(spline(ring, 14), 0.02, "handle", k)
        s.opinion(0.55, "head/bar.?>head/glass", "head/finial>head/roof")
        s.opinion(0.2, "head", "handle")
        s.opinion(0.25)
        return s
    high, r = mix(rng, 0.6, 1.0), mix(rng, 0.025, 0.04)
    drum(
        s,
        rng,
        style,
        (0, 0, 0),
        (0, 0, mix(rng, 0.05, 0.14)),
        r * mix(rng, 2.5, 4),
        "base",
        r * mix(rng, 1.5, 2.5),
        sides=int(rng.choice([0, 4, 6, 8])),
    )
    drum(s, rng, style, (0, 0, 0.02), (0, 0, high), r, "pole/pole", r * mix(rng, 0.7, 1))
    for i in range(int(rng.integers(0, 3)) if style.ornament else 0):
        s.add(
            cylinder((0, 0, high * 0.3 * (i + 1)), (0, 0, high * 0.3 * (i + 1) + 0.03), r * 1.5),
            "pole/pole",
            0.0,
        )
    kind = str(rng.choice(["top", "arms", "hook"]))
    size = mix(rng, 0.08, 0.12)
    if kind == "top":
        _lantern_head(s, rng, style, vec(0, 0, high), size, "lamp")
    else:
        arms = int(rng.choice([1, 2, 3, 4])) if kind == "arms" else 1
        reach, state = mix(rng, 0.18, 0.3), rng.bit_generator.state
        for i in range(arms):
            rng.bit_generator.state = state
            turn = 2 * np.pi * i / arms
            out = vec(np.cos(turn), np.sin(turn), 0)
            end = out * reach + vec(0, 0, high + 0.02)
            root = vec(0, 0, high - 0.05)
            s.limb(
                spline([root, root + out * reach * 0.5 + vec(0, 0, 0.1), end], 8),
                0.02,
                f"arm.{i}",
                k,
            )
            if kind == "hook" or chance(rng, 0.5):
                s.add(
                    cylinder(end - vec(0, 0, 0.1), end + vec(0, 0, 0.015), size, size * 0.4, 0.006),
                    f"lamp{i}/shade",
                    k,
                )
                s.add(ellipsoid(end - vec(0, 0, 0.1), size * 0.7), f"lamp{i}/bulb", k)
            else:
                s.add(ellipsoid(end + vec(0, 0, size * 0.8), size), f"lamp{i}/bulb", k)
        if kind == "arms" and chance(rng, 0.5):
            s.add(ellipsoid((0, 0, high + 0.03), r * 1.8), "finial", k)
    s.opinion(0.5, "lamp/bar.?>lamp/glass", "lamp/finial>lamp/roof", "arm.?>pole", "pole")
    s.opinion(0.25, "lamp*", "pole")
    s.opinion(0.25)
    return s
