# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras, headphones, microscopes; torches and other hand tools with grips."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, ellipsoid, loft, round_cone, spline, torus, unit, vec
from ..polyhedra import bevelled, faceted_cone
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT, block, draw_style, drum, slab

SIDES = (("l", 1.0), ("r", -1.0))


def camera(rng: np.random.Generator) -> Sculpture:
    """Photo or film camera: bevelled body, lens of several rings, finder, flash, dials, grip."""
    style = draw_style(rng, 0.9, 0.8)
    s = Sculpture(crisp=style.crisp, detail=106)
    k = style.blend
    w, d, h = mix(rng, 0.2, 0.3), mix(rng, 0.07, 0.12), mix(rng, 0.13, 0.2)
    outline = bevelled(w, h, mix(rng, 0.02, 0.07))
    slab(s, rng, style, outline, d, "body/case", rotation=UPRIGHT, blend=0)
    if chance(rng, 0.5):
        x = w * mix(rng, 0.65, 0.8)
        s.add(box((x, -d, -0.01), (w * 0.22, 0.05, h * 0.9), 0.02), "body/grip", k)
    y, r = -d, h * mix(rng, 0.55, 0.8)
    x = -w * mix(rng, 0.0, 0.25)
    rings = int(rng.integers(1, 5))
    for i in range(rings):
        deep = mix(rng, 0.03, 0.09)
        drum(s, rng, style, (x, y + 0.02, 0), (x, y - deep, 0), r, f"lens/ring.{i}")
        y, r = y - deep, r * (mix(rng, 0.75, 0.95) if chance(rng, 0.7) else mix(rng, 1.0, 1.15))
    s.cut(ellipsoid((x, y, 0), (r * 0.8, 0.03, r * 0.8)), 0.0)
    if chance(rng, 0.7):
        hump = np.array([[-0.1, 0], [0.1, 0], [0.06, 0.08], [-0.06, 0.08]]) * mix(rng, 0.8, 1.2)
        slab(s, rng, style, hump, d * 0.9, "finder", centre=(x, 0, h - 0.01), rotation=UPRIGHT)
        if chance(rng, 0.6):
            s.add(box((x, d, h + 0.03), (0.04, 0.04, 0.03), 0.01), "eyepiece", k)
    for i in range(int(rng.integers(1, 4))):
        at = vec(w * (0.8 - 0.28 * i), 0, h - 0.01)
        drum(
            s,
            rng,
            style,
            at,
            at + vec(0, 0, mix(rng, 0.025, 0.05)),
            mix(rng, 0.03, 0.05),
            f"dial.{i}",
        )
    if chance(rng, 0.35):
        at = vec(x, 0, h + 0.1)
        s.add(box(at - vec(0, 0, 0.04), (0.03, 0.03, 0.09)), "flash/foot", k)
        block(
            s,
            rng,
            style,
            at + vec(0, -0.02, 0.08),
            (0.09, 0.06, 0.06),
            "flash/lamp",
            faces=("-y", "+x"),
        )
    if chance(rng, 0.3):
        for i in range(3):
            turn = 2.0944 * i + 0.5
            foot = vec(0.3 * np.cos(turn), 0.3 * np.sin(turn), -h - 0.5)
            s.add(round_cone((0, 0, -h - 0.05), foot, 0.024, 0.02), f"tripod/leg.{i}", k)
        s.add(cylinder((0, 0, -h - 0.09), (0, 0, -h + 0.01), 0.045), "tripod/head", k)
    for name, side in SIDES if chance(rng, 0.3) else ():
        s.add(torus((side * w, 0, h * 0.7), (0, 1, 0), 0.035, 0.014), f"lug.{name}", 0.0)
    s.opinion(0.45, "lens", "flash", "eyepiece>finder")
    s.opinion(0.3, "body", "lens", "flash", "tripod", "dial.?>body", "eyepiece>body", "finder>body")
    s.opinion(0.25)
    return s


