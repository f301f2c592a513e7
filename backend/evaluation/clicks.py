# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated person who clicks on faces until the mask is right.

Two protocols: random include clicks in the part, as SegviGen (2026) scores its masks, and
corrective clicks at the centre of the largest error, as Segment Anything (Kirillov et al., 2023).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..geometry.graphs import components, spread, symmetric
from ..geometry.mesh import FaceGraph
from .metrics import mask_iou

Mask = NDArray[np.bool_]
Answer = Callable[[NDArray[np.int64], NDArray[np.int64]], Mask]
CLICKS = (1, 3, 5, 10)


def click_ious(
    answer: Answer,
    graph: FaceGraph,
    part: Mask,
    rng: np.random.Generator,
    *,
    corrective: bool,
    counts: Sequence[int] = CLICKS,
) -> dict[int, float]:
    """IoU by area after each number of clicks in `counts`.

    `answer` turns clicked faces (N,) and labels (N,), 1 include and 0 exclude, into a mask (F,);
    `part` is the true mask. The clicker stops where the mask is right.
    """
    if corrective:
        return _corrective_ious(answer, graph, part, counts)
    inside = np.flatnonzero(part & (graph.area > 0))
    chance = graph.area[inside] / graph.area[inside].sum()
    faces = rng.choice(inside, size=max(counts), p=chance)
    include = np.ones(max(counts), dtype=np.int64)
    return {n: mask_iou(answer(faces[:n], include[:n]), part, graph.area) for n in counts}


def _corrective_ious(
    answer: Answer, graph: FaceGraph, part: Mask, counts: Sequence[int]
) -> dict[int, float]:
    mask = np.zeros_like(part)
    faces: list[int] = []
    signs: list[int] = []
    ious = {}
    for clicks in range(1, max(counts) + 1):
        if graph.area[mask != part].any():
            face = error_centre(graph, mask, part)
            faces.append(face)
            signs.append(int(part[face]))
            mask = answer(np.array(faces, dtype=np.int64), np.array(signs, dtype=np.int64))
        if clicks in counts:
            ious[clicks] = mask_iou(mask, part, graph.area)
    return ious


def error_centre(graph: FaceGraph, mask: Mask, part: Mask) -> int:
    """The face deepest inside the largest connected region where `mask` and `part` differ.

    Missing and surplus faces form regions of their own. Raises ValueError when the error has no
    area.
    """
    kind = np.where(mask == part, 0, np.where(part, 1, 2))
    together = kind[graph.first] == kind[graph.second]
    region = components(len(part), graph.first[together], graph.second[together])
    size = np.bincount(region, weights=np.where(kind > 0, graph.area, 0.0))
    if not size.max() > 0:
        raise ValueError("the mask has no error")
    chosen = region == size.argmax()
    inside = np.flatnonzero(chosen)
    own = np.cumsum(chosen) - 1  # number of each face within the region
    inner = chosen[graph.first] & chosen[graph.second]
    first, second = graph.first[inner], graph.second[inner]
    leaving = chosen[graph.first] != chosen[graph.second]
    rim = np.unique(np.where(chosen[graph.first], graph.first, graph.second)[leaving])
    if len(rim):
        cost = np.linalg.norm(graph.centroid[first] - graph.centroid[second], axis=1)
        cost += 1e-12  # coincident centroids are still a step apart
        depth = spread(symmetric(len(inside), own[first], own[second], cost), own[rim])[0]
    else:  # a whole island
        middle = np.average(graph.centroid[inside], axis=0, weights=graph.area[inside])
        depth = -np.linalg.norm(graph.centroid[inside] - middle, axis=1)
    depth[graph.area[inside] <= 0] = -np.inf
    return int(inside[depth.argmax()])
