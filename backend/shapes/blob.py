# SPDX-License-Identifier: GPL-3.0-or-later
"""A closed smooth body of any number of triangles: what speed is measured on."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints


def blob(triangles: int) -> tuple[Floats, Ints]:
    """A closed smooth body with a dozen limbs and no crease, of about `triangles` triangles."""
    side = max(round((triangles / 12) ** 0.5), 1)
    step = np.linspace(-1, 1, side + 1)
    u, v = (axis.ravel() for axis in np.meshgrid(step, step, indexing="ij"))
    one = np.ones_like(u)
    sheets = [np.stack([u, v, one], 1), np.stack([v, u, -one], 1)]
    sheets = [np.roll(sheet, turn, axis=1) for turn in range(3) for sheet in sheets]
    corner = (np.arange(side)[:, None] * (side + 1) + np.arange(side)).ravel()
    a, b, c, d = corner, corner + side + 1, corner + side + 2, corner + 1
    quad = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    faces = np.concatenate([quad + k * len(u) for k in range(6)])
    key = np.rint(np.concatenate(sheets) * side * 2).astype(np.int64)
    _, first, number = np.unique(key, axis=0, return_index=True, return_inverse=True)
    cube = np.concatenate(sheets)[first]
    ball = cube / np.linalg.norm(cube, axis=1, keepdims=True)
    limbs = np.random.default_rng(5).normal(size=(12, 3))
    limbs /= np.linalg.norm(limbs, axis=1, keepdims=True)
    radius = 1 + 0.9 * np.exp(-14 * (1 - ball @ limbs.T)).sum(axis=1)
    return ball * radius[:, None], number.reshape(-1)[faces]
