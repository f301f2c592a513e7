# SPDX-License-Identifier: GPL-3.0-or-later
"""Wings to put on a back: of bats, birds, butterflies, dragonflies and machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..implicit import (
    Solid,
    Vector,
    cylinder,
    ellipsoid,
    extrusion,
    loft,
    round_cone,
    spline,
    unit,
    vec,
)
from ..polyhedra import bowed
from ..sculpt import Sculpture, chance, mix

KINDS = ("membrane", "feathered", "butterfly", "dragonfly", "mechanical")


@dataclass(frozen=True)
class Spread:
    """A plane that a wing lies in: `root` on the body, `out` along its span, `up` across it.

    Attributes
    ----------
    size : span. path : its name. k : blend.
    """

    s: Sculpture
    root: Vector
    out: Vector
    up: Vector
    size: float
    path: str
    k: float

    @property
    def rotation(self) -> Vector:
        """Columns out, up and the normal."""
        return np.stack([self.out, self.up, np.cross(self.out, self.up)], 1)

    def at(self, u: float, v: float, lift: float = 0.0) -> Vector:
        """The place at shares of the span along it, across it and off the plane."""
        return self.root + self.rotation @ (self.size * vec(u, v, lift))

    def panel(self, outline: ArrayLike, thick: float, bow: float = 0.0) -> Solid:
        """A flat piece with this outline (N, 2) in shares of the span, arched by `bow`."""
        flat = extrusion(np.asarray(outline) * self.size, thick, rounding=thick * 0.7)
        span, arch = np.float32(self.size), np.float32(bow * self.size)

        def lift(p: NDArray[np.float32]) -> NDArray[np.float32]:
            u = np.clip(p[0] / span, 0, 1)
            return np.asarray(arch * 4 * u * (1 - u), np.float32)

        arched = bowed(flat, lift, abs(float(arch)), 4 * abs(bow))
        rot, root = self.rotation.astype(np.float32), self.root.astype(np.float32)[:, None]
        corners = np.array(
            [
                [x, y, z]
                for x in (arched.lower[0], arched.upper[0])
                for y in (arched.lower[1], arched.upper[1])
                for z in (arched.lower[2], arched.upper[2])
            ]
        )
        placed = corners @ self.rotation.T + self.root
        return Solid(lambda p: arched.distance(rot.T @ (p - root)), placed.min(0), placed.max(0))

    def add(self, solid: Solid | list[Solid], part: str, blend: float | None = None) -> None:
        """Adds to a piece of the wing."""
        self.s.add(solid, f"{self.path}/{part}", self.k if blend is None else blend)


def spread(
    s: Sculpture,
    root: ArrayLike,
    out: ArrayLike,
    up: ArrayLike,
    size: float,
    path: str,
    k: float = 0.004,
) -> Spread:
    """A wing's plane; `up` is made orthogonal to `out`."""
    along = unit(out)
    across = np.asarray(up, np.float64)
    return Spread(
        s,
        np.asarray(root, np.float64),
        along,
        unit(across - along * float(along @ across)),
        size,
        path,
        k,
    )


def pair(
    s: Sculpture,
    rng: np.random.Generator,
    kind: str,
    root: Vector,
    out: Vector,
    up: Vector,
    size: float,
    name: str = "wing",
) -> None:
    """Two wings alike, mirrored in x; `root`, `out` and `up` are those of the left one (+x)."""
    state = rng.bit_generator.state
    for side, sign in (("l", 1.0), ("r", -1.0)):
        rng.bit_generator.state = state
        flip = vec(sign, 1, 1)
        MAKERS[kind](spread(s, root * flip, out * flip, up * flip, size, f"{name}.{side}"), rng)