def headphones(rng: np.random.Generator) -> Sculpture:
    """Headphones or earmuffs: band with padding, yokes, cups with cushions, boom."""
    style = draw_style(rng, 0.4, 0.6)
    s = Sculpture(crisp=style.crisp, detail=116)
    k = max(style.blend * 0.6, 0.003)
    w, tall = mix(rng, 0.26, 0.32), mix(rng, 0.3, 0.42)
    t = np.linspace(0, np.pi, 17)
    arch = [vec(w * np.cos(q), 0, tall * np.sin(q)) for q in t]
    s.limb(arch, mix(rng, 0.02, 0.034), "band/band", 0, 0.004)
    if chance(rng, 0.6):
        s.limb([p * 0.96 for p in arch[4:13]], mix(rng, 0.035, 0.05), "band/pad", k, 0.004)
    r, deep = mix(rng, 0.11, 0.16), mix(rng, 0.035, 0.06)
    tilt, state = mix(rng, 0.6, 1.0), rng.bit_generator.state
    for name, side in SIDES:
        rng.bit_generator.state = state
        at, out = vec(side * w, 0, -0.04), vec(side, 0, 0)
        path = f"cup.{name}"
        drum(
            s,
            rng,
            style,
            at - out * deep * 0.3,
            at + out * deep,
            r,
            path + "/shell",
            r * mix(rng, 0.75, 1.0),
            socket=True,
        )
        s.add(
            torus(at - out * deep * 0.7, out, r * 0.72, r * mix(rng, 0.25, 0.34)),
            path + "/cushion",
            0.003,
        )
        s.add(cylinder(at - out * deep * 0.8, at, r * 0.7), path + "/cushion", 0.0)
        if chance(rng, 0.6):
            half = np.linspace(0, np.pi, 9)
            yoke = [
                at + vec(side * deep * 0.6, r * 1.1 * np.cos(q), r * 1.1 * np.sin(q) * tilt)
                for q in half
            ]
            s.limb(yoke, 0.02, f"yoke.{name}", k, 0.003)
    if chance(rng, 0.4):
        root = vec(w + 0.02, -r * 0.6, -0.08)
        tip = vec(w * 0.4, -r - 0.2, -0.22)
        s.limb(spline([root, root + vec(0.02, -0.15, -0.08), tip], 8), 0.015, "boom/arm", k)
        s.add(ellipsoid(tip, (0.05, 0.035, 0.035)), "boom/microphone", k)
    s.opinion(0.45, "boom", "yoke.?>band/band")
    s.opinion(0.25, "band", "cup.?", "yoke.?>band", "boom")
    s.opinion(0.3)
    return s


