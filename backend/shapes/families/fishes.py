# SPDX-License-Identifier: GPL-3.0-or-later
"""Fish, sharks and dolphins."""

from __future__ import annotations

import numpy as np

from ..implicit import half_space, loft, unit, vec
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def fish(rng: np.random.Generator) -> Sculpture:
    """Fish, sharks and dolphins: body, tail fin, dorsal, side and belly fins."""
    s = Sculpture(detail=110)
    whale = chance(rng, 0.2)
    high, wide = mix(rng, 0.12, 0.3), mix(rng, 0.06, 0.14)
    k = mix(rng, 0.01, 0.045)
    root = mix(rng, 0.1, 0.24)
    curl = mix(rng, -0.12, 0.12)
    shape = np.array([0.28, 0.72, 1.0, 0.85, 0.45, root])
    bow = curl * np.array([-0.2, 0, 0.15, 0.1, -0.2, -0.8])
    # Along y, nose at -y.
    s.add(
        loft(
            (0, -0.5, 0),
            (0, 0.5, 0),
            wide * np.maximum(shape, 0.25),
            high * shape,
            stations=[0, 0.14, 0.38, 0.58, 0.84, 1],
            side=(1, 0, 0),
            offset_w=bow,
            cap=0.05,
        ),
        "body",
        0,
    )
    # The loft's side may point to -x: take the tail where the field says it is.
    end = vec(bow[-1], 0.47, 0)
    fork = mix(rng, 0.14, 0.3)
    thin = mix(rng, 0.016, 0.026)
    for name, side in (("up", 1.0), ("down", -1.0)):
        reach = fork * (1 if name == "up" else mix(rng, 0.6, 1.1))
        across = vec(side, 0, 0) if whale else vec(0, 0, side)
        tip = end + across * reach + vec(curl * 0.2, mix(rng, 0.1, 0.25), 0)
        s.add(
            loft(
                end + across * 0.01, tip, [0.075, 0.07, 0.03], thin, side=(0, 1, 0), normal=across
            ),
            "tailfin",
            k,
        )
    count = int(rng.choice([1, 1, 1, 2]))
    for i in range(count):
        y = mix(rng, -0.15, 0.05) + 0.3 * i
        rise = mix(rng, 0.1, 0.24) * (0.6 if i else 1)
        chord = mix(rng, 0.07, 0.22) * (0.6 if i else 1)
        top = float(np.interp(y + 0.5, [0, 0.14, 0.38, 0.58, 0.84, 1], shape)) * high
        s.add(
            loft(
                vec(0, y, top * 0.75),
                vec(0, y + mix(rng, 0.02, 0.18), top + rise),
                [chord, chord * 0.8, chord * 0.3],
                [thin * 1.2, thin * 0.9],
                side=(0, 1, 0),
                normal=(0, 0, 1),
            ),
            f"fin.top{i}",
            k * 0.8,
        )
    y = mix(rng, -0.28, -0.1)
    size, back = mix(rng, 0.14, 0.32), mix(rng, 0.1, 0.9)
    drop = mix(rng, -0.6, 0.1)
    for name, side in SIDES:
        a = vec(side * wide * 0.6, y, -high * 0.25)
        b = a + size * unit(vec(side, back, drop))
        s.add(loft(a, b, [0.045, 0.06, 0.03], thin, side=(0, 1, 0.1)), f"fin.{name}", k * 0.8)
    if chance(rng, 0.5):
        y = mix(rng, 0.1, 0.25)
        s.add(
            loft(
                vec(0, y, -high * 0.5),
                vec(0, y + 0.12, -high * 0.8 - mix(rng, 0.06, 0.16)),
                [0.07, 0.03],
                thin,
                side=(0, 1, 0),
                normal=(0, 0, -1),
            ),
            "fin.belly",
            k,
        )
    gill = mix(rng, -0.32, -0.22)
    s.paint(half_space((0, gill, 0), (0, 1, 0)), "body/head", "body")
    s.paint(half_space((0, 0.33, 0), (0, -1, 0)), "body/stalk", "body")
    s.opinion(0.5, "body")
    s.opinion(0.35, "body/stalk>body", "fin.?", "fin.*")
    s.opinion(0.15, "body/stalk>tailfin", "body/head>body")
    return s
