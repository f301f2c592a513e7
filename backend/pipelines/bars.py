# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces about their own axis, and the forms that these can take: tapered, ribbed, twisted, ..."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats, Ints
from .frames import LONG, Frame, Spindle, principal, sampled, spindle

FINE = 0.035  # longest edge of what is shaped, of its size
HOLE, SECTORS = 0.2, 12  # of the width: a ring's hole; parts of a circle that all have some of it


@dataclass(frozen=True)
class Bar:
    """A piece about its axis.

    rows : its vertices. t : (V,) from 0, where it is held, to 1. across : (V, 2) in half widths.
    half : (3,) its half widths across and half its length. axes : (3, 3) rows, the last along it.
    round : whether its outline across is round. ring : whether nothing is near the axis.
    """

    rows: Ints
    t: Floats
    across: Floats
    half: Floats
    axes: Floats
    round: bool
    ring: bool
    grain: float
    middle: Floats

    def reached(self, places: Floats) -> float:
        """t of the farthest of places (n, 3); 0 for none."""
        along = (places - self.middle) @ self.axes[2] / self.half[2]
        return float((along.max() + 1) / 2) if len(along) else 0.0

    @property
    def flat(self) -> bool:
        return bool(self.half[2] < 0.35 * self.half[:2].max())


Form = Callable[[Bar, np.random.Generator], tuple[Floats, Floats]]
"""New t and across of a bar."""


