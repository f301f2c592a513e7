# SPDX-License-Identifier: GPL-3.0-or-later
"""Small animals that sit, with tails of all kinds, and mermaids."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    ellipsoid,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    unit,
    vec,
)
from ..sculpt import Sculpture, chance, mix
from .tails import tail

SIDES = (("l", 1.0), ("r", -1.0))
SITTING = (
    "bushy",
    "bushy",
    "ringed",
    "tuft",
    "paddle",
    "curled",
    "bob",
    "fan",
    "plain",
    "arrow",
    "sting",
    "club",
)


def tailed(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """A small animal that sits, facing -y, with a tail of `kind` or of any; or a mermaid."""
    s = Sculpture(detail=114)
    if kind == "mermaid" or (not kind and chance(rng, 0.2)):
        return _mermaid(s, rng)
    k, r, tall = mix(rng, 0.015, 0.03), mix(rng, 0.14, 0.2), mix(rng, 0.2, 0.34)
    s.add(
        loft(
            (0, 0.03, 0),
            (0, -0.02, tall),
            r * np.array([1.05, 1.0, 0.7]),
            r * np.array([1.0, 0.9, 0.65]),
            side=(1, 0, 0),
        ),
        "body",
        0,
    )
    size = r * mix(rng, 0.75, 1.1)
    head = vec(0, -0.06, tall + size * 0.8)
    s.add(ellipsoid(head, size * vec(1, 0.95, 0.88)), "head/skull", k)
    long = size * mix(rng, 0.3, 1.0)
    s.add(
        round_cone(
            head - vec(0, size * 0.5, size * 0.2),
            head - vec(0, size * 0.7 + long, size * 0.28),
            size * 0.45,
            size * mix(rng, 0.2, 0.36),
        ),
        "head/muzzle",
        0.01,
    )
    s.add(
        sphere(head - vec(0, size * 0.78 + long * 1.15, size * 0.15), size * mix(rng, 0.13, 0.2)),
        "head/nose",
        0.003,
    )
    ear, broad, lop = size * mix(rng, 0.4, 1.5), size * mix(rng, 0.24, 0.4), chance(rng, 0.2)
    whiskers = chance(rng, 0.3)
    for name, side in SIDES:
        root = head + size * vec(side * 0.55, 0, 0.6)
        tip = (
            root + vec(side * ear * 0.35, 0.02, ear)
            if not lop
            else root + vec(side * ear * 0.5, 0, -ear * 0.8)
        )
        shape = broad * np.array([0.8, 1.0, mix(rng, 0.1, 0.7)])
        s.add(
            loft(root, tip, shape, [0.03, 0.026], side=(1, 0.2 * side, 0)),
            f"head/ear.{name}",
            0.008,
        )
        s.add(
            sphere(head + size * vec(side * 0.42, -0.82, 0.2), size * mix(rng, 0.12, 0.2)),
            f"head/eye.{name}",
            0.003,
        )
        if whiskers:
            for i in range(2):
                start = head + vec(side * size * 0.3, -size * 0.6 - long * 0.7, -size * 0.3)
                s.add(
                    round_cone(
                        start,
                        start + vec(side * size * 1.0, -0.02, size * (0.25 - 0.3 * i)),
                        0.015,
                        0.012,
                    ),
                    f"head/whisker.{name}{i}",
                    0.002,
                )
        paw = vec(side * r * 0.45, -r * 1.1, r * -0.75)
        s.limb(
            [vec(side * r * 0.5, -r * 0.6, tall * 0.55), paw],
            [r * 0.3, r * 0.24],
            f"leg.front.{name}",
            k,
        )
        s.add(ellipsoid(paw, r * vec(0.28, 0.4, 0.24)), f"leg.front.{name}/paw", 0.008)
        s.add(
            ellipsoid((side * r * 0.85, 0.02, -r * 0.3), r * vec(0.45, 0.75, 0.62)),
            f"leg.hind.{name}",
            k,
        )
        s.add(
            ellipsoid((side * r * 0.9, -r * 0.75, -r * 0.78), r * vec(0.28, 0.55, 0.22)),
            f"leg.hind.{name}/paw",
            0.008,
        )
    if chance(rng, 0.4):
        neck = vec(0, -0.04, tall * 0.98)
        s.add(torus(neck, (0, -0.2, 1), r * 0.72, 0.028), "collar", 0.003)
        s.add(
            sphere(neck - vec(0, r * 0.8, 0.04), 0.04), "bell" if chance(rng, 0.5) else "tag", 0.002
        )
    elif chance(rng, 0.35):
        for ray in np.linspace(0, 2 * np.pi, 11, endpoint=False):
            way = unit(vec(np.cos(ray), 0.35, np.sin(ray)))
            s.add(
                ellipsoid(head + way * size * 0.95 + vec(0, size * 0.25, 0), size * 0.4),
                "head/mane",
                0.015,
            )
    tail_kind = kind or str(rng.choice(SITTING))
    tail(
        s,
        rng,
        vec(0, r * 0.85, -r * 0.35),
        unit(vec(mix(rng, -0.4, 0.4), 1, mix(rng, 0.0, 0.5))),
        mix(rng, 0.35, 0.65),
        r * mix(rng, 0.2, 0.36),
        tail_kind,
        k,
    )
    s.opinion(0.35, "tail", "head", "leg.*")
    s.opinion(0.3, "head", "leg.*/paw>^", "tail/ring.*>^", "tail/segment.*>^")
    s.opinion(0.15, "tail", "leg.*", "head/skull>head", "head/whisker.*>head")
    s.opinion(0.2)
    return s


def _mermaid(s: Sculpture, rng: np.random.Generator) -> Sculpture:
    k, chest, tall = mix(rng, 0.01, 0.025), mix(rng, 0.09, 0.12), mix(rng, 0.22, 0.3)
    head = mix(rng, 0.09, 0.13)
    s.add(
        loft(
            (0, 0, tall),
            (0, 0, -0.02),
            [chest * 0.7, chest, chest * 0.75, chest * 0.95],
            chest * 0.65,
            side=(1, 0, 0),
        ),
        "torso",
        0,
    )
    skull = vec(0, -0.01, tall + head * 1.2)
    s.add(round_cone((0, 0, tall), skull, head * 0.4, head * 0.38), "torso", k)
    s.add(ellipsoid(skull, head * vec(0.9, 0.95, 1.08)), "head/skull", 0.006)
    s.add(
        loft(
            skull + vec(0, head * 0.35, head * 0.5),
            skull + vec(0, head * 0.9, -head * mix(rng, 1.5, 3)),
            head * np.array([0.95, 1.05, 0.5]),
            head * np.array([0.7, 0.5, 0.2]),
            side=(1, 0, 0),
        ),
        "head/hair",
        0.006,
    )
    for name, side in SIDES:
        shoulder, hand = (
            vec(side * chest * 0.9, 0, tall * 0.85),
            vec(side * chest * mix(rng, 1.2, 2.4), -mix(rng, 0, 0.1), tall * mix(rng, 0.1, 1.2)),
        )
        s.limb(
            [shoulder, (shoulder + hand) / 2 + vec(side * 0.04, 0, -0.02), hand],
            [0.034, 0.028, 0.024],
            f"arm.{name}",
            k,
        )
        s.add(
            ellipsoid((side * chest * 0.42, -chest * 0.6, tall * 0.7), chest * 0.36),
            f"shell.{name}",
            0.003,
        )
    curve = spline(
        [
            vec(0, 0, 0),
            vec(0, -0.06, -0.2),
            vec(mix(rng, -0.1, 0.1), 0.08, -0.42),
            vec(mix(rng, -0.2, 0.2), mix(rng, 0.1, 0.35), -mix(rng, 0.35, 0.6)),
        ],
        14,
    )
    s.limb(curve, chest * np.array([0.95, 1.0, 0.7, 0.3]), "tail/tail", 0.006)
    along = unit(curve[-1] - curve[-3])
    across = unit(np.cross(along, (0, 1, 0.3)))
    for name, side in SIDES:
        lobe = unit(along * 0.8 + across * side * 0.75)
        span = mix(rng, 0.22, 0.3)
        s.add(
            loft(
                curve[-1] - along * 0.02,
                curve[-1] + lobe * span,
                [0.03, 0.075, 0.02],
                0.018,
                side=np.cross(lobe, np.cross(along, across)),
            ),
            f"tail/fluke.{name}",
            0.008,
        )
        if chance(rng, 0.5):
            hip = vec(side * chest * 0.9, 0, -0.06)
            s.add(
                loft(
                    hip,
                    hip + vec(side * 0.12, 0.05, -0.08),
                    [0.03, 0.05, 0.015],
                    0.016,
                    side=(0, 0, 1),
                ),
                f"tail/fin.{name}",
                0.004,
            )
    if chance(rng, 0.5):
        s.add(torus((0, 0, 0.0), (0, 0, 1), chest * 0.9, 0.024), "belt", 0.002)
    s.opinion(0.5, "tail", "head", "arm.?")
    s.opinion(0.3, "head/skull>head", "tail/fluke.?>tail/fluke")
    s.opinion(0.2)
    return s
