# SPDX-License-Identifier: GPL-3.0-or-later
"""Guns and bows."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, ellipsoid, frame, loft, spline, torus, unit, vec
from ..polyhedra import bevelled, faceted_cone, minus
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT, block, draw_style, drum, slab

SIDES = (("l", 1.0), ("r", -1.0))


def gun(rng: np.random.Generator) -> Sculpture:
    """Pistol, rifle, shotgun or toy blaster, crisp and full of steps, grooves and rails."""
    style = draw_style(rng, 0.85, 0.7)
    s = Sculpture(crisp=style.crisp, detail=112)
    k = style.blend
    rifle = chance(rng, 0.6)
    wide = mix(rng, 0.035, 0.06)
    half, high = mix(rng, 0.18, 0.34) if rifle else mix(rng, 0.15, 0.24), mix(rng, 0.05, 0.09)
    # The barrel points along +x.
    if chance(rng, 0.5):
        block(
            s, rng, style, (0, 0, 0), (half, wide, high), "body/receiver", faces=("+y", "-y", "+z")
        )
    else:
        outline = bevelled(half, high, high * mix(rng, 0.3, 0.9))
        slab(s, rng, style, outline, wide, "body/receiver", rotation=UPRIGHT)
    if chance(rng, 0.5):
        top = box((half * 0.05, 0, high), (half * 0.95, wide * 0.8, high * 0.35), style.edge)
        s.add(top, "body/slide", k)
        if style.ornament:
            for i in range(5):
                x = -half * 0.8 + 0.03 * i
                s.cut(box((x, 0, high * 1.2), (0.007, 1, high * 0.5)), 0.0)
                s.add(box((x, 0, high), (0.02, wide * 0.6, high * 0.3)), "body/slide", 0.0)
    r, reach = mix(rng, 0.022, 0.042), mix(rng, 0.15, 0.6) if rifle else mix(rng, 0.05, 0.25)
    z = high * mix(rng, 0.0, 0.6)
    muzzle = vec(half + reach, 0, z)
    drum(
        s,
        rng,
        style,
        (half * 0.8, 0, z),
        muzzle,
        r,
        "barrel/tube",
        sides=int(rng.choice([0, 0, 8])),
    )
    if chance(rng, 0.5):
        drum(
            s,
            rng,
            style,
            muzzle - vec(0.03, 0, 0),
            muzzle + vec(mix(rng, 0.04, 0.14), 0, 0),
            r * mix(rng, 1.25, 1.7),
            "barrel/muzzle",
        )
    if chance(rng, 0.6):
        s.cut(cylinder(muzzle, muzzle + vec(0.3, 0, 0), r * 0.6), 0.0)
    if rifle and chance(rng, 0.6):
        x = half + reach * 0.4
        block(
            s,
            rng,
            style,
            (x, 0, z - r),
            (reach * 0.4, wide * 0.9, r * 1.6),
            "forend",
            faces=("+y", "-y", "-z"),
        )
    lean = mix(rng, 0.05, 0.4)
    down = unit(vec(-lean, 0, -1))
    at = vec(-half * mix(rng, 0.4, 0.8), 0, -high * 0.7)
    long = mix(rng, 0.1, 0.16)
    rot = frame(down, (1, 0, 0))
    size = vec(mix(rng, 0.035, 0.055), wide * 0.85, long)
    block(s, rng, style, at + down * long * 0.8, size, "grip", rotation=rot, faces=("+y", "-y"))
    if chance(rng, 0.85):
        guard = torus(at + vec(0.07, 0, -0.045), (0, 1, 0), 0.055, 0.014)
        s.add(guard, "trigger/guard", k)
        s.limb([at + vec(0.08, 0, 0), at + vec(0.065, 0, -0.06)], 0.013, "trigger/trigger", k)
    if rifle or chance(rng, 0.3):
        tall = mix(rng, 0.08, 0.2)
        way = unit(vec(mix(rng, -0.1, 0.35), 0, -1))
        place = vec(half * mix(rng, 0.15, 0.6), 0, -high) + way * tall * 0.7
        block(
            s,
            rng,
            style,
            place,
            (0.05, wide * 0.7, tall),
            "magazine",
            rotation=frame(way, (1, 0, 0)),
            faces=("+y", "-y"),
        )
    if rifle and chance(rng, 0.85):
        back, drop = mix(rng, 0.2, 0.4), mix(rng, 0.02, 0.12)
        x = -half
        outline = np.array(
            [
                [x + 0.03, high * 0.6],
                [x - back, high * 0.5 - drop * 0.3],
                [x - back, -high - drop],
                [x - back * 0.7, -high - drop * 0.6],
                [x + 0.03, -high * 0.5],
            ]
        )
        slab(s, rng, style, outline, wide * 0.8, "stock/stock", rotation=UPRIGHT)
        if chance(rng, 0.4):
            middle = high * 0.5 - drop * 0.15 - (high + drop) * 0.6
            s.add(
                box((x - back, 0, middle), (0.025, wide * 0.9, high + drop * 0.4), 0.008),
                "stock/pad",
                k,
            )
    if chance(rng, 0.5 if rifle else 0.2):
        z, r, half_l = high * 1.35 + 0.06, mix(rng, 0.028, 0.045), mix(rng, 0.08, 0.16)
        for x in (-half_l * 0.5, half_l * 0.5):
            s.add(box((x, 0, high + 0.03), (0.018, 0.02, 0.04)), "scope/mount", k)
        drum(s, rng, style, (-half_l, 0, z), (half_l, 0, z), r, "scope/tube")
        s.add(cylinder((half_l * 0.8, 0, z), (half_l * 1.3, 0, z), r, r * 1.4), "scope/tube", k)
    elif chance(rng, 0.5):
        s.add(box((half * 0.9, 0, high + 0.02), (0.02, 0.014, 0.03)), "sight", k)
    s.opinion(0.5, "body", "barrel", "trigger", "scope", "stock")
    s.opinion(
        0.25, "body", "trigger>body", "barrel/muzzle>barrel/tube", "scope", "stock", "sight>body"
    )
    s.opinion(0.25)
    return s


def bow(rng: np.random.Generator) -> Sculpture:
    """Bow or crossbow: limbs, grip, string, sometimes an arrow."""
    style = draw_style(rng, 0.4, 0.5)
    s = Sculpture(crisp=style.crisp, detail=124)
    k = max(style.blend, 0.004)
    tall, deep = mix(rng, 0.5, 0.7), mix(rng, 0.12, 0.3)
    flick, r = mix(rng, -0.05, 0.12), mix(rng, 0.018, 0.028)
    grip = mix(rng, 0.07, 0.12)
    cross = chance(rng, 0.35)
    tips = []
    for name, side in (("top", 1.0), ("low", -1.0)):
        points = [
            (0, 0, side * grip * 0.6),
            (0.03, 0, side * tall * 0.4),
            (-deep * 0.5, 0, side * tall * 0.8),
            (-deep + flick, 0, side * tall),
        ]
        s.limb(spline(points, 12), [r * 1.4, r * 1.2, r * 0.8], f"limb.{name}", k)
        tips.append(vec(-deep + flick, 0, side * tall))
        if chance(rng, 0.3):
            s.add(ellipsoid(tips[-1], r * 1.5), f"limb.{name}", k)
    if not cross:
        s.add(
            loft(
                (0, 0, -grip), (0, 0, grip), r * np.array([1.3, 1.9, 1.3]), r * 1.7, side=(1, 0, 0)
            ),
            "grip/grip",
            k,
        )
        if style.ornament:
            for z in np.linspace(-grip * 0.7, grip * 0.7, 5):
                s.add(torus((0, 0, z), (0, 0, 1), r * 1.55, 0.009), "grip/grip", 0.0)
        elif chance(rng, 0.4):
            s.add(box((-0.03, 0, grip * 1.1), (0.04, 0.018, 0.02), 0.006), "grip/rest", k)
    else:
        block(
            s,
            rng,
            style,
            (-0.3, 0, 0),
            (0.36, 0.035, 0.04),
            "stock/tiller",
            faces=("+y", "-y"),
            rotation=UPRIGHT,
        )
        s.add(
            loft((-0.55, 0, 0), (-0.85, 0.06, 0), [0.035, 0.07], [0.035, 0.03], side=(0, 1, 0)),
            "stock/butt",
            k,
        )
        s.add(torus((0.09, 0, 0), (0, 1, 0), 0.055, 0.016), "stirrup", k)
        s.add(box((-0.4, 0.07, 0), (0.02, 0.05, 0.018), 0.005), "trigger", k)
    string = vec(-0.35, 0, 0) if cross else vec(-deep - mix(rng, 0, 0.3), 0, 0)
    drawn = cross or chance(rng, 0.5)
    middle = string if drawn else (tips[0] + tips[1]) / 2
    s.limb([tips[0], middle, tips[1]], 0.013, "string", 0.003)
    if chance(rng, 0.6):
        y = -0.045 if cross else 0.0
        tail, head = vec(middle[0] - 0.02, y, 0), vec(mix(rng, 0.1, 0.25), y, 0)
        s.add(cylinder(tail, head, 0.014), "arrow/shaft", 0.003)
        s.add(
            faceted_cone(head - vec(0.01, 0, 0), head + vec(0.1, 0, 0), 0.036, 0.008, 4),
            "arrow/head",
            0.003,
        )
        if chance(rng, 0.7):
            fin = box(tail + vec(0.07, 0, 0), (0.06, 0.012, 0.045))
            s.add(minus(fin, box(tail, (0.03, 1, 0.02))), "arrow/vane", 0.003)
    s.opinion(0.5, "grip", "arrow", "stock")
    s.opinion(0.2, "limb.*>bow", "grip>bow", "arrow", "stock")
    s.opinion(0.3)
    return s
