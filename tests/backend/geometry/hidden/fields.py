# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids as distances, and what is seen of several of them that hide each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from backend.geometry.isosurface import GridField, zero_level

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Distance = Callable[[Floats], Floats]
HALF = 0.55  # of the cube that holds all


def ball(centre: Sequence[float], radius: float) -> Distance:
    return lambda p: np.linalg.norm(p - np.array(centre), axis=-1) - radius


def rod(start: Sequence[float], end: Sequence[float], radius: float) -> Distance:
    a, b = np.array(start, float), np.array(end, float)

    def distance(p: Floats) -> Floats:
        share = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        return np.linalg.norm(p - a - share[..., None] * (b - a), axis=-1) - radius

    return distance


def ring(large: float, small: float) -> Distance:
    return lambda p: np.hypot(np.hypot(p[..., 0], p[..., 1]) - large, p[..., 2]) - small


def box(centre: Sequence[float], half: Sequence[float]) -> Distance:
    def distance(p: Floats) -> Floats:
        q = np.abs(p - np.array(centre)) - np.array(half)
        return np.linalg.norm(np.maximum(q, 0), axis=-1) + np.minimum(q.max(axis=-1), 0)

    return distance


def field_of(solid: Distance, cells: int = 44, half: float = HALF) -> GridField:
    line = np.linspace(-half, half, cells)
    place = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1)
    values = solid(place).astype(np.float32)
    return GridField(values, np.full(3, -half), line[1] - line[0])


def seen_of(solids: Sequence[Distance], cells: int = 44) -> tuple[Floats, Ints, Ints]:
    """Vertices, faces and labels of the surface of what the solids are together."""
    vertices, faces = zero_level(
        field_of(lambda p: np.min([solid(p) for solid in solids], axis=0), cells)
    )
    centre = vertices[faces].mean(axis=1)
    labels = np.argmin([solid(centre) for solid in solids], axis=0)
    return vertices, faces, np.unique(labels, return_inverse=True)[1].reshape(-1)


SCENES: dict[str, list[Distance]] = {
    "ball under a hat": [ball((0, 0, -0.1), 0.3), rod((0, 0, 0.2), (0, 0, 0.22), 0.25)],
    "limb in a body": [ball((-0.15, 0, 0), 0.3), rod((-0.1, 0, 0), (0.42, 0.1, 0), 0.09)],
    "half a ring": [ring(0.32, 0.1), box((0.3, 0, 0), (0.2, 0.4, 0.2))],
    "torso": [
        rod((0, 0, -0.2), (0, 0, 0.15), 0.16),
        rod((0.05, 0, 0.1), (0.42, 0, 0.0), 0.07),
        rod((-0.05, 0, 0.1), (-0.42, 0, 0.0), 0.07),
        ball((0, 0, 0.33), 0.14),
    ],
}
