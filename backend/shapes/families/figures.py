# SPDX-License-Identifier: GPL-3.0-or-later
"""Teddy bears and dolls, busts and heads, mushrooms, trees, stars and flowers."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    box,
    cylinder,
    ellipsoid,
    extrusion,
    frame,
    half_space,
    loft,
    round_cone,
    spline,
    torus,
    unit,
    vec,
)
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def teddy(rng: np.random.Generator) -> Sculpture:
    """A plush animal or a doll, sitting or standing, with stubby limbs and round ears."""
    s = Sculpture(detail=104)
    k = mix(rng, 0.01, 0.06)
    belly, tall = mix(rng, 0.17, 0.26), mix(rng, 0.2, 0.3)
    s.add(ellipsoid((0, 0, 0), (belly, belly * mix(rng, 0.75, 1), tall)), "torso", 0)
    head = mix(rng, 0.15, 0.24)
    skull = vec(mix(rng, -0.04, 0.04), mix(rng, -0.05, 0.02), tall + head * mix(rng, 0.6, 0.85))
    s.add(ellipsoid(skull, head * np.array([mix(rng, 0.95, 1.2), 0.9, 0.92])), "head/skull", k)
    if chance(rng, 0.85):
        out = head * mix(rng, 0.2, 0.5)
        at = skull + vec(0, -head * 0.75, -head * 0.2)
        s.add(ellipsoid(at, (head * 0.4, out, head * 0.32)), "head/muzzle", 0.02)
        if chance(rng, 0.5):
            nose = at + vec(0, -out * 0.95, head * 0.1)
            s.add(ellipsoid(nose, head * 0.12), "head/nose", 0.008)
    ear, rabbit = head * mix(rng, 0.3, 0.45), chance(rng, 0.25)
    sit = chance(rng, 0.5)
    arm, leg = mix(rng, 0.2, 0.32), mix(rng, 0.18, 0.34)
    ra, rl = mix(rng, 0.06, 0.085), mix(rng, 0.075, 0.11)
    raise_ = mix(rng, -0.9, 0.8)
    spread = mix(rng, 0.1, 0.6)
    for name, side in SIDES:
        a = skull + head * vec(side * 0.72, 0, 0.72)
        if rabbit:
            tip = a + vec(side * 0.08, 0.02, head * mix(rng, 1.0, 1.9))
            s.add(loft(a, tip, [0.03, 0.055, 0.03], 0.03, side=(1, 0, 0)), f"head/ear.{name}", 0.02)
        else:
            s.add(ellipsoid(a, (ear, ear * 0.5, ear)), f"head/ear.{name}", 0.015)
        root = vec(side * belly * 0.75, -0.02, tall * 0.6)
        hand = root + arm * unit(vec(side, -mix(rng, 0, 0.8), raise_))
        s.limb([root, hand], [ra, ra * mix(rng, 0.9, 1.25)], f"arm.{name}/arm", k)
        if chance(rng, 0.4):
            s.add(ellipsoid(hand, ra * 1.25), f"arm.{name}/paw", 0.015)
        hip = vec(side * belly * 0.55, -belly * (0.4 if sit else 0), -tall * 0.7)
        way = unit(vec(side * spread, -1, -0.1)) if sit else unit(vec(side * spread * 0.4, 0, -1))
        foot = hip + leg * way
        s.limb([hip, foot], [rl * 1.1, rl], f"leg.{name}/leg", k)
        sole = foot + (vec(0, -0.01, rl * 0.5) if sit else vec(0, -rl * 0.6, -rl * 0.2))
        s.add(
            ellipsoid(sole, rl * np.array([1.0, 0.9, 1.2] if sit else [1.0, 1.4, 0.8])),
            f"leg.{name}/foot",
            0.02,
        )
    if chance(rng, 0.3):
        s.add(ellipsoid((0, belly * 0.9, -tall * 0.5), 0.06), "tail", 0.02)
    s.opinion(0.3, "head", "arm.?", "leg.?")
    s.opinion(0.3, "head/muzzle>head", "head/skull>head", "head/nose>head", "arm.?", "leg.?")
    s.opinion(0.15, "head/nose>head/muzzle", "arm.?", "leg.?")
    s.opinion(0.25, "head/nose>head/muzzle")
    return s


def bust(rng: np.random.Generator) -> Sculpture:
    """A head with neck and shoulders on a base, or a head alone; face parts flow into it."""
    s = Sculpture(detail=110)
    k = mix(rng, 0.015, 0.05)
    w, d, h = 0.2 * mix(rng, 0.85, 1.15), 0.24 * mix(rng, 0.9, 1.1), 0.28 * mix(rng, 0.9, 1.1)
    s.add(ellipsoid((0, 0.02, 0.06), (w, d, h * 0.85)), "head/skull", 0)
    s.add(ellipsoid((0, -0.06, -h * 0.45), (w * 0.75, d * 0.72, h * 0.6)), "head/skull", 0.08)
    nose = mix(rng, 0.03, 0.09)
    s.limb(
        [vec(0, -d * 0.88, 0.06), vec(0, -d * 0.86 - nose, -h * 0.25)],
        [0.022, mix(rng, 0.03, 0.045)],
        "head/nose",
        0.025,
    )
    s.add(ellipsoid((0, -d * 0.8, -h * 0.52), (0.06, 0.035, 0.022)), "head/mouth", 0.015)
    s.add(ellipsoid((0, -d * 0.72, -h * 0.82), (0.06, 0.05, 0.045)), "head/skull", 0.05)
    for name, side in SIDES:
        s.cut(ellipsoid((side * 0.085, -d * 0.98, 0.045), (0.05, 0.045, 0.03)), 0.04)
        s.add(ellipsoid((side * 0.085, -d * 0.82, 0.045), 0.028), "head/skull", 0.01)
        ear = mix(rng, 0.05, 0.085)
        tilt = frame(unit(vec(side, 0.4, 0)), (0, 0, 1))
        s.add(
            ellipsoid((side * w * 0.98, 0.03, -0.02), (ear, ear * 0.55, 0.025), tilt),
            f"head/ear.{name}",
            0.012,
        )
    hair = rng.choice(["none", "cap", "bun", "long"])
    if hair != "none":
        s.add(ellipsoid((0, 0.05, 0.1), (w * 1.1, d * 1.02, h * 0.86)), "hair", 0.012)
        if hair == "bun":
            s.add(ellipsoid((0, d * 1.1, 0.18), mix(rng, 0.07, 0.12)), "hair", 0.02)
        if hair == "long":
            s.add(
                loft(
                    (0, d * 0.6, 0.1),
                    (0, d * 0.8, -h * 1.5),
                    [w * 1.05, w * 1.1, w * 0.8],
                    [0.1, 0.1, 0.06],
                    side=(1, 0, 0),
                ),
                "hair",
                0.03,
            )
    lean = mix(rng, 0, 0.08)
    neck = vec(0, 0.05 + lean, -h * mix(rng, 1.25, 1.6))
    r = mix(rng, 0.1, 0.14)
    s.limb([vec(0, 0.03, -h * 0.4), neck], [r * 0.95, r * 1.05], "neck", k)
    style = rng.choice(["shoulders", "base", "cut"], p=[0.55, 0.25, 0.2])
    if style == "shoulders":
        wide = mix(rng, 0.3, 0.48)
        low = neck - vec(0, 0, mix(rng, 0.14, 0.35))
        s.add(
            loft(
                neck - vec(0, 0, 0.0),
                low,
                [wide * 0.5, wide * 0.9, wide],
                [0.1, 0.15, 0.16],
                side=(1, 0, 0),
                cap=0.04,
                exponent=2.4,
            ),
            "shoulders",
            k * 1.5,
        )
        if chance(rng, 0.4):
            s.add(cylinder(low - vec(0, 0, 0.16), low, 0.11, rounding=0.01), "base/stem", 0.02)
            s.add(box(low - vec(0, 0, 0.18), (0.17, 0.17, 0.04), 0.01), "base/foot", 0.01)
    elif style == "base":
        s.add(cylinder(neck - vec(0, 0, 0.12), neck, 0.2, 0.15, rounding=0.02), "base", 0.03)
    features = "head/nose>head", "head/mouth>head", "head/skull>head"
    s.opinion(0.4, "head", "base", "hair>head")
    s.opinion(0.25, "head/ear.?", *features, "base")
    s.opinion(0.2, "head/mouth>head", "head/skull>head", "base", "hair>head")
    s.opinion(0.15, "head", "hair>head", "neck>shoulders" if style == "shoulders" else "neck>head")
    return s


def plant(rng: np.random.Generator) -> Sculpture:
    """Mushroom, cactus, tree, flower, or a star with soft arms."""
    s = Sculpture(detail=108)
    k = mix(rng, 0.01, 0.05)
    kind = str(rng.choice(["mushroom", "cactus", "tree", "flower", "star"]))
    if kind == "mushroom":
        high, r, cap = mix(rng, 0.35, 0.8), mix(rng, 0.06, 0.14), mix(rng, 0.2, 0.4)
        lean = vec(mix(rng, -0.1, 0.1), 0, high)
        s.limb(
            spline([vec(0, 0, 0), lean * 0.5 + vec(0.03, 0, 0), lean], 7), [r * 1.3, r], "stem", 0
        )
        s.add(ellipsoid(lean, (cap, cap, cap * mix(rng, 0.4, 0.9))), "cap", k)
        s.cut(ellipsoid(lean - vec(0, 0, cap * 1.0), (cap * 0.95, cap * 0.95, cap * 0.8)), 0.02)
        s.limb([vec(0, 0, 0), lean], [r * 1.3, r], "stem", k)
        if chance(rng, 0.3):
            s.add(torus(lean * 0.6, (0, 0, 1), r * 1.2, 0.03), "ring", 0.01)
    elif kind == "cactus":
        r, high = mix(rng, 0.08, 0.15), mix(rng, 0.6, 1.1)
        s.limb([vec(0, 0, 0), vec(0, 0, high)], [r, r * 0.85], "trunk", 0)
        for i in range(int(rng.integers(1, 5))):
            a = mix(rng, 0, 6.3)
            z, out = high * mix(rng, 0.25, 0.65), vec(np.cos(a), np.sin(a), 0) * mix(rng, 0.2, 0.3)
            tip = out + vec(0, 0, z + mix(rng, 0.15, 0.4))
            s.limb(
                spline([vec(0, 0, z), out * 0.8 + vec(0, 0, z), out + vec(0, 0, z + 0.08), tip], 9),
                r * mix(rng, 0.5, 0.7),
                f"arm.{i}",
                k,
            )
        if chance(rng, 0.5):
            s.add(cylinder((0, 0, -0.25), (0, 0, 0.02), 0.17, 0.22, rounding=0.015), "pot", 0.01)
    elif kind == "tree":
        r, high = mix(rng, 0.035, 0.07), mix(rng, 0.4, 0.7)
        s.limb([vec(0, 0, 0), vec(0, 0, high)], [r * 1.4, r], "trunk", 0)
        bare = chance(rng, 0.5)
        for i in range(int(rng.integers(3, 8))):
            a = 2.4 * i + mix(rng, -0.4, 0.4)
            out = unit(vec(np.cos(a), np.sin(a), mix(rng, 0.5, 1.6)))
            start = vec(0, 0, high * mix(rng, 0.6, 1.0))
            end = start + out * mix(rng, 0.3, 0.5)
            s.limb([start, end], [r * 0.7, r * 0.5], f"branch.{i}/wood", k)
            if not bare:
                size = mix(rng, 0.12, 0.2) * np.array([1, 1, mix(rng, 0.7, 1)])
                s.add(ellipsoid(end, size), f"branch.{i}/crown", k)
    elif kind == "flower":
        count, reach = int(rng.integers(4, 9)), mix(rng, 0.2, 0.35)
        tilt = unit(vec(0, -mix(rng, 0, 1.5), 1))
        rot, top = frame(tilt, (1, 0, 0)), vec(0, 0, mix(rng, 0.4, 0.8))
        s.limb(spline([vec(0.05, 0.05, 0), top * 0.5 + vec(0, 0.05, 0), top], 8), 0.03, "stem", 0)
        for i in range(count):
            out = rot @ vec(np.cos(2 * np.pi * i / count), np.sin(2 * np.pi * i / count), 0.25)
            wide = 2.2 * reach / count
            s.add(
                loft(
                    top + out * 0.05,
                    top + out * reach,
                    [wide * 0.6, wide, wide * 0.6],
                    0.024,
                    side=np.cross(tilt, out),
                ),
                f"petal.{i}",
                0.01,
            )
        s.add(ellipsoid(top + tilt * 0.02, 0.1), "heart", 0.015)
        for i in range(int(rng.integers(0, 3))):
            out = vec((-1) ** i, 0.2, 0.5)
            base = vec(0, 0.07, 0.15 + 0.1 * i)
            s.add(
                loft(base, base + out * 0.25, [0.02, 0.06, 0.02], 0.02, side=(0, 1, 0)),
                f"leaf.{i}",
                0.01,
            )
    else:
        count, depth = int(rng.integers(4, 8)), mix(rng, 0.04, 0.12)
        inner = mix(rng, 0.12, 0.3)
        turn = np.pi * np.arange(2 * count) / count
        radius = np.where(np.arange(2 * count) % 2 == 0, 0.5, inner)
        if chance(rng, 0.5):
            s.crisp = True
            outline = np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1)
            s.add(extrusion(outline, depth, rounding=0.015), "core", 0)
            for i in range(count):
                angle = 2 * np.pi * i / count
                rim = vec(np.cos(angle), np.sin(angle), 0)
                s.paint(half_space(rim * inner * np.cos(np.pi / count), -rim), f"ray.{i}", "core")
        else:
            s.add(ellipsoid((0, 0, 0), (inner, inner, depth * 1.2)), "core", 0)
            for i in range(count):
                angle = 2 * np.pi * i / count
                rim = vec(np.cos(angle), np.sin(angle), 0)
                s.add(round_cone(rim * inner * 0.5, rim * 0.5, depth, depth * 0.5), f"ray.{i}", k)
    s.opinion(0.7, "branch.?/crown", "branch.?/wood")
    s.opinion(0.3, "branch.?", "petal.?>bloom", "heart>bloom", "ring>stem")
    return s