def membrane(w: Spread, rng: np.random.Generator) -> None:
    """A bat's or a dragon's: an arm, fingers, skin between them, a claw at the wrist."""
    fingers, wrist = int(rng.integers(3, 6)), vec(mix(rng, 0.3, 0.42), mix(rng, 0.25, 0.45), 0)
    fan, thick = mix(rng, 1.5, 2.2), max(0.018, 0.028 * w.size)
    first = mix(rng, 0.1, 0.5)
    reach = 1 - wrist[0]
    tips = []
    for i in range(fingers):
        turn = first - fan * i / (fingers - 1)
        long = reach * (1.05 - 0.1 * i) / max(np.cos(turn), 0.75)
        tips.append(wrist[:2] + min(long, 0.85) * vec(np.cos(turn), np.sin(turn)))
    foot = vec(0.0, -mix(rng, 0.3, 0.5))
    edge, deep = [tips[0]], mix(rng, 0.12, 0.35)
    for a, b in zip(tips, [*tips[1:], foot], strict=True):
        middle = (a + b) / 2
        inner = middle + (wrist[:2] * 0.6 + foot * 0.15 - middle) * deep
        edge += [
            (a + inner * 3) / 4 + (middle - inner) * 0.1,
            inner,
            (b + inner * 3) / 4 + (middle - inner) * 0.1,
            b,
        ]
    outline = np.array([[0.0, 0.0], wrist[:2] * 0.5 + [0, 0.03], wrist[:2], *edge])
    bow = mix(rng, -0.06, 0.1)
    w.add(w.panel(outline, max(0.014, 0.02 * w.size), bow), "membrane", 0.0)

    def place(u: float, v: float) -> Vector:
        t = float(np.clip(u, 0, 1))
        return w.at(u, v, bow * 4 * t * (1 - t))

    elbow = wrist[:2] * 0.5 + vec(0.02, 0.08)
    arm = [place(0, 0), place(*elbow), place(*wrist[:2])]
    w.s.limb(arm, [thick * 1.9, thick * 1.4, thick], f"{w.path}/arm", w.k)
    for i, tip in enumerate(tips):
        middle = (wrist[:2] + tip) / 2 + [0, 0.03]
        curve = [place(*wrist[:2]), place(*middle), place(*tip)]
        w.s.limb(spline(curve, 7), [thick * 0.95, thick * 0.55], f"{w.path}/finger.{i}", 0.0)
    if chance(rng, 0.6):
        end = place(wrist[0] * 1.02, wrist[1] + 0.12)
        w.s.limb([place(*wrist[:2]), end], [thick, 0.014], f"{w.path}/claw", 0.0)


def feathered(w: Spread, rng: np.random.Generator) -> None:
    """A bird's or an angel's: an arm and two or three rows of feathers."""
    high = mix(rng, 0.2, 0.5)
    arm = spline([w.at(0, 0), w.at(0.3, high), w.at(0.62, high * 0.8)], 8)
    thick = w.size * mix(rng, 0.04, 0.06)
    w.s.limb(arm, [thick * 1.3, thick, thick * 0.6], f"{w.path}/arm", w.k)
    fan, rows = mix(rng, 1.3, 2.0), int(rng.integers(2, 4))
    for row, name in enumerate(("flight feathers", "secondary feathers", "coverts")[:rows]):
        count = int(rng.integers(7, 11)) - row
        feathers: list[Solid] = []
        for i in range(count):
            t = i / (count - 1)
            root = arm[0] + 0.0
            at = t * (len(arm) - 1)
            low = int(min(at, len(arm) - 2))
            root = arm[low] + (arm[low + 1] - arm[low]) * (at - low)
            turn = -1.75 + fan * t**1.3
            long = w.size * (0.34 + 0.32 * t) * (1 - 0.33 * row)
            way = w.rotation @ vec(np.cos(turn), np.sin(turn), 0)
            broad = w.size * (0.075 - 0.008 * row)
            lift = w.rotation[:, 2] * 0.018 * row
            feathers.append(
                loft(
                    root + lift,
                    root + way * long + lift,
                    [broad * 0.6, broad, broad * 0.8, broad * 0.25],
                    max(0.016, 0.022 * w.size),
                    side=np.cross(way, w.rotation[:, 2]),
                )
            )
        w.s.add(feathers, f"{w.path}/{name}", 0.004, 0.002)


