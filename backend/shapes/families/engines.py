# SPDX-License-Identifier: GPL-3.0-or-later
"""Pumps, engines, compressors: machines on a base, with pipes."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, ellipsoid, round_cone, spline, torus, vec
from ..sculpt import Sculpture, chance, mix
from .ornament import Style, block, draw_style, drum


def _plain(style: Style) -> Style:
    """The same style without decoration, for solids that get one of their own."""
    return Style(style.crisp, style.blend, style.edge, 0.0)


def _ribs(
    s: Sculpture, rng: np.random.Generator, a: float, b: float, z: float, r: float, part: str
) -> None:
    """Cooling fins around a drum along x between `a` and `b`: they belong to it."""
    count = int(rng.integers(4, 10))
    thin = min(0.35 * (b - a) / count, 0.016)
    for x in np.linspace(a, b, count + 2)[1:-1]:
        s.add(cylinder((x - thin, 0, z), (x + thin, 0, z), r * 1.13), part, 0.0)


def _flange(
    s: Sculpture, style: Style, at: np.ndarray, way: np.ndarray, r: float, part: str
) -> None:
    s.add(cylinder(at - way * 0.022, at + way * 0.022, r * 1.55, rounding=0.004), part, style.blend)
    s.cut(cylinder(at - way * 0.03, at + way * 0.1, r * 0.65), 0.0)


def pump(rng: np.random.Generator) -> Sculpture:
    """Motor and pump on a base: finned drum, coupling, volute, inlet and outlet with flanges."""
    style = draw_style(rng, 0.75, 0.7)
    s = Sculpture(crisp=style.crisp, detail=114)
    k = style.blend
    r, long = mix(rng, 0.12, 0.18), mix(rng, 0.16, 0.3)
    drum(s, rng, _plain(style), (-long, 0, 0), (long, 0, 0), r, "motor/body")
    if chance(rng, 0.7):
        _ribs(s, rng, -long * 0.8, long * 0.8, 0, r, "motor/body")
    if chance(rng, 0.6):
        s.add(
            cylinder((-long - 0.08, 0, 0), (-long, 0, 0), r * 0.8, r * 1.02, 0.01), "motor/fan", k
        )
    if chance(rng, 0.65):
        block(
            s,
            rng,
            style,
            (mix(rng, -0.5, 0.3) * long, 0, r),
            (0.07, 0.06, 0.06),
            "motor/box",
            faces=("+z", "+y"),
        )
    x, big = long + mix(rng, 0.04, 0.12), r * mix(rng, 0.9, 1.4)
    s.add(cylinder((long * 0.9, 0, 0), (x + 0.05, 0, 0), r * mix(rng, 0.35, 0.75)), "coupling", k)
    wide = mix(rng, 0.05, 0.1)
    if chance(rng, 0.5):
        s.add(torus((x + wide, 0, 0), (1, 0, 0), big * 0.75, wide * 0.95), "pump/volute", k)
    drum(s, rng, style, (x, 0, 0), (x + 2 * wide, 0, 0), big, "pump/volute")
    pipe = mix(rng, 0.045, 0.075)
    inlet = vec(x + 2 * wide + mix(rng, 0.06, 0.16), 0, 0)
    s.add(cylinder((x + wide, 0, 0), inlet, pipe), "pump/inlet", k)
    side = float(rng.choice([-1, 0, 1])) * big * 0.6
    outlet = vec(x + wide, side, big + mix(rng, 0.06, 0.2))
    s.add(cylinder((x + wide, side, 0), outlet, pipe * 0.9), "pump/outlet", k)
    if chance(rng, 0.8):
        _flange(s, style, inlet, vec(1, 0, 0), pipe, "pump/flange.0")
        _flange(s, style, outlet, vec(0, 0, 1), pipe * 0.9, "pump/flange.1")
    low = -max(r, big) * mix(rng, 1.1, 1.3)
    for name, at in (("motor", 0.0), ("pump", x + wide)):
        half = (long * 0.6 if name == "motor" else wide * 0.8, r * 0.7, -low / 2)
        s.add(box((at, 0, low / 2), half, style.edge), f"{name}/foot", k)
    if chance(rng, 0.75):
        middle, span = (x + 2 * wide - long) / 2, (x + 2 * wide + long) / 2 + 0.04
        block(s, rng, style, (middle, 0, low - 0.02), (span, r * 1.2, 0.03), "base", faces=("+z",))
    s.opinion(
        0.4,
        "motor/box",
        "motor/*>motor",
        "pump/inlet>pump",
        "pump/outlet>pump",
        "pump/volute>pump",
        "pump/foot>pump",
        "pump/flange.?>pump",
    )
    s.opinion(0.35, "motor/fan>motor/body", "motor/foot>motor/body", "pump/foot>pump/volute")
    s.opinion(0.25)
    return s


def engine(rng: np.random.Generator) -> Sculpture:
    """Combustion engine: block, heads in line or in a V, pan, pulleys, manifold, gearbox."""
    style = draw_style(rng, 0.9, 0.8)
    s = Sculpture(crisp=style.crisp, detail=106)
    k = style.blend
    long, wide, high = mix(rng, 0.2, 0.36), mix(rng, 0.1, 0.16), mix(rng, 0.1, 0.18)
    block(s, rng, style, (0, 0, 0), (long, wide, high), "block", faces=("+y", "-y"))
    vee = mix(rng, 0.4, 0.8) if chance(rng, 0.4) else 0.0
    for name, side in (("l", 1.0), ("r", -1.0)) if vee else (("", 0.0),):
        turn = side * vee
        c, n = np.cos(turn), np.sin(turn)
        rot = np.array([[1.0, 0, 0], [0, c, n], [0, -n, c]])
        at = rot @ vec(0, 0, high * (1.5 if vee else 1.2))
        head = f"head{'.' + name if name else ''}"
        size = vec(long * 0.95, wide * (0.55 if vee else 0.85), high * (0.7 if vee else 0.35))
        block(s, rng, style, at, size, head + "/head", rotation=rot, faces=("+y", "-y"))
        cover = at + rot @ vec(0, 0, size[2] + 0.025)
        block(
            s,
            rng,
            style,
            cover,
            size * [0.9, 0.75, 0] + vec(0, 0, 0.045),
            head + "/cover",
            rotation=rot,
            faces=("+z",),
        )
        if chance(rng, 0.5):
            count = int(rng.integers(3, 5))
            for i in range(count):
                x = long * 0.8 * ((2 * i + 1) / count - 1)
                plug = cover + rot @ vec(x, 0, 0.04)
                up = rot @ vec(0, 0, 0.05)
                s.add(cylinder(plug, plug + up, 0.022), f"{head}/plug.{i}", k)
        if not vee or side > 0:
            count, out = int(rng.integers(3, 5)), vec(0, wide + 0.13, high * 0.5)
            runners = []
            for i in range(count):
                x = long * 0.8 * ((2 * i + 1) / count - 1)
                start = at + rot @ vec(x, size[1] * 0.8, 0)
                runners.append([start, start + vec(0, 0.1, 0), vec(x, out[1], out[2])])
            if chance(rng, 0.7):
                for i, points in enumerate(runners):
                    s.limb(spline(points, 6), 0.026, f"manifold/runner.{i}", k, 0.004)
                tail = vec(-long * 1.1, out[1], out[2])
                s.add(
                    round_cone(vec(long * 0.85, out[1], out[2]), tail, 0.036, 0.036),
                    "manifold/pipe",
                    k,
                )
    block(
        s, rng, style, (0, 0, -high - 0.04), (long * 0.85, wide * 0.75, 0.06), "pan", faces=("-z",)
    )
    x = long + 0.03
    for i in range(int(rng.integers(1, 4))):
        y, z = ((0, -high * 0.3), (wide * 0.8, high * 0.5), (-wide * 0.8, high * 0.2))[i]
        r = mix(rng, 0.05, 0.09)
        s.add(cylinder((long * 0.9, y, z), (x + 0.02, y, z), r * 0.4), f"pulley.{i}/shaft", k)
        drum(s, rng, style, (x, y, z), (x + 0.05, y, z), r, f"pulley.{i}/wheel", socket=True)
    if chance(rng, 0.6):
        s.add(
            cylinder(
                (-long - mix(rng, 0.1, 0.22), 0, 0),
                (-long * 0.9, 0, 0),
                high * 0.5,
                high * mix(rng, 0.9, 1.1),
                0.01,
            ),
            "gearbox",
            k,
        )
    if not vee and chance(rng, 0.4):
        z = high * 1.5 + 0.05
        drum(s, rng, style, (0, 0, z), (0, 0, z + 0.07), mix(rng, 0.1, 0.15), "filter")
    elif vee:
        z = high * 1.2
        s.add(box((0, 0, z), (long * 0.6, 0.06, high * 0.5)), "intake/plenum", k)
        drum(s, rng, style, (0, 0, z + high * 0.3), (0, 0, z + high * 1.1), 0.09, "intake/filter")
    if chance(rng, 0.4):
        at = vec(long * 0.3, -wide - 0.03, -high * 0.3)
        s.add(cylinder(at - vec(0.08, 0, 0), at + vec(0.08, 0, 0), 0.055), "starter", k)
    s.opinion(0.4, "head*/*>^", "manifold", "pulley.?", "intake/filter")
    s.opinion(0.25, "head*/plug.?>^", "manifold", "pulley.?", "pan>block", "starter")
    s.opinion(0.35)
    return s


def compressor(rng: np.random.Generator) -> Sculpture:
    """Tank with domed ends on feet, wheels or a frame, with pipes, a gauge, a lid or a motor."""
    style = draw_style(rng, 0.6, 0.6)
    s = Sculpture(crisp=style.crisp, detail=108)
    k = style.blend
    upright = chance(rng, 0.45)
    r, long = mix(rng, 0.14, 0.22), mix(rng, 0.18, 0.36)
    way = vec(0, 0, 1) if upright else vec(1, 0, 0)
    drum(s, rng, style, -way * long, way * long, r, "tank/shell")
    axis, dome = (2 if upright else 0), r * mix(rng, 0.3, 0.6)
    for name, side in (("a", -1.0), ("b", 1.0)):
        size = np.full(3, r * 0.99)
        size[axis] = dome
        s.add(ellipsoid(way * side * long, size), f"tank/end.{name}", k)
    low = -long - r if upright else -r
    if upright:
        for i in range(3):
            turn = 2.0944 * i
            spot = vec(np.cos(turn), np.sin(turn), 0) * r * 0.75
            s.add(
                cylinder(spot + vec(0, 0, -long * 0.7), spot + vec(0, 0, low - 0.1), 0.026),
                f"leg.{i}",
                k,
            )
    elif chance(rng, 0.5):
        for name, side in (("a", -1.0), ("b", 1.0)):
            block(
                s,
                rng,
                style,
                (side * long * 0.6, 0, low),
                (0.04, r * 0.8, 0.07),
                f"saddle.{name}",
                faces=("+x", "-x"),
            )
    else:
        rear = vec(-long * 0.6, r * 0.9, low + 0.02)
        s.add(cylinder(rear, rear * [1, -1, 1], 0.03), "axle", k)
        s.add(box((rear[0], 0, low + 0.03), (0.03, r * 0.4, 0.05)), "axle", k)
        for i, y in enumerate((-1, 1)):
            at = rear * [1, y, 1]
            drum(s, rng, style, at - vec(0, 0.025, 0), at + vec(0, 0.025, 0), 0.09, f"wheel.{i}")
        s.add(box((long * 0.6, 0, low - 0.03), (0.03, r * 0.5, 0.05)), "foot", k)
    top = vec(0, 0, long + dome * 0.9 if upright else r)
    if chance(rng, 0.6):
        at = top + vec(0, 0, 0.06)
        block(s, rng, style, at, (0.11, 0.08, 0.08), "motor/body", faces=("+z", "+y", "-y"))
        if chance(rng, 0.6):
            drum(s, rng, style, at + vec(0.08, 0, 0.02), at + vec(0.2, 0, 0.02), 0.06, "motor/head")
    else:
        drum(s, rng, style, top - vec(0, 0, 0.03), top + vec(0, 0, 0.05), r * 0.45, "hatch")
    for i in range(int(rng.integers(1, 4))):
        out = vec(0, -1, 0)
        along = way * long * (0.5 - 0.5 * i)
        start = along + out * r * 0.9
        end = start + out * mix(rng, 0.08, 0.16)
        s.add(cylinder(start, end, 0.03), f"port.{i}/pipe", k)
        s.add(cylinder(end - out * 0.02, end + out * 0.02, 0.055), f"port.{i}/flange", k)
    if chance(rng, 0.4):
        s.add(
            cylinder(top * 0.9 + vec(0.1 * upright, 0, 0), top + vec(0.1, 0, 0.1), 0.016),
            "gauge",
            k,
        )
        s.add(cylinder(top + vec(0.1, -0.02, 0.12), top + vec(0.1, 0.02, 0.12), 0.05), "gauge", k)
    if not upright and chance(rng, 0.4):
        x = long + r * 0.3
        grip = [
            vec(long * 0.9, -r * 0.5, 0),
            vec(x + 0.2, -r * 0.5, 0.1),
            vec(x + 0.2, r * 0.5, 0.1),
            vec(long * 0.9, r * 0.5, 0),
        ]
        s.limb(grip, 0.02, "handle", k, 0.004)
    s.opinion(0.45, "tank", "port.?", "motor")
    s.opinion(0.3, "port.?", "motor")
    s.opinion(0.25)
    return s
