# SPDX-License-Identifier: GPL-3.0-or-later
"""Cars, trucks, boats, helicopters, rockets."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    box,
    cylinder,
    ellipsoid,
    half_space,
    loft,
    round_cone,
    torus,
    unit,
    vec,
)
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def car(rng: np.random.Generator) -> Sculpture:
    """Car, van, truck or tractor: body, cabin, four or six wheels, load, lights, mirrors."""
    s = Sculpture(crisp=chance(rng, 0.3), detail=112)
    k = 0.01 if s.crisp else mix(rng, 0.01, 0.05)
    w, long, r = mix(rng, 0.17, 0.24), mix(rng, 0.4, 0.55), mix(rng, 0.075, 0.125)
    floor = r * mix(rng, 0.8, 1.2)
    truck = chance(rng, 0.35)
    high = mix(rng, 0.06, 0.1)
    s.add(box((0, 0, floor + high), (w, long, high), mix(rng, 0.02, high * 0.9)), "body", 0)
    if truck:
        cab = mix(rng, 0.12, 0.2)
        s.add(
            box((0, -long + cab + 0.02, floor + high * 2 + 0.1), (w * 0.96, cab, 0.14), 0.03),
            "cabin",
            k,
        )
        front = -long + 2 * cab + 0.05
        load = mix(rng, 0.08, 0.22)
        if chance(rng, 0.3):
            s.add(
                cylinder(
                    (0, front + 0.02, floor + 2 * high + w * 0.6),
                    (0, long, floor + 2 * high + w * 0.6),
                    w * 0.8,
                    rounding=0.04,
                ),
                "load",
                0.01,
            )
        else:
            s.add(
                box(
                    (0, (front + long) / 2, floor + high * 2 + load),
                    (w, (long - front) / 2, load),
                    0.01,
                ),
                "load",
                0.008,
            )
            if chance(rng, 0.3):
                s.cut(
                    box(
                        (0, (front + long) / 2, floor + high * 2 + 2 * load),
                        (w - 0.035, (long - front) / 2 - 0.035, load * 1.2),
                        0.01,
                    ),
                    0.004,
                )
    else:
        back, nose = long * mix(rng, 0.35, 0.95), -long * mix(rng, 0.2, 0.6)
        top = floor + 2 * high + mix(rng, 0.1, 0.18)
        s.add(
            loft(
                (0, (back + nose) / 2, floor + high * 1.5),
                (0, (back + nose) / 2 + 0.02, top),
                [w * 0.95, w * 0.9, w * 0.72],
                np.array([1.05, 0.9, 0.68]) * (back - nose) / 2,
                side=(1, 0, 0),
                cap=0.025,
                exponent=4,
            ),
            "cabin",
            k,
        )
    axles = [-0.64, 0.62] if not truck or chance(rng, 0.6) else [-0.66, 0.35, 0.68]
    out = w * mix(rng, 0.96, 1.12)
    thick = mix(rng, 0.035, 0.06)
    for i, y in enumerate(axles):
        for name, side in SIDES:
            a, b = (
                vec(side * (out - thick), y * long, r),
                vec(side * (out + thick * 0.4), y * long, r),
            )
            s.add(cylinder(a, b, r, rounding=thick * 0.4), f"wheel.{name}{i}/tyre", 0.006)
            if chance(rng, 0.4):
                s.add(
                    cylinder(b, b + vec(side * 0.012, 0, 0), r * 0.45, rounding=0.006),
                    f"wheel.{name}{i}/hub",
                    0.004,
                )
    for name, side in SIDES:
        if chance(rng, 0.35):
            s.add(
                ellipsoid(
                    (side * (w + 0.03), -long * 0.35, floor + 2.3 * high), (0.04, 0.022, 0.028)
                ),
                f"mirror.{name}",
                0.01,
            )
    if chance(rng, 0.3):
        s.add(box((0, -long - 0.01, floor + 0.03), (w * 0.9, 0.025, 0.03), 0.012), "bumper", 0.006)
    if chance(rng, 0.2):
        s.add(
            box((0, long * 0.95, floor + 2 * high + 0.08), (w * 0.9, 0.05, 0.016), 0.008),
            "spoiler",
            0.004,
        )
        s.add(
            box((0, long * 0.95, floor + 2 * high + 0.03), (0.03, 0.025, 0.06), 0.008),
            "spoiler",
            0.004,
        )
    s.opinion(0.6, "wheel.*", "bumper>body")
    s.opinion(0.25)
    s.opinion(0.15, "wheel.*", "cabin>body", "mirror.?>body", "bumper>body")
    return s


def boat(rng: np.random.Generator) -> Sculpture:
    """Ship, rowing boat, sailing boat or submarine: hull, deck house, mast, funnel, keel."""
    s = Sculpture(detail=112)
    w, deep = mix(rng, 0.1, 0.18), mix(rng, 0.09, 0.16)
    stern = mix(rng, 0.4, 0.9)
    k = mix(rng, 0.006, 0.03)
    s.add(
        loft(
            (0, 0.5, 0),
            (0, -0.5, mix(rng, 0, 0.05)),
            w * np.array([stern, 1.0, 0.95, 0.15]),
            deep * np.array([0.85, 1.0, 1.0, 0.8]),
            side=(1, 0, 0),
            cap=0.03,
            exponent=mix(rng, 2, 2.6),
        ),
        "hull",
        0,
    )
    kind = str(rng.choice(["ship", "rowing", "sail", "submarine"]))
    if kind != "submarine":
        s.cut(half_space((0, 0, 0.02), (0, 0, -1)), 0.01)
    if kind == "rowing":
        s.cut(
            loft(
                (0, 0.46, 0.03),
                (0, -0.42, 0.05),
                (w - 0.035) * np.array([stern, 1.0, 0.95, 0.1]),
                deep * np.array([0.6, 0.75, 0.75, 0.4]),
                side=(1, 0, 0),
                exponent=2.4,
            ),
            0.008,
        )
        for i in range(int(rng.integers(1, 4))):
            s.add(
                box((0, 0.3 - 0.25 * i, -0.015), (w * 0.92, 0.045, 0.016), 0.006),
                f"bench.{i}",
                0.006,
            )
    elif kind == "ship":
        z = 0.02
        length, wide = mix(rng, 0.15, 0.3), w * 0.75
        y = mix(rng, -0.1, 0.25)
        for i in range(int(rng.integers(1, 4))):
            h = mix(rng, 0.03, 0.06)
            s.add(box((0, y, z + h), (wide, length, h + 0.01), 0.012), f"house.{i}", k * 0.5)
            z, length, wide = z + 2 * h, length * 0.7, wide * 0.8
        for i in range(int(rng.integers(0, 3))):
            s.add(
                cylinder(
                    (0, y + 0.08 - 0.13 * i, z - 0.02),
                    (0, y + 0.1 - 0.13 * i, z + 0.12),
                    0.03,
                    rounding=0.006,
                ),
                f"funnel.{i}",
                k,
            )
    elif kind == "sail":
        mast = mix(rng, 0.7, 1.1)
        s.add(round_cone((0, -0.05, 0), (0, -0.05, mast), 0.02, 0.016), "mast", k)
        s.add(
            loft(
                (0, 0.17, 0.12),
                (0, -0.03, mast * 0.95),
                [0.21, 0.03],
                0.016,
                side=(0, 1, 0),
                normal=(0, 0, 1),
                offset_h=[0.0, mix(rng, -0.05, 0.05), 0.0],
            ),
            "sail.0",
            0.006,
        )
        s.add(round_cone((0, -0.05, 0.1), (0, 0.4, 0.1), 0.018, 0.016), "boom", k)
        if chance(rng, 0.6):
            s.add(
                loft(
                    (0, -0.2, 0.05),
                    (0, -0.07, mast * 0.8),
                    [0.14, 0.025],
                    0.016,
                    side=(0, 1, 0),
                    normal=(0, 0, 1),
                ),
                "sail.1",
                0.006,
            )
        s.add(
            loft(
                (0, 0.05, -deep * 0.8),
                (0, 0.07, -deep - 0.2),
                [0.12, 0.08],
                0.02,
                side=(0, 1, 0),
                normal=(0, 0, -1),
            ),
            "keel",
            0.02,
        )
    else:
        s.add(
            loft(
                (0, -0.05, deep * 0.6),
                (0, -0.05, deep + 0.12),
                0.12,
                0.045,
                side=(0, 1, 0),
                cap=0.02,
            ),
            "tower",
            k,
        )
        for i, way in enumerate((vec(1, 0, 0), vec(-1, 0, 0), vec(0, 0, 1), vec(0, 0, -1))):
            s.add(
                loft(
                    vec(0, 0.44, 0),
                    vec(0, 0.5, 0) + way * 0.19,
                    [0.07, 0.045],
                    0.016,
                    side=(0, 1, 0),
                    normal=way,
                ),
                f"fin.{i}",
                k,
            )
    s.opinion(0.7)
    s.opinion(0.3, "house.?>house", "mast>rig", "boom>rig", "bench.?>hull")
    return s


def helicopter(rng: np.random.Generator) -> Sculpture:
    """Helicopter: cabin, tail boom, main rotor, tail rotor, skids."""
    s = Sculpture(detail=120)
    k = mix(rng, 0.01, 0.04)
    w = mix(rng, 0.11, 0.16)
    s.add(
        loft(
            (0, 0.2, 0),
            (0, -0.28, -0.02),
            w * np.array([0.5, 1.0, 1.0, 0.6]),
            w * np.array([0.55, 1.1, 1.1, 0.55]),
            side=(1, 0, 0),
        ),
        "cabin",
        0,
    )
    s.limb([vec(0, 0.15, 0.03), vec(0, 0.65, 0.08)], [w * 0.5, 0.03], "tail/boom", k * 1.5)
    s.add(
        loft(
            (0, 0.62, 0.05), (0, 0.7, 0.22), [0.06, 0.04], 0.018, side=(0, 1, 0), normal=(0, 0, 1)
        ),
        "tail/fin",
        0.015,
    )
    for name, side in SIDES:
        s.add(
            loft(
                (0, 0.55, 0.07),
                (side * 0.15, 0.57, 0.07),
                [0.045, 0.035],
                0.016,
                side=(0, 1, 0),
                normal=(side, 0, 0),
            ),
            f"tail/plane.{name}",
            0.01,
        )
    hub = vec(0, 0, w * 1.1 + mix(rng, 0.05, 0.09))
    s.add(cylinder((0, 0, w * 0.8), hub + vec(0, 0, 0.02), 0.028), "rotor/mast", 0.015)
    n, turn = int(rng.integers(2, 6)), mix(rng, 0, 6)
    for i in range(n):
        a = turn + 2 * np.pi * i / n
        out = vec(np.cos(a), np.sin(a), 0)
        s.add(
            loft(hub, hub + out * 0.6, [0.03, 0.034], 0.015, side=np.cross(out, (0, 0, 1))),
            f"rotor/blade.{i}",
            0.008,
        )
    side_hub = vec(0.03, 0.69, 0.18)
    for i in range(2):
        out = vec(0, np.cos(turn + np.pi * i), np.sin(turn + np.pi * i))
        s.add(
            loft(
                side_hub,
                side_hub + out * 0.12,
                [0.022, 0.022],
                0.015,
                side=np.cross(out, (1, 0, 0)),
            ),
            f"tail/rotor.{i}",
            0.008,
        )
    for name, side in SIDES:
        x = side * w * 1.1
        s.add(
            round_cone((x, -0.25, -w * 1.75), (x, 0.18, -w * 1.75), 0.018, 0.018),
            f"skid.{name}/skid",
            0.008,
        )
        for y in (-0.12, 0.08):
            s.add(
                round_cone((side * w * 0.5, y, -w * 0.7), (x, y, -w * 1.75), 0.016, 0.016),
                f"skid.{name}/strut",
                0.01,
            )
    s.opinion(0.45, "tail/rotor.?>tailrotor", "tail", "skid.?", "rotor/mast>rotor")
    s.opinion(0.25, "tail", "rotor", "skid.?")
    s.opinion(0.3, "skid.?", "tail/rotor.?>tail/rotor")
    return s


def rocket(rng: np.random.Generator) -> Sculpture:
    """Rocket, missile, space shuttle with boosters: nose, body, fins, nozzles."""
    s = Sculpture(detail=108)
    r, long = mix(rng, 0.06, 0.13), mix(rng, 0.6, 1.0)
    k = mix(rng, 0.006, 0.03)
    nose = mix(rng, 0.12, 0.3)
    belly = mix(rng, 1.0, 1.35)
    widths = r * np.array([mix(rng, 0.7, 1.0), belly, 1.0, 0.75, 0.08])
    stations = [0, 0.3, 1 - nose / (long + nose), 1 - nose * 0.5 / (long + nose), 1]
    s.add(
        loft((0, 0, 0), (0, 0, long + nose), widths, widths, stations=stations, cap=0.02),
        "body/tube",
        0,
    )
    s.paint(half_space((0, 0, long), (0, 0, -1)), "body/nose", "body/tube")
    n = int(rng.choice([3, 4]))

    def around(i: int, count: int, turn: float = 0.0) -> Vector:
        a = 2 * np.pi * (i + turn) / count
        return vec(np.cos(a), np.sin(a), 0)

    chord, span, sweep = mix(rng, 0.07, 0.14), mix(rng, 0.1, 0.25), mix(rng, -0.2, 0.05)
    for i in range(n):
        out = around(i, n)
        root = out * r * 0.6 + vec(0, 0, chord + 0.02)
        s.add(
            loft(
                root,
                root + out * span + vec(0, 0, sweep),
                [chord, chord * mix(rng, 0.4, 0.8)],
                0.018,
                side=(0, 0, 1),
                normal=out,
            ),
            f"fin.{i}",
            k,
        )
    if chance(rng, 0.6):
        s.add(cylinder((0, 0, -0.1), (0, 0, 0.02), r * 0.8, r * 0.45, 0.006), "nozzle", 0.006)
    if chance(rng, 0.35):
        for i in range(int(rng.choice([2, 4]))):
            out = around(i, 2, 0.5) if n == 4 else around(i, n, 0.5)
            at = unit(out) * r * mix(rng, 1.5, 1.7)
            s.add(
                round_cone(at, at + vec(0, 0, long * 0.5), r * 0.5, r * 0.42), f"booster.{i}", 0.012
            )
    if chance(rng, 0.2):
        s.add(torus((0, 0, long * 0.55), (0, 0, 1), r * 1.05, 0.025), "band", 0.01)
    s.opinion(0.45)
    s.opinion(0.35, "body")
    s.opinion(0.2, "nozzle>body", "band>body", "body")
    return s
