# SPDX-License-Identifier: GPL-3.0-or-later
"""Laying one surface on another of which each shows only a part: congruent and mirrored siblings.

Surfaces are samples with normals. Iterated closest points to tangent planes (Chen and Medioni,
1992), of which the worst are left out (Chetverikov et al., 2002), from the placements that boxes
and principal axes suggest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..contract.arrays import Bools, Floats

ALIKE = 0.8  # cosine of normals that agree
ROUNDS = 6


class Placement(NamedTuple):
    """A rigid motion, mirrored or not: ``points @ turn.T + shift``."""

    turn: Floats
    shift: Floats

    def __call__(self, points: Floats) -> Floats:
        return np.asarray(points @ self.turn.T + self.shift)

    @property
    def mirrors(self) -> bool:
        """Whether it turns right hands into left ones."""
        return bool(np.linalg.det(self.turn) < 0)

    @property
    def inverse(self) -> Placement:
        """The way back."""
        return Placement(self.turn.T, -self.shift @ self.turn)


@dataclass(frozen=True)
class Samples:
    """Places (N, 3) of a surface in random order, and its normals there."""

    points: Floats
    normals: Floats
    _trees: dict[str, Any] = field(default_factory=dict)

    def nearest(self, points: Floats) -> tuple[Floats, Any]:
        """Distance (M,) and number of the sample that is nearest to each place (M, 3)."""
        if "all" not in self._trees:
            from scipy.spatial import cKDTree

            self._trees["all"] = cKDTree(self.points)
        gap, index = self._trees["all"].query(points)
        return gap, index

    @property
    def spacing(self) -> float:
        """About how far samples are from their neighbours."""
        if "spacing" not in self._trees:
            some = self.points[:64]
            self.nearest(some)
            gap, _ = self._trees["all"].query(some, k=min(3, len(self.points)))
            self._trees["spacing"] = float(np.median(np.reshape(gap, (len(some), -1))[:, -1]))
        return float(self._trees["spacing"])


class Agreement(NamedTuple):
    """How well two surfaces fit: shares of both, of what is placed and of what it is placed on.

    same : lies on the other's surface. against : should be visible of the other, but is not. What
    is left may be hidden. off : mean distance of what is the same.
    """

    same: float
    against: float
    off: float


def agreement(
    source: Samples,
    target: Samples,
    placement: Placement,
    hidden: Callable[[Floats], Bools],
    near: float,
    count: int = 256,
) -> Agreement:
    """How well `source`, placed, fits `target`, each way.

    hidden : whether places (N, 3) are inside the object, where nothing can be seen. near : how far
    what is the same may be.
    """
    same, against, off = [], [], []
    for one, other, move in (
        (source, target, placement),
        (target, source, placement.inverse),
    ):
        points = move(one.points[:count])
        normals = one.normals[:count] @ move.turn.T
        gap, index = other.nearest(points)
        height = np.abs(np.einsum("ij,ij->i", points - other.points[index], other.normals[index]))
        alike = np.einsum("ij,ij->i", normals, other.normals[index]) > ALIKE
        on = (height < near) & (gap < 2 * other.spacing + near) & alike
        rest = np.flatnonzero(~on)
        below, above = (points[rest] + by * near * normals[rest] for by in (-1.0, 0.5))
        unseen = hidden(np.concatenate([below, above])).reshape(2, -1).all(axis=0)
        same.append(float(on.mean()))
        against.append(float((~unseen).sum() / len(points)))
        off.append(float(height[on].mean()) if on.any() else near)
    return Agreement(min(same), max(against), max(off))


def fitted(
    source: Samples, target: Samples, placement: Placement, count: int = 128, keep: float = 0.7
) -> Placement:
    """A placement of `source` on `target`, improved; mirrored ones stay so."""
    turn, shift = placement
    for _ in range(ROUNDS):
        points = source.points[:count] @ turn.T + shift
        normals = source.normals[:count] @ turn.T
        gap, index = target.nearest(points)
        there, plane = target.points[index], target.normals[index]
        alike = np.einsum("ij,ij->i", normals, plane) > 0.5
        if alike.sum() < 12:
            break
        most = int(keep * (np.count_nonzero(alike) - 1))  # of a quantile, without what is between
        limit = np.partition(gap[alike], most)[most]
        use = alike & (gap <= limit)
        p, n = points[use], plane[use]
        centre = p.mean(axis=0)
        x, y, z = (p - centre).T
        u, v, w = n.T
        lever = np.stack([y * w - z * v, z * u - x * w, x * v - y * u, u, v, w], axis=1)
        height = np.einsum("ij,ij->i", there[use] - p, n)
        size = max(float(np.abs(p - centre).max()), 1e-9)
        lever[:, :3] /= size
        normal = lever.T @ lever + 1e-4 * len(p) * np.eye(6)  # slides only where something holds
        step = np.linalg.solve(normal, lever.T @ height)
        rotation = _rotation(step[:3] / size)
        shift = rotation @ (shift - centre) + centre + step[3:]
        turn = rotation @ turn
        if np.abs(step).max() < 1e-5 * size:
            break
    return Placement(turn, shift)


def suggestions(source: Samples, target: Samples) -> list[Placement]:
    """Placements to begin with: by boxes, upright and mirrored at each axis, and by main axes."""
    found = []
    low, high = source.points.min(0), source.points.max(0)
    low_, high_ = target.points.min(0), target.points.max(0)
    middle, middle_ = (low + high) / 2, (low_ + high_) / 2
    for flip in np.array(np.meshgrid(*[[1.0, -1.0]] * 3)).reshape(3, -1).T:
        found.append(Placement(np.diag(flip), middle_ - flip * middle))
    one, two = _axes(source.points), _axes(target.points)
    mean, mean_ = source.points.mean(0), target.points.mean(0)
    for flip in np.array(np.meshgrid(*[[1.0, -1.0]] * 3)).reshape(3, -1).T:
        turn = two @ np.diag(flip) @ one.T
        found.append(Placement(turn, mean_ - turn @ mean))
    return found


def _axes(points: Floats) -> Floats:
    """Principal axes as columns (3, 3)."""
    away = points - points.mean(axis=0)
    return np.asarray(np.linalg.eigh(away.T @ away)[1])


def _rotation(vector: Floats) -> Floats:
    """The rotation (3, 3) about a vector by its length, in radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k)
