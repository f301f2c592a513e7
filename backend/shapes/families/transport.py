# SPDX-License-Identifier: GPL-3.0-or-later
"""Tanks, lorries and tractors, motorcycles, locomotives, spaceships: crisp props with wheels."""

from __future__ import annotations

import numpy as np

from ..implicit import Vector, box, cylinder, ellipsoid, extrusion, tube, unit, vec
from ..polyhedra import bevelled, faceted_ball
from ..sculpt import Sculpture, chance, mix
from .ornament import SIDEWAYS, Style, block, draw_style, drum, slab

SIDES = (("l", 1.0), ("r", -1.0))


def wheel(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    at: Vector,
    r: float,
    half: float,
    part: str,
) -> None:
    """A tyre with a hub around the x axis; treads and bolts are decoration."""
    across = vec(half, 0, 0)
    s.add(
        cylinder(at - across, at + across, r, rounding=min(0.3 * half, 0.02)),
        part + "/tyre",
        style.blend,
    )
    if style.ornament and chance(rng, 0.5):
        count = int(rng.integers(10, 18))
        for i in range(count):
            turn = 2 * np.pi * i / count
            c, n = np.cos(turn), np.sin(turn)
            rot = np.array([[1.0, 0, 0], [0, c, -n], [0, n, c]])
            s.cut(box(at + rot @ vec(0, r, 0), (half * 1.1, 0.4 * r / count, 0.05 * r), 0, rot), 0)
    size = r * mix(rng, 0.4, 0.65)
    for x in (-1, 1):
        s.cut(cylinder(at + across * x * 0.75, at + across * x * 1.5, size * 1.15), 0.0)
    s.add(cylinder(at - across * 0.95, at + across * 0.95, size), part + "/hub", 0.0)