def butterfly(w: Spread, rng: np.random.Generator) -> None:
    """A fore wing and a hind wing, rounded or with points, with spots."""
    thick = max(0.014, 0.02 * w.size)
    for name, turn, long, broad in (
        ("fore wing", mix(rng, 0.35, 0.8), 1.0, mix(rng, 0.3, 0.42)),
        ("hind wing", -mix(rng, 0.4, 0.8), mix(rng, 0.62, 0.85), mix(rng, 0.28, 0.4)),
    ):
        t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        swell = mix(rng, 0.15, 0.55)
        u = (1 - np.cos(t)) / 2
        v = broad * np.sin(t) * (u ** (0.6 + swell))
        if chance(rng, 0.4):
            u = u + mix(rng, 0.1, 0.3) * np.exp(-(((t - np.pi * mix(rng, 0.9, 1.35)) / 0.28) ** 2))
        v += mix(rng, 0.0, 0.03) * np.sin(9 * t) * u
        c, n = np.cos(turn), np.sin(turn)
        outline = np.stack([c * u - n * v, n * u + c * v], 1) * long
        w.add(w.panel(outline, thick), name, 0.002)
        for i in range(int(rng.integers(0, 3))):
            share, r = 0.82 - 0.27 * i, mix(rng, 0.05, 0.09)
            middle = long * share * vec(c, n)
            spot = w.at(*middle)
            normal = w.rotation[:, 2] * (thick + 0.012)
            w.add(
                cylinder(spot - normal, spot + normal, r * w.size),
                f"spot.{name.split()[0]}{i}",
                0.0,
            )


def dragonfly(w: Spread, rng: np.random.Generator) -> None:
    """Two long narrow wings with a rib along the front of each."""
    thick = max(0.014, 0.02 * w.size)
    shape = mix(rng, 0.4, 0.9)
    for name, turn, long in (
        ("fore wing", mix(rng, 0.1, 0.6), 1.0),
        ("hind wing", -mix(rng, 0.0, 0.45), mix(rng, 0.75, 0.95)),
    ):
        way = vec(np.cos(turn), np.sin(turn))
        start, end = w.at(0, 0), w.at(*(way * long))
        across = w.rotation @ vec(-way[1], way[0], 0)
        broad = w.size * mix(rng, 0.09, 0.15)
        w.add(
            loft(start, end, broad * np.array([0.25, 0.8 * shape, 1, 0.3]), thick, side=across),
            name,
            0.002,
        )
        w.s.limb(
            [start + across * broad * 0.1, end + across * broad * 0.2 - (end - start) * 0.05],
            max(0.014, 0.018 * w.size),
            f"{w.path}/rib",
            0.0,
        )


def mechanical(w: Spread, rng: np.random.Generator) -> None:
    """Blades of metal on a jointed arm."""
    rise = mix(rng, 0.15, 0.4)
    arm = [w.at(0, 0), w.at(0.28, rise), w.at(0.7, rise * 0.9)]
    thick = max(0.02, 0.03 * w.size)
    w.s.limb(arm, thick, f"{w.path}/arm", 0.0)
    normal = w.rotation[:, 2] * thick * 1.3
    for i, at in enumerate(arm[:2]):
        w.add(cylinder(at - normal, at + normal, thick * 1.7), f"joint.{i}", 0.0)
    count, fan = int(rng.integers(3, 7)), mix(rng, 0.9, 1.6)
    sharp = mix(rng, 0.1, 0.6)
    for i in range(count):
        t = i / (count - 1)
        root = vec(0.22 + 0.46 * t, rise * 0.95)
        turn, long = -1.6 + fan * t, 0.32 + 0.3 * t
        way, across = vec(np.cos(turn), np.sin(turn)), vec(-np.sin(turn), np.cos(turn)) * 0.055
        blade = np.array(
            [
                root + across,
                root - across,
                root + way * long * 0.8 - across * 1.2,
                root + way * long,
                root + way * long * (1 - sharp) + across,
            ]
        )
        w.add(w.panel(blade, max(0.014, 0.018 * w.size)), f"blade.{i}", 0.0)
    if chance(rng, 0.5):
        w.add(
            round_cone(w.at(-0.02, -0.05), w.at(-0.02, -0.3), thick * 1.8, thick * 1.2),
            "thruster",
            0.0,
        )
    w.add(ellipsoid(w.at(0, 0), thick * 2.2), "joint.0", 0.0)


MAKERS: dict[str, Callable[[Spread, np.random.Generator], None]] = {
    "membrane": membrane, "feathered": feathered, "butterfly": butterfly, "dragonfly": dragonfly,
    "mechanical": mechanical,
}  # fmt: skip
