# SPDX-License-Identifier: GPL-3.0-or-later
"""Umbrellas and parasols."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    cylinder,
    ellipsoid,
    half_space,
    loft,
    round_cone,
    sphere,
    torus,
    vec,
)
from ..polyhedra import both, minus
from ..sculpt import Sculpture, chance, mix
from .ornament import rays


def umbrella(rng: np.random.Generator) -> Sculpture:
    """An umbrella, open or furled; a parasol on a pole with a foot."""
    s = Sculpture(detail=118)
    high, r = mix(rng, 0.7, 1.0), mix(rng, 0.016, 0.022)
    kind = str(rng.choice(["open", "open", "furled", "parasol"]))
    ribs = int(rng.choice([6, 7, 8, 8, 10]))
    s.add(cylinder((0, 0, 0), (0, 0, high), r * (1.4 if kind == "parasol" else 1)), "shaft", 0.0)
    s.add(
        round_cone((0, 0, high - 0.02), (0, 0, high + mix(rng, 0.05, 0.14)), r * 1.3, 0.012),
        "tip",
        0.0,
    )
    if kind == "furled":
        wide, low = mix(rng, 0.05, 0.08), high * mix(rng, 0.25, 0.35)
        s.add(
            loft(
                (0, 0, low),
                (0, 0, high * 0.98),
                [wide, wide * 0.8, 0.02],
                [wide, wide * 0.8, 0.02],
                cap=0.01,
            ),
            "canopy",
            0.0,
        )
        for i, way in enumerate(rays(ribs)):
            twist = rays(ribs, 0.9)[i]
            s.cut(
                round_cone(
                    way * wide * 1.05 + vec(0, 0, low),
                    twist * wide * 0.3 + vec(0, 0, high * 0.95),
                    0.016,
                    0.008,
                ),
                0.004,
            )
            end = way * wide * 0.75 + vec(0, 0, low + 0.02)
            s.add(round_cone(end, end - vec(0, 0, 0.04), 0.012, 0.016), f"rib tip.{i}", 0.0)
        s.add(
            torus((0, 0, low + (high - low) * 0.35), (0.1, 0, 1), wide * 0.85, 0.018), "strap", 0.0
        )
    else:
        reach, deep = mix(rng, 0.4, 0.55), mix(rng, 0.14, 0.3)
        top = high * 0.97
        centre = top - deep * 1.0
        dome = ellipsoid((0, 0, centre), (reach, reach, deep))
        cone = chance(rng, 0.25)
        if cone:
            dome = cylinder((0, 0, centre), (0, 0, top), reach, 0.03)
        thick = 0.044
        inner = (
            cylinder(
                (0, 0, centre - 0.1),
                (0, 0, top - thick * 1.2),
                reach * 0.97 * (1 + 0.1 / deep),
                0.02,
            )
            if cone
            else ellipsoid((0, 0, centre), (reach - thick, reach - thick, deep - thick))
        )
        skin = both(minus(dome, inner), half_space((0, 0, centre), (0, 0, -1)))
        if cone:
            skin = minus(dome, inner)
        s.add(skin, "canopy", 0.0)
        if kind == "open" and chance(rng, 0.8):
            for way in rays(ribs, np.pi / ribs):
                s.cut(
                    sphere(
                        way * reach * 1.12 + vec(0, 0, centre - 0.05),
                        reach * np.sin(np.pi / ribs) * 0.9,
                    ),
                    0.0,
                )
        elif chance(rng, 0.5):
            s.add(torus((0, 0, centre), (0, 0, 1), reach - thick * 0.5, 0.022), "fringe", 0.0)
        slide = high * mix(rng, 0.5, 0.62)
        s.add(cylinder((0, 0, slide - 0.03), (0, 0, slide + 0.03), r * 1.9), "runner", 0.0)
        for i, way in enumerate(rays(ribs)):
            curve = [
                way * reach * t
                + vec(
                    0,
                    0,
                    centre + (deep * (1 - t) if cone else deep * np.sqrt(max(1 - t * t, 0))) - 0.03,
                )
                for t in (0.03, 0.35, 0.68, 0.96)
            ]
            s.limb(curve, 0.013, f"rib.{i}", 0.0)
            s.limb([vec(0, 0, slide), curve[2] * [0.75, 0.75, 1]], 0.012, f"stretcher.{i}", 0.0)
            s.add(sphere(way * reach + vec(0, 0, centre), 0.02), f"rib tip.{i}", 0.0)
    if kind == "parasol":
        s.add(
            cylinder((0, 0, -0.02), (0, 0, 0.06), mix(rng, 0.14, 0.22), mix(rng, 0.05, 0.12), 0.01),
            "foot",
            0.0,
        )
    elif chance(rng, 0.65):
        size = mix(rng, 0.05, 0.08)
        hook = [vec(0, 0, 0.08), vec(0, 0, 0)] + [
            vec(size * (1 - np.cos(t)), 0, -size * np.sin(t)) for t in np.linspace(0.4, 3.6, 9)
        ]
        s.limb(hook, [r * 1.4, r * 1.5, r * 1.2], "handle", 0.0)
    else:
        s.add(
            loft(
                (0, 0, 0.1),
                (0, 0, -0.08),
                r * np.array([1.3, 1.8, 1.5, 2.1]),
                r * np.array([1.3, 1.8, 1.5, 2.1]),
            ),
            "handle",
            0.0,
        )
    s.opinion(0.5, "rib.*>ribs", "stretcher.*>ribs", "rib tip.*>canopy")
    s.opinion(0.25, "rib.*>canopy", "stretcher.*>runner", "rib tip.*>canopy", "tip>shaft")
    s.opinion(0.25)
    return s
