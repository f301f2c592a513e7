# SPDX-License-Identifier: GPL-3.0-or-later
"""Sofas, desks, cabinets with doors and drawers."""

from __future__ import annotations

import numpy as np

from ..implicit import Solid, Vector, box, cylinder, ellipsoid, round_cone, vec
from ..sculpt import Sculpture, chance, mix
from .ornament import Style, block, draw_style, drum


def cushion(rng: np.random.Generator, at: Vector, half: Vector, soft: bool) -> Solid:
    """A stuffed or a flat cushion."""
    if soft:
        return ellipsoid(at, half, exponent=mix(rng, 4, 8))
    return box(at, half, 0.4 * float(half.min()))


def _feet(
    s: Sculpture, rng: np.random.Generator, style: Style, w: float, d: float, z: float, high: float
) -> None:
    """Four feet under a body, square or turned, upright or splayed."""
    square, r = chance(rng, 0.5), mix(rng, 0.022, 0.04)
    splay, taper = mix(rng, 0, 0.25), mix(rng, 0.6, 1.0)
    for i, (x, y) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1))):
        top = vec(x * (w - 1.3 * r), y * (d - 1.3 * r), z + 0.02)
        foot = top + vec(x * splay * high, y * splay * high, -high - 0.02)
        if square:
            s.add(box((top + foot) / 2, (r, r, high / 2 + 0.01)), f"leg.{i}", style.blend)
        else:
            s.add(cylinder(top, foot, r, max(r * taper, 0.018)), f"leg.{i}", style.blend)


def sofa(rng: np.random.Generator) -> Sculpture:
    """Sofa or armchair: base, seat cushions, back cushions, arms, feet, maybe a chaise."""
    style = draw_style(rng, 0.3, 0.3)
    s = Sculpture(crisp=style.crisp, detail=108)
    k = max(style.blend * 0.5, 0.003)
    seats = int(rng.choice([1, 2, 3], p=[0.3, 0.35, 0.35]))
    each = mix(rng, 0.17, 0.22)
    w, d, h = seats * each, mix(rng, 0.2, 0.28), mix(rng, 0.05, 0.1)
    soft, thick = chance(rng, 0.6), mix(rng, 0.035, 0.07)
    block(s, rng, style, (0, 0, 0), (w, d, h), "base", faces=("-y",), blend=0)
    tall, deep = mix(rng, 0.16, 0.3), mix(rng, 0.04, 0.08)
    block(s, rng, style, (0, d + deep * 0.5, tall - h), (w, deep, tall), "back", faces=("+y",))
    arm_h, arm_w = mix(rng, 0.1, 0.2), mix(rng, 0.04, 0.08)
    rolled = chance(rng, 0.35)
    for name, side in (("l", 1.0), ("r", -1.0)) if chance(rng, 0.9) else ():
        x = side * (w + arm_w * 0.9)
        s.add(box((x, 0.02, arm_h - h), (arm_w, d + 0.03, arm_h), style.edge), f"arm.{name}", k)
        if rolled:
            z = 2 * arm_h - h
            s.add(
                round_cone((x, -d + 0.02, z), (x, d, z), arm_w * 1.25, arm_w * 1.25),
                f"arm.{name}",
                0.005,
            )
    joined = chance(rng, 0.25)
    count = 1 if joined else seats
    state = rng.bit_generator.state
    for i in range(count):
        rng.bit_generator.state = state
        x = w * ((2 * i + 1) / count - 1)
        at = vec(x, -deep * 0.3, h + thick * 0.8)
        half = vec(w / count * 0.98, d * 0.98 - deep * 0.3, thick)
        s.add(cushion(rng, at, half, soft), f"seat.{i}", k * 0.5)
        if soft and style.ornament:
            s.cut(ellipsoid(at + vec(0, 0, thick), 0.02), 0.01)
    if chance(rng, 0.75):
        rng.bit_generator.state = state
        high = tall * mix(rng, 0.6, 0.75)
        for i in range(count):
            x = w * ((2 * i + 1) / count - 1)
            at = vec(x, d - deep * 0.8, h + 1.6 * thick + high * 0.8)
            half = vec(w / count * 0.96, deep * 1.1, high)
            s.add(cushion(rng, at, half, soft), f"pillow.{i}", k * 0.5)
    if seats > 1 and chance(rng, 0.2):
        x, long = w - each, mix(rng, 0.12, 0.25)
        s.add(box((x, -d - long * 0.9, 0), (each, long, h), style.edge), "chaise/base", k)
        s.add(
            cushion(rng, vec(x, -d - long * 0.9, h + thick * 0.7), vec(each, long, thick), soft),
            "chaise/seat",
            k * 0.5,
        )
    if chance(rng, 0.8):
        _feet(s, rng, style, w, d, -h, mix(rng, 0.04, 0.12))
    s.opinion(0.45)
    s.opinion(0.3, "seat.?>seat", "pillow.?>back", "chaise")
    s.opinion(0.25, "leg.?", "base>frame", "back>frame", "arm.?", "seat.?", "pillow.?")
    return s


