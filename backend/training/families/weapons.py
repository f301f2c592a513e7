# SPDX-License-Identifier: GPL-3.0-or-later
"""Weapons of games: swords, pole arms, guns, bows."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    box,
    cylinder,
    ellipsoid,
    extrusion,
    frame,
    loft,
    round_cone,
    spline,
    torus,
    tube,
    unit,
    vec,
)
from ..polyhedra import bevelled, faceted_cone, minus
from ..sculpt import Sculpture, chance, mix
from .ornament import Style, block, draw_style, drum, slab

# Columns: extrusion's x, y, z in the world: outlines lie in the xz plane, thickness is along y.
UPRIGHT = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
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
            rotation=np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
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
