# SPDX-License-Identifier: GPL-3.0-or-later
"""Wheels alone: of cars, bicycles and tractors; `cartwheels` has the others."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    cylinder,
    ellipsoid,
    extrusion,
    loft,
    revolve,
    round_cone,
    torus,
    vec,
)
from ..sculpt import Sculpture, chance, mix
from .cartwheels import cart, castor, helm, hoop, spin, steering, water
from .ornament import SIDEWAYS as ALONG
from .ornament import Style, draw_style

KINDS = (
    "car",
    "car",
    "cart",
    "cart",
    "bicycle",
    "tractor",
    "castor",
    "helm",
    "steering wheel",
    "water wheel",
)


def wheel(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """One wheel upright in the yz plane, its axle along x: tyre, rim, spokes, hub, cap and more.

    kind : of KINDS, or any.
    """
    kind = kind or str(rng.choice(KINDS))
    style = draw_style(rng, 0.8, 0.3)
    s = Sculpture(crisp=style.crisp, detail=116)
    _MAKERS[kind](s, rng, style)
    s.opinion(
        0.35,
        "wheel/spoke.*>wheel/spokes",
        "wheel/nut.*>wheel/nuts",
        "wheel/lug.*>wheel/lugs",
        "wheel/handle.*>wheel/handles",
        "wheel/paddle.*>wheel/paddles",
        "wheel/felloe.*>wheel/rim",
        "wheel/side.*",
    )
    s.opinion(
        0.3,
        "wheel/spoke.*>wheel/rim",
        "wheel/hub>wheel/rim",
        "wheel/cap>wheel/rim",
        "wheel/nut.*>wheel/rim",
        "wheel/lug.*>wheel/tyre",
        "wheel/felloe.*>wheel/rim",
    )
    s.opinion(0.35)
    return s


def _tyre(
    s: Sculpture, rng: np.random.Generator, r: float, thick: float, half: float, tread: bool
) -> None:
    k = half * mix(rng, 0.35, 0.8)
    profile = [
        (r - thick, -half * 0.7),
        (r - thick * 0.6, -half),
        (r - k * 0.5, -half),
        (r, -half + k),
        (r, half - k),
        (r - k * 0.5, half),
        (r - thick * 0.6, half),
        (r - thick, half * 0.7),
    ]
    s.add(revolve(np.array(profile), rotation=ALONG), "wheel/tyre", 0.0)
    if not tread:
        return
    count = int(rng.integers(16, 28))
    for i in range(count):
        way = spin(2 * np.pi * i / count)
        for side in (-1, 1):
            at = way * r + vec(side * half * 0.6, 0, 0)
            s.cut(
                round_cone(at - vec(half * 0.4, 0, 0), at + vec(half * 0.4, 0, 0), 0.014, 0.014),
                0.0,
            )


def _car(s: Sculpture, rng: np.random.Generator, style: Style) -> None:
    r, half = mix(rng, 0.34, 0.45), mix(rng, 0.09, 0.17)
    thick = r * mix(rng, 0.2, 0.42)
    _tyre(s, rng, r, thick, half, chance(rng, 0.4))
    inner = r - thick
    s.add(hoop(inner + 0.012, 0.045, half * 0.85), "wheel/rim", 0.0)
    face = half * mix(rng, 0.3, 0.75)
    hub = inner * mix(rng, 0.16, 0.26)
    s.add(cylinder((-half * 0.5, 0, 0), (face, 0, 0), hub, rounding=0.008), "wheel/hub", 0.0)
    kind, count = (
        str(rng.choice(["spokes", "double", "dish", "slots", "wire"])),
        int(rng.integers(4, 9)),
    )
    if kind in ("spokes", "double"):
        wide, end = inner * mix(rng, 0.1, 0.2), mix(rng, 0.5, 1.4)
        twist = mix(rng, -0.35, 0.35) if chance(rng, 0.4) else 0.0
        for i in range(count):
            for j, shift in enumerate((0.0,) if kind == "spokes" else (-0.13, 0.13)):
                turn = 2 * np.pi * i / count + shift
                a, b = spin(turn) * hub * 0.6, spin(turn + twist) * (inner - 0.01)
                size = wide * (1 if kind == "spokes" else 0.55)
                s.add(
                    loft(
                        a + vec(face * 0.8, 0, 0),
                        b + vec(face * mix(rng, 0.5, 1.0), 0, 0),
                        size * np.array([1, end]),
                        0.022,
                        side=np.cross(spin(turn), (1, 0, 0)),
                        cap=0.01,
                        exponent=4,
                    ),
                    f"wheel/spoke.{i if kind == 'spokes' else 2 * i + j}",
                    style.blend,
                )
    elif kind == "wire":
        for i in range(2 * count + 4):
            turn = np.pi * i / (count + 2)
            s.add(
                round_cone(
                    spin(turn + 0.3 * (-1) ** i) * hub + vec(face * 0.6, 0, 0),
                    spin(turn) * inner + vec(0.02 * (-1) ** i, 0, 0),
                    0.014,
                    0.014,
                ),
                f"wheel/spoke.{i}",
                0.0,
            )
    else:
        s.add(cylinder((face - 0.04, 0, 0), (face, 0, 0), inner, rounding=0.006), "wheel/disc", 0.0)
        for i in range(count):
            at = spin(2 * np.pi * i / count) * inner * 0.68
            long = 0.09 * inner if kind == "dish" else 0.16 * inner
            s.cut(cylinder(at - vec(1, 0, 0), at + vec(1, 0, 0), long), 0.0)
    if chance(rng, 0.6):
        for i in range(5):
            at = spin(2 * np.pi * i / 5) * hub * 0.66 + vec(face, 0, 0)
            s.add(
                cylinder(at - vec(0.01, 0, 0), at + vec(0.022, 0, 0), hub * 0.16),
                f"wheel/nut.{i}",
                0.0,
            )
    if chance(rng, 0.7):
        s.add(
            ellipsoid((face, 0, 0), (mix(rng, 0.02, 0.05), hub * 0.5, hub * 0.5)), "wheel/cap", 0.0
        )
    if chance(rng, 0.4):
        s.add(
            cylinder((-half * 0.5, 0, 0), (-half - mix(rng, 0.1, 0.3), 0, 0), hub * 0.5),
            "axle",
            0.0,
        )
        if chance(rng, 0.6):
            s.add(
                cylinder((-half * 0.75, 0, 0), (-half * 0.55, 0, 0), inner * 0.75),
                "brake disc",
                0.0,
            )


def _bicycle(s: Sculpture, rng: np.random.Generator, style: Style) -> None:
    r, half = mix(rng, 0.42, 0.47), mix(rng, 0.022, 0.04)
    s.add(torus((0, 0, 0), (1, 0, 0), r, half), "wheel/tyre", 0.0)
    s.add(hoop(r - half * 0.5, 0.05, half * 0.75, 0.006), "wheel/rim", 0.0)
    count, hub = int(rng.integers(10, 19)), mix(rng, 0.03, 0.05)
    deep = mix(rng, 0.05, 0.08)
    for i in range(count):
        turn = 2 * np.pi * i / count
        a = spin(turn + 0.8 * (-1) ** i) * hub * 0.8 + vec(deep * 0.8 * (-1) ** (i // 2), 0, 0)
        s.add(round_cone(a, spin(turn) * (r - half * 1.2), 0.012, 0.012), f"wheel/spoke.{i}", 0.0)
    s.add(cylinder((-deep, 0, 0), (deep, 0, 0), hub, rounding=0.006), "wheel/hub", 0.0)
    s.add(cylinder((-deep * 1.5, 0, 0), (deep * 1.5, 0, 0), hub * 0.4), "axle", 0.0)
    if chance(rng, 0.5):
        size = mix(rng, 0.07, 0.12)
        outline = size * (
            1 + 0.08 * np.sign(np.sin(np.linspace(0, 2 * np.pi, 64, endpoint=False) * 16))
        )
        t = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        s.add(
            extrusion(
                np.stack([outline * np.cos(t), outline * np.sin(t)], 1),
                0.014,
                centre=(deep * 1.1, 0, 0),
                rotation=ALONG,
            ),
            "wheel/sprocket",
            0.0,
        )
    if chance(rng, 0.4):
        at = spin(mix(rng, 0, 6)) * r * 0.65
        s.add(ellipsoid(at, (0.03, 0.05, 0.03)), "wheel/reflector", 0.0)


def _tractor(s: Sculpture, rng: np.random.Generator, style: Style) -> None:
    r, half = mix(rng, 0.36, 0.42), mix(rng, 0.12, 0.2)
    thick = r * mix(rng, 0.3, 0.45)
    _tyre(s, rng, r, thick, half, False)
    count = int(rng.integers(9, 15))
    tall = mix(rng, 0.025, 0.05)
    for side in (-1, 1):
        for i in range(count):
            turn = 2 * np.pi * (i + 0.25 * side) / count
            a, b = spin(turn), spin(turn + mix(rng, 0.22, 0.3))
            start, end = (
                a * (r - 0.005) + vec(side * half * 0.92, 0, 0),
                b * (r + 0.01) + vec(side * 0.02, 0, 0),
            )
            s.add(
                loft(start, end, 0.03, tall, side=np.cross(a, (1, 0, 0)), cap=0.01, exponent=4),
                f"wheel/lug.{i + count * (side > 0)}",
                0.0,
            )
    inner = r - thick
    s.add(hoop(inner + 0.015, 0.05, half * 0.7), "wheel/rim", 0.0)
    s.add(cylinder((-0.03, 0, 0), (0.02, 0, 0), inner), "wheel/disc", 0.0)
    s.add(
        cylinder((-0.05, 0, 0), (half * 0.6, 0, 0), inner * 0.3, inner * 0.2, 0.01),
        "wheel/hub",
        0.0,
    )
    for i in range(6):
        at = spin(np.pi * i / 3) * inner * 0.5
        s.add(cylinder(at, at + vec(0.045, 0, 0), inner * 0.08), f"wheel/nut.{i}", 0.0)


_MAKERS = {
    "car": _car,
    "cart": cart,
    "bicycle": _bicycle,
    "tractor": _tractor,
    "castor": castor,
    "helm": helm,
    "steering wheel": steering,
    "water wheel": water,
}
