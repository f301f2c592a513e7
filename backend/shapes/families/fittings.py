# SPDX-License-Identifier: GPL-3.0-or-later
"""Pipes and valves, bolts and stepped shafts, random CAD composites."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, ellipsoid, extrusion, frame, spline, torus, tube, vec
from ..remesh import random_rotation
from ..sculpt import Sculpture, chance, mix
from .machines import around, rod_through, soft


def pipe(rng: np.random.Generator) -> Sculpture:
    """Elbow, tee, cross or valve with flanges, a wheel, a bonnet."""
    s = Sculpture(crisp=chance(rng, 0.5), detail=94)
    k = soft(s, rng)
    r = mix(rng, 0.09, 0.15)
    kind = str(rng.choice(["elbow", "tee", "cross", "valve"]))
    lip, t = r * mix(rng, 1.4, 1.9), mix(rng, 0.025, 0.045)
    reach = mix(rng, 0.3, 0.5)
    ways = {
        "elbow": [vec(1, 0, 0), vec(0, 0, 1)],
        "tee": [vec(1, 0, 0), vec(-1, 0, 0), vec(0, 0, 1)],
        "cross": [vec(1, 0, 0), vec(-1, 0, 0), vec(0, 0, 1), vec(0, 0, -1)],
        "valve": [vec(1, 0, 0), vec(-1, 0, 0)],
    }[kind]
    if kind == "elbow":
        bend = spline(
            [
                ways[0] * reach,
                ways[0] * reach * 0.55,
                (ways[0] + ways[1]) * reach * 0.12,
                ways[1] * reach * 0.55,
                ways[1] * reach,
            ],
            22,
        )
        s.add(tube(bend, r), "body", 0)
        hole = tube(np.concatenate([[bend[0] + ways[0]], bend, [bend[-1] + ways[1]]]), r * 0.75)
    else:
        for i, way in enumerate(ways):
            s.add(cylinder(0 * way, way * reach, r), f"branch.{i}", k if i else 0)
        s.add(ellipsoid((0, 0, 0), r * mix(rng, 1.05, 1.6 if kind == "valve" else 1.2)), "body", k)
        hole = [cylinder(0 * way, way * reach * 1.5, r * 0.72) for way in ways]
    flanged = chance(rng, 0.8)
    for i, way in enumerate(ways):
        if flanged:
            s.add(
                cylinder(way * (reach - 2 * t), way * reach, lip, rounding=0.006),
                f"flange.{i}",
                0.006,
            )
            rot = frame(way)
            for at in around(int(rng.choice([4, 6])), (lip + r) / 2, 0.5):
                if lip - r > 0.07:
                    s.cut(rod_through(rot @ at + way * reach, way * 0.06, (lip - r) * 0.25), 0.002)
    s.cut(hole, 0.004)
    if kind == "valve":
        high = reach * mix(rng, 0.8, 1.2)
        s.add(cylinder((0, 0, 0), (0, 0, r * 1.9), r * 0.8, rounding=0.01), "bonnet", k)
        s.add(cylinder((0, 0, r), (0, 0, high), 0.032), "wheel/stem", 0.006)
        if chance(rng, 0.7):
            size = mix(rng, 0.15, 0.24)
            s.add(torus((0, 0, high), (0, 0, 1), size, 0.028), "wheel/rim", 0.006)
            for i, at in enumerate(around(4, size)):
                s.add(
                    cylinder(vec(0, 0, high), at + vec(0, 0, high), 0.022),
                    f"wheel/spoke.{i}",
                    0.006,
                )
        else:
            s.add(box((0.15, 0, high), (0.2, 0.04, 0.022), 0.015), "wheel/lever", 0.008)
    s.opinion(0.6, "branch.?>body", "wheel/stem>stem", "wheel/*>wheel")
    s.opinion(0.25, "wheel")
    s.opinion(0.15)
    return s


def bolt(rng: np.random.Generator) -> Sculpture:
    """Bolt with nut and washers, stepped shaft, piston, spool."""
    s = Sculpture(crisp=chance(rng, 0.75), detail=92)
    k = soft(s, rng) * 0.7
    if chance(rng, 0.55):
        r, long = mix(rng, 0.06, 0.11), mix(rng, 0.4, 0.8)
        hexagon = np.array([[np.cos(a), np.sin(a)] for a in np.pi * np.arange(6) / 3])
        size = r * mix(rng, 1.6, 2.1)
        if chance(rng, 0.65):
            s.add(extrusion(hexagon * size, r * 0.6, rounding=0.01), "head", 0)
        else:
            s.add(ellipsoid((0, 0, 0), (size, size, r)), "head", 0)
        s.add(cylinder((0, 0, 0), (0, 0, long), r, rounding=0.01), "shank", k)
        if chance(rng, 0.6):
            s.add(
                extrusion(
                    hexagon * size,
                    r * 0.55,
                    centre=(0, 0, long * mix(rng, 0.4, 0.8)),
                    rounding=0.008,
                ),
                "nut",
                k,
            )
        if chance(rng, 0.5):
            s.add(
                cylinder((0, 0, r * 0.6), (0, 0, r * 0.6 + 0.04), size * 1.3, rounding=0.006),
                "washer",
                0.003,
            )
    else:
        z = 0.0
        for i in range(int(rng.integers(2, 6))):
            r, long = mix(rng, 0.06, 0.26), mix(rng, 0.06, 0.3)
            s.add(
                cylinder(
                    (0, 0, z - 0.01),
                    (0, 0, z + long),
                    r,
                    r * (mix(rng, 0.5, 1) if chance(rng, 0.2) else 1),
                    0.01,
                ),
                f"step.{i}",
                k,
            )
            z += long
        if chance(rng, 0.3):
            s.cut(rod_through(vec(0, 0, 0), vec(0, 0, z), 0.035), 0.003)
    s.opinion(1.0)
    return s


def composite(rng: np.random.Generator) -> Sculpture:
    """A random solid of boxes, cylinders, cones and rings on a core, as in CAD exercises."""
    s = Sculpture(crisp=chance(rng, 0.75), detail=102)
    k = soft(s, rng)
    core = np.array([mix(rng, 0.15, 0.4), mix(rng, 0.15, 0.4), mix(rng, 0.1, 0.35)])
    round_core = chance(rng, 0.35)
    if round_core:
        s.add(cylinder((0, 0, -core[2]), (0, 0, core[2]), core[0], rounding=0.012), "core", 0)
        core[1] = core[0]
    else:
        s.add(box((0, 0, 0), core, mix(rng, 0.004, 0.04)), "core", 0)
    places = [(axis, sign) for axis in range(3) for sign in (-1.0, 1.0)]
    for i, pick in enumerate(rng.permutation(6)[: int(rng.integers(1, 6))]):
        axis, sign = places[int(pick)]
        way = vec(0, 0, 0)
        way[axis] = sign
        other = [j for j in range(3) if j != axis]
        room = float(core[other].min())
        shift = vec(0, 0, 0)
        if not round_core and chance(rng, 0.5):
            shift[other] = rng.uniform(-0.4, 0.4, 2) * core[other]
        a = way * core[axis] * 0.9 + shift
        b = way * (core[axis] + mix(rng, 0.08, 0.35)) + shift
        size = room * mix(rng, 0.25, 0.75)
        kind = rng.choice(["rod", "cone", "block", "knob", "plate"])
        part = f"stub.{i}"
        if kind == "rod":
            s.add(cylinder(a, b, size, rounding=0.008), part, k)
            if chance(rng, 0.3):
                s.cut(cylinder(a + way * 0.05, b + way, size * 0.6), 0.003)
        elif kind == "cone":
            s.add(cylinder(a, b, size, size * mix(rng, 0.3, 0.7), 0.008), part, k)
        elif kind == "block":
            half = np.full(3, size) * rng.uniform(0.6, 1.0, 3)
            half[axis] = float(np.linalg.norm(b - a)) / 2
            s.add(box((a + b) / 2, half, 0.008), part, k)
        elif kind == "knob":
            s.add(cylinder(a, b, size * 0.5), part + "/neck", k)
            s.add(ellipsoid(b, size), part + "/ball", k)
        else:
            half = np.full(3, room * mix(rng, 1.0, 1.5))
            half[axis] = mix(rng, 0.025, 0.05)
            s.add(cylinder(a, b, size * 0.6), part + "/neck", k)
            s.add(box(b, half, 0.008), part + "/plate", k)
    if chance(rng, 0.35):
        axis_way = vec(0, 0, 0)
        axis_way[int(rng.integers(3))] = 1
        s.cut(rod_through(0 * axis_way, axis_way, float(core.min()) * mix(rng, 0.2, 0.5)), 0.004)
    if chance(rng, 0.2):
        tilt = random_rotation(rng)
        s.add(cylinder(0 * tilt[0], tilt[0] * 0.7, 0.06, rounding=0.01), "spike", k)
    s.opinion(0.5, "stub.?")
    s.opinion(0.5)
    return s