def tank(rng: np.random.Generator) -> Sculpture:
    """Tank: hull, tracks with wheels, turret, gun, hatches, boxes."""
    style = draw_style(rng, 0.95, 0.8)
    s = Sculpture(crisp=style.crisp, detail=100)
    k = style.blend
    w, d, h = mix(rng, 0.14, 0.2), mix(rng, 0.32, 0.46), mix(rng, 0.06, 0.1)
    a, b = mix(rng, 0.4, 0.95), mix(rng, 0.6, 1.0)
    outline = np.array(
        [[-d, h * 0.2], [-d * a, h], [d * b, h], [d, 0], [d * 0.85, -h], [-d * 0.85, -h]]
    )
    slab(s, rng, style, outline, w, "hull/body", rotation=SIDEWAYS, blend=0)
    thick, high = mix(rng, 0.035, 0.06), mix(rng, 0.08, 0.12)
    wheels = int(rng.integers(3, 7))
    inset = chance(rng, 0.5)
    for name, side in SIDES:
        x = side * (w + thick * 0.8)
        path = f"track.{name}"
        band = bevelled(d * 0.98, high, high * mix(rng, 0.7, 0.95))
        at = vec(x, 0, -h * 0.8)
        s.add(extrusion(band, thick, centre=at, rotation=SIDEWAYS), path + "/band", k)
        if inset:
            niche = at + vec(side * thick, 0, 0)
            s.cut(extrusion(band * [0.93, 0.7], thick * 0.5, centre=niche, rotation=SIDEWAYS), 0.0)
        if style.ornament:
            for y in np.linspace(-d * 0.8, d * 0.8, 14):
                s.cut(box(at + vec(0, y, -high), (thick * 2, 0.011, 0.014)), 0.0)
        r = min(high * 0.8, 0.8 * d / wheels)
        for i in range(wheels):
            y = d * 0.8 * ((2 * i + 1) / wheels - 1)
            hub = at + vec(0, y, -high * 0.15)
            s.add(
                cylinder(hub, hub + vec(side * (thick + 0.012), 0, 0), r * 0.85),
                f"{path}/wheel.{i}",
                k,
            )
        if chance(rng, 0.5):
            s.add(
                box(at + vec(0, 0, high * 1.05), (thick * 1.1, d * 0.95, 0.016)),
                f"hull/fender.{name}",
                k,
            )
    y, tall, r = mix(rng, -0.15, 0.1), mix(rng, 0.07, 0.12), w * mix(rng, 0.7, 0.95)
    z = h + tall * 0.5
    kind = str(rng.choice(["drum", "block", "facets", "dome"]))
    if kind == "drum":
        drum(
            s,
            rng,
            style,
            (0, y, h - 0.02),
            (0, y, h + tall),
            r,
            "turret/body",
            r * 0.8,
            sides=int(rng.choice([0, 6, 8])),
        )
    elif kind == "block":
        block(
            s,
            rng,
            style,
            (0, y, z),
            (r, r * 1.2, tall * 0.6),
            "turret/body",
            faces=("+x", "-x", "+y"),
        )
    elif kind == "facets":
        s.add(faceted_ball(rng, (0, y, z), (r, r * 1.3, tall * 0.8), 30), "turret/body", k)
    else:
        s.add(ellipsoid((0, y, h), (r, r * 1.2, tall)), "turret/body", k)
    long, bore = mix(rng, 0.25, 0.5), mix(rng, 0.018, 0.03)
    root, muzzle = vec(0, y, z), vec(0, y - r - long, z + mix(rng, 0, 0.06))
    s.add(cylinder(root, muzzle, bore * 1.15, bore), "turret/gun", k)
    if chance(rng, 0.5):
        way = unit(muzzle - root)
        s.add(cylinder(muzzle - way * 0.05, muzzle + way * 0.02, bore * 1.7), "turret/gun", 0.0)
    if chance(rng, 0.5):
        s.add(box((0, y - r, z), (r * 0.4, 0.05, tall * 0.4), 0.008), "turret/mantlet", k)
    if chance(rng, 0.7):
        top = vec(r * 0.35, y + 0.03, h + tall - 0.02)
        s.add(cylinder(top, top + vec(0, 0, 0.05), r * 0.3), "turret/hatch", k)
    if chance(rng, 0.4):
        block(s, rng, style, (0, d * 0.8, h), (w * 0.7, 0.07, 0.035), "hull/box", faces=("+z",))
    s.opinion(0.4, "track.?", "hull/fender.?>hull", "hull/body>hull")
    s.opinion(0.25, "track.?", "hull", "turret/gun", "turret/*>turret")
    s.opinion(0.15, "track.?", "hull", "turret")
    s.opinion(0.2)
    return s


