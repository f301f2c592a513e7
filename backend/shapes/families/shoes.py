# SPDX-License-Identifier: GPL-3.0-or-later
"""Shoes: sneakers, boots, high heels, sandals, loafers, slippers, skates, shoes of elves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..implicit import (
    Solid,
    Vector,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    half_space,
    loft,
    sphere,
    spline,
    torus,
    vec,
)
from ..polyhedra import both, minus
from ..sculpt import Sculpture, chance, mix
from .boots import boot, runner
from .lasts import Last, hollow, laces

KINDS = ("sneaker", "sneaker", "boot", "boot", "high heel", "high heel", "sandal", "loafer",
         "slipper", "roller skate", "ice skate", "elf shoe")  # fmt: skip


def shoe(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """One shoe, now and then a pair of them, empty or on a leg. kind : of KINDS, or any."""
    kind = kind or str(rng.choice(KINDS))
    s = Sculpture(detail=116)
    state = rng.bit_generator.state
    _one(s, rng, kind, kind)
    if chance(rng, 0.2):
        away = mix(rng, 0.4, 0.6)
        pair = Sculpture(detail=116)
        for side, name in ((1, "l"), (-1, "r")):
            rng.bit_generator.state = state
            one = Sculpture()
            _one(one, rng, kind, f"{kind}.{name}")
            _beside(pair, one, side, away)
        s = pair
    s.opinion(0.3, f"{kind}*", "leg*")
    s.opinion(0.4)
    s.opinion(0.3, "*/lace.*>^", "*/strap.*>^", "*/buckle.*>^")
    return s


def _moved(solid: Solid, shift: Vector) -> Solid:
    small = shift.astype(np.float32)[:, None]
    return Solid(lambda p: solid.distance(p - small), solid.lower + shift, solid.upper + shift)


def _beside(pair: Sculpture, one: Sculpture, side: float, away: float) -> None:
    """Adds a shoe, or its mirror image, to a pair."""
    shift = vec(side * away / 2, 0, 0)
    for step in one.steps:
        twins = step.primitives if side > 0 else [p.mirrored() for p in step.primitives]
        for path in one.paths:
            if path not in pair.paths:
                pair.paths.append(path)
        parts = [pair.paths.index(one.paths[k]) for k in step.parts]
        moved = [_moved(twin, shift) for twin in twins]
        pair.steps.append(replace(step, primitives=moved, parts=parts))


def _one(s: Sculpture, rng: np.random.Generator, kind: str, path: str) -> None:
    long = mix(rng, 0.36, 0.44)
    rise = {
        "high heel": mix(rng, 0.16, 0.34),
        "boot": mix(rng, 0.02, 0.09),
        "slipper": 0.0,
        "sneaker": 0.0,
        "sandal": mix(rng, 0, 0.06),
        "ice skate": 0.05,
    }.get(kind, mix(rng, 0, 0.04))
    if kind == "boot" and chance(rng, 0.2):
        rise = mix(rng, 0.15, 0.28)
    sole = mix(rng, 0.035, 0.08) if kind in ("sneaker", "boot", "sandal") else mix(rng, 0.022, 0.04)
    pointed = mix(rng, 0.3, 1) if kind in ("high heel", "elf shoe", "loafer") else mix(rng, 0, 0.5)
    last = Last(s, rng, path, long, long * mix(rng, 0.33, 0.45), rise, sole, pointed, 0.004)
    plate = extrusion(last.outline(0.012), sole / 2, centre=(0, 0, sole / 2), rounding=0.01)
    last.add(last.lifted(plate), "sole", 0.0)
    if kind in ("sneaker", "boot") and chance(rng, 0.4):
        for i in range(int(rng.integers(4, 8))):
            y = long * (0.85 - 0.24 * i)
            s.cut(last.lifted(box((0, y, -0.004), (1, 0.022, 0.014))), 0.0)
    _heel(last, kind)
    tall = mix(rng, 0.17, 0.24)
    if kind == "sandal":
        _sandal(last, tall)
    elif kind in ("boot", "ice skate", "roller skate"):
        boot(last, tall, kind)
    elif kind in ("sneaker", "slipper", "loafer", "high heel", "elf shoe"):
        _low_shoe(last, tall, kind)
    if kind in ("roller skate", "ice skate"):
        runner(last, kind)


def _heel(last: Last, kind: str) -> None:
    rng, back = last.rng, last.long * 0.72
    high = last.height(back)
    if high < 0.03:
        return
    slim = kind == "high heel" and chance(rng, 0.6)
    r = last.wide * (mix(rng, 0.2, 0.35) if slim else mix(rng, 0.6, 0.7))
    bottom = r if not slim else max(0.018, r * mix(rng, 0.35, 0.8))
    top = vec(0, back - 0.01, high + last.sole * 0.6)
    if slim:
        last.add(cylinder((0, back + 0.05, 0), top, bottom, r * 1.6, 0.005), "heel", 0.003)
    else:
        size = vec(r * 1.05, last.long * mix(rng, 0.18, 0.28), high / 2)
        last.add(box((0, back, high / 2), size, 0.012), "heel", 0.003)
    if slim and chance(rng, 0.5):
        last.add(
            cylinder((0, back + 0.05, 0), (0, back + 0.05, 0.03), bottom * 1.25), "heel tip", 0.0
        )


def _low_shoe(last: Last, tall: float, kind: str) -> None:
    rng, z, n = last.rng, last.sole * 0.7, last.long
    instep = tall * mix(rng, 0.8, 1.0)
    heights = [tall * 0.9, tall * 0.95, tall, instep, tall * 0.62, tall * 0.42]
    if kind == "high heel":
        heights = [tall * 0.75, tall * 0.6, tall * 0.42, tall * 0.4, tall * 0.5, tall * 0.34]
    elif kind == "slipper" and chance(rng, 0.6):
        heights = [0.05, 0.05, tall * 0.35, tall * 0.9, tall * 0.75, tall * 0.5]
    last.add(last.lifted(last.body(heights, low=z)), "upper", 0.003)
    if kind == "high heel":
        hollow(last, tall * 0.75, 0.12)
    else:
        hollow(last, tall)
    at = vec(0, -n * 0.12, instep + z)
    toe = vec(0, -n * 0.5, tall * 0.6 + z + 0.012)
    if kind == "sneaker":
        leaf = loft(
            toe,
            at + vec(0, n * 0.2, tall * 0.3),
            [last.wide * 0.3, last.wide * 0.42],
            0.02,
            side=(1, 0, 0),
        )
        last.add(leaf, "tongue", 0.003)
        if chance(rng, 0.8):
            laces(last, toe + vec(0, 0, 0.02), at + vec(0, 0.0, tall * 0.14), last.wide * 0.5)
        if chance(rng, 0.7):
            ring = torus((0, n * 0.42, tall * 0.92 + z), (0, -0.15, 1), last.wide * 0.62, 0.032)
            last.add(ring, "collar", 0.004)
        if chance(rng, 0.6):
            cap = both(
                last.body([h * 1.04 for h in heights], 0.012, z),
                half_space((0, -n * mix(rng, 0.5, 0.65), 0), (0, 1, 0)),
            )
            last.add(cap, "toe cap", 0.0)
        if chance(rng, 0.5):
            rear = both(last.body(heights, 0.014, z), half_space((0, n * 0.72, 0), (0, -1, 0)))
            last.add(both(rear, half_space((0, 0, z + tall * 0.7), (0, 0, 1))), "heel cap", 0.0)
        if chance(rng, 0.5):
            for name, side in (("l", 1.0), ("r", -1.0)):
                curve = [
                    vec(side * last.wide * 0.98, -n * 0.3, z + tall * 0.3),
                    vec(side * last.wide * 0.9, n * 0.2, z + tall * 0.35),
                    vec(side * last.wide * 0.75, n * 0.6, z + tall * 0.7),
                ]
                last.s.limb(spline(curve, 6), [0.03, 0.018], f"{last.path}/stripe.{name}", 0.0)
    elif kind == "high heel":
        if chance(rng, 0.5):
            ankle = vec(0, n * 0.62, last.rise + tall * mix(rng, 0.9, 1.3))
            last.add(torus(ankle, (0, 0, 1), last.wide * 0.62, 0.02), "strap", 0.002)
            root = vec(0, n * 0.85, last.rise + tall * 0.4)
            last.s.limb(
                [root, ankle + vec(0, last.wide * 0.6, 0)], 0.024, f"{last.path}/strap", 0.003
            )
        if chance(rng, 0.5):
            last.add(
                ellipsoid((0, -n * 0.5, tall * 0.55 + z), last.wide * vec(0.4, 0.2, 0.22)),
                "bow",
                0.003,
            )
        if chance(rng, 0.3):
            pad = extrusion(
                last.outline(0.006) * [1, 0.45] - [0, n * 0.5],
                0.03,
                centre=(0, 0, -0.02),
                rounding=0.01,
            )
            last.add(pad, "platform", 0.0)
    elif kind == "loafer":
        strap = both(
            last.body([h * 1.05 for h in heights], 0.012, z),
            box((0, -n * 0.2, 0), (9, n * mix(rng, 0.08, 0.16), 9)),
        )
        last.add(strap, "strap", 0.0)
        top = vec(0, -n * 0.22, last.height(-n * 0.22) + instep * 0.88 + z + 0.02)
        if chance(rng, 0.7):
            hole = box(top, (last.wide * 0.15, n * 0.05, 1))
            last.add(
                minus(box(top, (last.wide * 0.3, n * 0.11, 0.022), 0.006), hole), "buckle", 0.0
            )
        else:
            for i, side in enumerate((-1, 1)):
                last.s.limb(
                    [top, top + vec(side * 0.04, -n * 0.18, -0.03)],
                    [0.016, 0.03],
                    f"{last.path}/tassel.{i}",
                    0.002,
                )
    elif kind == "slipper":
        if chance(rng, 0.5):
            last.add(
                sphere((0, -n * 0.5, tall * 0.8 + z), last.wide * mix(rng, 0.3, 0.45)),
                "pompom",
                0.003,
            )
        else:
            for name, side in (("l", 1.0), ("r", -1.0)):
                root = vec(side * last.wide * 0.4, -n * 0.35, tall * 0.75 + z)
                last.s.limb(
                    [root, root + vec(side * 0.05, n * 0.1, tall * 0.9)],
                    [0.04, 0.05],
                    f"{last.path}/ear.{name}",
                    0.003,
                )
            last.add(sphere((0, -n * 0.98, tall * 0.4 + z), 0.04), "nose", 0.003)
    else:
        curl = mix(rng, 0.6, 1.3) * tall
        root = vec(0, -n * 0.8, z + tall * 0.25)
        points = [
            root,
            root + vec(0, -n * 0.35, 0.02),
            root + vec(0, -n * 0.5, curl * 0.6),
            root + vec(0, -n * 0.3, curl),
        ]
        last.s.limb(
            spline(points, 12), [last.wide * 0.55, last.wide * 0.3, 0.03], f"{last.path}/toe", 0.02
        )
        if chance(rng, 0.7):
            last.add(sphere(points[-1], mix(rng, 0.04, 0.06)), "bell", 0.002)
        for i in range(7):
            turn = 2 * np.pi * i / 7
            out = vec(
                np.sin(turn) * last.wide * 0.75, -np.cos(turn) * n * 0.5 + n * 0.4, tall * 0.95 + z
            )
            flap = loft(
                out,
                out * [1.25, 1, 1] + vec(0, -np.cos(turn) * 0.06, -tall * 0.35),
                [last.wide * 0.35, 0.015],
                0.018,
                side=(np.cos(turn), np.sin(turn), 0),
            )
            last.add(flap, "collar", 0.004)


def _sandal(last: Last, tall: float) -> None:
    """Straps over the sole, with a foot in them or none."""
    rng, z, n = last.rng, last.sole * 0.7, last.long
    foot = [tall * 0.8, tall * 0.9, tall * 0.9, tall * 0.7, tall * 0.5, tall * 0.4]
    inner, outer = last.body(foot, -0.02, z), last.body(foot, 0.016, z)
    shell = minus(outer, inner)
    thong = chance(rng, 0.3)
    if thong:
        post = vec(0, -n * 0.55, z + tall * 0.42)
        last.add(cylinder((0, -n * 0.55, z * 0.5), post, 0.02), "strap.0", 0.003)
        for side in (-1, 1):
            end = vec(side * last.wide * 0.82, n * 0.05, z)
            mid = (post + end) / 2 + vec(side * 0.03, 0, tall * 0.22)
            last.s.limb(spline([post, mid, end], 7), 0.026, f"{last.path}/strap.0", 0.003)
    else:
        for i, y in enumerate([-0.45, -0.1, 0.25][: int(rng.integers(1, 4))]):
            band = both(shell, box((0, y * n, 0), (9, n * mix(rng, 0.06, 0.13), 9)))
            last.add(last.lifted(band), f"strap.{i}", 0.0)
    if chance(rng, 0.6):
        heel = vec(0, n * 0.5, last.height(n * 0.6) + z + tall * mix(rng, 0.6, 0.95))
        ring = torus(heel, (0, -0.2, 1), last.wide * 0.66, 0.024)
        last.add(ring, "ankle strap", 0.002)
        for side in (-1, 1):
            low = vec(side * last.wide * 0.66, n * 0.5, last.height(n * 0.5) + z)
            last.s.limb(
                [low, low + vec(0, 0, tall * 0.8)], 0.022, f"{last.path}/ankle strap", 0.002
            )
        if chance(rng, 0.6):
            out = heel + vec(last.wide * 0.7, -0.02, 0)
            last.add(
                minus(box(out, (0.02, 0.045, 0.04)), box(out, (1, 0.02, 0.02))), "buckle.0", 0.0
            )
    if chance(rng, 0.4):
        last.add(last.lifted(inner), "foot", 0.0)
        root = vec(0, n * 0.5, last.height(n * 0.5) + tall * 0.7)
        last.s.limb([root, root + vec(0, n * 0.05, 0.3)], last.wide * 0.5, last.leg, 0.03)
