# SPDX-License-Identifier: GPL-3.0-or-later
"""A chair of boxes with one arm, which looks different from every side, and its pictures.

By it a network's answers are told apart: how they are turned, and what border pictures want. Y is
up, and it is looked at from +Z.
"""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles

BOXES = np.array(  # low and high corners
    [
        [[-0.50, -0.10, -0.45], [0.50, 0.02, 0.45]],  # seat
        [[-0.50, 0.02, -0.45], [0.50, 0.95, -0.33]],  # back
        [[0.38, 0.30, -0.33], [0.50, 0.42, 0.45]],  # arm
        [[0.38, 0.02, 0.33], [0.50, 0.30, 0.45]],  # and what carries it
        [[-0.50, -0.95, -0.45], [-0.38, -0.10, -0.33]],
        [[0.38, -0.95, -0.45], [0.50, -0.10, -0.33]],
        [[-0.50, -0.95, 0.33], [-0.38, -0.10, 0.45]],
        [[0.38, -0.95, 0.33], [0.50, -0.10, 0.45]],
    ]
)
COLOUR = np.array([0.72, 0.5, 0.3])
LIGHT = np.array([0.1, 0.8, 0.5])
AXES = "XYZ"
ACROSS = 32  # places along each side of a silhouette


def drawn(size: int, turn: float = 0.4, rise: float = 0.25) -> tuple[NDArray[np.uint8], Singles]:
    """A picture (size, size, 3) of it on white and its coverage (size, size), 0 or 1.

    turn, rise : of the camera around it, in radians; parallel rays.
    """
    _, normal, hit = _seen(size, turn, rise)
    shade = 0.35 + 0.65 * np.clip(normal @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1)
    picture = np.where(hit[..., None], 255 * COLOUR * shade[..., None], 255.0)
    return np.rint(picture).astype(np.uint8), hit.astype(np.float32)


def lines(size: int, turn: float = 0.4, rise: float = 0.25) -> NDArray[np.uint8]:
    """Its edges, black on white (size, size, 3), as if drawn by hand."""
    box, normal, hit = _seen(size, turn, rise)
    side = np.where(hit, 10 * box + np.abs(normal).argmax(axis=-1), -1)
    edge = np.zeros(side.shape, bool)
    edge[:-1] |= side[:-1] != side[1:]
    edge[:, :-1] |= side[:, :-1] != side[:, 1:]
    edge[1:] |= edge[:-1]  # two pixels thick
    return np.repeat(np.where(edge, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _seen(size: int, turn: float, rise: float) -> tuple[Ints, Floats, Bools]:
    """Which box each pixel shows, its normal there (size, size, 3), and whether there is one."""
    x, y = np.meshgrid(np.linspace(-1.3, 1.3, size), np.linspace(1.3, -1.3, size))
    back = np.array([np.sin(turn) * np.cos(rise), np.sin(rise), np.cos(turn) * np.cos(rise)])
    right = np.array([np.cos(turn), 0.0, -np.sin(turn)])
    up = np.cross(back, right)
    start = 4 * back + x[..., None] * right + y[..., None] * up  # (size, size, 3)
    t = (BOXES[:, :, None, None] - start) / np.where(np.abs(back) < 1e-9, 1e-9, -back)
    enter, leave = t.min(axis=1), t.max(axis=1)  # (boxes, size, size, 3)
    first = enter.max(axis=-1)
    first[first > leave.min(axis=-1)] = np.inf
    box = first.argmin(axis=0)
    hit = np.isfinite(first.min(axis=0))
    axis = np.take_along_axis(enter, box[None, ..., None], axis=0)[0].argmax(axis=-1)
    normal = np.eye(3)[axis] * np.sign(back)
    return box, normal, hit


def turns() -> list[Ints]:
    """The 24 rotations (3, 3) that carry axes into axes."""
    found = []
    for order in permutations(range(3)):
        for signs in product((1, -1), repeat=3):
            matrix = np.zeros((3, 3), np.int64)
            matrix[range(3), order] = signs
            if round(np.linalg.det(matrix)) == 1:
                found.append(matrix)
    return found


def turn_of(axes: str) -> Ints:
    """The rotation (3, 3) of which `axes_of` says so: “+X, +Z, -Y”. Raises ValueError."""
    for turn in turns():
        if axes_of(turn) == axes:
            return turn
    raise ValueError(f"no rotation has {axes} right, up and front")


def axes_of(turn: Ints) -> str:
    """Which axes of an answer become X, Y and Z by a rotation: “+X, +Z, -Y”."""
    columns = np.abs(turn).argmax(axis=1)
    signs = np.where(turn[range(3), columns] > 0, "+", "-")
    return ", ".join(sign + AXES[column] for sign, column in zip(signs, columns, strict=True))


def best_turn(points: Floats) -> tuple[Ints, float]:
    """The rotation that makes points (N, 3) of an answer stand as the chair does, and how alike
    their silhouettes along the axes are then, 0..1 (intersection over union).
    """
    wanted = silhouettes(_of_boxes())
    scored = [(alike(silhouettes(points @ turn.T), wanted), i) for i, turn in enumerate(turns())]
    score, best = max(scored)
    return turns()[best], score


def silhouettes(points: Floats) -> Bools:
    """What points (N, 3), in a cube about them, cover along each axis: (3, S, S)."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = float((high - low).max()) or 1.0
    place = (points - (low + high) / 2) / scale + 0.5
    cell = np.clip((place * ACROSS).astype(np.int64), 0, ACROSS - 1)
    seen = np.zeros((3, ACROSS, ACROSS), bool)
    for axis in range(3):
        others = np.delete(cell, axis, axis=1)
        seen[axis, others[:, 0], others[:, 1]] = True
    return seen


def alike(one: Bools, other: Bools) -> float:
    """Intersection over union of silhouettes."""
    return float((one & other).sum() / max((one | other).sum(), 1))


def _of_boxes() -> Floats:
    """Points within the boxes."""
    share = np.stack(np.meshgrid(*3 * [np.linspace(0, 1, 24)], indexing="ij"), -1).reshape(-1, 3)
    return np.concatenate([low + share * (high - low) for low, high in BOXES])