def lorry(rng: np.random.Generator) -> Sculpture:
    """Lorry, tanker, bus, tractor or digger: chassis, cab, load or bonnet, wheels, small things."""
    style = draw_style(rng, 0.9, 0.7)
    s = Sculpture(crisp=style.crisp, detail=104)
    k = style.blend
    tractor = chance(rng, 0.3)
    w, long = mix(rng, 0.12, 0.17), mix(rng, 0.28, 0.36) if tractor else mix(rng, 0.4, 0.6)
    cab, high = mix(rng, 0.1, 0.14), mix(rng, 0.12, 0.18)
    s.add(box((0, 0, 0), (w * 0.7, long, 0.035)), "chassis", 0)
    front = long - cab if tractor else cab - long
    slope = mix(rng, 0.5, 1.0)
    shape = np.array(
        [[-cab, -0.02], [cab, -0.02], [cab, 2 * high], [-cab * slope, 2 * high], [-cab, high]]
    )
    slab(
        s,
        rng,
        style,
        shape,
        w * (0.8 if tractor else 1),
        "cab/body",
        centre=(0, front, 0.01),
        rotation=SIDEWAYS,
    )
    if chance(rng, 0.6):
        for _, side in SIDES:
            pane = vec(side * w * (0.8 if tractor else 1), front + 0.02, 1.45 * high)
            s.cut(box(pane, (0.018, cab * 0.55, high * 0.35)), 0.0)
    if chance(rng, 0.5):
        s.add(box((0, front, 2 * high), (w * 0.85, cab * 0.8, 0.025), 0.008), "cab/roof", k)
    if tractor:
        block(
            s,
            rng,
            style,
            (0, -cab * 0.7, high * 0.45),
            (w * 0.6, long - cab, high * 0.5),
            "bonnet",
            faces=("+x", "-x", "-y"),
        )
        pipe = vec(w * 0.3, -long * 0.5, high * 0.9)
        s.add(cylinder(pipe, pipe + vec(0, 0, mix(rng, 0.12, 0.25)), 0.02), "exhaust", k)
    else:
        back, half = cab + 0.02, long - cab - 0.02
        load = str(rng.choice(["box", "tank", "flat", "dump", "mixer"]))
        if load == "box":
            block(
                s,
                rng,
                style,
                (0, back, high * 1.1 + 0.02),
                (w * 1.05, half, high * 1.1),
                "load/body",
                faces=("+x", "-x", "+y", "+z"),
            )
        elif load == "tank":
            ends = (0, back - half * 0.95, w + 0.01), (0, back + half * 0.95, w + 0.01)
            drum(s, rng, style, *ends, w, "load/body")
            for i in range(int(rng.integers(0, 4))):
                at = vec(0, back + half * (0.5 * i - 0.5), 2 * w)
                s.add(cylinder(at, at + vec(0, 0, 0.06), 0.045), f"load/lid.{i}", k)
        elif load == "mixer":
            s.limb(
                [
                    (0, back - half * 0.8, w * 0.6 + 0.02),
                    (0, back, w + 0.04),
                    (0, back + half * 0.8, w + 0.12),
                ],
                [w * 0.6, w * 1.05, w * 0.5],
                "load/body",
                k,
                0.03,
            )
        else:
            rim = high * mix(rng, 0.4, 0.8)
            s.add(box((0, back, rim + 0.02), (w * 1.05, half, rim)), "load/body", k)
            s.cut(box((0, back, rim + 0.06), (w * 0.9, half - 0.025, rim)), 0.0)
            for i in range(int(rng.integers(0, 4)) if load == "flat" else 0):
                at = vec(0, back + half * (0.5 * i - 0.5), rim + 0.04)
                s.add(box(at, (w * 0.6, half * 0.2, rim)), f"load/crate.{i}", 0.0)
    big = mix(rng, 0.12, 0.17) if tractor else mix(rng, 0.07, 0.1)
    rows = [(-long * 0.75, mix(rng, 0.07, 0.1) if tractor else big), (long * 0.7, big)]
    if not tractor and chance(rng, 0.5):
        rows.append((long * 0.7 - 2.3 * big, big))
    state = rng.bit_generator.state
    for i, (y, r) in enumerate(rows):
        for name, side in SIDES:
            rng.bit_generator.state = state
            at = vec(side * (w + 0.01), y, big - big - 0.02 + (r - big))
            wheel(s, rng, style, at, r, 0.045, f"wheel.{name}{i}")
        s.add(cylinder((-w, y, r - big - 0.02), (w, y, r - big - 0.02), 0.025), "chassis", 0.0)
    if chance(rng, 0.6):
        s.add(box((0, -long - 0.01, -0.01), (w, 0.025, 0.03), 0.006), "bumper", k)
    if chance(rng, 0.4) and not tractor:
        for name, side in SIDES:
            at = vec(side * (w + 0.035), front - cab, 1.5 * high)
            s.add(box(at, (0.04, 0.016, 0.035)), f"cab/mirror.{name}", k)
    if tractor and chance(rng, 0.5):
        s.add(box((0, -long - 0.09, -0.03), (w * 1.1, 0.05, 0.06), 0.01), "shovel/blade", k)
        for name, side in SIDES:
            s.limb(
                [(side * w * 0.6, -long * 0.4, 0.05), (side * w * 0.7, -long - 0.06, -0.02)],
                0.022,
                f"shovel/arm.{name}",
                k,
            )
    s.opinion(0.4, "wheel.*", "cab", "load/body", "load/lid.?>load/body", "shovel")
    s.opinion(0.25, "wheel.*", "cab", "load", "bumper>chassis", "shovel")
    s.opinion(0.35)
    return s


