# SPDX-License-Identifier: GPL-3.0-or-later
"""Weapons of games: swords, pole arms, guns, bows."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    box,
    cylinder,
    ellipsoid,
    extrusion,
    loft,
    round_cone,
    spline,
    torus,
    tube,
    unit,
    vec,
)
from ..polyhedra import bevelled, faceted_cone
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT, Style, block, draw_style, drum, slab

SIDES = (("l", 1.0), ("r", -1.0))


def sword(rng: np.random.Generator) -> Sculpture:
    """Sword, sabre, dagger, greatsword: blade with a fuller, guard, wrapped grip, pommel."""
    style = draw_style(rng, 0.65, 0.5)
    s = Sculpture(crisp=style.crisp, detail=112)
    k = style.blend
    long, wide = mix(rng, 0.5, 1.3), mix(rng, 0.04, 0.1)
    thick, grip = mix(rng, 0.016, 0.026), mix(rng, 0.16, 0.34)
    bow = mix(rng, 0.05, 0.25) if chance(rng, 0.35) else 0.0
    t = np.linspace(0, 1, 16)
    taper = mix(rng, 0.5, 1.15)
    half = wide * (1 + (taper - 1) * t) * np.clip((1 - t) / mix(rng, 0.08, 0.35), 0.02, 1)
    if chance(rng, 0.2):
        half *= 1 + 0.25 * np.sin(t * mix(rng, 8, 20))
    middle = bow * t**2
    back = half * (0.5 if bow else 1.0)
    edge = np.stack([middle + half, t * long], 1)
    outline = np.concatenate([edge, np.stack([middle - back, t * long], 1)[::-1]])
    if chance(rng, 0.5):
        s.add(extrusion(outline, thick, rotation=UPRIGHT, rounding=0.6 * thick), "blade/blade", 0)
    else:
        halves = [float(h) for h in np.maximum(half, 0.012)]
        end = vec(bow, 0, long)
        s.add(
            loft(
                (0, 0, 0),
                end,
                halves,
                thick * 1.2,
                side=(1, 0, 0),
                normal=(0, 0, 1),
                cap=0.02,
                exponent=mix(rng, 1.3, 2),
                offset_w=list(middle - bow * t),
            ),
            "blade/blade",
            0,
        )
    if style.ornament and not bow and chance(rng, 0.7):
        reach = mix(rng, 0.4, 0.75) * long
        for y in (-1, 1):
            groove = [(0, y * thick * 1.25, -0.1), (0, y * thick * 1.25, reach)]
            s.cut(tube(groove, min(0.3 * wide, 0.018)), 0.0)
    if chance(rng, 0.3):
        s.add(box((0, 0, 0.05), (wide * 0.8, thick * 1.5, 0.05), 0.006), "blade/ricasso", k)
    r = mix(rng, 0.022, 0.034)
    foot = vec(0, 0, -grip)
    _guard(s, rng, style, wide)
    s.add(
        loft(
            foot,
            (0, 0, 0),
            r * rng.uniform(0.8, 1.3, 3),
            r * rng.uniform(0.7, 1.0, 3),
            side=(1, 0, 0),
            cap=0.01,
        ),
        "hilt/grip",
        k,
    )
    if style.ornament:
        count = int(rng.integers(3, 8))
        for i in range(count):
            at = foot * (i + 1) / (count + 1)
            tilt = (mix(rng, -0.4, 0.4) if i == 0 else 0, 0, 1)
            s.add(torus(at, tilt, r * 0.85, 0.011), "hilt/grip", 0.0)
    size = r * mix(rng, 1.2, 2.2)
    kind = str(rng.choice(["ball", "disc", "cap", "ring", "gem"]))
    at = foot - vec(0, 0, size * 0.7)
    if kind == "ball":
        s.add(ellipsoid(at, size), "hilt/pommel", k)
    elif kind == "disc":
        s.add(
            cylinder(at - vec(0, 0.022, 0), at + vec(0, 0.022, 0), size * 1.2, rounding=0.006),
            "hilt/pommel",
            k,
        )
    elif kind == "cap":
        drum(s, rng, style, at - vec(0, 0, 0.02), foot + vec(0, 0, 0.01), size, "hilt/pommel")
    elif kind == "ring":
        s.add(torus(at - vec(0, 0, 0.02), (0, 1, 0), size, 0.018), "hilt/pommel", k)
    else:
        s.add(faceted_cone(at - vec(0, 0, size), foot, size * 0.4, size, 6), "hilt/pommel", k)
    s.opinion(0.5, "blade")
    s.opinion(0.3, "blade", "hilt")
    s.opinion(0.2)
    return s


def _guard(s: Sculpture, rng: np.random.Generator, style: Style, wide: float) -> None:
    k, span = style.blend, wide * mix(rng, 1.6, 3.2)
    kind = str(rng.choice(["bar", "curved", "disc", "wings", "slab", "basket"]))
    if kind == "bar":
        block(s, rng, style, (0, 0, 0), (span, 0.03, 0.025), "hilt/guard", faces=("+y", "-y"))
    elif kind in ("curved", "basket"):
        lift = mix(rng, -0.08, 0.1)
        points = [vec(-span, 0, lift), vec(-span * 0.5, 0, 0), vec(0, 0, -0.01)]
        points += [vec(span * 0.5, 0, 0), vec(span, 0, lift)]
        s.limb(spline(points, 9), [0.02, 0.028, 0.02], "hilt/guard", k)
        for _, side in SIDES:
            if chance(rng, 0.6):
                s.add(ellipsoid(vec(side * span, 0, lift), 0.034), "hilt/guard", k)
        if kind == "basket":
            bow = spline([vec(span * 0.7, 0, 0), vec(span * 1.1, 0, -0.12), vec(0.01, 0, -0.22)], 8)
            s.limb(bow, 0.017, "hilt/guard", k)
    elif kind == "disc":
        drum(s, rng, style, (0, 0, -0.02), (0, 0, 0.02), span * 0.8, "hilt/guard")
    elif kind == "wings":
        for _, side in SIDES:
            s.add(
                faceted_cone((0, 0, 0), (side * span, 0, mix(rng, -0.06, 0.1)), 0.05, 0.022, 4),
                "hilt/guard",
                k,
            )
    else:
        slab(s, rng, style, bevelled(span, wide * 0.6, 0.04), 0.03, "hilt/guard", rotation=UPRIGHT)


def polearm(rng: np.random.Generator) -> Sculpture:
    """Axe, halberd, mace, war hammer, spear, trident, scythe, staff: a shaft with a head."""
    style = draw_style(rng, 0.7, 0.5)
    s = Sculpture(crisp=style.crisp, detail=112)
    k = style.blend
    kind = str(rng.choice(["axe", "axe", "mace", "hammer", "spear", "trident", "scythe", "staff"]))
    long, r = mix(rng, 0.6, 1.3), mix(rng, 0.02, 0.036)
    drum(
        s,
        rng,
        style,
        (0, 0, -long),
        (0, 0, 0.06),
        r,
        "shaft/pole",
        r * mix(rng, 0.85, 1.15),
        sides=int(rng.choice([0, 0, 6, 8])),
    )
    if chance(rng, 0.5):
        high = -long * mix(rng, 0.45, 0.7)
        s.add(
            cylinder((0, 0, -long + 0.06), (0, 0, high), r * 1.3, rounding=0.006), "shaft/wrap", k
        )
        for i in range(int(rng.integers(0, 6)) if style.ornament else 0):
            z = -long + 0.1 + 0.05 * i
            s.add(torus((0, 0, min(z, high)), (0, 0, 1), r * 1.25, 0.01), "shaft/wrap", 0.0)
    if chance(rng, 0.6):
        s.add(ellipsoid((0, 0, -long), r * mix(rng, 1.3, 1.9)), "shaft/butt", k)
    if chance(rng, 0.5):
        s.add(cylinder((0, 0, -0.16), (0, 0, 0.08), r * 1.5, rounding=0.008), "head/socket", k)
    if kind == "axe":
        sides = SIDES if chance(rng, 0.4) else SIDES[:1]
        reach, high = mix(rng, 0.16, 0.32), mix(rng, 0.1, 0.22)
        hook = mix(rng, -0.2, 0.3)
        arc = np.linspace(-1, 1, 9)
        curve = np.stack([reach - 0.25 * reach * arc**2, high * arc + hook * high], 1)
        curve = np.concatenate([curve, [[0.0, 0.05], [0.0, -0.05]]])
        for name, side in sides:
            flat = extrusion(curve * [side, 1], 0.024, rotation=UPRIGHT, rounding=style.edge)
            s.add(flat, f"head/blade.{name}", k)
            if style.ornament:
                hole = cylinder((side * reach * 0.5, -1, 0), (side * reach * 0.5, 1, 0), 0.03)
                s.cut(hole, 0.0)
        if len(sides) == 1:
            block(s, rng, style, (-0.06, 0, 0), (0.06, 0.04, 0.045), "head/poll")
        if chance(rng, 0.4):
            s.add(faceted_cone((0, 0, 0), (0, 0, 0.26), 0.045, 0.012, 4), "head/spike", k)
    elif kind == "mace":
        size = mix(rng, 0.09, 0.14)
        s.add(ellipsoid((0, 0, 0.06), size), "head/ball", k)
        count = int(rng.integers(5, 9))
        flanged = chance(rng, 0.5)
        for i in range(count):
            turn = 2 * np.pi * i / count
            out = vec(np.cos(turn), np.sin(turn), 0)
            if flanged:
                rot = np.stack([out, np.cross((0, 0, 1), out), vec(0, 0, 1)], 1)
                s.add(
                    box(out * size * 0.9 + vec(0, 0, 0.06), (size * 0.5, 0.016, size), 0, rot),
                    f"head/spike.{i}",
                    k,
                )
            else:
                out = unit(out + vec(0, 0, (-1) ** i * 0.5))
                at = out * size * 0.8 + vec(0, 0, 0.06)
                s.add(round_cone(at, at + out * size * 0.8, 0.03, 0.012), f"head/spike.{i}", k)
    elif kind == "hammer":
        half, w = mix(rng, 0.14, 0.26), mix(rng, 0.07, 0.13)
        block(s, rng, style, (0, 0, 0), (half, w, w), "head/block", faces=("+y", "-y", "+z"))
        for name, side in SIDES:
            if chance(rng, 0.6):
                x = side * half
                block(s, rng, style, (x, 0, 0), (0.03, w * 1.2, w * 1.2), f"head/face.{name}")
    elif kind == "spear":
        tall, w = mix(rng, 0.2, 0.4), mix(rng, 0.05, 0.09)
        s.add(
            loft(
                (0, 0, 0),
                (0, 0, tall),
                [r, w, w * 0.6, 0.012],
                0.022,
                side=(1, 0, 0),
                stations=[0, 0.3, 0.6, 1],
                exponent=1.5,
            ),
            "head/blade",
            k,
        )
    elif kind == "trident":
        span, tall = mix(rng, 0.1, 0.16), mix(rng, 0.2, 0.35)
        s.add(cylinder((-span, 0, 0.02), (span, 0, 0.02), 0.026), "head/bar", k)
        for i in (-1, 0, 1):
            tip = vec(i * span, 0, tall * (1.15 if i == 0 else 1))
            s.add(round_cone((i * span, 0, 0.02), tip, 0.026, 0.014), f"head/prong.{i}", k)
    elif kind == "scythe":
        reach = mix(rng, 0.4, 0.7)
        t = np.linspace(0, 1, 10)
        top = np.stack([t * reach, 0.05 + 0.12 * np.sin(t * 2.2) - 0.2 * t**2], 1)
        low = top - np.stack([0 * t, 0.09 * (1 - t) + 0.01], 1)
        outline = np.concatenate([top, low[::-1]])
        s.add(extrusion(outline, 0.02, rotation=UPRIGHT), "head/blade", k)
    else:
        size = mix(rng, 0.06, 0.12)
        s.add(ellipsoid((0, 0, size + 0.03), size), "head/gem", k)
        for i in range(int(rng.integers(2, 5))):
            turn = 2.0944 * i
            out = vec(np.cos(turn), np.sin(turn), 0)
            claw = [
                vec(0, 0, 0),
                out * size * 1.2 + vec(0, 0, size * 0.6),
                out * size * 0.9 + vec(0, 0, size * 1.9),
            ]
            s.limb(spline(claw, 7), [0.026, 0.014], f"head/claw.{i}", k)
    s.opinion(0.45, "shaft/wrap>grip", "shaft", "head/socket>shaft")
    s.opinion(0.25, "head", "shaft")
    s.opinion(0.3)
    return s
