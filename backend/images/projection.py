# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an object is seen in the picture that it was imagined from.

Its outline is laid onto the figure's, so that no camera need be known but for how near it is. From
which side it is seen is found by the outlines, too: the turn in which they cover each other best.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Floats, Singles
from .distances import box_of

ACROSS = 64  # cells along the longer side of an outline
BETTER = 0.1  # of 1, by which outlines must be more alike for another turn than the expected one
YAWS = np.radians(np.arange(-75, 76, 15))
PITCHES = np.radians(np.arange(-15, 46, 15))
FINE = np.radians(5.0)


@dataclass(frozen=True)
class Projection:
    """An eye before an object, and where its picture has what it sees.

    turn : (3, 3) rotation after which the eye looks along -Z. distance : of the eye from the
    middle of the object's cube, in halves of its side; infinite for parallel rays. middle, half :
    of that cube. first, share : (2,) lower left corner and size of the figure, in shares of the
    picture. low, extent : (2,) of what is seen of the object.
    """

    turn: Floats
    distance: float
    middle: Floats
    half: float
    first: Floats
    share: Floats
    low: Floats
    extent: Floats

    def places(self, points: Floats) -> Floats:
        """Places (N, 2) of points (N, 3) in the picture, 0..1 from its lower left."""
        seen = _seen(self._turned(points), self.distance)
        return np.asarray(self.first + (seen - self.low) / self.extent * self.share)

    def nearness(self, points: Floats) -> Floats:
        """How near points (N, 3) are to the eye: (N,), more is nearer, in halves of the cube."""
        return np.asarray(self._turned(points)[:, 2])

    def towards_eye(self, points: Floats) -> Floats:
        """Unit directions (N, 3) from points (N, 3) to the eye."""
        if np.isinf(self.distance):
            return np.broadcast_to(self.turn[2], points.shape)
        way = np.array([0, 0, self.distance]) - self._turned(points)
        return np.asarray(way @ self.turn / np.linalg.norm(way, axis=1, keepdims=True))

    def _turned(self, points: Floats) -> Floats:
        return np.asarray((points - self.middle) / self.half @ self.turn.T)


def laid(
    points: Floats, covered: Singles, *, distance: float, turn: Floats | None = None
) -> Projection:
    """The outline of an object, of which there are points (N, 3), laid onto a figure (H, W)."""
    turn = np.eye(3) if turn is None else turn
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 1e-9)
    seen = _seen((points - middle) / half @ turn.T, distance)
    rows, columns = box_of(covered > 0.5)
    height, width = covered.shape
    return Projection(
        turn, distance, middle, half,
        np.array([columns.start / width, 1 - rows.stop / height]),
        np.array([columns.stop - columns.start, rows.stop - rows.start]) / [width, height],
        seen.min(axis=0), np.maximum(np.ptp(seen, axis=0), 1e-9),
    )  # fmt: skip


def found(points: Floats, covered: Singles, *, distance: float) -> Projection:
    """The same, from the side on which the outlines are most alike: the front, unless another is
    clearly more so.

    points : evenly on the surface.
    """
    figure = outline_of_figure(covered)
    best = alike(points, figure, np.eye(3), distance) + BETTER
    turn, at = np.eye(3), None
    for yaw, pitch in _ways(YAWS, PITCHES):
        score = alike(points, figure, turned(yaw, pitch), distance)
        if score > best:
            best, turn, at = score, turned(yaw, pitch), (yaw, pitch)
    if at is not None:
        steps = np.array([-2, -1, 0, 1, 2]) * FINE
        for yaw, pitch in _ways(at[0] + steps, at[1] + steps):
            score = alike(points, figure, turned(yaw, pitch), distance)
            if score > best:
                best, turn = score, turned(yaw, pitch)
    return laid(points, covered, distance=distance, turn=turn)


def turned(yaw: float, pitch: float) -> Floats:
    """The rotation (3, 3) of an eye that goes around to +X by a yaw and up by a pitch."""
    s, c = np.sin(yaw), np.cos(yaw)
    around = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    s, c = np.sin(pitch), np.cos(pitch)
    return np.asarray(np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ around)


def alike(points: Floats, figure: Bools, turn: Floats, distance: float) -> float:
    """How alike the outlines of an object and a figure are, 0..1 (intersection over union)."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 1e-9)
    own = _outline(_seen((points - middle) / half @ turn.T, distance))
    return float((own & figure).sum() / max((own | figure).sum(), 1))


def outline_of_figure(covered: Singles) -> Bools:
    """A figure (H, W) in the middle of a square of cells, as long as it: (S, S)."""
    row, column = np.nonzero(covered > 0.5)
    return _outline(np.stack([column, -row], axis=1).astype(np.float64))


def _outline(seen: Floats) -> Bools:
    from scipy.ndimage import binary_closing

    low, high = seen.min(axis=0), seen.max(axis=0)
    scale = (ACROSS - 1e-6) / max(float((high - low).max()), 1e-9)
    cell = ((seen - (low + high) / 2) * scale + ACROSS / 2).astype(np.int64).clip(0, ACROSS - 1)
    mask = np.zeros((ACROSS + 4,) * 2, bool)
    mask[cell[:, 1] + 2, cell[:, 0] + 2] = True
    return np.asarray(binary_closing(mask, iterations=2))


def _ways(yaws: Floats, pitches: Floats) -> Iterator[tuple[float, float]]:
    for yaw in yaws:
        for pitch in pitches:
            yield float(yaw), float(pitch)


def _seen(points: Floats, distance: float) -> Floats:
    """Where points (N, 3) are seen by an eye before them on +Z, (N, 2)."""
    if np.isinf(distance):
        return points[:, :2]
    near = np.maximum(1 - points[:, 2:] / distance, 0.1)
    return np.asarray(points[:, :2] / near)
