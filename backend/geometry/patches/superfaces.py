# SPDX-License-Identifier: GPL-3.0-or-later
"""Superfaces: small patches of faces that respect creases, the nodes of everything later.

Grown from area-spread seeds by shortest paths over the dual graph, where crossing a crease costs
more than walking on a smooth surface (in the spirit of the over-segmentations that mesh cuts work
on, e.g. Golovinskiy and Funkhouser, "Randomized Cuts for 3D Mesh Analysis", 2008).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from ...contract.progress import SILENT, Progress
from ..graphs import components, spread, sums, symmetric
from ..mesh import FaceGraph

PATCHES = 400  # on a closed surface; islands and their detail may add to it
LARGE_ISLANDS = 800  # the largest islands get patches of their own, the rest share
CONCAVE_COST = 2.0  # patch radii a radian: crossing a crease costs the same on any tessellation
CONVEX_COST = 1.0  # likewise, for convex bends sharper than 20 degrees
COLOUR_COST = 1.0  # patch radii: crossing a full change of colour
NORMAL_SPREAD = 0.15  # weight of a unit of normal against a unit of size when seeds are spread
COARSE_FROM = 120_000  # faces from which the dual graph is coarsened before paths are searched
LLOYD_ROUNDS = 2
APART = 10.0  # distance added between islands of different groups: more than any on the mesh


def superfaces(
    graph: FaceGraph,
    rng: np.random.Generator,
    patches: int = PATCHES,
    groups: Ints | None = None,
    steps: Floats | None = None,
    progress: Progress = SILENT,
) -> Ints:
    """Patch number of each face: (F,) int64, 0..P-1 without gaps.

    A patch is a connected piece of one island; only where there are more than `LARGE_ISLANDS`
    islands, small ones near each other share a patch, of the same group as far as patches suffice.

    groups : (F,) group of each face. steps : (E,) 0..1, how far colour changes across each edge.
    progress : of this function; between its long steps a cancel is heard.
    """
    loose = graph.island >= LARGE_ISLANDS
    patch = np.full(len(graph.faces), -1, dtype=np.int64)
    firm = ~loose
    loose_share = graph.area[loose].sum() / max(graph.area.sum(), 1e-300)
    islands = min(graph.islands, LARGE_ISLANDS)
    firm_patches = max(round(patches * (1 - loose_share)), 1) + islands - 1
    _grow(graph, patch, firm, firm_patches, rng, steps, progress)
    if loose.any():
        _gather(graph, patch, loose, max(round(patches * loose_share), 8), groups, rng)
    return np.unique(patch, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _grow(
    graph: FaceGraph,
    patch: Ints,
    firm: NDArray[np.bool_],
    patches: int,
    rng: np.random.Generator,
    steps: Floats | None,
    progress: Progress,
) -> None:
    """Fill `patch` on the firm faces by growing from seeds along cheap paths."""
    node, nodes = _coarsen(graph)
    progress.step(0.2)
    face_weight = graph.area + 1e-12
    weight = sums(face_weight, node, nodes)
    feature = np.concatenate([graph.centroid, NORMAL_SPREAD * graph.normal], axis=1)
    feature = sums(face_weight[:, None] * feature, node, nodes) / weight[:, None]
    island = np.zeros(nodes, dtype=np.int64)
    island[node] = graph.island
    allowed = np.zeros(nodes, dtype=bool)
    allowed[node] = firm

    first, second = node[graph.first], node[graph.second]
    across = first != second
    first, second, bend = first[across], second[across], graph.bend[across]
    step = np.linalg.norm(feature[first, :3] - feature[second, :3], axis=1) + 1e-9
    crease = CONCAVE_COST * np.maximum(bend, 0) + CONVEX_COST * np.maximum(-bend - np.pi / 9, 0)
    if steps is not None:
        crease = crease + COLOUR_COST * steps[across]
    radius = np.sqrt(weight.sum() / patches / np.pi)
    dual = symmetric(nodes, first, second, step + radius * crease)
    progress.step(0.5)

    seeds = _seeds(feature, weight, island, np.flatnonzero(allowed), patches, rng)
    for round_number in range(LLOYD_ROUNDS + 1):
        progress.step(0.6 + 0.1 * round_number)
        _, owner = spread(dual, seeds)
        if round_number < LLOYD_ROUNDS:
            seeds = _centres(feature, weight, owner, seeds)
    patch[firm] = owner[node[firm]]


def _coarsen(graph: FaceGraph) -> tuple[Ints, int]:
    """Group faces of large meshes into smooth connected bits of a voxel: node (F,), count.

    Keeps shortest paths on a million faces as quick as on a hundred thousand.
    """
    faces = len(graph.faces)
    if faces <= COARSE_FROM:
        return np.arange(faces), faces
    total = max(float(graph.area.sum()), 1e-12)
    side = max(np.sqrt(total / (COARSE_FROM / 3)), 1e-3)
    cell = np.floor((graph.centroid + 0.5) / side).astype(np.int64)
    across = int(np.ceil(1 / side)) + 2
    key = (cell[:, 0] * across + cell[:, 1]) * across + cell[:, 2]
    together = (key[graph.first] == key[graph.second]) & (np.abs(graph.bend) < np.pi / 6)
    node = components(faces, graph.first[together], graph.second[together])
    return node, int(node.max()) + 1


def _seeds(
    feature: Floats,
    weight: Floats,
    island: Ints,
    allowed: Ints,
    patches: int,
    rng: np.random.Generator,
) -> Ints:
    """Well-spread nodes: one on each island, the rest by farthest points of an area sample."""
    if len(allowed) <= patches:
        return allowed
    # The heaviest node of each island comes first.
    order = allowed[np.lexsort((-weight[allowed], island[allowed]))]
    new = np.ones(len(order), dtype=bool)
    new[1:] = island[order[1:]] != island[order[:-1]]
    seeds = order[new]
    wanted = patches - len(seeds)
    if wanted <= 0:
        return seeds
    share = weight[allowed] / weight[allowed].sum()
    sample = np.unique(rng.choice(allowed, size=min(10 * patches, 8000), p=share))
    points = feature[sample]
    distance = np.full(len(sample), np.inf)
    own: dict[int, list[int]] = {}
    for seed in seeds:
        own.setdefault(int(island[seed]), []).append(int(seed))
    for number, members in own.items():
        here = island[sample] == number
        for seed in members:
            gap = np.square(points[here] - feature[seed]).sum(axis=1)
            distance[here] = np.minimum(distance[here], gap)
    chosen = []
    for _ in range(min(wanted, len(sample))):
        best = int(np.argmax(distance))
        if distance[best] <= 0:
            break
        chosen.append(sample[best])
        np.minimum(distance, np.square(points - points[best]).sum(axis=1), out=distance)
    return np.concatenate([seeds, np.array(chosen, dtype=np.int64)])


def _centres(feature: Floats, weight: Floats, owner: Ints, seeds: Ints) -> Ints:
    """The node nearest to the mean of each patch (Lloyd's step on the graph)."""
    inside = np.flatnonzero(owner >= 0)
    group = owner[inside]
    total = np.maximum(sums(weight[inside], group, len(seeds)), 1e-300)
    mean = sums((weight[:, None] * feature)[inside], group, len(seeds)) / total[:, None]
    gap = np.square(feature[inside] - mean[group]).sum(axis=1)
    order = np.lexsort((gap, group))
    group = group[order]
    new = np.ones(len(group), dtype=bool)
    new[1:] = group[1:] != group[:-1]
    moved = seeds.copy()
    moved[group[new]] = inside[order[new]]
    return moved


def _gather(
    graph: FaceGraph,
    patch: Ints,
    loose: NDArray[np.bool_],
    patches: int,
    groups: Ints | None,
    rng: np.random.Generator,
) -> None:
    """Fill `patch` on the small islands: whole islands go to the nearest of area-spread seeds."""
    from scipy.spatial import cKDTree

    faces = np.flatnonzero(loose)
    islands, index = np.unique(graph.island[faces], return_inverse=True)
    index = index.reshape(-1)
    weight = graph.area[faces] + 1e-12
    total = sums(weight, index, len(islands))
    centre = sums(weight[:, None] * graph.centroid[faces], index, len(islands)) / total[:, None]
    if groups is not None:
        group = np.zeros((len(islands), 1))
        group[index, 0] = APART * groups[faces]
        centre = np.concatenate([centre, group], axis=1)
    seeds = _seeds(
        centre, total, np.zeros(len(islands), dtype=np.int64), np.arange(len(islands)), patches, rng
    )
    nearest = cKDTree(centre[seeds]).query(centre, workers=-1)[1]
    patch[faces] = nearest[index] + patch.max(initial=-1) + 1
