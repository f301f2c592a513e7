# SPDX-License-Identifier: GPL-3.0-or-later
"""Wheels of carts, ships and mills, castors, steering wheels; the rings that wheels are made of."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Solid,
    Vector,
    box,
    cylinder,
    ellipsoid,
    loft,
    revolve,
    round_cone,
    torus,
    vec,
)
from ..sculpt import Sculpture, chance, mix
from .ornament import SIDEWAYS as ALONG
from .ornament import Style, drum


def spin(turn: float) -> Vector:
    """The direction at an angle about x."""
    return vec(0, np.cos(turn), np.sin(turn))


def hoop(r: float, thick: float, half: float, rounding: float = 0.006) -> Solid:
    """A flat ring about x: outer radius r, radial thickness, half width."""
    profile = [(r - thick, -half), (r, -half), (r, half), (r - thick, half)]
    return revolve(
        np.array(profile)
        + [
            [rounding, rounding],
            [-rounding, rounding],
            [-rounding, -rounding],
            [rounding, -rounding],
        ],
        rotation=ALONG,
        rounding=rounding,
    )


def along(solid: Solid, x: float) -> Solid:
    """A solid moved along the axle."""
    shift = np.array([[x], [0], [0]], np.float32)
    return Solid(
        lambda p: solid.distance(p - shift), solid.lower + [x, 0, 0], solid.upper + [x, 0, 0]
    )


def cart(s: Sculpture, rng: np.random.Generator, style: Style) -> None:
    """A wheel of wood: a rim or felloes, spokes, a hub, an iron tyre."""
    r, half = mix(rng, 0.38, 0.46), mix(rng, 0.035, 0.06)
    thick = mix(rng, 0.05, 0.09)
    if chance(rng, 0.5):
        s.add(hoop(r + 0.02, 0.03, half * 0.9, 0.004), "wheel/tyre", 0.0)
    pieces = int(rng.choice([0, 6, 8]))
    s.add(hoop(r, thick, half), "wheel/rim" if not pieces else "wheel/felloe.0", 0.0)
    for i in range(pieces):
        way = spin(2 * np.pi * (i + 0.5) / pieces)
        s.cut(
            box(
                way * r,
                (1, 0.006, thick * 1.5),
                0,
                np.stack([vec(1, 0, 0), np.cross(way, (1, 0, 0)), way], 1),
            ),
            0.0,
        )
    count, w = int(rng.integers(6, 15)), mix(rng, 0.018, 0.034)
    hub = mix(rng, 0.06, 0.1)
    bulge = mix(rng, 1.0, 1.6)
    for i in range(count):
        way = spin(2 * np.pi * i / count)
        a, b = way * hub * 0.6, way * (r - thick + 0.01)
        size = w * np.array([1, bulge, 0.9])
        s.add(
            loft(a, b, size, size * 0.85, side=np.cross(way, (1, 0, 0)), cap=0.01),
            f"wheel/spoke.{i}",
            style.blend,
        )
    deep = half * mix(rng, 1.6, 2.6)
    s.add(
        loft(
            (-deep, 0, 0),
            (deep, 0, 0),
            hub * np.array([0.7, 1.1, 0.7]),
            hub * np.array([0.7, 1.1, 0.7]),
            cap=0.01,
        ),
        "wheel/hub",
        0.0,
    )
    if chance(rng, 0.6):
        for x in (-0.7, 0.7):
            s.add(along(hoop(hub * 1.0, 0.03, 0.016, 0.004), x * deep), "wheel/hub ring", 0.0)
    s.add(
        cylinder((deep * 0.8, 0, 0), (deep * 1.25, 0, 0), hub * 0.5, rounding=0.006),
        "wheel/cap",
        0.0,
    )
    if chance(rng, 0.35):
        s.add(cylinder((-deep * 0.8, 0, 0), (-deep - 0.3, 0, 0), hub * 0.45), "axle", 0.0)


def castor(s: Sculpture, rng: np.random.Generator, style: Style) -> None:
    """A small wheel in a fork that swivels, on a plate or a stem."""
    r, half = mix(rng, 0.2, 0.28), mix(rng, 0.05, 0.1)
    s.add(hoop(r, r * mix(rng, 0.25, 0.5), half, min(0.03, half * 0.5)), "wheel/tyre", 0.0)
    s.add(
        cylinder((-half * 0.85, 0, 0), (half * 0.85, 0, 0), r * 0.78, rounding=0.01),
        "wheel/rim",
        0.0,
    )
    s.add(cylinder((-half * 1.1, 0, 0), (half * 1.1, 0, 0), r * 0.3), "wheel/hub", 0.0)
    back, high = mix(rng, 0, 0.4) * r, r * mix(rng, 1.2, 1.45)
    for side in (-1, 1):
        x = side * (half + 0.035)
        a, b = vec(x, 0, 0), vec(x, -back, high)
        s.add(
            loft(a, b, [r * 0.22, r * 0.5], 0.02, side=(0, 1, 0), cap=0.02, exponent=4), "fork", 0.0
        )
        s.add(cylinder(a * 0.9, a * 1.3, r * 0.16), "axle", 0.0)
    s.add(box((0, -back, high), (half + 0.055, r * 0.52, 0.024), 0.006), "fork", 0.0)
    s.add(cylinder((0, -back, high), (0, -back, high + 0.07), r * 0.45), "swivel", 0.0)
    if chance(rng, 0.6):
        plate = mix(rng, 0.16, 0.24)
        s.add(
            box((0, -back, high + 0.08), (plate, plate * mix(rng, 0.8, 1.2), 0.022), 0.006),
            "plate",
            0.0,
        )
        for i in range(4):
            hole = vec((-1) ** i * plate * 0.75, -back + (-1) ** (i // 2) * plate * 0.7, 0)
            s.cut(cylinder(hole + vec(0, 0, high + 0.03), hole + vec(0, 0, high + 0.2), 0.025), 0.0)
    else:
        s.add(
            cylinder((0, -back, high + 0.05), (0, -back, high + mix(rng, 0.2, 0.35)), r * 0.18),
            "stem",
            0.0,
        )
    if chance(rng, 0.4):
        s.add(
            loft(
                (0, -back + r * 0.4, high * 0.9),
                (0, r * 1.3, r * 0.6),
                half * 0.8,
                0.022,
                side=(1, 0, 0),
            ),
            "brake",
            0.0,
        )


def helm(s: Sculpture, rng: np.random.Generator, style: Style) -> None:
    """The wheel of a ship: spokes that end in handles."""
    r, half = mix(rng, 0.28, 0.36), mix(rng, 0.03, 0.05)
    s.add(hoop(r, mix(rng, 0.05, 0.08), half), "wheel/rim", 0.0)
    if chance(rng, 0.4):
        s.add(hoop(r * 0.55, 0.04, half * 0.8), "wheel/inner ring", 0.0)
    count = int(rng.choice([6, 8, 8, 10]))
    for i in range(count):
        way = spin(2 * np.pi * i / count)
        s.add(
            loft(way * 0.05, way * r, [0.028, 0.02, 0.028], [0.028, 0.02, 0.028]),
            f"wheel/spoke.{i}",
            style.blend,
        )
        a, b = way * (r - 0.01), way * (r + mix(rng, 0.14, 0.18))
        s.add(
            loft(a, b, [0.018, 0.034, 0.024], [0.018, 0.034, 0.024], cap=0.02),
            f"wheel/handle.{i}",
            0.0,
        )
    s.add(
        cylinder((-half * 1.4, 0, 0), (half * 1.4, 0, 0), mix(rng, 0.09, 0.13), rounding=0.012),
        "wheel/hub",
        0.0,
    )
    s.add(ellipsoid((half * 1.4, 0, 0), (0.03, 0.06, 0.06)), "wheel/cap", 0.0)
    if chance(rng, 0.5):
        low = -r - 0.35
        s.add(box((-half - 0.09, 0, low / 2), (0.06, 0.1, -low / 2 + 0.06), 0.01), "pedestal", 0.0)
        s.add(box((-half - 0.09, 0, low), (0.14, 0.17, 0.04), 0.01), "base", 0.0)


def steering(s: Sculpture, rng: np.random.Generator, style: Style) -> None:
    """The wheel of a car: a rim, spokes, a hub, a column, levers."""
    r, thick = mix(rng, 0.34, 0.42), mix(rng, 0.026, 0.045)
    if chance(rng, 0.75):
        s.add(torus((0, 0, 0), (1, 0, 0), r, thick), "wheel/rim", 0.0)
    else:
        t = np.linspace(-0.75, np.pi + 0.75, 25)
        s.limb([spin(a) * r for a in t], thick, "wheel/rim", 0.0)
        s.limb([spin(t[0]) * r, spin(t[-1]) * r], thick, "wheel/rim", 0.0)
    sink, count = mix(rng, 0.0, 0.12), int(rng.choice([2, 3, 3, 4]))
    turns = {2: [0, np.pi], 3: [0, np.pi, -np.pi / 2], 4: [0.4, np.pi - 0.4, np.pi + 0.4, -0.4]}[
        count
    ]
    for i, turn in enumerate(turns):
        way = spin(turn)
        s.add(
            loft(
                vec(-sink, 0, 0),
                way * r,
                [0.06, mix(rng, 0.025, 0.05)],
                0.018,
                side=np.cross(way, (1, 0, 0)),
            ),
            f"wheel/spoke.{i}",
            0.004,
        )
    s.add(
        cylinder(
            (-sink - 0.03, 0, 0), (-sink + 0.045, 0, 0), r * mix(rng, 0.2, 0.36), rounding=0.02
        ),
        "wheel/hub",
        0.0,
    )
    s.add(
        cylinder((-sink, 0, 0), (-sink + 0.06, 0, 0), r * 0.13, rounding=0.008),
        "wheel/horn button",
        0.0,
    )
    if chance(rng, 0.7):
        s.add(cylinder((-sink, 0, 0), (-sink - mix(rng, 0.2, 0.5), 0, 0), 0.045), "column", 0.0)
    if chance(rng, 0.5):
        for name, side in (("l", 1), ("r", -1)):
            s.limb(
                [(-sink - 0.1, 0, 0), (-sink - 0.08, side * 0.26, 0.05)],
                [0.018, 0.024],
                f"lever.{name}",
                0.0,
            )
    if chance(rng, 0.3):
        for turn in (0.5, np.pi - 0.5):
            curve = [spin(turn + a) * r for a in np.linspace(-0.3, 0.3, 5)]
            s.limb(curve, thick * 1.2, f"wheel/grip.{'l' if turn < 1 else 'r'}", 0.0)


def water(s: Sculpture, rng: np.random.Generator, style: Style) -> None:
    """The wheel of a mill: two sides with spokes, and paddles between them."""
    r, half = mix(rng, 0.38, 0.46), mix(rng, 0.1, 0.18)
    count = int(rng.integers(8, 15))
    for name, x in (("l", half), ("r", -half)):
        s.add(along(hoop(r * 0.9, 0.07, 0.02), x), f"wheel/side.{name}", 0.0)
        for i in range(count // 2):
            way = spin(2 * np.pi * i / (count // 2))
            s.add(
                round_cone(vec(x, 0, 0), way * r * 0.86 + vec(x, 0, 0), 0.022, 0.02),
                f"wheel/spoke.{name}{i}",
                0.0,
            )
    for i in range(count):
        way = spin(2 * np.pi * i / count)
        tilt = np.stack([vec(1, 0, 0), np.cross(way, (1, 0, 0)), way], 1)
        s.add(
            box(way * r * 0.9, (half + 0.01, 0.018, r * mix(rng, 0.1, 0.13)), 0, tilt),
            f"wheel/paddle.{i}",
            0.0,
        )
    reach = half + mix(rng, 0.08, 0.2)
    s.add(cylinder((-reach, 0, 0), (reach, 0, 0), 0.035), "axle", 0.0)
    drum(s, rng, style, (-half - 0.03, 0, 0), (half + 0.03, 0, 0), 0.07, "wheel/hub")
    if chance(rng, 0.5):
        for name, side in (("l", 1), ("r", -1)):
            for y in (-0.22, 0.22):
                s.limb(
                    [(side * reach * 0.92, 0, 0.02), (side * reach * 0.92, y, -r - 0.08)],
                    0.026,
                    f"stand.{name}",
                    0.0,
                )
