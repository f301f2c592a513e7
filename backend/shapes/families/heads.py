# SPDX-License-Identifier: GPL-3.0-or-later
"""Heads to put something on: on a neck, a bust, a hat stand, a small body, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..implicit import Solid, Vector, box, cylinder, ellipsoid, loft, round_cone, vec
from ..polyhedra import faceted_ball
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))
HEAD = ("head/nose>head/skull", "head/ear.?>head/skull", "head/eye.?>head/skull")
"""Rules by which a face is no more than the skull that it is on."""


@dataclass(frozen=True)
class Bare:
    """A head before it wears anything: the skull's centre is the origin, z is up, the face at -y.

    Attributes
    ----------
    make : "round", "square" or "faceted".
    half : (3,) half sizes of the skull.
    k : blend of what is put on it.
    """

    make: str
    half: Vector
    k: float

    @property
    def shape(self) -> float:
        """The exponent of an ellipsoid that lies close on the skull."""
        return 6.0 if self.make == "square" else 2.5


def draw_head(rng: np.random.Generator) -> Bare:
    """How a head is made."""
    make = str(rng.choice(["round", "square", "faceted"], p=[0.75, 0.13, 0.12]))
    size = mix(rng, 0.2, 0.25)
    half = size * vec(mix(rng, 0.8, 1.02), mix(rng, 0.9, 1.05), mix(rng, 0.98, 1.25))
    return Bare(make, half, 0.0 if make != "round" else mix(rng, 0.002, 0.014))


def bare_head(s: Sculpture, rng: np.random.Generator, bare: Bare, *, mouth: bool = True) -> None:
    """Adds the head and what it is on. `mouth` says that nothing hangs below it, as beards do."""
    x, y, z = bare.half
    k = mix(rng, 0.008, 0.03) if bare.make == "round" else 0.0
    if bare.make == "square":
        s.add(box((0, 0, 0), bare.half, mix(rng, 0.01, 0.08)), "head/skull", bare.k)
    elif bare.make == "faceted":
        s.add(faceted_ball(rng, (0, 0, 0), bare.half, 30), "head/skull", bare.k)
    else:
        shape = mix(rng, 2.0, 2.5)
        s.add(ellipsoid((0, 0, 0), bare.half, exponent=shape), "head/skull", bare.k)
        if chance(rng, 0.6):
            jaw = vec(x * mix(rng, 0.6, 0.85), y * 0.75, z * 0.6)
            s.add(ellipsoid((0, -y * 0.2, -z * 0.5), jaw), "head/skull", 0.04)
    if chance(rng, 0.75):
        r = x * mix(rng, 0.1, 0.2)
        long = mix(rng, 0.8, 2.2)
        nose = ellipsoid((0, -y * 0.98, -z * 0.12), (r, r * long, r * mix(rng, 0.9, 1.8)))
        s.add(nose, "head/nose", k)
    if chance(rng, 0.7):
        r, point = x * mix(rng, 0.16, 0.26), mix(rng, 0.0, 0.5) if chance(rng, 0.3) else 0.0
        for name, side in SIDES:
            root = vec(side * x * 0.93, 0, -z * 0.08)
            if point:
                tip = root + vec(side * x * point, y * 0.15, z * point * 0.7)
                s.add(round_cone(root, tip, r * 0.8, 0.018), f"head/ear.{name}", k)
            else:
                s.add(ellipsoid(root, (r * 0.6, r, r * 1.5)), f"head/ear.{name}", k)
    if mouth and chance(rng, 0.4):
        r = x * mix(rng, 0.13, 0.24)
        for name, side in SIDES:
            at = (side * x * 0.4, -y * 0.9, z * 0.08)
            s.add(ellipsoid(at, (r, r * 0.7, r * mix(rng, 1, 1.5))), f"head/eye.{name}", 0.003)
    _below(s, rng, bare)


def _below(s: Sculpture, rng: np.random.Generator, bare: Bare) -> None:
    """A neck, a bust, a stand or a small body."""
    x, y, z = bare.half
    kind = str(
        rng.choice(["none", "neck", "bust", "stand", "figure"], p=[0.15, 0.2, 0.3, 0.1, 0.25])
    )
    if kind == "none":
        return
    k, low = mix(rng, 0.01, 0.03), -z * 0.8
    if kind == "stand":
        deep = -z * mix(rng, 1.8, 2.8)
        s.add(cylinder((0, 0, low), (0, 0, deep), x * 0.16), "stand/pole", 0.01)
        disc = cylinder((0, 0, deep - 0.03), (0, 0, deep), x * mix(rng, 0.7, 1.1), rounding=0.008)
        s.add(disc, "stand/base", 0.008)
        return
    r, foot = x * mix(rng, 0.38, 0.6), -z * mix(rng, 1.35, 1.7)
    necked = kind != "figure" or chance(rng, 0.5)
    if necked:
        s.add(round_cone((0, y * 0.1, low + 0.05), (0, y * 0.15, foot), r, r * 1.15), "neck", k)
    if kind == "bust":
        wide, deep = x * mix(rng, 1.5, 2.2), y * mix(rng, 0.65, 0.9)
        end = foot - z * mix(rng, 0.6, 1.1)
        sizes = np.array([0.35, 0.92, 1.0, mix(rng, 0.75, 0.95)])
        body = loft((0, y * 0.15, foot + 0.02), (0, y * 0.15, end), wide * sizes, deep * sizes,
                    stations=[0, 0.3, 0.6, 1], side=(1, 0, 0), cap=0.03)  # fmt: skip
        s.add(body, "body/shoulders", k)
        if chance(rng, 0.35):
            base = cylinder((0, y * 0.15, end - 0.1), (0, y * 0.15, end), wide * 0.6, wide * 0.45)
            s.add(base, "body/base", 0.006)
    elif kind == "figure":
        _figure(s, rng, bare, foot if necked else low, k)


def _figure(s: Sculpture, rng: np.random.Generator, bare: Bare, top: float, k: float) -> None:
    """The small body of a toy: torso, arms, legs."""
    x, y, z = bare.half
    tall, leg = z * mix(rng, 1.3, 2.2), z * mix(rng, 0.5, 1.6)
    chest, hip = x * mix(rng, 0.7, 1.05), x * mix(rng, 0.6, 1.15)
    thick = min(chest, hip) * mix(rng, 0.6, 0.8)
    low = top - tall
    torso = loft((0, 0, top + 0.05), (0, 0, low), [chest * 0.5, chest, hip], thick,
                 stations=[0, 0.25, 1], side=(1, 0, 0), exponent=mix(rng, 2, 3))  # fmt: skip
    s.add(torso, "body/torso", k)
    arm, out, way = x * mix(rng, 0.2, 0.3), mix(rng, 0.3, 1.3), mix(rng, -0.5, 0.2)
    for name, side in SIDES:
        shoulder = vec(side * chest * 0.85, 0, top - tall * 0.15)
        hand = shoulder + vec(side * x * out, y * way, -tall * mix(rng, 0.4, 0.75))
        s.limb([shoulder, hand], [arm, arm * 0.85], f"arm.{name}", k)
        s.add(ellipsoid(hand, arm * 1.2), f"arm.{name}", k)
        foot = vec(side * hip * mix(rng, 0.5, 0.65), 0, low - leg)
        s.limb([foot + vec(0, 0, leg), foot], [arm * 1.3, arm * 1.1], f"leg.{name}", k)
        s.add(ellipsoid(foot + vec(0, -arm * 0.8, 0), arm * vec(1.2, 2, 0.9)), f"leg.{name}", k)


@dataclass(frozen=True)
class Worn:
    """What is being put on a head.

    Attributes
    ----------
    s, rng : what is added to.
    path : the whole hat's name.
    low : height of its edge; wide, deep : half sizes of the opening there.
    tall : the skull's half height, by which all is measured.
    k : blend.
    shape : exponent of what lies close to the skull.
    """

    s: Sculpture
    rng: np.random.Generator
    path: str
    low: float
    wide: float
    deep: float
    tall: float
    k: float
    shape: float

    def add(self, solid: Solid | list[Solid], part: str, blend: float | None = None) -> None:
        """Adds to a piece of the hat."""
        self.s.add(solid, f"{self.path}/{part}", self.k if blend is None else blend)

    def tier(
        self,
        low: float,
        high: float,
        sizes: Sequence[float],
        *,
        cap: float = 0.012,
        shape: float = 2.0,
        lean: Sequence[float] = (0.0, 0.0),
    ) -> Solid:
        """Oval sections between two heights; `sizes` are shares of the opening's."""
        size = np.asarray(sizes)
        top = (lean[0], lean[1], high)
        shape = max(shape, self.shape) if self.shape > 4 else shape
        return loft((0, 0, low), top, self.wide * size, self.deep * size, side=(1, 0, 0), cap=cap,
                    normal=(0, 0, 1), exponent=shape)  # fmt: skip

    def around(self, turn: float, height: float, out: float = 1.0) -> Vector:
        """The place on the opening's oval at an angle from the front (-y) towards the left (+x)."""
        return vec(out * self.wide * np.sin(turn), -out * self.deep * np.cos(turn), height)


def worn(s: Sculpture, rng: np.random.Generator, bare: Bare, path: str) -> Worn:
    """A hat's opening on a head: a little larger than the skull at the brow."""
    x, y, z = bare.half
    share = mix(rng, 0.15, 0.42)
    loose = mix(rng, 1.03, 1.14)
    round_off = 1.0 if bare.make == "square" else float(np.sqrt(1 - share**2.4))
    size = (1.0 if bare.make == "round" else 1.08) * loose * max(round_off, 0.9)
    return Worn(s, rng, path, z * share, x * size, y * size, z, max(bare.k, 0.003), bare.shape)