def hand_tool(rng: np.random.Generator) -> Sculpture:
    """Torch, screwdriver, knife, wrench, brush, shovel, saw: a working end and a ribbed grip."""
    style = draw_style(rng, 0.65, 0.8)
    s = Sculpture(crisp=style.crisp, detail=108)
    k = style.blend
    kind = str(rng.choice(["torch", "driver", "knife", "wrench", "brush", "shovel", "saw"]))
    grip, r = mix(rng, 0.18, 0.32), mix(rng, 0.032, 0.055)
    up = vec(0, 0, 1)
    if kind in ("knife", "saw", "brush") or chance(rng, 0.3):
        half = [r * mix(rng, 0.8, 1.1), r * mix(rng, 0.9, 1.3), r * 0.9]
        s.add(
            loft(
                -up * grip, 0 * up, half, r * 0.7, side=(1, 0, 0), cap=0.02, exponent=mix(rng, 2, 4)
            ),
            "handle/grip",
            0,
        )
    else:
        drum(
            s,
            rng,
            style,
            -up * grip,
            0 * up,
            r,
            "handle/grip",
            r * mix(rng, 0.8, 1.1),
            blend=0,
            sides=int(rng.choice([0, 0, 6, 8])),
        )
    if style.ornament:
        rows = int(rng.integers(3, 8))
        for i in range(rows):
            at = -up * grip * (0.2 + 0.6 * i / rows)
            s.cut(torus(at, up, r * 1.08, 0.011), 0.0)
    if chance(rng, 0.5):
        s.add(ellipsoid(-up * grip, r * vec(1.1, 1.0, 0.6)), "handle/cap", k)
    if chance(rng, 0.6):
        s.add(
            cylinder(-up * 0.025, up * 0.03, r * mix(rng, 1.05, 1.35), rounding=0.005), "collar", k
        )
    if kind == "torch":
        wide = r * mix(rng, 1.5, 2.3)
        drum(s, rng, style, 0 * up, up * 0.12, r, "head/cone", wide)
        s.add(cylinder(up * 0.11, up * 0.17, wide * 1.08, rounding=0.006), "head/ring", k)
        s.cut(cylinder(up * 0.15, up * 0.3, wide * 0.88), 0.0)
        s.add(cylinder((0, -r - 0.015, -0.07), (0, 0, -0.07), 0.028), "button", k)
    elif kind == "driver":
        long = mix(rng, 0.25, 0.45)
        s.add(cylinder(0 * up, up * long, 0.022), "shaft", k)
        if chance(rng, 0.5):
            s.add(
                loft(
                    up * long * 0.9,
                    up * (long + 0.08),
                    [0.022, 0.036],
                    [0.022, 0.013],
                    side=(1, 0, 0),
                    exponent=4,
                    cap=0.005,
                ),
                "tip",
                k,
            )
        else:
            s.add(faceted_cone(up * long * 0.9, up * (long + 0.06), 0.028, 0.012, 6), "tip", k)
    elif kind in ("knife", "saw"):
        long, wide = mix(rng, 0.35, 0.6), mix(rng, 0.05, 0.1)
        drop = mix(rng, 0.0, 1.0)
        outline = np.array(
            [
                [-r * 0.7, -0.03],
                [r * 0.7, -0.03],
                [r * 0.7, long * 0.7],
                [r * 0.7 - wide * drop, long],
                [-wide, long * 0.75],
                [-wide, 0.03],
            ]
        )
        if kind == "saw":
            outline = np.array(
                [[-wide, -0.02], [wide * 1.4, -0.02], [wide * 0.5, long * 1.2], [-wide, long * 1.2]]
            )
        slab(s, rng, style, outline, 0.016, "blade", rotation=UPRIGHT)
        if kind == "saw":
            teeth = [
                box(
                    (-wide, 0, z),
                    (0.012, 1, 0.012),
                    0,
                    np.array([[0.7071, 0, 0.7071], [0, 1, 0], [-0.7071, 0, 0.7071]]),
                )
                for z in np.arange(0.03, long * 1.15, 0.045)
            ]
            s.cut(teeth, 0.0)
        elif chance(rng, 0.5):
            s.add(box((0, 0, 0.0), (wide * 1.1, 0.035, 0.02), 0.005), "guard", k)
    elif kind == "wrench":
        long, size = mix(rng, 0.3, 0.5), mix(rng, 0.07, 0.11)
        s.add(box(up * long / 2, (r * 0.6, 0.02, long / 2 + 0.03), 0.006), "shaft", k)
        at = up * (long + size * 0.6)
        s.add(cylinder(at - vec(0, 0.03, 0), at + vec(0, 0.03, 0), size, rounding=0.006), "jaw", k)
        s.cut(box(at + up * size * 0.7, (size * 0.45, 1, size * 0.9)), 0.0)
    elif kind == "brush":
        wide, long = mix(rng, 0.07, 0.14), mix(rng, 0.1, 0.18)
        block(s, rng, style, up * 0.06, (wide, 0.035, 0.06), "ferrule", faces=("-y", "+y"))
        s.add(
            loft(
                up * 0.11,
                up * (0.12 + long),
                [wide * 0.95, wide, wide * 0.7],
                [0.03, 0.034, 0.02],
                side=(1, 0, 0),
                exponent=4,
                cap=0.02,
            ),
            "bristles",
            k,
        )
    else:
        long, wide = mix(rng, 0.2, 0.5), mix(rng, 0.1, 0.16)
        s.add(cylinder(0 * up, up * long, r * 0.65), "shaft", k)
        deep = mix(rng, 0.15, 0.24)
        outline = np.array([[-wide, 0], [wide, 0], [wide, deep], [0, deep * 1.4], [-wide, deep]])
        slab(s, rng, style, outline, 0.018, "blade", centre=up * (long - 0.02), rotation=UPRIGHT)
        if chance(rng, 0.5):
            s.add(torus(-up * (grip + 0.06), (0, 1, 0), 0.075, 0.024), "handle/loop", k)
    if chance(rng, 0.2):
        s.add(torus(-up * (grip + 0.035), unit(vec(0.3, 1, 0)), 0.045, 0.015), "ring", 0.0)
    s.opinion(0.4, "handle", "head")
    s.opinion(0.35, "handle/grip>handle", "handle/cap>handle", "collar>handle", "button>handle")
    s.opinion(0.25)
    return s


