# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches and clocks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..implicit import (
    Solid,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    half_space,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    vec,
)
from ..polyhedra import both, minus, regular
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT, draw_style

SIDES = (("l", 1.0), ("r", -1.0))


def watch(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """A wrist watch, a pocket watch, an alarm clock or a clock on a wall, its face towards -y."""
    style = draw_style(rng, 0.7, 0.2)
    s = Sculpture(crisp=style.crisp, detail=116)
    kind = kind or str(rng.choice(["wrist", "wrist", "pocket", "alarm", "wall"]))
    r, deep = mix(rng, 0.2, 0.28), mix(rng, 0.04, 0.08) if kind != "alarm" else mix(rng, 0.09, 0.14)
    square = kind in ("wrist", "wall") and chance(rng, 0.35)
    outline = regular(40, 1.0)
    if square:
        e = mix(rng, 3, 8)
        t = np.linspace(0, 2 * np.pi, 44, endpoint=False)
        outline = np.stack(
            [
                np.sign(np.cos(t)) * abs(np.cos(t)) ** (2 / e),
                np.sign(np.sin(t)) * abs(np.sin(t)) ** (2 / e),
            ],
            1,
        ) * [1, mix(rng, 0.9, 1.3)]
    elif kind == "wall" and chance(rng, 0.4):
        outline = regular(int(rng.choice([6, 8, 12])), 1.05, 0.5)

    def disc(size: float, half: float, at: float) -> Solid:
        return extrusion(
            outline * size,
            half,
            centre=(0, at, 0),
            rotation=UPRIGHT,
            rounding=min(0.012, half * 0.5),
        )

    s.add(disc(r, deep, 0.0), "case", 0.0)
    ring = minus(
        disc(r * mix(rng, 0.98, 1.08), 0.022, -deep),
        extrusion(outline * r * mix(rng, 0.78, 0.86), 1.0, rotation=UPRIGHT),
    )
    s.add(ring, "bezel", 0.0)
    face = -deep - 0.004
    s.add(disc(r * 0.8, 0.02, face + 0.012), "dial", 0.0)
    marks = int(rng.choice([0, 4, 12, 12]))
    for i in range(marks):
        turn = 2 * np.pi * i / marks
        way = vec(np.sin(turn), 0, np.cos(turn))
        rot = np.stack([vec(np.cos(turn), 0, -np.sin(turn)), vec(0, 1, 0), way], 1)
        long = r * (0.1 if i % 3 == 0 else 0.06)
        s.add(
            box(way * r * 0.64 + vec(0, face - 0.006, 0), (0.012, 0.012, long), 0, rot),
            f"mark.{i}",
            0.0,
        )
    for name, long, wide, lift in (
        ("hour hand", 0.42, 0.022, 0.012),
        ("minute hand", 0.62, 0.017, 0.026),
    ):
        turn = mix(rng, 0, 6.28)
        way = vec(np.sin(turn), 0, np.cos(turn)) * r
        at = vec(0, face - lift, 0)
        s.add(
            loft(
                at - way * 0.12,
                at + way * long,
                [wide * 0.7, wide * 1.2, 0.01],
                0.011,
                side=np.cross(way, (0, 1, 0)),
            ),
            name,
            0.0,
        )
    s.add(cylinder((0, face, 0), (0, face - 0.042, 0), 0.026), "hand pin", 0.0)
    if kind == "wrist":
        _wrist(s, rng, r, deep, float(outline[:, 1].max()) * r)
    elif kind == "pocket":
        top = vec(0, 0, r)
        s.add(cylinder(top - vec(0, 0, 0.02), top + vec(0, 0, 0.07), 0.03), "stem", 0.0)
        s.add(
            cylinder(top + vec(0, 0, 0.05), top + vec(0, 0, 0.1), 0.045, rounding=0.008),
            "winder",
            0.0,
        )
        s.add(torus(top + vec(0, 0, 0.09), (0, 1, 0), 0.085, 0.017), "bow", 0.0)
        if chance(rng, 0.6):
            for i in range(int(rng.integers(4, 9))):
                at = top + vec(0.05 + 0.055 * i, 0, 0.19 - 0.012 * i * i * 0.6)
                s.add(torus(at, (0, 1, 0) if i % 2 else (0, 0.2, 1), 0.04, 0.014), "chain", 0.0)
        if chance(rng, 0.4):
            lid = vec(0, -deep - 0.02, -r)
            s.add(
                loft(
                    lid,
                    lid + vec(0, -0.25, -r * 1.6),
                    [r * 0.5, r * 0.95, r * 0.95, r * 0.5],
                    0.02,
                    side=(1, 0, 0),
                    cap=0.04,
                ),
                "lid",
                0.0,
            )
            s.add(cylinder(lid - vec(0.05, 0, 0), lid + vec(0.05, 0, 0), 0.022), "hinge", 0.0)
    elif kind == "alarm":
        for name, side in SIDES:
            at = vec(side * r * 0.55, 0, r * 0.98)
            way = vec(side * 0.35, 0, 1)
            s.add(
                both(
                    ellipsoid(at + way * 0.04, r * vec(0.42, 0.42, 0.34)),
                    half_space(at + way * 0.03, -way),
                ),
                f"bell.{name}",
                0.0,
            )
            s.add(round_cone(at - way * 0.06, at + way * 0.16, 0.018, 0.02), f"bell.{name}", 0.0)
            s.add(
                round_cone(
                    (side * r * 0.6, 0, -r * 0.75), (side * r * 0.8, 0, -r * 1.2), 0.03, 0.024
                ),
                f"leg.{name}",
                0.0,
            )
        s.add(round_cone((0, 0, r * 0.9), (0, 0, r * 1.3), 0.016, 0.016), "hammer", 0.0)
        s.add(sphere((0, 0, r * 1.32), 0.04), "hammer", 0.0)
        arch = [vec(-r * 0.5, 0, r * 1.35), vec(0, 0, r * 1.75), vec(r * 0.5, 0, r * 1.35)]
        s.limb(spline(arch, 9), 0.02, "handle", 0.0)
        s.add(cylinder((0, deep, 0), (0, deep + 0.05, 0), 0.05), "key", 0.0)
        s.add(box((0, deep + 0.08, 0), (0.07, 0.014, 0.035), 0.01), "key", 0.0)
    elif chance(rng, 0.6):
        long, swing = mix(rng, 0.3, 0.55), mix(rng, -0.15, 0.15)
        s.add(
            box((0, 0.02, -r - long * 0.45), (r * mix(rng, 0.5, 0.8), 0.03, long * 0.62), 0.01),
            "cabinet",
            0.0,
        )
        bob = vec(swing, -0.045, -r - long * 0.75)
        s.add(round_cone((0, -0.04, -r * 0.9), bob, 0.014, 0.014), "pendulum", 0.0)
        s.add(
            cylinder(bob - vec(0, 0.02, 0), bob + vec(0, 0.02, 0), mix(rng, 0.06, 0.09)),
            "pendulum",
            0.0,
        )
        if chance(rng, 0.6):
            roof = np.array([[-r * 1.15, 0], [0, r * 0.6], [r * 1.15, 0]])
            s.add(
                extrusion(roof, deep * 1.1, centre=(0, 0, r * 0.95), rotation=UPRIGHT), "roof", 0.0
            )
    s.opinion(0.4, "mark.*>dial", "hand pin>dial", "link.*>strap", "lug.*>case")
    s.opinion(
        0.25,
        "mark.*>dial",
        "bezel>case",
        "hour hand>hands",
        "minute hand>hands",
        "hand pin>hands",
        "link.*>strap",
    )
    s.opinion(0.35)
    return s


def _wrist(s: Sculpture, rng: np.random.Generator, r: float, deep: float, high: float) -> None:
    """Lugs, a strap of leather or of links closed round a wrist, a buckle, a winder."""
    wide, back = r * mix(rng, 0.55, 0.75), mix(rng, 0.5, 0.75)
    for i in range(4):
        at = vec((-1) ** i * wide * 0.95, 0.0, (-1) ** (i // 2) * high)
        s.add(box(at, (0.028, deep * 0.8, 0.07), 0.012), f"lug.{i}", 0.004)
    turns = np.linspace(-np.pi / 2 + 0.35, 1.5 * np.pi - 0.35, 31)
    loop = np.stack(
        [0 * turns, back / 2 + np.sin(turns) * back / 2, np.cos(turns) * high * 1.15], 1
    )
    leather, thick = chance(rng, 0.6), mix(rng, 0.016, 0.024)
    for i, (a, b) in enumerate(pairwise(loop)):
        mid, way = (a + b) / 2, b - a
        long = float(np.linalg.norm(way))
        rot = np.stack([vec(1, 0, 0), np.cross(way / long, (1, 0, 0)), way / long], 1)
        part = f"strap.{'upper' if i < 15 else 'lower'}" if leather else f"link.{i // 2}"
        s.add(
            box(mid, (wide * 0.85, thick, long * (0.62 if leather else 0.48)), 0.008, rot),
            part,
            0.0,
        )
    end = vec(0, back, 0)
    if leather:
        s.add(
            minus(box(end, (wide * 1.1, 0.03, 0.06), 0.01), box(end, (wide * 0.8, 1, 0.03))),
            "buckle",
            0.0,
        )
        s.add(
            round_cone(end + vec(0, 0.02, -0.05), end + vec(0, 0.025, 0.06), 0.014, 0.014),
            "prong",
            0.0,
        )
        keeper = end - vec(0, 0.02, 0.12)
        s.add(box(keeper, (wide * 0.98, 0.036, 0.022), 0.006), "keeper", 0.0)
    else:
        s.add(box(end, (wide * 0.95, 0.03, 0.09), 0.01), "clasp", 0.0)
    s.add(cylinder((r * 0.98, 0, 0), (r * 1.2, 0, 0), 0.034, rounding=0.006), "winder", 0.0)
    for z in (-0.4, 0.4) if chance(rng, 0.3) else ():
        s.add(cylinder((r * 0.85, 0, z * r), (r * 1.12, 0, z * r * 1.1), 0.024), "push button", 0.0)
