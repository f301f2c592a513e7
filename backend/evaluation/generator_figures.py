# SPDX-License-Identifier: GPL-3.0-or-later
"""How alike two shapes are, in a frame of a part's own.

Frames are the part's box, either by axis, so that it is a cube, or *as it is*: its longest half
extent is 1 and angles are true.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats
from ..geometry.booleans import Mesh
from ..geometry.mesh import used_by
from ..geometry.occupancy import Grid, inside
from ..latents.part_generator import sampled
from .completion import MARGIN, TOLERANCE, Figures, distances

CELLS = 48  # of the grid of places, along each axis
POINTS = 4_000  # on each surface, for distances to triangles
CLOUD = 1_024  # on each surface, for distances to points
THINNEST = 1e-3  # half of a box beside the longest, of what is flat


@dataclass(frozen=True)
class Box:
    """middle, half : (3,) of what has these extents."""

    middle: Floats
    half: Floats

    @classmethod
    def of(cls, points: Floats) -> Box:
        """The box about points (N, 3)."""
        low, high = points.min(axis=0), points.max(axis=0)
        half = (high - low) / 2
        return cls((low + high) / 2, np.maximum(half, max(THINNEST * float(half.max()), 1e-9)))

    def cube(self, points: Floats) -> Floats:
        """Points (..., 3) in the frame in which the box is the cube [-1, 1]^3."""
        return (points - self.middle) / self.half

    def as_is(self, points: Floats) -> Floats:
        """Points (..., 3) in the frame in which the longest half is 1."""
        return np.asarray((points - self.middle) / self.half.max())


def box_of(mesh: Mesh) -> Box:
    """The box of the surface of a mesh, strays left aside."""
    return Box.of(mesh[0][used_by(mesh[1])])


def shape_figures(true: Mesh, guess: Mesh | None, seed: int = 0) -> Figures:
    """IoU over the true part's box, F-score and Chamfer distance; the part as it is.

    F is at 0.02 of the longest half extent; the Chamfer distance is the sum of both means.
    Distances are to triangles. Without a guess IoU and F are 0, and there is no distance.
    """
    box = box_of(true)
    whole = box.as_is(true[0]), true[1]
    if guess is None or not len(guess[1]):
        return {"iou": 0.0, "f": 0.0, "chamfer": math.nan}
    said = box.as_is(guess[0]), guess[1]
    reach = box.half / box.half.max() * (1 + 2 * MARGIN)
    grid = Grid(-reach, reach, (CELLS,) * 3)
    one, other = inside(*whole, grid), inside(*said, grid)
    there = distances(sampled(*said, POINTS, seed).points, *whole)
    back = distances(sampled(*whole, POINTS, seed).points, *said)
    precision, recall = float((there < TOLERANCE).mean()), float((back < TOLERANCE).mean())
    return {
        "iou": float((one & other).sum() / max((one | other).sum(), 1)),
        "f": 2 * precision * recall / max(precision + recall, 1e-9),
        "chamfer": float(there.mean() + back.mean()),
    }


def cloud(mesh: Mesh, seed: int = 0, count: int = CLOUD) -> Floats:
    """Points (count, 3) spread evenly over a surface."""
    return sampled(*mesh, count, seed).points


def chamfer(one: Floats, other: Floats) -> float:
    """Sum of the mean distances from each of two clouds (N, 3) to the nearest of the other."""
    from scipy.spatial import cKDTree

    return float(cKDTree(one).query(other)[0].mean() + cKDTree(other).query(one)[0].mean())


def cube_chamfer(true: Mesh, guess: Mesh, seed: int = 0) -> float:
    """Chamfer distance, to triangles, where the true part's box is the cube [-1, 1]^3."""
    box = box_of(true)
    one, other = ((box.cube(vertices), faces) for vertices, faces in (true, guess))
    there = distances(cloud(other, seed), *one)
    return float(there.mean() + distances(cloud(one, seed), *other).mean())
