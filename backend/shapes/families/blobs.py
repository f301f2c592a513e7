# SPDX-License-Identifier: GPL-3.0-or-later
"""Creatures that do not exist: limbs attached at random to a body, and their limbs to them."""

from __future__ import annotations

import numpy as np

from ..implicit import Vector, ellipsoid, loft, round_cone, spline, tube, unit
from ..remesh import random_rotation
from ..sculpt import Sculpture, chance, mix


def blob(rng: np.random.Generator) -> Sculpture:
    """A body with two to seven limbs of any kind, symmetric or not, with tips and branches."""
    s = Sculpture(detail=100)
    k = mix(rng, 0.005, 0.08)
    radii = np.array([mix(rng, 0.13, 0.3), mix(rng, 0.13, 0.45), mix(rng, 0.13, 0.3)])
    s.add(ellipsoid((0, 0, 0), radii, exponent=mix(rng, 2, 3.5)), "body", 0)
    mirrored = chance(rng, 0.6)
    taken: list[Vector] = []
    count = int(rng.integers(2, 8))
    for i in range(count):
        direction = _free_direction(rng, taken, 0.55 if count > 5 else 0.75)
        if direction is None:
            break
        thick = mix(rng, 0.03, 0.085)
        twin = mirrored and abs(direction[0]) > 0.35 and chance(rng, 0.8)
        taken.append(direction)
        if twin:
            taken.append(direction * [-1, 1, 1])
        state = rng.bit_generator.state
        for flip in (1.0, -1.0) if twin else (1.0,):
            rng.bit_generator.state = state
            _limb(s, rng, radii, direction, thick, k, flip, f"limb.{i}{'r' if flip < 0 else ''}")
    s.opinion(0.45, "limb.*")
    s.opinion(0.3, "limb.*/tip", "limb.*/twig.?", "limb.*/stem>^", "limb.*/stem2>^")
    s.opinion(0.25)
    return s


def _free_direction(rng: np.random.Generator, taken: list[Vector], gap: float) -> Vector | None:
    for _ in range(30):
        direction = unit(rng.normal(size=3))
        if all(np.linalg.norm(direction - t) > gap for t in taken):
            return direction
    return None


def _limb(
    s: Sculpture,
    rng: np.random.Generator,
    radii: Vector,
    direction: Vector,
    thick: float,
    k: float,
    flip: float,
    path: str,
) -> None:
    mirror = np.array([flip, 1, 1])
    direction = direction * mirror
    root = direction * radii * 0.85 / np.sqrt(((direction) ** 2).sum())
    kind = rng.choice(
        ["tentacle", "jointed", "knob", "flat", "forked"], p=[0.25, 0.3, 0.2, 0.1, 0.15]
    )
    length = mix(rng, 0.2, 0.6)
    aside = unit(np.cross(direction * mirror, rng.normal(size=3))) * mirror
    if kind == "knob":
        end = root + direction * length * 0.45
        size = thick * mix(rng, 1.4, 2.6)
        s.add(round_cone(root, end, thick, thick * 0.8), path + "/stem", k)
        s.add(
            ellipsoid(end + direction * size * 0.6, size * np.array([1, 1, mix(rng, 0.7, 1.3)])),
            path + "/tip",
            k * mix(rng, 0.2, 1),
        )
    elif kind == "flat":
        s.add(
            loft(
                root - direction * 0.03,
                root + direction * length,
                thick * np.array([1.0, 2.4, 1.5]),
                max(thick * 0.45, 0.02),
                side=aside,
            ),
            path + "/stem",
            k,
        )
    elif kind == "tentacle":
        bend = aside * length * mix(rng, -0.6, 0.6)
        curve = spline(
            [root, root + direction * length * 0.5 + bend * 0.3, root + direction * length + bend],
            9,
        )
        s.limb(curve, [thick * 1.2, thick * mix(rng, 0.4, 1)], path + "/stem", k)
    else:
        elbow = root + direction * length * mix(rng, 0.4, 0.7)
        second = unit(direction + aside * mix(rng, 0.4, 2.5))
        end = elbow + second * length * mix(rng, 0.4, 0.8)
        taper = mix(rng, 0.55, 0.95)
        s.limb(
            [root, elbow, end],
            thick * np.array([1.2, taper, taper**2]),
            [path + "/stem", path + "/stem2"],
            k,
        )
        if kind == "forked":
            fan = random_rotation(rng)[0] * mirror
            for j, side in enumerate((-1.0, 0.0, 1.0)[: int(rng.integers(2, 4))]):
                tip = end + unit(second + fan * 0.8 * side) * length * 0.4
                s.add(tube([end, tip], [thick * 0.6, thick * 0.4]), f"{path}/twig.{j}", k * 0.5)
        elif chance(rng, 0.6):
            size = thick * mix(rng, 0.9, 1.5)
            s.add(ellipsoid(end + second * size * 0.7, size), path + "/tip", k * 0.5)
