# SPDX-License-Identifier: GPL-3.0-or-later
"""The form that a shoe is made on, and what shoes of all kinds share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..implicit import (
    Solid,
    Vector,
    ellipsoid,
    half_space,
    loft,
    spline,
    vec,
)
from ..polyhedra import both, bowed
from ..sculpt import Sculpture, chance


@dataclass(frozen=True)
class Last:
    """The form a shoe is made on: the toe at -y, the sole's underside at z = 0 where it is flat.

    Attributes
    ----------
    long, wide : half length, half width at the ball.
    rise : height of the heel above the ball.
    sole : thickness of the sole.
    """

    s: Sculpture
    rng: np.random.Generator
    path: str
    long: float
    wide: float
    rise: float
    sole: float
    pointed: float
    k: float

    @property
    def leg(self) -> str:
        """The name of the leg in it."""
        return "leg" + self.path[len(self.path.split(".")[0]) :]

    def add(self, solid: Solid | list[Solid], part: str, blend: float | None = None) -> None:
        """Adds to a piece of the shoe."""
        self.s.add(solid, f"{self.path}/{part}", self.k if blend is None else blend)

    def height(self, y: float) -> float:
        """How far the foot is lifted at a place along the shoe."""
        return float(self.lift(np.array([[0.0], [y], [0.0]], np.float32))[0])

    def lift(self, p: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `height`, for points (3, N)."""
        t = np.clip((p[1] + np.float32(0.35 * self.long)) / np.float32(1.15 * self.long), 0, 1)
        return np.asarray(np.float32(self.rise) * t * t * (3 - 2 * t), np.float32)

    def lifted(self, solid: Solid) -> Solid:
        """A solid made on a flat sole, as it is on this one."""
        return bowed(solid, self.lift, self.rise, min(1.4 * self.rise / self.long, 1.5))

    def outline(self, grow: float = 0.0) -> Vector:
        """The sole from above (N, 2)."""
        t = np.linspace(0, np.pi, 25)
        along = np.cos(t)  # 1 at the heel
        knots = [-1, -0.75, -0.4, 0.1, 0.6, 1]
        tip = 0.62 - 0.3 * self.pointed
        width = np.interp(along, knots, [tip, 0.9, 1.0, 0.74, 0.7, 0.66])
        edge = self.wide * width * np.sin(t) ** 0.55 + grow * np.sin(t)
        y = along * (self.long + grow)
        waist = 0.1 * self.wide * np.sin(t) * (along < 0.3)
        return np.concatenate([np.stack([edge, y], 1), np.stack([-edge + waist, y], 1)[-2:0:-1]])

    def body(self, heights: list[float], grow: float = 0.0, low: float = 0.0) -> Solid:
        """A solid on the sole with these heights from heel to toe, evenly spread."""
        high = np.asarray(heights) / 2
        width = (
            self.wide * np.array([0.66, 0.72, 0.74, 0.9, 0.98, 0.82 - 0.4 * self.pointed]) + grow
        )
        start, end = (
            vec(0, self.long * 0.88, low),
            vec(0, -self.long * (0.8 + 0.1 * self.pointed), low),
        )
        solid = loft(start, end, width, high + grow, offset_h=high, side=(1, 0, 0),
                     cap=self.long * 0.14 + grow, exponent=2.4)  # fmt: skip
        return both(solid, half_space((0, 0, low), (0, 0, -1)))


def hollow(last: Last, tall: float, deep: float = 0.0) -> None:
    """Takes the foot's room out of the rear of a shoe, from above."""
    room = ellipsoid(
        (0, last.long * 0.42, tall * (1.15 - deep) + last.sole),
        (last.wide * 0.6, last.long * 0.62, tall * 0.85),
    )
    last.s.cut(last.lifted(room), 0.006)


def laces(last: Last, start: Vector, end: Vector, wide: float) -> None:
    """Laces across the instep between two places, and a bow."""
    rng = last.rng
    count = int(rng.integers(3, 6))
    for i in range(count):
        at = start + (end - start) * i / max(count - 1, 1)
        tilt = vec(0, 0.03 * (-1) ** i, 0)
        w = wide * (0.75 + 0.25 * i / count)
        last.s.limb([at - vec(w, 0, w * 0.35) - tilt, at, at + vec(w, 0, -w * 0.35) + tilt], 0.015,
                    f"{last.path}/lace.{i}", 0.002)  # fmt: skip
    if chance(rng, 0.6):
        for side in (-1, 1):
            loop = [
                end,
                end + vec(side * 0.09, -0.02, 0.045),
                end + vec(side * 0.12, -0.03, -0.01),
                end,
            ]
            last.s.limb(spline(loop, 9), 0.014, f"{last.path}/bow", 0.002)
