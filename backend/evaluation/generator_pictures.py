# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts made from a picture beside those of the object that it shows.

The picture is one from the front, with the parts' masks. What is made is laid on the true object
before both are compared: by their boxes, then by closest points.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats
from ..contract.errors import BadInput
from ..engines import inflate
from ..engines.base import Brief
from ..geometry.booleans import Mesh, concatenated
from ..geometry.occupancy import Grid, inside
from ..geometry.registration import Placement, Samples, fitted
from ..latents.part_generator import sampled
from .completion import Figures
from .data import Labelled
from .generation import pictured
from .generator_figures import Box, chamfer
from .generator_objects import FLOW, Assembled, assembled, engine

POINTS = 4_096  # of each object
NEAR = 0.1  # of the F-score, where the longest half of an object is 1
CELLS = 48
FOLLOWED = 512  # points by which one is laid on the other


def of_pictures(item: Labelled, methods: Sequence[str], seed: int) -> dict[str, dict[int, Figures]]:
    """What each method makes of a picture of the object."""
    whole = assembled(item)
    picture, labels = pictured(whole.vertices, whole.faces, whole.labels)
    shown = np.unique(labels[labels >= 0])
    true = [unit_part(whole, int(part)) for part in shown]
    found = {}
    for name in methods:
        began = time.perf_counter()
        made = parts_of(name, picture, labels, seed)
        figures = compared(true, made, seed) | {"seconds": time.perf_counter() - began}
        found[name] = {0: figures}
    return found


def unit_part(whole: Assembled, part: int) -> Mesh:
    """A part where the object's longest half is 1."""
    vertices, faces = whole.part(part)
    return Box.of(whole.vertices).as_is(vertices), faces


def parts_of(
    method: str, picture: NDArray[np.uint8], labels: NDArray[np.int32], seed: int
) -> list[Mesh]:
    """The parts that a method makes; none where it makes nothing."""
    maker = {inflate.ABOUT.name: inflate.load, FLOW: engine}[method]()
    try:
        made = maker.generate(Brief([picture], [labels]), seed=seed)
    except BadInput:
        return []
    return [(part.vertices, part.faces) for part in made.parts]


def compared(true: Sequence[Mesh], made: Sequence[Mesh], seed: int) -> Figures:
    """Chamfer distance times 100 and F of the objects, mean IoU of their parts one to one.

    true : parts where the longest half of the object is 1. Nothing has IoU and F 0.
    """
    if not made:
        return {"chamfer": np.nan, "f": 0.0, "iou": 0.0, "parts": 0.0, "true_parts": len(true)}
    everything, said = concatenated(list(true)), concatenated(list(made))
    box = Box.of(everything[0])
    scale = float(Box.of(said[0]).half.max())
    scaled = [((v - Box.of(said[0]).middle) / scale, f) for v, f in made]
    said = concatenated(scaled)
    here = sampled(box.as_is(everything[0]), everything[1], POINTS, seed)
    there = sampled(*said, POINTS, seed + 1)
    rng = np.random.default_rng(seed)
    order = rng.permutation(POINTS), rng.permutation(POINTS)
    target = Samples(here.points[order[0]], here.normals[order[0]])
    source = Samples(there.points[order[1]], there.normals[order[1]])
    still = Placement(np.eye(3), np.zeros(3))
    ways = [still, fitted(source, target, still, FOLLOWED, keep=0.9)]
    best = min(ways, key=lambda way: chamfer(way(there.points), here.points))
    laid = [(best(vertices), faces) for vertices, faces in scaled]
    in_box = [(box.as_is(vertices), faces) for vertices, faces in true]
    return {
        "chamfer": 100 * chamfer(best(there.points), here.points),
        "f": near(best(there.points), here.points),
        "iou": parts_iou(in_box, laid),
        "parts": float(len(made)),
        "true_parts": float(len(true)),
    }


def near(one: Floats, other: Floats) -> float:
    """F-score at `NEAR` of two clouds (N, 3)."""
    from scipy.spatial import cKDTree

    precision = float((cKDTree(other).query(one)[0] < NEAR).mean())
    recall = float((cKDTree(one).query(other)[0] < NEAR).mean())
    return 2 * precision * recall / max(precision + recall, 1e-9)


def parts_iou(true: Sequence[Mesh], made: Sequence[Mesh]) -> float:
    """Mean IoU of the true parts' bodies with those made, each answering for one (Kuhn, 1955)."""
    from scipy.optimize import linear_sum_assignment

    grid = Grid(np.full(3, -1.1), np.full(3, 1.1), (CELLS,) * 3)
    here, there = _held(true, grid), _held(made, grid)
    both = here @ there.T
    either = here.sum(1)[:, None] + there.sum(1)[None] - both
    iou = both / np.maximum(either, 1)
    return float(iou[linear_sum_assignment(iou, maximize=True)].sum() / len(true))


def _held(parts: Sequence[Mesh], grid: Grid) -> NDArray[np.float32]:
    """(N, places) 1 where a place of a grid is inside a part."""
    rows: list[Bools] = [inside(*part, grid).reshape(-1) for part in parts]
    return np.stack(rows).astype(np.float32)