def _front(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    kind: str,
    at: Vector,
    half: Vector,
    name: str,
) -> None:
    """A drawer or door in the plane y = at[1], set forward a little, with a knob or a bar."""
    face = at - vec(0, 0.018, 0)
    block(
        s,
        rng,
        style,
        face,
        (half[0] * 0.94, 0.024, half[1] * 0.93),
        name + "/panel",
        faces=("-y",),
        blend=0.0,
    )
    front = face - vec(0, 0.022, 0)
    if kind == "knob":
        x = 0.7 * half[0] if half[1] > half[0] else 0.0
        s.add(cylinder(front + vec(x, 0.01, 0), front + vec(x, -0.03, 0), 0.018), name + "/knob", 0)
        s.add(ellipsoid(front + vec(x, -0.035, 0), 0.026), name + "/knob", 0)
    elif kind == "bar":
        across = half[1] <= half[0]
        long = 0.5 * (half[0] if across else half[1])
        end = vec(long, 0, 0) if across else vec(0, 0, long)
        mid = front + (vec(0, -0.03, 0) if across else vec(0.7 * half[0], -0.03, 0))
        for sign in (-0.8, 0.8):
            post = mid + sign * end
            s.add(cylinder(post, post + vec(0, 0.04, 0), 0.014), name + "/knob", 0)
        s.add(round_cone(mid - end, mid + end, 0.016, 0.016), name + "/knob", 0)
    elif kind == "slot":
        s.cut(box(front + vec(0, 0, half[1] * 0.7), (half[0] * 0.3, 0.015, 0.018)), 0.0)


def cabinet(rng: np.random.Generator) -> Sculpture:
    """Chest of drawers, cupboard, wardrobe, fridge: a body with fronts, knobs, top, feet."""
    style = draw_style(rng, 0.9, 0.6)
    s = Sculpture(crisp=style.crisp, detail=98)
    k = style.blend
    w, d, h = mix(rng, 0.2, 0.45), mix(rng, 0.13, 0.25), mix(rng, 0.2, 0.55)
    block(s, rng, style, (0, 0, 0), (w, d, h), "body", faces=("+x", "-x"), blend=0)
    rows, columns = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    if rows * columns > 9:
        rows = 3
    kind = str(rng.choice(["knob", "bar", "slot", "none"]))
    split = mix(rng, 0.3, 0.7) if chance(rng, 0.4) and rows > 1 else 0.0
    heights = np.full(rows, 1 / rows)
    if split:
        heights = np.concatenate([[split], np.full(rows - 1, (1 - split) / (rows - 1))])
    z = -h * 0.94
    for row, share in enumerate(heights):
        half = vec(w * 0.94 / columns, h * 0.94 * float(share))
        state = rng.bit_generator.state
        for column in range(columns):
            rng.bit_generator.state = state
            x = w * 0.94 * ((2 * column + 1) / columns - 1)
            _front(s, rng, style, kind, vec(x, -d, z + half[1]), half, f"front.{row}{column}")
        z += 2 * half[1]
    if chance(rng, 0.6):
        grow = mix(rng, 1.02, 1.12)
        block(
            s,
            rng,
            style,
            (0, -0.01, h + 0.015),
            (w * grow, d * grow + 0.01, 0.025),
            "top",
            faces=("-y",),
        )
        if chance(rng, 0.2):
            s.add(box((0, d, h + 0.12), (w * 0.9, 0.025, 0.12), 0.01), "mirror", k)
    kind = str(rng.choice(["feet", "plinth", "none"]))
    if kind == "feet":
        _feet(s, rng, style, w, d, -h, mix(rng, 0.05, 0.14))
    elif kind == "plinth":
        block(
            s, rng, style, (0, 0, -h - 0.025), (w * 0.95, d * 0.93, 0.04), "plinth", faces=("-y",)
        )
    s.opinion(0.45, "front.*/*>^")
    s.opinion(0.3)
    s.opinion(0.25, "front.*/*>^", "leg.?>body", "plinth>body", "top>body")
    return s


