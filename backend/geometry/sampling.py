# SPDX-License-Identifier: GPL-3.0-or-later
"""Random points on surfaces, directions in cones, and rotations."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints


def points_by_group(
    vertices: Floats, faces: Ints, area: Floats, group: Ints, each: int, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """`each` area-weighted points on every group of faces.

    group : (F,) int64, 0..G-1, no group empty.
    Returns (points (G, each, 3), face (G, each)).
    """
    order = np.argsort(group, kind="stable")
    weight = area[order] + 1e-15
    total = np.cumsum(weight)
    end = np.cumsum(np.bincount(group)) - 1
    stop = total[end]
    start = np.concatenate([[0.0], stop[:-1]])
    groups = len(end)
    # Stratified draws: one in each equal slice of the group's area.
    unit = (np.arange(each) + rng.random((groups, each))) / each
    at = start[:, None] + unit * (stop - start)[:, None]
    index = np.searchsorted(total, at.ravel(), side="left").reshape(groups, each)
    begin = np.concatenate([[0], end[:-1] + 1])
    index = np.clip(index, begin[:, None], end[:, None])
    face = order[index]
    u, v = rng.random((2, groups, each, 1))
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    a, b, c = (vertices[faces[face, k]] for k in range(3))
    return a + u * (b - a) + v * (c - a), face


def cone(axis: Floats, count: int, half_angle: float, rng: np.random.Generator) -> Floats:
    """`count` unit directions about each axis, evenly over the cone's solid angle.

    axis : (..., 3) unit. Returns (..., count, 3).
    """
    lowest = np.cos(half_angle)
    cosine = 1 - (1 - lowest) * (np.arange(count) + 0.5) / count
    sine = np.sqrt(1 - cosine**2)
    turn = 2.399963229728653 * np.arange(count) + rng.random((*axis.shape[:-1], 1)) * 2 * np.pi
    helper = np.where(np.abs(axis[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    side = np.cross(axis, helper)
    side /= np.maximum(np.linalg.norm(side, axis=-1, keepdims=True), 1e-12)
    other = np.cross(axis, side)
    return (
        cosine[:, None] * axis[..., None, :]
        + (sine * np.cos(turn))[..., None] * side[..., None, :]
        + (sine * np.sin(turn))[..., None] * other[..., None, :]
    )


def spread_axes(count: int) -> Floats:
    """`count` unit axes spread over the half sphere (Fibonacci lattice): (count, 3)."""
    z = (np.arange(count) + 0.5) / count
    turn = np.pi * (1 + 5**0.5) * np.arange(count)
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(turn), ring * np.sin(turn), z], axis=1)


def random_rotation(rng: np.random.Generator) -> Floats:
    """A rotation matrix (3, 3), uniform over all orientations."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))
