# SPDX-License-Identifier: GPL-3.0-or-later
"""Statues: a person, an animal, a bird or a vessel on a plinth of several steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..implicit import vec
from ..sculpt import Sculpture, chance, mix
from . import animals, characters, figures, people, vessels
from .ornament import Style, block, drum

FIGURES = (
    people.human,
    people.human,
    characters.geared_figure,
    characters.game_character,
    animals.quadruped,
    animals.bird,
    figures.bust,
    figures.teddy,
    vessels.vase,
)


def statue(rng: np.random.Generator) -> Sculpture:
    """A figure of another family that stands on a plinth; all its opinions and one more."""
    s = FIGURES[int(rng.integers(len(FIGURES)))](rng)
    # Feet are where a coarse copy of the field is inside.
    values, origin, cell = replace(s, detail=32).sample_grid()
    inside = np.argwhere(values < 0) * cell + origin
    low, high = inside.min(0), inside.max(0)
    tall = float(high[2] - low[2])
    feet = inside[inside[:, 2] < low[2] + 0.12 * tall]
    middle = (feet.min(0) + feet.max(0)) / 2
    half = (feet.max(0) - feet.min(0))[:2] / 2 + mix(rng, 0.03, 0.12)
    half = np.maximum(half, 0.12 * float((high - low)[:2].max()))
    style = Style(s.crisp, mix(rng, 0.0, 0.02), mix(rng, 0.004, 0.03), 0.7 * chance(rng, 0.5))
    round_plan = chance(rng, 0.4)
    z = float(low[2]) + max(1.2 * cell, 0.02 * tall)
    steps = int(rng.choice([1, 2, 3, 4], p=[0.35, 0.25, 0.25, 0.15]))
    grow = 1.0
    for i in range(steps):
        thick = mix(rng, 0.03, 0.07)
        if i == 1:
            thick, grow = mix(rng, 0.06, 0.35), mix(rng, 0.8, 1.05)
        elif i:
            grow *= mix(rng, 1.1, 1.3)
        at, name = vec(middle[0], middle[1], z - thick), f"plinth/step.{i}"
        if round_plan:
            r = float(half.max()) * grow * 1.1
            drum(s, rng, style, at - vec(0, 0, thick), at + vec(0, 0, thick), r, name)
        else:
            sides = ("+x", "-x", "+y", "-y")
            block(s, rng, style, at, vec(*(half * grow), thick), name, faces=sides)
        z -= 2 * thick - 0.005
    s.opinions = [(weight, (*rules, "plinth")) for weight, rules in s.opinions]
    s.opinion(0.35, "plinth", "*>figure")
    if steps > 1:
        s.opinion(0.2, "plinth/step.*", *s.opinions[0][1][:-1])
    return s
