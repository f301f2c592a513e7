# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs of balls that hide some of each other."""

import numpy as np
import trimesh

from backend.shapes.occluded import Whole, occlude


def pair_of_balls(depth):
    """The two whole parts; depth : between their middles, of which the first has a radius of 1."""
    parts = []
    for place, radius in ((0.0, 1.0), (depth, 0.6)):
        ball = trimesh.creation.icosphere(2, radius)
        ball.apply_translation((place, 0, 0))
        parts.append(Whole(np.asarray(ball.vertices), ball.faces.astype(np.int64)))
    return parts


def two_balls(depth):
    """Them as one object."""
    return occlude(pair_of_balls(depth))