def desk(rng: np.random.Generator) -> Sculpture:
    """Desk or workbench: top, drawer boxes or legs, a back panel, things that stand on it."""
    style = draw_style(rng, 0.9, 0.5)
    s = Sculpture(crisp=style.crisp, detail=112)
    k = style.blend
    w, d, high, t = mix(rng, 0.38, 0.55), mix(rng, 0.18, 0.28), mix(rng, 0.28, 0.4), 0.025
    block(s, rng, style, (0, 0, high), (w, d, t), "top", faces=("-y",), blend=0)
    kind = str(rng.choice(["knob", "bar", "slot"]))
    kinds = [str(rng.choice(["box", "legs", "panel"])) for _ in range(2)]
    for side, name, what in ((-1.0, "l", kinds[0]), (1.0, "r", kinds[1])):
        wide = mix(rng, 0.09, 0.14)
        if what == "box":
            x, count = side * (w * 0.95 - wide), int(rng.integers(2, 5))
            block(
                s,
                rng,
                style,
                (x, 0, high / 2),
                (wide, d * 0.9, high / 2),
                f"unit.{name}/body",
                faces=("+x", "-x"),
            )
            half = vec(wide * 0.95, high / 2 * 0.95 / count)
            for i in range(count):
                z = high * 0.025 + half[1] * (2 * i + 1)
                _front(s, rng, style, kind, vec(x, -d * 0.9, z), half, f"unit.{name}/drawer{i}")
        elif what == "legs":
            r = mix(rng, 0.022, 0.035)
            for i, y in enumerate((-1, 1)):
                at = vec(side * (w - 2 * r), y * (d - 2 * r), 0)
                drum(
                    s,
                    rng,
                    style,
                    at,
                    at + vec(0, 0, high),
                    r,
                    f"leg.{name}{i}",
                    sides=int(rng.choice([0, 4])),
                )
        else:
            block(
                s,
                rng,
                style,
                (side * w * 0.92, 0, high / 2),
                (0.025, d * 0.9, high / 2),
                f"leg.{name}",
                faces=("+x", "-x"),
            )
    if chance(rng, 0.5):
        z = high * mix(rng, 0.5, 0.7)
        s.add(box((0, d * 0.8, z), (w * 0.9, 0.02, high - z)), "back", k)
    if chance(rng, 0.4):
        at, size = vec(mix(rng, -0.3, 0.3) * w, d * 0.3, high + t), mix(rng, 0.1, 0.16)
        s.add(cylinder(at, at + vec(0, 0, 0.02), 0.07), "screen/foot", k)
        s.add(box(at + vec(0, 0, 0.06), (0.022, 0.02, 0.06)), "screen/stand", k)
        block(
            s,
            rng,
            style,
            at + vec(0, -0.01, size * 0.7 + 0.08),
            (size, 0.022, size * 0.62),
            "screen/panel",
            faces=("-y",),
        )
    if chance(rng, 0.35):
        for i in range(int(rng.integers(1, 4))):
            z, x = high + t + 0.015 + 0.033 * i, -w * 0.6
            s.add(box((x + 0.01 * i, 0, z), (0.08 - 0.01 * i, 0.06, 0.018)), f"book.{i}", 0.0)
    if chance(rng, 0.3):
        block(
            s, rng, style, (0, d * 0.85, high + 0.12), (w * 0.9, 0.04, 0.11), "hutch", faces=("-y",)
        )
    s.opinion(0.4, "unit.?/drawer*/*>^", "screen")
    s.opinion(0.35, "unit.?/body>^", "unit.?/drawer?/panel", "screen/panel")
    s.opinion(0.25, "unit.?", "screen")
    return s
