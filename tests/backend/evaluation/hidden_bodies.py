# SPDX-License-Identifier: GPL-3.0-or-later
"""A block with a ball half sunk in its top and a long peg deep in its side; wholes are known."""

from __future__ import annotations

from functools import cache

import numpy as np
import trimesh

from backend.evaluation.data import Labelled
from backend.shapes.occluded import Whole, occlude

BLOCK, BALL, PEG = range(3)


def wholes() -> list[Whole]:
    block = trimesh.creation.box((2, 2, 1))
    ball = trimesh.creation.icosphere(3, 0.5)
    peg = trimesh.creation.cylinder(0.2, 1.6, 24)
    peg.vertices = peg.vertices[:, [2, 0, 1]] + (1.0, 0.03, 0.01)
    ball.vertices += (-0.3, 0.02, 0.5)
    return [
        Whole(np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64), name)
        for mesh, name in ((block, "block"), (ball, "ball"), (peg, "peg"))
    ]


@cache
def bodies() -> Labelled:
    """The visible surface, labelled, and the wholes."""
    found = occlude(wholes())
    assert found is not None
    known = tuple((whole.vertices, whole.faces) for whole in found.wholes)
    return Labelled("bodies", "nodes", found.vertices, found.faces, found.labels[None], "Z", known)