def microscope(rng: np.random.Generator) -> Sculpture:
    """Microscope or telescope: foot, curved arm, tube with rings, stage, knobs; or a tripod."""
    style = draw_style(rng, 0.8, 0.6)
    s = Sculpture(crisp=style.crisp, detail=112)
    k = style.blend
    way = unit(vec(0, mix(rng, 0.1, 0.6), 1))
    if chance(rng, 0.5):
        outline = bevelled(mix(rng, 0.14, 0.2), mix(rng, 0.18, 0.25), 0.06)
        slab(s, rng, style, outline, 0.035, "foot", blend=0)
        knee = vec(0, 0.17, 0.25)
        s.limb(
            spline([vec(0, 0.1, 0.02), knee, vec(0, 0.12, 0.48), vec(0, 0.0, 0.55)], 10),
            [0.05, 0.04, 0.04],
            "arm",
            k,
        )
        block(s, rng, style, (0, -0.02, 0.22), (0.13, 0.13, 0.02), "stage/plate", faces=("-y",))
        s.add(box((0, 0.12, 0.22), (0.04, 0.06, 0.035)), "stage/mount", k)
        base = vec(0, -0.02, 0.55)
        top = base + way * mix(rng, 0.16, 0.26)
        drum(s, rng, style, base - way * 0.12, top, 0.05, "tube/tube")
        s.add(cylinder(top - way * 0.01, top + way * 0.07, 0.04), "tube/eyepiece", k)
        s.add(cylinder(base - way * 0.11, base - way * 0.15, 0.06), "turret", k)
        for i in range(int(rng.integers(1, 4))):
            out = vec((i - 1) * 0.6, -0.2, 0)
            low = base - way * 0.14
            s.add(cylinder(low, low + unit(out - way) * 0.09, 0.028, 0.018), f"objective.{i}", k)
        for name, side in SIDES:
            s.add(cylinder(knee, knee + vec(side * 0.09, 0, 0), 0.045), f"knob.{name}", k)
        s.opinion(0.45, "tube", "stage")
        s.opinion(0.25, "tube", "stage", "turret>tube", "objective.?>tube", "knob.?>arm")
        s.opinion(0.3)
        return s
    r, long = mix(rng, 0.05, 0.08), mix(rng, 0.25, 0.4)
    a, b = -way * long * 0.7, way * long
    drum(s, rng, style, a, b, r, "tube/main", r * mix(rng, 1.0, 1.3))
    s.add(cylinder(b - way * 0.02, b + way * mix(rng, 0.06, 0.14), r * 1.5), "tube/hood", k)
    s.cut(cylinder(b + way * 0.03, b + way * 0.3, r * 1.25), 0.0)
    for i in range(int(rng.integers(1, 3))):
        s.add(
            cylinder(a - way * 0.09 * (i + 1), a - way * (0.09 * i - 0.01), r * (0.75 - 0.15 * i)),
            f"tube/draw.{i}",
            k,
        )
    if chance(rng, 0.5):
        up = np.cross(vec(1, 0, 0), way) * (r + 0.04)
        s.add(cylinder(up + a * 0.5, up - a * 0.2, 0.026), "finder/tube", k)
        s.add(box(up * 0.7, (0.016, 0.03, 0.03)), "finder/mount", k)
    head = vec(0, 0, -r - 0.06)
    s.add(box(head, (0.045, 0.045, 0.07), 0.008), "mount", k)
    drum(s, rng, style, head - vec(0, 0, 0.12), head, 0.05, "tripod/head")
    for i in range(3):
        turn = 2.0944 * i + 0.4
        foot = head + vec(0.28 * np.cos(turn), 0.28 * np.sin(turn), -mix(rng, 0.45, 0.55))
        s.add(round_cone(head - vec(0, 0, 0.1), foot, 0.026, 0.02), f"tripod/leg.{i}", k)
    s.opinion(0.45, "finder")
    s.opinion(0.3, "tube", "finder", "mount>tripod", "tripod")
    s.opinion(0.25)
    return s