def locomotive(rng: np.random.Generator) -> Sculpture:
    """Steam engine or toy train: boiler, cab, chimney, domes, wheels, buffer, perhaps a wagon."""
    style = draw_style(rng, 0.8, 0.7)
    s = Sculpture(crisp=style.crisp, detail=106)
    k = style.blend
    r, long = mix(rng, 0.1, 0.14), mix(rng, 0.22, 0.34)
    z = r + 0.06
    block(
        s,
        rng,
        style,
        (0, 0.06, 0),
        (r * 1.15, long + 0.08, 0.035),
        "chassis",
        faces=("-y",),
        blend=0,
    )
    drum(s, rng, style, (0, long * 0.5, z), (0, -long, z), r, "boiler/body", socket=True)
    if chance(rng, 0.5):
        s.add(cylinder((0, -long - 0.03, z), (0, -long + 0.05, z), r * 1.08), "boiler/door", k)
    tall, deep = mix(rng, 0.16, 0.24), mix(rng, 0.07, 0.12)
    cab = vec(0, long * 0.5 + deep, tall)
    s.add(box(cab, (r * 1.15, deep, tall), style.edge), "cab/body", k)
    for _, side in SIDES:
        if chance(rng, 0.8):
            pane = cab + vec(side * r * 1.15, 0, tall * 0.4)
            s.cut(box(pane, (0.03, deep * 0.6, tall * 0.3)), 0.0)
    s.add(box(cab + vec(0, 0, tall), (r * 1.4, deep * 1.3, 0.024), 0.01), "cab/roof", k)
    top, y = z + r, -long * mix(rng, 0.6, 0.8)
    drum(
        s,
        rng,
        style,
        (0, y, top - 0.04),
        (0, y, top + mix(rng, 0.08, 0.18)),
        0.035,
        "chimney",
        mix(rng, 0.03, 0.075),
        socket=True,
    )
    for i in range(int(rng.integers(0, 3))):
        at = vec(0, y + 0.14 * (i + 1), top)
        s.add(ellipsoid(at, (0.045, 0.045, 0.055)), f"dome.{i}", k)
    count, w = int(rng.integers(2, 4)), mix(rng, 0.055, 0.085)
    rods = chance(rng, 0.6)
    for name, side in SIDES:
        for i in range(count):
            y = (long + 0.02) * ((2 * i + 1) / count - 1) + 0.05
            size = w * (1.3 if i == count - 1 and count == 3 else 1)
            at = vec(side * r * 1.25, y, -0.05)
            drum(
                s,
                rng,
                style,
                at - vec(side * 0.05, 0, 0),
                at + vec(side * 0.035, 0, 0),
                size,
                f"wheel.{name}{i}",
                socket=True,
            )
        if rods:
            ends = [vec(side * (r * 1.25 + 0.04), q * long * 0.75, -0.05) for q in (-1, 1)]
            s.add(tube(ends, 0.018), f"rod.{name}", k)
    if chance(rng, 0.6):
        cow = np.array([[0.0, -0.09], [0.0, 0.03], [-0.1, -0.09]])
        at = vec(0, -long - 0.02, -0.01)
        s.add(extrusion(cow, r, centre=at, rotation=SIDEWAYS), "plough", k)
    if chance(rng, 0.4):
        y = long + 0.42
        s.add(cylinder((0, long, 0), (0, y, 0), 0.025), "wagon/hook", k)
        s.add(box((0, y, 0.06), (r * 1.1, 0.17, 0.08), style.edge), "wagon/body", k)
        if chance(rng, 0.6):
            s.cut(box((0, y, 0.12), (r * 0.9, 0.14, 0.08)), 0.0)
        for name, side in SIDES:
            for i, q in enumerate((-0.1, 0.1)):
                at = vec(side * r * 1.2, y + q, -0.05)
                s.add(
                    cylinder(at - vec(side * 0.05, 0, 0), at + vec(side * 0.03, 0, 0), 0.06),
                    f"wagon/wheel.{name}{i}",
                    k,
                )
    s.opinion(0.45, "boiler", "cab", "wagon/hook>wagon/body")
    s.opinion(0.3, "boiler", "cab", "wheel.*", "rod.?>chassis", "dome.?>boiler", "wagon")
    s.opinion(0.25)
    return s
