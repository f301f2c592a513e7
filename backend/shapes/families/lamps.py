# SPDX-License-Identifier: GPL-3.0-or-later
"""Lamps with arms: desk lamps, lamps on walls, chandeliers."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    box,
    cylinder,
    ellipsoid,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    unit,
    vec,
)
from ..polyhedra import faceted_cone, minus
from ..sculpt import Sculpture, chance, mix
from .ornament import Style, draw_style, drum, rays


def _shade(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    at: Vector,
    way: Vector,
    r: float,
    path: str,
) -> None:
    """A shade that opens along `way` from `at`, with its socket and a bulb in it."""
    kind, deep = (
        str(rng.choice(["cone", "bell", "drum", "dome", "faceted"])),
        r * mix(rng, 0.9, 1.7),
    )
    end = at + way * deep
    if kind == "faceted":
        solid = faceted_cone(at, end, r * 0.5, r, int(rng.choice([4, 6, 8])))
    elif kind == "bell":
        solid = loft(
            at,
            end,
            r * np.array([0.3, 0.45, 0.6, 1.0]),
            r * np.array([0.3, 0.45, 0.6, 1.0]),
            cap=0.01,
        )
    elif kind == "dome":
        solid = loft(
            at,
            end,
            r * np.array([0.3, 0.75, 0.95, 1.0]),
            r * np.array([0.3, 0.75, 0.95, 1.0]),
            cap=0.01,
        )
    else:
        solid = cylinder(
            at, end, r * (mix(rng, 0.3, 0.55) if kind == "cone" else mix(rng, 0.8, 1.0)), r
        )
    s.add(
        minus(solid, cylinder(at + way * deep * 0.35, end + way * 0.05, r * 0.3, r * 0.9)),
        f"{path}/shade",
        0.0,
    )
    s.add(
        cylinder(at - way * r * 0.35, at + way * 0.01, r * 0.22, r * 0.3, 0.006),
        f"{path}/socket",
        0.0,
    )
    s.add(ellipsoid(at + way * deep * 0.6, r * mix(rng, 0.28, 0.42)), f"{path}/bulb", 0.0)
    s.add(cylinder(at, at + way * deep * 0.5, r * 0.16), f"{path}/bulb", 0.0)


def desk_lamp(rng: np.random.Generator) -> Sculpture:
    """A lamp with a jointed or bent arm: on a foot, a clamp or a wall; facing -y."""
    style = draw_style(rng, 0.6, 0.4)
    s = Sculpture(crisp=style.crisp, detail=114)
    r, thick = mix(rng, 0.12, 0.18), mix(rng, 0.016, 0.028)
    kind = str(rng.choice(["foot", "foot", "clamp", "wall"]))
    start = vec(0, 0, 0.04)
    if kind == "foot":
        if chance(rng, 0.7):
            drum(
                s,
                rng,
                style,
                (0, 0, 0),
                (0, 0, mix(rng, 0.03, 0.07)),
                r * mix(rng, 1.1, 1.6),
                "base/base",
                r * mix(rng, 0.8, 1.1),
            )
        else:
            s.add(box((0, 0, 0.02), (r * 1.1, r * 1.4, 0.028), 0.01), "base/base", 0.0)
        if chance(rng, 0.5):
            s.add(
                cylinder((r * 0.6, -r * 0.5, 0.03), (r * 0.6, -r * 0.5, 0.085), 0.03),
                "base/switch",
                0.0,
            )
    elif kind == "clamp":
        s.add(box((0, 0, 0.02), (0.05, 0.08, 0.03), 0.006), "clamp", 0.0)
        s.add(box((0, 0.07, -0.08), (0.045, 0.024, 0.12), 0.006), "clamp", 0.0)
        s.add(box((0, 0, -0.18), (0.045, 0.08, 0.024), 0.006), "clamp", 0.0)
        s.add(cylinder((0, -0.03, -0.28), (0, -0.03, -0.08), 0.02), "screw", 0.0)
        s.add(cylinder((0, -0.03, -0.3), (0, -0.03, -0.26), 0.045), "screw", 0.0)
    else:
        drum(s, rng, style, (0, 0.09, 0.04), (0, 0.03, 0.04), mix(rng, 0.08, 0.13), "wall plate")
    if chance(rng, 0.65):
        first, second = mix(rng, 0.3, 0.5), mix(rng, 0.25, 0.45)
        lean, fold = mix(rng, -0.3, 0.6), mix(rng, -0.6, 1.2)
        elbow = start + first * unit(vec(0, lean, 1))
        end = elbow + second * unit(vec(0, -1, fold))
        twin = chance(rng, 0.4)
        for name, a, b in (("lower arm", start, elbow), ("upper arm", elbow, end)):
            for x in (-0.024, 0.024) if twin else (0.0,):
                s.add(
                    round_cone(a + vec(x, 0, 0), b + vec(x, 0, 0), thick, thick), f"arm/{name}", 0.0
                )
            if chance(rng, 0.4):
                mid = (
                    a
                    + (b - a) * np.array([[0.15], [0.55]])
                    + unit(np.cross(b - a, (1, 0, 0))) * 0.035
                )
                s.add(round_cone(mid[0], mid[1], 0.02, 0.02), f"arm/spring.{name.split()[0]}", 0.0)
        for i, at in enumerate((start, elbow, end)):
            s.add(
                cylinder(at - vec(0.04, 0, 0), at + vec(0.04, 0, 0), mix(rng, 0.03, 0.045)),
                f"arm/joint.{i}",
                0.0,
            )
        if chance(rng, 0.3):
            back = elbow - (end - elbow) * 0.35
            s.add(round_cone(elbow, back, thick, thick), "arm/upper arm", 0.0)
            s.add(
                cylinder(back, back - unit(end - elbow) * 0.09, 0.055, rounding=0.008),
                "counterweight",
                0.0,
            )
    else:
        high, reach = mix(rng, 0.4, 0.7), mix(rng, 0.2, 0.4)
        end = vec(0, -reach, high * mix(rng, 0.6, 0.95))
        neck = spline([start, vec(0, 0.03, high * 0.6), vec(0, -reach * 0.5, high * 1.05), end], 15)
        s.limb(neck, thick * 1.1, "arm/neck", 0.0)
        s.add(
            cylinder(start - vec(0, 0, 0.02), start + vec(0, 0, 0.05), thick * 2),
            "arm/joint.0",
            0.0,
        )
    tilt = unit(vec(mix(rng, -0.3, 0.3), mix(rng, -0.9, 0.1), -1))
    at = end + tilt * r * 0.35
    _shade(s, rng, style, at, tilt, r, "head")
    if chance(rng, 0.25):
        s.limb([at + tilt * r, at + tilt * r + vec(0.03, 0, -0.16)], 0.013, "pull chain", 0.0)
        s.add(sphere(at + tilt * r + vec(0.03, 0, -0.17), 0.024), "pull chain", 0.0)
    s.opinion(0.35, "head", "arm/joint.?>arm/lower arm", "arm/spring.*>^")
    s.opinion(0.25, "head", "arm", "base")
    s.opinion(0.4)
    return s


def chandelier(rng: np.random.Generator) -> Sculpture:
    """A lamp that hangs: a ceiling rose, a chain, a stem, arms with candles or shades."""
    style = draw_style(rng, 0.6, 0.4)
    s = Sculpture(crisp=style.crisp, detail=120)
    k = max(style.blend, 0.003)
    count = int(rng.choice([0, 3, 4, 5, 6, 6, 8]))
    top, long = mix(rng, 0.3, 0.55), mix(rng, 0.2, 0.36)
    links = 0 if chance(rng, 0.5) else max(3, int(top / 0.075))
    if links:
        for i in range(links):
            at = vec(0, 0, long * 0.5 + (i + 0.5) * top / links)
            way = vec(1, 0, 0) if i % 2 else vec(0, 1, 0)
            s.add(torus(at, way, top / links * 0.48, 0.015), "chain", 0.0)
    else:
        s.add(cylinder((0, 0, long * 0.4), (0, 0, long * 0.5 + top), 0.018), "rod", 0.0)
    ceiling = long * 0.5 + top
    s.add(
        cylinder(
            (0, 0, ceiling - 0.02),
            (0, 0, ceiling + 0.04),
            mix(rng, 0.05, 0.08),
            mix(rng, 0.09, 0.14),
        ),
        "ceiling rose",
        0.0,
    )
    if not count:
        r = mix(rng, 0.2, 0.34)
        if chance(rng, 0.6):
            _shade(s, rng, style, vec(0, 0, long * 0.4), vec(0, 0, -1), r, "lamp")
        else:
            s.add(sphere((0, 0, long * 0.4 - r), r), "lamp/globe", 0.0)
            s.add(
                cylinder((0, 0, long * 0.4 - r * 0.2), (0, 0, long * 0.5), r * 0.35),
                "lamp/socket",
                0.0,
            )
            for i, x in enumerate(np.linspace(-0.5, 0.5, int(rng.choice([0, 2, 3])))):
                s.add(
                    torus((0, 0, long * 0.4 - r + x * r), (0, 0, 1), r * np.sqrt(1 - x * x), 0.018),
                    f"lamp/ring.{i}",
                    0.0,
                )
        s.opinion(0.5, "lamp/socket>lamp/shade")
        s.opinion(0.5)
        return s
    sizes = np.array([0.03, 0.06, 0.035, mix(rng, 0.05, 0.09), 0.03])
    s.add(loft((0, 0, long * 0.5), (0, 0, -long * 0.5), sizes, sizes, cap=0.02), "stem", 0.0)
    low = vec(0, 0, -long * 0.5)
    s.add(ellipsoid(low, vec(1, 1, mix(rng, 0.8, 1.3)) * mix(rng, 0.05, 0.08)), "finial", k)
    reach, sag, state = mix(rng, 0.28, 0.45), mix(rng, 0.08, 0.25), None
    if chance(rng, 0.25):
        s.add(torus((0, 0, -long * 0.2), (0, 0, 1), reach, 0.026), "ring", 0.0)
    candle, tall, r = chance(rng, 0.55), mix(rng, 0.1, 0.18), mix(rng, 0.06, 0.09)
    drops, down = chance(rng, 0.5), chance(rng, 0.4)
    for i, ray in enumerate(rays(count)):
        state = state or rng.bit_generator.state
        rng.bit_generator.state = state
        end = ray * reach + vec(0, 0, -long * 0.2 + sag * 0.3)
        curve = spline(
            [
                vec(0, 0, -long * 0.25),
                ray * reach * 0.45 + vec(0, 0, -long * 0.25 - sag),
                ray * reach * 0.95 + vec(0, 0, -long * 0.25),
                end,
            ],
            10,
        )
        s.limb(curve, [0.024, 0.018], f"arm.{i}", k)
        if candle:
            s.add(cylinder(end, end + vec(0, 0, 0.02), r * 0.5, r * 0.95), f"candle.{i}/pan", 0.0)
            s.add(cylinder(end, end + vec(0, 0, tall), 0.028), f"candle.{i}/candle", 0.0)
            s.add(
                loft(
                    end + vec(0, 0, tall),
                    end + vec(0, 0, tall + 0.09),
                    [0.014, 0.03, 0.012],
                    [0.014, 0.03, 0.012],
                ),
                f"candle.{i}/flame",
                0.0,
            )
        else:
            way = vec(0, 0, -1 if down else 1)
            _shade(s, rng, style, end + way * r * 0.5, way, r * 1.2, f"lamp.{i}")
        if drops:
            hang = curve[6] - vec(0, 0, 0.02)
            s.add(round_cone(hang, hang - vec(0, 0, 0.04), 0.014, 0.014), f"crystal.{i}", 0.0)
            s.add(
                loft(
                    hang - vec(0, 0, 0.03),
                    hang - vec(0, 0, 0.13),
                    [0.013, 0.03, 0.012],
                    [0.013, 0.03, 0.012],
                    exponent=1.5,
                ),
                f"crystal.{i}",
                0.0,
            )
    s.opinion(0.35, "lamp.?", "candle.?", "arm.?>arms", "crystal.*>crystals")
    s.opinion(0.3, "candle.?", "lamp.?", "arm.?>stem", "finial>stem")
    s.opinion(0.35)
    return s