def _profiled(name: str) -> Form:
    """The outline across grows and shrinks along the axis."""

    def form(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
        t = np.clip(bar.t, 0, 1)
        if name == "tapered":
            scale = 1.08 - rng.uniform(0.45, 0.6) * t
        elif name == "flared":
            scale = 0.72 + rng.uniform(0.5, 0.65) * t**1.5
        elif name == "waisted":
            scale = 1.1 - rng.uniform(0.45, 0.58) * np.sin(np.pi * t) ** 1.5
        elif name == "bulging":
            scale = 0.8 + rng.uniform(0.45, 0.55) * np.sin(np.pi * t)
        elif name == "stepped":
            steps = min(int(rng.integers(2, 4)), int(0.2 / bar.grain))
            scale = 1.1 - 0.5 * _stairs(t, steps, 2 * bar.grain) / steps
        elif name == "turned":  # beads and necks, as of a lathe
            knots = min(int(rng.integers(4, 7)), int(0.25 / bar.grain))
            radii = np.concatenate([[1.1], rng.uniform(0.55, 1.2, knots), [1.0]])
            at = t * (knots + 1)
            scale = np.interp(np.floor(at) + _soft(at % 1.0), np.arange(knots + 2), radii)
        else:  # ribbed
            count = min(int(rng.integers(3, 7)), int(0.2 / bar.grain))
            scale = 1.02 - 0.12 * (1 - np.cos(2 * np.pi * count * t))
        if bar.flat:  # what is flat looks the same along its axis: only wider, or smaller
            scale = np.minimum(scale, 1.08)
        return bar.t, bar.across * scale[:, None]

    return form


def _soft(value: Floats) -> Floats:
    return np.asarray(value * value * (3 - 2 * value))


def _stairs(t: Floats, steps: int, rise: float) -> Floats:
    """From 0 to `steps`; each step rises within `rise` of t, for the triangles' sake."""
    at = t * (steps + 1)
    part = np.clip((at % 1.0 - 0.5) / (rise * (steps + 1)) + 0.5, 0, 1)
    return np.clip(np.floor(at) + _soft(part), 0.5, steps + 0.5) - 0.5


def _sized(along: float, across: float) -> Form:
    """Other proportions."""

    def form(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
        return bar.t * along, bar.across * across

    return form


def _outlined(corners: int) -> Form:
    """A round outline becomes one with so many sides."""

    def form(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
        angle = np.arctan2(bar.across[:, 1], bar.across[:, 0])
        step = 2 * np.pi / corners
        beside = np.abs((angle + (step / 2 if corners == 4 else 0)) % step - step / 2)
        reach = np.cos(np.pi / corners) / np.cos(step / 2 - beside)
        return bar.t, bar.across * (1.14 * reach)[:, None]

    return form


def _fluted(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    count = int(rng.integers(6, 11))
    count = max(3, min(count, int(1.2 * bar.half[:2].min() / (bar.grain * bar.half[2]) / 5)))
    angle = np.arctan2(bar.across[:, 1], bar.across[:, 0])
    wave = np.abs(np.cos(count * angle / 2))
    return bar.t, bar.across * (1.06 - 0.24 * (1 - wave))[:, None]


def _chamfered(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The edges of its box are cut off."""
    place = np.column_stack([bar.across, 2 * bar.t - 1]) * bar.half
    cut = rng.uniform(0.45, 0.7) * float(np.sort(bar.half)[1])
    for one, other in ((0, 1), (0, 2), (1, 2)):
        sides = place[:, [one, other]]
        width = min(cut, 1.2 * float(bar.half[[one, other]].min()))
        over = width - (bar.half[[one, other]] - np.abs(sides)).sum(axis=1)
        sides = np.sign(sides) * np.maximum(np.abs(sides) - np.maximum(over, 0)[:, None] / 2, 0)
        place[:, [one, other]] = sides
    place /= bar.half
    return (place[:, 2] + 1) / 2, place[:, :2]


def _twisted(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    angle = rng.choice([-1, 1]) * np.radians(rng.uniform(70, 120)) * bar.t
    x, y = bar.across.T * bar.half[:2, None]
    c, s = np.cos(angle), np.sin(angle)
    return bar.t, np.stack([c * x - s * y, s * x + c * y], 1) / bar.half[:2]


def _bent(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    way = rng.uniform(0, 2 * np.pi)
    lean = rng.uniform(0.35, 0.5) * bar.half[2] * bar.t**2
    return bar.t, bar.across + lean[:, None] * [np.cos(way), np.sin(way)] / bar.half[:2]


def _wavy(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    count, way = int(rng.integers(1, 3)), rng.uniform(0, 2 * np.pi)
    swing = 0.16 * bar.half[2] * np.sin(2 * np.pi * count * bar.t)
    return bar.t, bar.across + swing[:, None] * [np.cos(way), np.sin(way)] / bar.half[:2]


FORMS: dict[str, Form] = {
    **{
        name: _profiled(name)
        for name in ("tapered", "flared", "waisted", "bulging", "stepped", "turned", "ribbed")
    },
    "hexagonal": _outlined(6),
    "square": _outlined(4),
    "fluted": _fluted,
    "longer": _sized(1.35, 0.9),
    "shorter": _sized(0.68, 1.08),
    "narrower": _sized(1.0, 0.68),
    "wider": _sized(1.0, 1.3),
    "chamfered": _chamfered,
    "twisted": _twisted,
    "bent": _bent,
    "wavy": _wavy,
}


def bar_of(vertices: Floats, faces: Ints, piece: Ints, frame: Frame, touched: Floats) -> Bar:
    """A piece about the axis that it has."""
    chosen = np.zeros(len(vertices), bool)
    chosen[piece] = True
    own = faces[chosen[faces[:, 0]]]
    points = sampled(vertices, own, 1500)
    axes, spread = principal(vertices, own)
    found: Spindle | None = spindle(points)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    hole = [_hole(points - centre, axes[k]) for k in range(3)]
    if max(hole) > HOLE:
        axis = axes[int(np.argmax(hole))]
    elif found is not None:
        axis = found.axis
    elif spread[0] > LONG * spread[1]:
        axis = axes[0]
    elif frame.side is not None:
        axis = axes[np.abs(axes @ frame.side).argmax()]
    else:
        axis = np.array([0.0, 1.0, 0.0])
    best = int(np.abs(axis).argmax())
    if abs(axis[best]) > 0.97:
        axis = np.eye(3)[best] * np.sign(axis[best])
    held = frame.anchor if frame.side is not None else centre - axis
    held = touched.mean(axis=0) if len(touched) else held
    if (held - centre) @ axis > 0:
        axis = -axis
    other = axes[np.abs(axes @ axis).argmin()]
    other = other - (other @ axis) * axis
    best = int(np.abs(other).argmax())
    if abs(other[best]) > 0.97 and abs(axis[best]) < 1e-9:
        other = np.eye(3)[best]
    other /= np.linalg.norm(other)
    rows = np.stack([other, np.cross(axis, other), axis])
    along = points @ rows.T
    low, high = along.min(axis=0), along.max(axis=0)
    half = np.maximum((high - low) / 2, 1e-4 * float((high - low).max()))
    middle = (low + high) / 2 @ rows
    local = (vertices[piece] @ rows.T - (low + high) / 2) / half
    inner = np.linalg.norm((along[:, :2] - (low + high)[:2] / 2) / half[:2], axis=1)
    is_round = found is not None and float(inner.max()) < 1.12
    is_ring = max(hole) > HOLE and half[2] < half[:2].max()  # else it is a tube
    return Bar(piece, (local[:, 2] + 1) / 2, local[:, :2], half, rows, is_round,
               bool(is_ring), FINE * frame.size / (2 * float(half[2])), middle)  # fmt: skip


def _hole(points: Floats, axis: Floats) -> float:
    """How much of a cloud's width about an axis through its middle is empty, 0..1."""
    across = points - np.outer(points @ axis, axis)
    _, _, ways = np.linalg.svd(across, full_matrices=False)
    flat = across @ ways[:2].T
    flat -= (flat.min(axis=0) + flat.max(axis=0)) / 2
    sector = np.floor(np.arctan2(flat[:, 1], flat[:, 0]) / (2 * np.pi) * SECTORS)
    if len(np.unique(sector)) < SECTORS:
        return 0.0
    away = np.linalg.norm(flat, axis=1)
    return float(np.quantile(away, 0.01) / max(float(away.max()), 1e-30))
