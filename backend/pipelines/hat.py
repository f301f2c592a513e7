# SPDX-License-Identifier: GPL-3.0-or-later
"""What is worn goes around what wears it: the opening of a hat, and the head at its rim.

Everything here is in a frame with +Y up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.booleans import Mesh
from ..geometry.rays import RayScene
from .frames import Frame

LEVELS, WAYS = 24, 16
LOWER = 0.65  # of the height: where a brim may be
BRIM = 0.07  # of the size: a jump of the inner radius by so much, from one level to the next
LOOSE = 1.06  # how much wider the opening is than the head


@dataclass(frozen=True)
class Opening:
    """Where a hat is open for a head: place (3,), the middle of the rim; radius; half (2,) its
    half widths in x and z; height of the
    crown above it; dip: how far the brim hangs below it."""

    place: Floats
    radius: float
    half: Floats
    height: float
    dip: float


@dataclass(frozen=True)
class Wearing:
    """Where a head wears a hat: place (3,) of the rim's middle; radius and half widths (2,) in x
    and z there; top of the head."""

    place: Floats
    radius: float
    half: Floats
    top: float

    def scale(self, opening: Opening) -> float:
        """How large a hat is worn: as wide as the head, and a little more where it is oval."""
        ratio = self.radius / opening.radius
        return LOOSE * float(np.clip((self.half / opening.half).max(), ratio, 1.35 * ratio))


def opening(vertices: Floats, faces: Ints) -> Opening | None:
    """The opening of an upright hat: above its brim, where it has one, or at its foot.

    Seen from the axis, the first wall around it is the crown; at the brim it is suddenly far. None
    for what has no wall.
    """
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    size = float((high - low).max())
    levels = np.linspace(low[1], high[1], LEVELS + 2)[1:-1]
    radius, middle, half = _walls(
        RayScene(vertices, faces, proxy=False), (low + high) / 2, levels, size
    )
    if not np.isfinite(radius).any():
        return None
    lower = int(LOWER * LEVELS)
    fall = np.nan_to_num(radius[:lower], nan=size) - np.nan_to_num(radius[1 : lower + 1], nan=size)
    brim = int(fall.argmax())
    rim = brim + 1 if fall[brim] > BRIM * size else int(np.isfinite(radius).argmax())
    place = np.array([middle[rim, 0], levels[rim], middle[rim, 1]])
    wide = float(radius[rim])
    if fall[brim] <= BRIM * size:  # a helmet is narrower at the neck
        wide = max(wide, 0.8 * float(np.nanmax(radius)))
    grown = half[rim] * wide / float(radius[rim])
    return Opening(place, wide, grown, float(high[1] - levels[rim]), float(levels[rim] - low[1]))


def wearing(frame: Frame, rest: Mesh | None) -> Wearing | None:
    """The rim of the hat that a frame's part is on the head that is below; None where it is held
    from another side."""
    if frame.side is None or frame.side[1] > -0.6:
        return None
    half = float((frame.high - frame.low)[[0, 2]].mean() / 2)
    if rest is None or not len(rest[1]) or half <= 0:
        return None
    scene = RayScene(*rest, proxy=False)
    tall = float(frame.high[1] - frame.low[1])
    if frame.loops:
        place, radius = frame.anchor.copy(), frame.reach
        around = np.concatenate(frame.loops)[:, [0, 2]] - place[[0, 2]]
        wide = np.abs(around).max(axis=0).clip(radius, 1.35 * radius)
        place[1] -= 0.1 * radius
    else:
        place = np.array([frame.centre[0], frame.low[1] + 0.06 * tall, frame.centre[2]])
        found, _, halves = _walls(scene, place, place[1:2], 1.5 * half)
        seen = bool(np.isfinite(found[0]))
        radius = min(float(found[0]), 1.1 * half) if seen else 0.85 * half
        wide = halves[0].clip(0.5 * radius, 1.1 * half) if seen else np.full(2, radius)
    ways = np.array([[0.0, 1.0, 0.0]] * 5)
    beside = 0.3 * radius * np.array([[0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]])
    gap = np.asarray(scene.distance(place + beside, ways), np.float64)
    gap = gap[np.isfinite(gap) & (gap < tall)]
    top = place[1] + (float(np.median(gap)) if len(gap) else 0.0)
    return Wearing(place, radius, wide, top)


def lifted(vertices: Floats, worn: Wearing, opening: Opening, scale: float) -> Floats:
    """A hat on its head, higher where its crown would not hold the head's top, and where its brim
    would hang over the eyes."""
    tall = worn.top - worn.place[1]
    room = max(0.0, 0.9 * scale * opening.height - 0.6 * tall)
    up = max(tall - 0.9 * scale * opening.height, min(0.7 * scale * opening.dip, 0.4 * tall, room))
    return vertices + [0, max(0.0, up), 0]


def _walls(
    scene: RayScene, middle: Floats, levels: Floats, most: float
) -> tuple[Floats, Floats, Floats]:
    """(L,) how far the first wall around the axis is at each level, NaN for none; (L, 2) the middle
    in x and z of what is within it, and (L, 2) its half widths there."""
    angle = 2 * np.pi * np.arange(WAYS) / WAYS
    way = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], 1)
    start = np.repeat(
        np.column_stack([0 * levels + middle[0], levels, 0 * levels + middle[2]]), WAYS, 0
    )
    gap = np.asarray(scene.distance(start, np.tile(way, (len(levels), 1))), np.float64)
    gap = np.where(gap < most, gap, np.nan).reshape(len(levels), WAYS)
    hit = np.isfinite(gap).mean(axis=1) >= 0.6
    radius = np.full(len(levels), np.nan)
    radius[hit] = np.nanmedian(gap[hit], axis=1)
    ends = np.where(np.isfinite(gap), gap, 0)[..., None] * way[:, [0, 2]]
    shift = (ends.max(axis=1) + ends.min(axis=1)) / 2
    half = np.maximum((ends.max(axis=1) - ends.min(axis=1)) / 2, 1e-9 * most)
    return radius, np.where(hit[:, None], shift, 0.0) + middle[[0, 2]], half
