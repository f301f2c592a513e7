# SPDX-License-Identifier: GPL-3.0-or-later
"""Boxes as parts: what is named is where they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backend.contract.part_shapes import Shapes, measure

CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float) / 2
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
FACES = np.array([t for a, b, c, d in QUADS for t in ((a, b, c), (a, c, d))])

Box = tuple[Sequence[float], Sequence[float]]  # middle and size


def boxes(parts: Sequence[Box]) -> Shapes:
    """A box for each part."""
    corners = [CUBE[FACES] * np.array(size) + np.array(middle) for middle, size in parts]
    label = np.repeat(np.arange(len(parts)), len(FACES))
    return measure(np.concatenate(corners), label, len(parts))


def dog(front: int = -1) -> Shapes:
    """Body, head, tail, and legs: front left, front right, back left, back right."""
    legs = [
        ((side * 0.4 * -front, front * 0.8 * end, -1.0), (0.25, 0.25, 1.2))
        for end in (1, -1)
        for side in (1, -1)
    ]
    parts = [
        ((0, 0, 0), (1.0, 2.0, 0.8)),
        ((0, front * 1.4, 0.5), (0.6, 0.7, 0.6)),
        ((0, front * -1.5, 0.3), (0.15, 1.0, 0.15)),
        *legs,
    ]
    return boxes(parts)
