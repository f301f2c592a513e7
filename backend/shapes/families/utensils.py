# SPDX-License-Identifier: GPL-3.0-or-later
"""Cutlery, guitars, keys and wrenches."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Solid,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    frame,
    loft,
    round_cone,
    torus,
    unit,
    vec,
)
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def cutlery(rng: np.random.Generator) -> Sculpture:
    """Spoon, ladle, fork, knife, spatula."""
    s = Sculpture(detail=110)
    kind = str(rng.choice(["spoon", "fork", "knife", "spatula"]))
    long = mix(rng, 0.5, 0.8)
    thin = mix(rng, 0.015, 0.022)
    k = mix(rng, 0.01, 0.05)
    bow = mix(rng, -0.04, 0.05)
    wide = thin * mix(rng, 1.2, 2.2)
    s.add(
        loft(
            (0, 0, 0),
            (0, 0, long),
            wide * np.array([1.6, 1.7, 1.1, 0.8]),
            thin,
            side=(1, 0, 0),
            offset_h=[0, bow, bow, 0],
        ),
        "handle",
        0,
    )
    if kind == "spoon":
        size = mix(rng, 0.1, 0.17)
        centre = vec(0, 0, long + size * 1.2)
        s.add(ellipsoid(centre, (size, size * mix(rng, 0.35, 0.8), size * 1.3)), "bowl", k)
        s.cut(
            ellipsoid(centre + vec(0, -size * 0.35, 0), (size * 0.85, size * 0.6, size * 1.12)),
            0.01,
        )
    elif kind == "fork":
        w = mix(rng, 0.08, 0.12)
        s.add(
            loft((0, 0, long - 0.02), (0, 0, long + 0.15), [0.03, w, w], thin, side=(1, 0, 0)),
            "head/root",
            k,
        )
        count = int(rng.integers(2, 5))
        for i in range(count):
            x = ((i + 0.5) / count - 0.5) * 2 * w
            s.add(
                round_cone((x, 0, long + 0.12), (x, 0, long + 0.36), 0.018, 0.014),
                f"head/prong.{i}",
                0.008,
            )
    else:
        w = mix(rng, 0.05, 0.08) * (1.6 if kind == "spatula" else 1)
        s.add(
            loft(
                (0, 0, long),
                (0, 0, long + mix(rng, 0.35, 0.6)),
                [0.04, w, w * 0.9, w * 0.3 if kind == "knife" else w],
                0.014,
                side=(1, 0, 0),
                offset_w=[0, w * 0.3, 0.0],
            ),
            "blade",
            0.02,
        )
        if chance(rng, 0.4):
            s.add(ellipsoid((0, 0, long), (w * 1.2, 0.03, 0.025)), "guard", 0.008)
    s.opinion(0.5, "head")
    s.opinion(0.5)
    return s


def guitar(rng: np.random.Generator) -> Sculpture:
    """Guitar, violin or banjo: body, neck, head with pegs, bridge."""
    s = Sculpture(detail=112)
    a = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    w, waist = mix(rng, 0.17, 0.24), mix(rng, 0.0, 0.35)
    z = 0.27 * np.sin(a)
    x = w * np.cos(a) * (1 - waist * np.exp(-((z - 0.06) ** 2) / 0.008)) * (1 - 0.4 * z)
    rot = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
    depth = mix(rng, 0.03, 0.08)
    s.add(
        extrusion(np.stack([x, z], 1), depth, rotation=rot, rounding=mix(rng, 0.005, 0.03)),
        "body/box",
        0,
    )
    long = mix(rng, 0.4, 0.65)
    s.add(
        loft(
            (0, -depth * 0.8, 0.15),
            (0, -depth * 0.8, 0.2 + long),
            [0.034, 0.028],
            0.022,
            side=(1, 0, 0),
            exponent=3,
        ),
        "neck",
        mix(rng, 0.005, 0.03),
    )
    top = 0.2 + long
    s.add(
        loft(
            (0, -depth * 0.8, top),
            (0, -depth * 0.5, top + 0.16),
            [0.04, 0.055, 0.05],
            0.02,
            side=(1, 0, 0),
            exponent=4,
        ),
        "head/plate",
        0.012,
    )
    for i in range(3):
        for name, side in SIDES:
            at = vec(side * 0.05, -depth * 0.6, top + 0.04 + 0.045 * i)
            s.add(
                round_cone(at, at + vec(side * 0.04, 0, 0), 0.012, 0.016),
                f"head/peg.{name}{i}",
                0.004,
            )
    s.add(box((0, -depth - 0.005, -0.13), (0.07, 0.016, 0.016), 0.006), "body/bridge", 0.006)
    if chance(rng, 0.5):
        s.cut(cylinder((0, -depth - 0.1, 0.04), (0, -depth * 0.2, 0.04), 0.055), 0.005)
    s.opinion(0.6, "body", "head")
    s.opinion(0.2, "body", "head>neck")
    s.opinion(0.2, "head")
    return s


def key(rng: np.random.Generator) -> Sculpture:
    """A key, wrench or spanner: a bow or jaw at each end of a shank."""
    s = Sculpture(crisp=chance(rng, 0.5), detail=112)
    long, r = mix(rng, 0.4, 0.7), mix(rng, 0.022, 0.035)
    k = 0.006 if s.crisp else mix(rng, 0.008, 0.03)
    flat: Solid = loft((0, 0, 0), (0, 0, long), r * mix(rng, 1, 2), r, side=(1, 0, 0), exponent=4)
    s.add(flat, "shank", 0)
    size = mix(rng, 0.09, 0.14)
    if chance(rng, 0.5):
        style = int(rng.integers(3))
        count = 3 if style == 1 else 1
        for i in range(count):
            turn = 2 * np.pi * i / 3 + np.pi / 2
            spot = (
                vec(0, 0, -size)
                if count == 1
                else vec(np.cos(turn) * size * 0.6, 0, -size + np.sin(turn) * size * 0.6)
            )
            s.add(torus(spot, (0, 1, 0), size * (1 if count == 1 else 0.5), r), "bow", k)
        for i in range(int(rng.integers(2, 4))):
            s.add(
                box(
                    (0.06, 0, long - 0.03 - 0.07 * i), (mix(rng, 0.04, 0.08), r * 0.7, 0.02), 0.004
                ),
                f"bit.{i}",
                0.006,
            )
        if chance(rng, 0.4):
            s.add(torus((0, 0, 0.03), (0, 0, 1), r * 1.2, r * 0.6), "collar", 0.006)
    else:
        for name, z in (("a", 0.0), ("b", long)):
            size = mix(rng, 0.07, 0.12)
            out = -1.0 if z == 0 else 1.0
            centre = vec(0, 0, z + out * size * 0.6)
            s.add(
                cylinder(
                    centre - vec(0, r * 1.3, 0), centre + vec(0, r * 1.3, 0), size, rounding=0.008
                ),
                f"jaw.{name}",
                k,
            )
            tilt = frame(unit(vec(mix(rng, -0.3, 0.3), 0, out)), (1, 0, 0))
            if chance(rng, 0.5):
                s.cut(cylinder(centre - vec(0, 1, 0), centre + vec(0, 1, 0), size * 0.55), 0.004)
            else:
                s.cut(
                    box(centre + tilt[:, 2] * size * 0.7, (size * 0.45, 1, size * 0.8), 0.01, tilt),
                    0.004,
                )
    s.opinion(0.7)
    s.opinion(0.3, "bit.*>shank", "collar>shank")
    return s
