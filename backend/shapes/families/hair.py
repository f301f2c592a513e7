# SPDX-License-Identifier: GPL-3.0-or-later
"""Hair on a head: a cap of hair with a fringe, one of many styles, and beards."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Solid,
    Vector,
    ellipsoid,
    half_space,
    loft,
    spline,
    unit,
    vec,
)
from ..polyhedra import both, minus
from ..sculpt import Sculpture, chance, mix
from .hairstyles import STYLES
from .heads import HEAD, SIDES, Bare, bare_head, draw_head


def hairdo(rng: np.random.Generator) -> Sculpture:
    """A head of hair: a cap of hair with a fringe, and one of a dozen styles; often a beard."""
    bare = draw_head(rng)
    s = Sculpture(detail=112)
    x, y, z = bare.half
    bearded = chance(rng, 0.35)
    bare_head(s, rng, bare, mouth=not bearded)
    swell = mix(rng, 1.06, 1.22) * (1.08 if bare.make == "square" else 1.0)
    shell = ellipsoid((0, y * 0.04, z * 0.03), bare.half * swell, exponent=bare.shape)
    kind = str(
        rng.choice(
            [
                "bun",
                "buns",
                "ponytail",
                "pigtails",
                "braid",
                "braids",
                "curls",
                "mohawk",
                "spikes",
                "long",
                "bob",
                "short",
                "flame",
                "dreadlocks",
            ]
        )
    )
    line = z * mix(rng, 0.25, 0.55)
    if kind != "mohawk":
        tilt = mix(rng, 0.5, 1.3)
        cut = half_space((0, -y * 0.3, line), (0, -tilt, -1))
        s.add(both(shell, cut), "hair/cap", bare.k)
        if chance(rng, 0.65):
            _fringe(s, rng, bare, line, swell)
    STYLES[kind](s, rng, bare, swell)
    if chance(rng, 0.3) and kind != "mohawk":
        band = minus(
            ellipsoid((0, y * 0.04, z * 0.03), bare.half * swell * 1.06, exponent=bare.shape),
            ellipsoid((0, 0, 0), bare.half * 0.9),
        )
        at, lean = vec(0, -y * 0.1, z * 0.3), unit(vec(0, 1, mix(rng, -0.5, 0.6)))
        band = both(
            band, both(half_space(at + lean * 0.035, lean), half_space(at - lean * 0.035, -lean))
        )
        s.add(both(band, half_space((0, 0, -z * 0.1), (0, 0, -1))), "headband", 0.0)
        if chance(rng, 0.5):
            _ribbon(
                s, vec(x * mix(rng, -0.5, 0.5), -y * 0.05, z * swell * 1.02), x * mix(rng, 0.3, 0.5)
            )
    if bearded:
        _beard(s, rng, bare)
    s.opinion(0.4, "hair", "head", "body", "beard")
    s.opinion(0.25, *HEAD, "body")
    s.opinion(0.2, "hair/cap>hair", "hair/fringe>hair", "head", "body")
    s.opinion(0.15)
    return s


def _ribbon(s: Sculpture, at: Vector, size: float) -> None:
    for side in (-1.0, 1.0):
        end = at + vec(side * size, 0, size * 0.2)
        s.add(loft(at, end, [0.02, size * 0.5], [0.02, 0.035], side=(0, 0, 1)), "ribbon", 0.004)
    s.add(ellipsoid(at, size * 0.22), "ribbon", 0.004)


def _fringe(s: Sculpture, rng: np.random.Generator, bare: Bare, line: float, swell: float) -> None:
    """Locks over the brow: straight, to one side, or parted in the middle."""
    x, y, z = bare.half
    part = mix(rng, -0.7, 0.7) if chance(rng, 0.6) else 0.0
    count = int(rng.integers(3, 8))
    locks: list[Solid] = []
    long = z * mix(rng, 0.2, 0.5)
    for i in range(count):
        at = (i + 0.5) / count * 2 - 1
        root = vec(x * at * 0.75, -y * swell * np.sqrt(1 - (at * 0.7) ** 2) * 0.68, line + z * 0.42)
        away = (at - part) * x * mix(rng, 0.1, 0.5)
        tip = vec(
            root[0] + away,
            -y * swell * np.sqrt(1 - (at * 0.75) ** 2) * 1.02,
            line - long * mix(rng, 0.5, 1),
        )
        locks.append(
            loft(root, tip, [x * 0.2, x * 0.22, x * 0.05], [0.05, 0.04, 0.02], side=(1, 0, 0))
        )
    s.add(locks, "hair/fringe", 0.01, 0.008)


def _beard(s: Sculpture, rng: np.random.Generator, bare: Bare) -> None:
    x, y, z = bare.half
    kind = str(rng.choice(["full", "long", "goatee", "none", "forked"]))
    jaw = ellipsoid((0, -y * 0.18, -z * 0.55), vec(x * 0.95, y * 0.95, z * 0.68))
    if kind in ("full", "long", "forked"):
        s.add(both(jaw, half_space((0, 0, -z * 0.3), (0, 0.25, 1))), "beard", 0.006)
    if kind in ("long", "goatee"):
        long = z * (mix(rng, 0.9, 2.0) if kind == "long" else mix(rng, 0.4, 0.7))
        wide = x * (mix(rng, 0.45, 0.75) if kind == "long" else mix(rng, 0.2, 0.3))
        root = vec(0, -y * 0.8, -z * 0.7)
        s.add(
            loft(
                root,
                root - vec(0, y * mix(rng, 0, 0.3), long),
                [wide, wide * 0.9, 0.03],
                [y * 0.25, y * 0.22, 0.03],
                side=(1, 0, 0),
            ),
            "beard",
            0.01,
        )
    if kind == "forked":
        for side in (-1.0, 1.0):
            root = vec(side * x * 0.3, -y * 0.8, -z * 0.8)
            s.limb(
                [root, root + vec(side * x * 0.15, -y * 0.1, -z * 0.9)],
                [x * 0.25, 0.025],
                "beard",
                0.01,
            )
    if kind == "none" or chance(rng, 0.7):
        long, drop = x * mix(rng, 0.5, 1.0), mix(rng, -0.2, 0.4)
        for _, side in SIDES:
            curve = [vec(0, -y * 1.0, -z * 0.3), vec(side * long * 0.5, -y * 0.98, -z * 0.33),
                     vec(side * long, -y * 0.85, -z * (0.33 + drop))]  # fmt: skip
            s.limb(spline(curve, 7), x * np.array([0.13, 0.12, 0.04]), "moustache", 0.004)
    if chance(rng, 0.5):
        for name, side in SIDES:
            inner, outer = (
                vec(side * x * 0.18, -y * 0.96, z * 0.25),
                vec(side * x * 0.62, -y * 0.82, z * mix(rng, 0.2, 0.36)),
            )
            s.limb([inner, outer], x * np.array([0.09, 0.06]), f"eyebrow.{name}", 0.003)
