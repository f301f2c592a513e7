# SPDX-License-Identifier: GPL-3.0-or-later
"""Small objects in which parts are replaced: a figure in one piece, and a cart in several."""

from __future__ import annotations

import numpy as np

from backend.geometry.booleans import Mesh, concatenated
from backend.library.families.forms import ball, block, lathe, moved, turned
from backend.pipelines.reshape import subdivided

Labelled = tuple[np.ndarray, np.ndarray, np.ndarray]


def labelled(*meshes: Mesh) -> Labelled:
    vertices, faces = concatenated(meshes)
    return vertices, faces, np.repeat(np.arange(len(meshes)), [len(f) for _, f in meshes])


def post() -> Labelled:
    """A closed post of one surface, cut by labels at y = 1: 0 below, 1 above."""
    vertices, faces = subdivided(*lathe([(0.3, 0), (0.3, 1), (0.3, 2)], 16), 0.3)
    labels = (vertices[faces].mean(axis=1)[:, 1] > 1).astype(np.int64)
    return vertices, faces, labels


def cart() -> Labelled:
    """0 a box; 1 and 2 wheels on its left and right; 3 a dome on top; 4 a hat on the dome."""
    wheel = turned(lathe([(0.4, -0.1), (0.4, 0.1)], 20), 2, 90)
    return labelled(
        block((1, 0.6, 2)),
        moved(wheel, (0.6, -0.3, 0)),
        moved(wheel, (-0.6, -0.3, 0)),
        moved(ball(0.4), (0, 0.6, 0)),
        moved(lathe([(0.5, 0), (0.0, 0.5)], 20), (0, 0.85, 0)),
    )
