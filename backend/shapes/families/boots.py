# SPDX-License-Identifier: GPL-3.0-or-later
"""Boots with their shafts, and skates."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    box,
    cylinder,
    extrusion,
    half_space,
    loft,
    round_cone,
    spline,
    vec,
)
from ..polyhedra import both, minus
from ..sculpt import chance, mix
from .lasts import Last, laces
from .ornament import SIDEWAYS


def boot(last: Last, tall: float, kind: str) -> None:
    """The foot of a boot, its shaft, and what is on them."""
    rng, z, n = last.rng, last.sole * 0.7, last.long
    heights = [tall, tall * 1.05, tall * 1.1, tall * 0.95, tall * 0.65, tall * 0.48]
    last.add(last.lifted(last.body(heights, low=z)), "upper", 0.004)
    high = mix(rng, 0.2, 0.32) if kind != "boot" else mix(rng, 0.2, 0.75)
    base = vec(0, n * 0.42, last.height(n * 0.42) + z + tall * 0.6)
    flare = mix(rng, 0.95, 1.4) if high > 0.35 else mix(rng, 0.95, 1.15)
    a = vec(last.wide * 0.78, n * 0.46, 0)
    lean = vec(0, n * mix(rng, 0.0, 0.12), high)
    shaft = loft(
        base - vec(0, 0, tall * 0.4),
        base + lean,
        a[0] * np.array([1, 0.95, flare]),
        a[1] * np.array([1, 0.85, flare * 0.85]),
        side=(1, 0, 0),
        normal=(0, 0, 1),
        cap=0.012,
    )
    last.add(shaft, "shaft", 0.03)
    top = base + lean
    if chance(rng, 0.7):
        room = cylinder(
            top - vec(0, 0, high * 0.5), top + vec(0, 0, 0.1), a[0] * 0.7, a[0] * flare * 0.78
        )
        last.s.cut(room, 0.0)
    else:
        last.s.limb(
            [top - vec(0, 0, 0.1), top + vec(0, 0, mix(rng, 0.1, 0.3))], a[0] * 0.8, last.leg, 0.003
        )
    if chance(rng, 0.5):
        cuff = loft(
            top - vec(0, 0, high * mix(rng, 0.12, 0.35)),
            top + vec(0, 0, 0.01),
            a[0] * flare * 1.12,
            a[1] * flare * 0.98,
            side=(1, 0, 0),
            cap=0.02,
        )
        inside = cylinder(top - vec(0, 0, 1), top + vec(0, 0, 0.2), a[0] * 0.75)
        last.add(minus(cuff, inside), "cuff", 0.003)
    laced = kind != "boot" or chance(rng, 0.45)
    front = base + vec(0, -n * 0.43, 0)
    if laced:
        toe = vec(0, -n * 0.42, z + tall * 0.78)
        leaf = loft(
            toe,
            front + vec(0, 0, high * 0.95),
            [last.wide * 0.25, last.wide * 0.36],
            0.02,
            side=(1, 0, 0),
        )
        last.add(leaf, "tongue", 0.003)
        laces(last, toe + vec(0, -0.005, 0.02), front + vec(0, -0.02, high * 0.6), last.wide * 0.42)
    for i in range(int(rng.integers(1, 4)) if not laced and chance(rng, 0.6) else 0):
        at = base + vec(0, 0, high * (0.1 + 0.28 * i))
        ring = loft(
            at - vec(0, 0, 0.02),
            at + vec(0, 0, 0.02),
            a[0] * (1.0 + 0.08 * i),
            a[1] * (0.98 + 0.02 * i),
            side=(1, 0, 0),
            cap=0.004,
        )
        last.add(ring, f"strap.{i}", 0.0)
        out = at + vec(a[0] * (1.02 + 0.08 * i), -0.02, 0)
        last.add(
            minus(box(out, (0.018, 0.045, 0.04)), box(out, (1, 0.02, 0.018))), f"buckle.{i}", 0.0
        )
    if chance(rng, 0.35):
        cap = both(
            last.body([h * 1.03 for h in heights], 0.012, z),
            half_space((0, -n * 0.55, 0), (0, 1, 0)),
        )
        last.add(cap, "toe cap", 0.0)
    if kind == "boot" and not laced and chance(rng, 0.3):
        rear = vec(0, n * 0.95, last.height(n * 0.9) + tall * 0.45)
        yoke = [
            vec(-a[0] * 1.05, n * 0.4, rear[2]),
            rear + vec(0, 0.05, 0),
            vec(a[0] * 1.05, n * 0.4, rear[2]),
        ]
        last.s.limb(spline(yoke, 9), 0.018, f"{last.path}/spur", 0.002)
        last.s.limb(
            [rear + vec(0, 0.04, 0), rear + vec(0, 0.14, 0.02)], 0.016, f"{last.path}/spur", 0.002
        )
        wheel = rear + vec(0, 0.15, 0.02)
        last.add(cylinder(wheel - vec(0.014, 0, 0), wheel + vec(0.014, 0, 0), 0.055), "rowel", 0.0)


def runner(last: Last, kind: str) -> None:
    """Wheels or a blade under the sole."""
    rng, n = last.rng, last.long
    if kind == "ice skate":
        t = np.linspace(-1.12, 1.0, 13)
        low = -mix(rng, 0.13, 0.18) + 0.06 * np.clip(-t - 0.75, 0, 1) ** 1.0
        outline = np.concatenate(
            [np.stack([t * n, low], 1), np.stack([t * n, low + 0.07], 1)[::-1]]
        )
        last.add(extrusion(outline, 0.014, rotation=SIDEWAYS), "blade", 0.0)
        for i, y in enumerate((-0.45, 0.6)):
            post = vec(0, y * n, last.height(y * n) + 0.02)
            last.add(cylinder((0, y * n, -0.1), post, 0.022, last.wide * 0.4), f"post.{i}", 0.002)
        return
    r = mix(rng, 0.065, 0.09)
    if chance(rng, 0.5):
        last.add(box((0, 0, -0.02), (0.035, n * 0.8, 0.045), 0.006), "frame", 0.002)
        for i in range(4):
            at = vec(0, n * (0.72 - 0.48 * i), -0.09)
            last.add(
                cylinder(at - vec(0.026, 0, 0), at + vec(0.026, 0, 0), r, rounding=0.015),
                f"wheel.{i}",
                0.0,
            )
    else:
        for i, place in enumerate((-0.5, 0.55)):
            at = vec(0, place * n, -r * 0.9)
            last.add(box((0, place * n, -0.02), (0.045, 0.05, 0.05), 0.008), f"truck.{i}", 0.002)
            last.add(
                cylinder(at - vec(last.wide, 0, 0), at + vec(last.wide, 0, 0), 0.018),
                f"axle.{i}",
                0.0,
            )
            for name, side in (("l", 1.0), ("r", -1.0)):
                hub = at + vec(side * last.wide * 0.85, 0, 0)
                last.add(
                    cylinder(hub - vec(0.04, 0, 0), hub + vec(0.04, 0, 0), r, rounding=0.015),
                    f"wheel.{name}{i}",
                    0.0,
                )
    if chance(rng, 0.7):
        last.add(
            round_cone((0, -n * 0.85, 0.0), (0, -n * 1.02, -0.05), 0.04, 0.05), "toe stop", 0.003
        )
