# SPDX-License-Identifier: GPL-3.0-or-later
"""Chests, barrels, spray bottles, cans with caps."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    box,
    cylinder,
    ellipsoid,
    extrusion,
    loft,
    revolve,
    round_cone,
    torus,
    tube,
    vec,
)
from ..polyhedra import bevelled, both, minus
from ..sculpt import Sculpture, chance, mix
from .ornament import SIDEWAYS, UPRIGHT, block, draw_style, drum, slab
from .vessels import smooth_profile


def chest(rng: np.random.Generator) -> Sculpture:
    """Treasure chest, suitcase, toolbox or crate: box, lid, bands, lock, hinges, handles."""
    style = draw_style(rng, 0.9, 0.8)
    s = Sculpture(crisp=style.crisp, detail=98)
    k = style.blend
    w, d, h = mix(rng, 0.25, 0.42), mix(rng, 0.16, 0.26), mix(rng, 0.1, 0.2)
    block(s, rng, style, (0, 0, -h), (w, d, h), "box/body", blend=0)
    rounded, lift = chance(rng, 0.5), mix(rng, 0.02, 0.14)
    grow = mix(rng, 1.0, 1.06)
    if rounded:
        arc = np.linspace(0, np.pi, 14)
        outline = np.stack([d * grow * np.cos(arc), lift + d * mix(rng, 0.4, 0.8) * np.sin(arc)], 1)
        outline = np.concatenate([[[d * grow, 0]], outline, [[-d * grow, 0]]])
        slab(s, rng, style, outline, w * grow, "lid/body", rotation=SIDEWAYS)
        top = float(outline[:, 1].max())
    else:
        top = 0.04 + lift
        block(
            s,
            rng,
            style,
            (0, 0, top / 2),
            (w * grow, d * grow, top / 2),
            "lid/body",
            faces=("+z", "+x", "-x"),
        )
    if chance(rng, 0.5):
        s.cut(box((0, 0, 0), (w * 1.2, d * 1.2, 0.006)), 0.0)
        s.add(box((0, 0, 0), (w * 0.97, d * 0.96, 0.02)), "box/body", 0.0)
    bands, wide = int(rng.choice([0, 2, 2, 3])), mix(rng, 0.02, 0.035)
    for i in range(bands):
        x = w * 0.75 * (2 * i / max(bands - 1, 1) - 1)
        s.add(box((x, 0, -h), (wide, d * grow + 0.018, h + 0.012)), f"box/band.{i}", k)
        if rounded:
            lid = extrusion(outline * (1 + 0.02 / d), wide, centre=(x, 0, 0), rotation=SIDEWAYS)
        else:
            lid = box((x, 0, top / 2), (wide, d * grow + 0.018, top / 2 + 0.016))
        s.add(both(lid, box((0, 0, 1), (9, 9, 1))), f"lid/band.{i}", k)
    if chance(rng, 0.8):
        block(s, rng, style, (0, -d * grow - 0.01, 0), (0.05, 0.03, 0.055), "lock", faces=("-y",))
        if chance(rng, 0.5):
            s.cut(cylinder((0, -d - 0.1, 0), (0, -d - 0.02, 0), 0.016), 0.0)
    if chance(rng, 0.5):
        for name, side in (("l", 1.0), ("r", -1.0)):
            x, z = side * w, -h * 0.7
            ring = [
                (x, -0.07, z),
                (x + side * 0.05, -0.06, z),
                (x + side * 0.05, 0.06, z),
                (x, 0.07, z),
            ]
            s.limb(ring, 0.018, f"handle.{name}", k, 0.003)
    elif chance(rng, 0.6):
        s.limb(
            [
                (-0.1, 0, top - 0.01),
                (-0.09, 0, top + 0.07),
                (0.09, 0, top + 0.07),
                (0.1, 0, top - 0.01),
            ],
            0.02,
            "lid/handle",
            k,
            0.004,
        )
    if chance(rng, 0.35):
        for i, (x, y) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1))):
            at = vec(x * (w - 0.03), y * (d - 0.03), -2 * h)
            s.add(box(at, (0.035, 0.035, 0.04)), f"foot.{i}", k)
    s.opinion(0.5, "box", "lid/handle", "lid/*>lid")
    s.opinion(0.35, "box", "lid", "lock", "foot.?>box")
    s.opinion(0.15)
    return s


def barrel(rng: np.random.Generator) -> Sculpture:
    """Wooden barrel, drum, keg, bucket: staves, hoops, lid, tap, handle, stand."""
    style = draw_style(rng, 0.75, 0.6)
    s = Sculpture(crisp=style.crisp, detail=104)
    k = style.blend
    h, r = mix(rng, 0.25, 0.42), mix(rng, 0.2, 0.27)
    end = r * mix(rng, 0.7, 1.0)
    bucket = chance(rng, 0.25)
    radii = [end * 0.85, r * 0.95, r * 1.1] if bucket else [end, r, end]
    outer = smooth_profile([-h, 0, h], radii, 24)
    s.add(revolve(np.concatenate([[[0, -h]], outer, [[0, h]]])), "body/staves", 0)
    if bucket or chance(rng, 0.4):
        deep = h * 1.7 if bucket else 0.04
        s.cut(cylinder((0, 0, h - deep), (0, 0, h + 0.1), radii[2] * 0.7, radii[2] * 0.9), 0.0)
    elif chance(rng, 0.5):
        s.add(cylinder((0, 0, h - 0.02), (0, 0, h + 0.03), end * 0.88), "lid/plate", k)
        if chance(rng, 0.4):
            s.add(cylinder((0, 0, h), (0, 0, h + 0.07), 0.045), "lid/plug", k)
    if style.ornament:
        count = int(rng.integers(10, 18))
        for i in range(count):
            turn = 2 * np.pi * i / count
            for a, b in ((0, 12), (11, 23)):
                ends = [
                    vec(
                        np.cos(turn) * (outer[j, 0] + 0.003),
                        np.sin(turn) * outer[j, 0],
                        outer[j, 1],
                    )
                    for j in (a, b)
                ]
                s.cut(tube(ends, 0.01), 0.0)
    for i, z in enumerate(sorted(rng.choice([-0.85, -0.5, -0.3, 0.3, 0.5, 0.85], 2, False))):
        if chance(rng, 0.85):
            at, wide = z * h, mix(rng, 0.018, 0.035)
            low, high = (float(np.interp(at + q, outer[:, 1], outer[:, 0])) for q in (-wide, wide))
            s.add(
                cylinder((0, 0, at - wide), (0, 0, at + wide), low + 0.02, high + 0.02),
                f"hoop.{i}",
                k,
            )
    if chance(rng, 0.35):
        y = -float(np.interp(-h * 0.6, outer[:, 1], outer[:, 0]))
        z = -h * 0.6
        s.add(cylinder((0, y + 0.03, z), (0, y - 0.12, z), 0.026), "tap/pipe", k)
        s.add(cylinder((0, y - 0.08, z - 0.06), (0, y - 0.08, z + 0.06), 0.02), "tap/key", k)
    if bucket:
        top = vec(0, 0, h * 0.9)
        turns = np.linspace(0, np.pi, 11)
        arch = [top + vec(np.cos(t) * radii[2], 0, np.sin(t) * mix(rng, 0.25, 0.26)) for t in turns]
        s.limb(arch, 0.018, "handle", k, 0.003)
    elif chance(rng, 0.25):
        for i, y in enumerate((-0.6, 0.6)):
            s.add(box((0, y * r, -h - 0.02), (r, 0.03, 0.05)), f"stand.{i}", k)
    s.opinion(0.35, "lid", "tap")
    s.opinion(0.5, "hoop.?>body", "body", "lid", "tap")
    s.opinion(0.15)
    return s


def spray(rng: np.random.Generator) -> Sculpture:
    """Spray, pump, tube, dropper, canister: a body with a cap, a trigger or a nozzle, a label."""
    style = draw_style(rng, 0.45, 0.5)
    s = Sculpture(crisp=style.crisp, detail=104)
    k = style.blend
    r, h = mix(rng, 0.12, 0.2), mix(rng, 0.22, 0.4)
    neck, flat = r * mix(rng, 0.3, 0.5), mix(rng, 0.55, 1.0)
    shoulder = mix(rng, 0.3, 0.7)
    widths = r * np.array([0.95, 1, 1, 0.8]) * [1, 1, mix(rng, 0.8, 1), 1]
    s.add(
        loft(
            (0, 0, -h),
            (0, 0, h),
            [*widths, neck],
            [*(widths * flat), neck],
            stations=[0, 0.1, shoulder, 0.85, 1],
            side=(1, 0, 0),
            cap=0.02,
            exponent=mix(rng, 2, 5),
        ),
        "bottle/body",
        0,
    )
    if style.ornament:
        count = int(rng.integers(2, 6))
        for z in np.linspace(-h * 0.7, h * 0.2, count):
            hw = r * 1.4
            ring = box((0, 0, z), (hw, hw, 0.012))
            core = loft((0, 0, -h), (0, 0, h), r * 0.94, r * 0.94 * flat, side=(1, 0, 0))
            s.cut(minus(ring, core), 0.0)
    s.add(cylinder((0, 0, h - 0.03), (0, 0, h + 0.05), neck), "bottle/neck", k)
    kind = str(rng.choice(["trigger", "pump", "cap", "dropper", "flip"]))
    top = vec(0, 0, h + 0.04)
    if kind == "trigger":
        drum(
            s, rng, style, top - vec(0, 0, 0.02), top + vec(0, 0, 0.05), neck * 1.25, "head/collar"
        )
        block(
            s,
            rng,
            style,
            top + vec(0, -0.04, 0.1),
            (0.045, 0.13, 0.05),
            "head/body",
            faces=("+x", "-x"),
        )
        s.add(
            cylinder(top + vec(0, -0.16, 0.11), top + vec(0, -0.22, 0.11), 0.03), "head/nozzle", k
        )
        s.limb(
            [top + vec(0, -0.1, 0.07), top + vec(0, -0.15, 0), top + vec(0, -0.13, -0.1)],
            0.02,
            "head/trigger",
            k,
        )
    elif kind == "pump":
        drum(s, rng, style, top - vec(0, 0, 0.02), top + vec(0, 0, 0.04), neck * 1.3, "head/collar")
        s.add(cylinder(top, top + vec(0, 0, 0.13), 0.028), "head/stem", k)
        s.add(cylinder(top + vec(0, 0, 0.11), top + vec(0, 0, 0.16), 0.05), "head/nozzle", k)
        s.limb(
            [top + vec(0, 0, 0.14), top + vec(0, -0.13, 0.14), top + vec(0, -0.16, 0.1)],
            0.022,
            "head/nozzle",
            0.003,
        )
    elif kind == "dropper":
        s.add(cylinder(top - vec(0, 0, 0.02), top + vec(0, 0, 0.06), neck * 1.3), "head/collar", k)
        bulb = mix(rng, 0.1, 0.18)
        s.add(
            round_cone(top + vec(0, 0, 0.05), top + vec(0, 0, bulb), neck * 0.8, neck * 0.6),
            "head/bulb",
            k,
        )
    else:
        wide = neck * mix(rng, 1.1, 1.6)
        drum(
            s,
            rng,
            style,
            top - vec(0, 0, 0.03),
            top + vec(0, 0, mix(rng, 0.05, 0.14)),
            wide,
            "cap",
            wide * mix(rng, 0.7, 1.0),
        )
    if chance(rng, 0.3):
        z = h * mix(rng, -0.2, 0.3)
        grip = [
            (r * 0.7, 0, z),
            (r * 1.6, 0, z + 0.03),
            (r * 1.5, 0, z - h * 0.6),
            (r * 0.8, 0, z - h * 0.7),
        ]
        s.limb(grip, 0.028, "handle", k)
    s.opinion(0.45, "bottle", "head/collar>head/body", "cap")
    s.opinion(0.25, "bottle", "head")
    s.opinion(0.3)
    return s


def jerrycan(rng: np.random.Generator) -> Sculpture:
    """Jerrycan, petrol can, flask, bag: a bevelled slab with a handle, a spout and a cap."""
    style = draw_style(rng, 0.8, 0.75)
    s = Sculpture(crisp=style.crisp, detail=106)
    k = style.blend
    w, h, t = mix(rng, 0.2, 0.3), mix(rng, 0.25, 0.38), mix(rng, 0.08, 0.15)
    outline = bevelled(w, h, mix(rng, 0.04, 0.12))
    if chance(rng, 0.5):
        outline[1] += [-w * 0.3, 0]
    slab(s, rng, style, outline, t, "body", rotation=UPRIGHT, blend=0)
    if chance(rng, 0.5):
        for _, side in (("a", 1), ("b", -1)):
            for x, z in ((1, 1), (1, -1)):
                a, b = (
                    vec(-x * w * 0.6, side * t, -z * h * 0.6),
                    vec(x * w * 0.6, side * t, z * h * 0.6),
                )
                s.cut(round_cone(a, b, 0.018, 0.018), 0.0)
    bars = int(rng.choice([1, 1, 2, 3]))
    for i in range(bars):
        y = (i - (bars - 1) / 2) * t * 0.8
        wide, up = w * 0.55, mix(rng, 0.07, 0.09)
        s.limb(
            [
                (-wide, y, h - 0.02),
                (-wide * 0.9, y, h + up),
                (wide * 0.5, y, h + up),
                (wide * 0.6, y, h - 0.02),
            ],
            mix(rng, 0.018, 0.028),
            f"handle.{i}",
            k,
            0.004,
        )
    root = vec(w * 0.75, 0, h * 0.9)
    r = mix(rng, 0.035, 0.06)
    tip = root + vec(mix(rng, 0, 0.1), 0, mix(rng, 0.08, 0.12))
    s.add(cylinder(root - vec(0, 0, 0.05), tip, r), "spout/pipe", k)
    if chance(rng, 0.6):
        drum(
            s,
            rng,
            style,
            tip - (tip - root) * 0.3,
            tip + (tip - root) * 0.35,
            r * 1.35,
            "spout/cap",
            sides=int(rng.choice([0, 0, 6, 8])),
        )
    else:
        s.limb(
            [tip, tip + vec(0.08, 0, 0.08), tip + vec(0.22, 0, 0.1)],
            [r * 0.8, r * 0.45],
            "spout/pipe",
            k,
        )
    if chance(rng, 0.4):
        s.add(box((0, 0, -h), (w * 0.9, t * 1.15, 0.025)), "base", k)
    if chance(rng, 0.3):
        s.add(torus((0, -t, 0), (0, 1, 0), 0.09, 0.02), "badge", 0.0)
        s.add(ellipsoid((0, -t, 0), (0.09, 0.02, 0.09)), "badge", 0.0)
    s.opinion(0.45, "badge>body")
    s.opinion(0.3, "badge>body", "base>body", "spout", "handle.?>handle")
    s.opinion(0.25)
    return s
