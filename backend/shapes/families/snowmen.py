# SPDX-License-Identifier: GPL-3.0-or-later
"""Snowmen: balls of snow with a carrot, coal, arms of twigs, and often a hat and a scarf."""

from __future__ import annotations

import numpy as np

from ..implicit import cylinder, sphere, torus, tube
from ..sculpt import Sculpture, chance, mix


def snowman(rng: np.random.Generator) -> Sculpture:
    """Two or three balls, one on the other; front towards -y, z up."""
    s = Sculpture(detail=90)
    radii = [mix(rng, 0.30, 0.36), mix(rng, 0.22, 0.26), mix(rng, 0.16, 0.19)]
    if chance(rng, 0.25):
        del radii[1]
    height, centres = -0.05, []
    for radius in radii:
        height += 0.85 * radius
        centres.append(height)
        height += 0.8 * radius
    names = ["base", "body", "head"] if len(radii) == 3 else ["body", "head"]
    for name, centre, radius in zip(names, centres, radii, strict=True):
        s.add(sphere([0, 0, centre], radius), name, blend=0.02)
    chest, wide = centres[-2], radii[-2]
    top, face = centres[-1], radii[-1]
    _face(s, rng, top, face)
    for number in range(int(rng.integers(2, 4))):
        up = chest + wide * (0.45 - 0.4 * number)
        depth = np.sqrt(wide**2 - (up - chest) ** 2)
        s.add(sphere([0, -depth, up], 0.026), f"button.{number}", blend=0.004)
    for side, name in ((1, "l"), (-1, "r")):
        shoulder = np.array([side * 0.75 * wide, 0, chest + 0.3 * wide])
        hand = shoulder + [side * mix(rng, 0.22, 0.32), mix(rng, -0.1, 0.0), mix(rng, 0.05, 0.2)]
        s.limb([shoulder, (shoulder + hand) / 2 + [0, 0, -0.015], hand], [0.02, 0.017, 0.013],
               f"arm.{name}", blend=0.005)  # fmt: skip
        for turn in (-0.5, 0.4):
            tip = hand + [side * 0.06, 0.05 * turn, 0.09 * turn + 0.02]
            s.limb([hand, tip], [0.012, 0.008], f"arm.{name}", blend=0.004)
    if chance(rng, 0.7):
        brim = top + 0.72 * face
        s.add(cylinder([0, 0, brim - 0.012], [0, 0, brim + 0.014], 1.1 * face), "hat", 0.004)
        high = brim + mix(rng, 1.0, 1.5) * face
        s.add(cylinder([0, 0, brim - 0.05], [0, 0, high], 0.68 * face), "hat", 0.006)
    if chance(rng, 0.6):
        neck = top - 0.8 * face
        s.add(torus([0, 0, neck], [0, 0, 1], 0.68 * face, 0.042), "scarf", 0.006)
        end = [0.3 * face, -0.95 * face - 0.03, neck - 0.2]
        s.limb([[0.3 * face, -0.68 * face, neck], end], [0.036, 0.034], "scarf", 0.01)
    s.opinion(1.0)
    return s


def _face(s: Sculpture, rng: np.random.Generator, top: float, face: float) -> None:
    length = mix(rng, 0.14, 0.22)
    s.add(tube([[0, -0.85 * face, top], [0, -face - length, top - 0.02]], [0.036, 0.008]), "nose",
          blend=0.004)  # fmt: skip
    for side, name in ((1, "l"), (-1, "r")):
        at = np.array([side * 0.36, -np.sqrt(1 - 0.36**2 - 0.3**2), 0.3]) * face
        s.add(sphere(at + [0, 0, top], 0.024), f"eye.{name}", blend=0.003)
