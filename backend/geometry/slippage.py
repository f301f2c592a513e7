# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions that slide a surface along itself: turning about an axis, moving in a direction.

A turned leg slides when it turns about its axis, a rod or a rail when it moves along. The motion is
the one whose velocities are most nearly tangential (Gelfand and Guibas, Shape Segmentation Using
Local Slippage Analysis, 2004); faces that do not fit, such as a handle, soon count for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats

DOUBT = 0.08  # velocity across the surface, for one of unit size, at which a place counts half
ROUNDS = 6  # of weighing places anew
LEAST = 1e-6  # added to sums of squares, so that flat surface has an answer


@dataclass(frozen=True)
class Sliding:
    """A motion along a surface.

    axis : (3,) of unit length. centre : (3,) a place on it; of a movement just the middle.
    weight : (N,) how well each place fits, 0..1.
    """

    axis: Floats
    centre: Floats
    weight: Floats


def turning(points: Floats, normals: Floats) -> Sliding:
    """The axis about which points (N, 3) with normals (N, 3) turn best into themselves.

    The points have about unit size.
    """
    middle = points.mean(axis=0)
    away = points - middle
    moment = np.cross(away, normals)  # velocity across: moment . turn + normal . shift
    best: Sliding | None = None
    for start in range(3):
        weight, turn, shift = np.ones(len(points)), np.zeros(3), np.zeros(3)
        for k in range(ROUNDS):
            w = weight[:, None]
            moved = (normals * w).T @ normals + LEAST * len(points) * np.eye(3)
            mixed = (normals * w).T @ moment
            follow = np.linalg.solve(moved, mixed)
            turned = (moment * w).T @ moment - mixed.T @ follow
            turn = np.linalg.eigh(turned)[1][:, start if k == 0 else 0]
            shift = -follow @ turn
            weight = _weight(moment @ turn + normals @ shift)
        if best is None or weight.sum() > best.weight.sum():
            best = Sliding(turn, middle + np.cross(turn, shift), weight)
    assert best is not None
    return best


def moving(points: Floats, normals: Floats) -> Sliding:
    """The direction in which points (N, 3) with normals (N, 3) move best along themselves."""
    best: Sliding | None = None
    ways = np.linalg.eigh(normals.T @ normals)[1].T
    for way in ways:
        weight = _weight(normals @ way)
        for _ in range(ROUNDS):
            spread = (normals * weight[:, None]).T @ normals
            # Where faces of one direction are left alone, two directions do as well: the old one.
            spread += LEAST * len(points) * (np.eye(3) - np.outer(way, way))
            way = np.linalg.eigh(spread)[1][:, 0]
            weight = _weight(normals @ way)
        if best is None or weight.sum() > best.weight.sum():
            best = Sliding(way, points.mean(axis=0), weight)
    assert best is not None
    return best


def _weight(velocity: Floats) -> Floats:
    """How much places count by their velocity across (Geman and McClure, 1987)."""
    return np.asarray(1 / np.square(1 + np.square(velocity / DOUBT)))
