# SPDX-License-Identifier: GPL-3.0-or-later
"""Staffs of wizards, sceptres and crooks."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    box,
    cylinder,
    ellipsoid,
    extrusion,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    unit,
    vec,
)
from ..polyhedra import faceted_ball, faceted_cone
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT, draw_style, drum, rays

SIDES = (("l", 1.0), ("r", -1.0))


def staff(rng: np.random.Generator) -> Sculpture:
    """A wizard's staff, a sceptre, a crook: orb, crystal, claws, crescent, wings, ring, ribbons."""
    style = draw_style(rng, 0.45, 0.2)
    s = Sculpture(crisp=style.crisp, detail=116)
    k = max(style.blend, 0.003)
    long, r = mix(rng, 0.5, 1.0), mix(rng, 0.02, 0.032)
    if chance(rng, 0.4):
        knots = [
            vec(mix(rng, -0.03, 0.03), mix(rng, -0.03, 0.03), -long * t)
            for t in np.linspace(0, 1, 6)
        ]
        s.limb(
            spline([vec(0, 0, 0.03), *knots[1:]], 15), r * rng.uniform(0.85, 1.3, 15), "shaft", 0.0
        )
    else:
        drum(
            s, rng, style, (0, 0, -long), (0, 0, 0.03), r, "shaft", sides=int(rng.choice([0, 0, 6]))
        )
    for i in range(int(rng.integers(0, 4))):
        z = -0.03 - 0.16 * i * mix(rng, 0.8, 1.2)
        s.add(
            cylinder((0, 0, z - 0.02), (0, 0, z + 0.02), r * 1.5, rounding=0.006), f"ring.{i}", 0.0
        )
    if chance(rng, 0.4):
        s.add(
            cylinder((0, 0, -long * 0.62), (0, 0, -long * 0.4), r * 1.3, rounding=0.008),
            "grip",
            0.0,
        )
    if chance(rng, 0.5):
        s.add(
            faceted_cone((0, 0, -long + 0.05), (0, 0, -long - 0.06), r * 1.5, r * 0.5, 6),
            "ferrule",
            0.0,
        )
    kind = str(rng.choice(["claw", "crescent", "crook", "ring", "cage", "skull", "sun", "leaves"]))
    size = mix(rng, 0.07, 0.11)
    orb = vec(0, 0, size * 1.35)
    if kind in ("claw", "cage", "leaves"):
        count = int(rng.integers(3, 6))
        for i, way in enumerate(rays(count)):
            if kind == "leaves":
                root = way * r
                s.add(
                    loft(
                        root,
                        way * size * 1.9 + vec(0, 0, size * 1.2),
                        [0.014, size * 0.5, 0.012],
                        0.015,
                        side=np.cross(way, (0, 0, 1)),
                    ),
                    f"head/leaf.{i}",
                    k,
                )
                continue
            end = (
                vec(0, 0, size * 2.9)
                if kind == "cage"
                else way * size * 0.75 + vec(0, 0, size * 2.4)
            )
            claw = spline([way * r * 0.5, way * size * 1.25 + vec(0, 0, size * 0.9), end], 9)
            s.limb(claw, [0.024, 0.014], f"head/{'bar' if kind == 'cage' else 'claw'}.{i}", k)
        if kind == "cage":
            s.add(sphere((0, 0, size * 2.95), 0.03), "head/knob", 0.0)
    elif kind == "crescent":
        t = np.linspace(-2.3, 2.3, 17) - np.pi / 2
        outer = np.stack([np.cos(t), np.sin(t) + 1], 1) * size * 1.7
        inner = np.stack([np.cos(t) * 0.72, np.sin(t) * 0.72 + 1.25], 1) * size * 1.7
        s.add(
            extrusion(np.concatenate([outer, inner[::-1]]), 0.02, rotation=UPRIGHT),
            "head/crescent",
            0.0,
        )
        orb = vec(0, 0, size * 1.9)
        size *= 0.8
        s.add(round_cone((0, 0, 0), orb, r * 0.7, r * 0.6), "shaft", 0.0)
    elif kind == "crook":
        t = np.linspace(0, mix(rng, 4.0, 5.6), 19)
        spiral = (
            np.stack([np.cos(t) - 1, 0 * t, np.sin(t)], 1) * (size * 1.7 * (1 - 0.09 * t))[:, None]
        )
        s.limb(spiral, [r * 1.05, r * 0.6], "head/crook", k)
        orb = spiral[10] * 0.5 + vec(-size * 0.8, 0, 0) * 0.4
        size *= 0.6
        s.limb([spiral[-1], orb], 0.014, "head/crook", 0.0)
    elif kind == "ring":
        s.add(torus((0, 0, size * 1.6), (0, 1, 0), size * 1.5, 0.024), "head/hoop", k)
        for i, way in enumerate(rays(4, 0.78)):
            spot = vec(way[0], 0, way[1]) * size * 1.5 + vec(0, 0, size * 1.6)
            s.add(
                torus(spot + vec(way[0], 0, way[1]) * 0.03, (1, 0.3, 0), 0.034, 0.012),
                f"head/link.{i}",
                0.0,
            )
        s.limb([(0, 0, 0), (0, 0, size * 3)], 0.015, "head/hoop", 0.0)
        orb, size = vec(0, 0, size * 1.6), size * 0.6
    elif kind == "skull":
        s.add(ellipsoid(orb, size * vec(1, 1.15, 0.95)), "head/skull", 0.0)
        s.add(
            box(orb - vec(0, size * 0.6, size * 0.8), size * vec(0.55, 0.45, 0.5), 0.015),
            "head/jaw",
            0.004,
        )
        for side in (-1.0, 1.0):
            s.cut(sphere(orb + size * vec(side * 0.4, -1.0, 0.05), size * 0.28), 0.004)
            s.limb(
                spline(
                    [
                        orb + size * vec(side * 0.8, 0, 0.4),
                        orb + size * vec(side * 1.7, 0, 0.6),
                        orb + size * vec(side * 1.6, 0, 1.7),
                    ],
                    7,
                ),
                [size * 0.26, 0.013],
                f"head/horn.{'l' if side > 0 else 'r'}",
                0.003,
            )
    else:
        count = int(rng.integers(7, 12))
        for i, way in enumerate(rays(count)):
            out = vec(way[0], 0, way[1])
            s.add(
                faceted_cone(
                    orb + out * size * 0.8, orb + out * size * mix(rng, 1.6, 2.0), 0.03, 0.011, 4
                ),
                f"head/ray.{i}",
                0.0,
            )
        s.add(cylinder(orb - vec(0, 0.02, 0), orb + vec(0, 0.02, 0), size * 1.05), "head/disc", 0.0)
    if kind != "skull":
        gem = str(rng.choice(["orb", "crystal", "gem"]))
        if gem == "orb":
            s.add(sphere(orb, size * 0.85), "head/orb", 0.0)
        elif gem == "crystal":
            s.add(
                faceted_cone(
                    orb - vec(0, 0, size), orb + vec(0, 0, size * 0.4), size * 0.35, size * 0.6, 6
                ),
                "head/crystal",
                0.0,
            )
            s.add(
                faceted_cone(
                    orb + vec(0, 0, size * 0.39), orb + vec(0, 0, size * 1.5), size * 0.6, 0.012, 6
                ),
                "head/crystal",
                0.0,
            )
        else:
            s.add(faceted_ball(rng, orb, size * vec(0.8, 0.8, 1.0), 18), "head/gem", 0.0)
        s.add(round_cone((0, 0, 0.01), orb, r * 0.8, 0.014), "shaft", 0.0)
    if chance(rng, 0.35):
        for i, side in enumerate((-1.0, 1.0)):
            root = vec(side * r, 0, -0.06)
            s.limb(
                spline(
                    [
                        root,
                        root + vec(side * 0.06, -0.03, -0.08),
                        root + vec(side * 0.05, 0.02, -mix(rng, 0.18, 0.3)),
                    ],
                    8,
                ),
                [0.015, 0.026],
                f"ribbon.{i}",
                0.0,
            )
    if chance(rng, 0.2):
        for name, side in SIDES:
            for i in range(3):
                way = unit(vec(side, 0, 0.25 + 0.4 * i))
                s.add(
                    loft(
                        vec(0, 0, -0.04),
                        way * size * (2.4 - 0.4 * i) + vec(0, 0, -0.04),
                        [0.02, 0.04, 0.014],
                        0.015,
                        side=np.cross(way, (0, 1, 0)),
                    ),
                    f"wing.{name}",
                    k,
                )
    s.opinion(0.4, "head", "ring.*>shaft")
    s.opinion(
        0.3,
        "head/claw.*>head/claws",
        "head/ray.*>head/rays",
        "head/bar.*>head/cage",
        "head/leaf.*>head/leaves",
        "head/link.*>head/links",
    )
    s.opinion(0.3)
    return s
