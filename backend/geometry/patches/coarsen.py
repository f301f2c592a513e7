# SPDX-License-Identifier: GPL-3.0-or-later
"""A patch graph with fewer patches: the surest neighbours are taken together.

What looks at all pairs of patches costs their square. Labels lose almost nothing when 400 patches
become 256 in this way: the Rand error of the best labelling grows by about 0.001.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from . import cues
from .clusters import Clusters
from .colours import doubted
from .cues import PatchGraph
from .merging import matching

COARSENED_A_ROUND = 0.06  # share of the clusters that are taken together at once
SMALL_BONUS = 0.15  # probability that an e times smaller patch gains for being merged


@dataclass(frozen=True)
class Coarse:
    """A coarsened patch graph.

    Parameters
    ----------
    graph : of N patches. label : (P,) int64, which of them each former patch went to.
    node : (N,) int64 tree node of each, counting the former patches as leaves.
    children : (P-N, 2) int32 the merges, in the order made.
    evidence : (E,) float64 mean evidence along each border.
    marked : (E,) float64 marked length of each border.
    flat : (E,) bool, borders through a flat face.
    """

    graph: PatchGraph
    label: Ints
    node: Ints
    children: NDArray[np.int32]
    evidence: Floats
    marked: Floats
    flat: NDArray[np.bool_]


def coarsen(
    graph: PatchGraph,
    evidence: Floats,
    patches: int,
    marked: Floats | None = None,
    flat: NDArray[np.bool_] | None = None,
) -> Coarse:
    """Merge neighbours until `patches` are left; flat faces go first, borders with a mark last.

    evidence : (E,) probability that the patches of each border are of one part. marked : (E,) how
    much of each border's length hints mark. flat : (E,) whether a border runs through a flat face.
    """
    state = Clusters(graph, evidence, marked, flat=flat)
    children: list[NDArray[np.int32]] = []
    made = graph.patches
    while state.count > patches and len(state.pair):
        area = state.moments[:, cues.AREA] + 1e-12
        smaller = np.minimum(area[state.pair[:, 0]], area[state.pair[:, 1]])
        value = doubted(state.evidence / state.border[:, cues.LENGTH], state.border)
        value = value - SMALL_BONUS * np.log(smaller / area.mean() + 1e-3)
        barred = state.marked > 0
        value = np.where(barred & (not barred.all()), -np.inf, value)
        value = np.where(state.flat, np.inf, value)
        chosen = matching(state, value, COARSENED_A_ROUND)
        chosen = chosen[value[chosen] > -np.inf][: state.count - patches]
        into, gone = state.pair[chosen].T
        children.append(np.stack([state.node[into], state.node[gone]], axis=1).astype(np.int32))
        state.merge(into, gone, made + np.arange(len(into)))
        made += len(into)
    return Coarse(
        graph=_graph(state),
        label=state.label,
        node=state.node,
        children=np.concatenate(children) if children else np.zeros((0, 2), np.int32),
        evidence=state.evidence / state.border[:, cues.LENGTH],
        marked=state.marked,
        flat=state.flat,
    )


def _graph(state: Clusters) -> PatchGraph:
    """The clusters of a state as patches."""
    area = state.moments[:, cues.AREA] + 1e-12
    normal = state.moments[:, cues.NORMAL]
    island = np.zeros(state.count, dtype=np.int64)
    island[state.label] = state.graph.island
    return PatchGraph(
        moments=state.moments,
        low=state.low,
        high=state.high,
        pair=state.pair,
        border=state.border,
        sharpest=state.sharpest,
        visible=(state.sight / (area[:, None] * area[None, :])).astype(np.float32),
        island=island,
        island_area=state.graph.island_area,
        centre=state.moments[:, cues.CENTRE] / area[:, None],
        normal=normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12),
        sdf=np.exp(state.moments[:, cues.LOG_SDF] / area),
    )
