# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a whole by masks of the picture that it was imagined from.

A mask says what is seen. Rays find which faces these are; the patches that they lie in have the
part of most that is seen of them, and a patch over which a border of the mask runs is divided along
it. What nobody sees, behind and below others, goes on from there: along the surface, where a deep
crease counts as a long way, for parts end there. Borders are then straightened, into creases where
there are some.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..geometry.graphs import components, spread, sums, symmetric
from ..geometry.mesh import FaceGraph
from ..geometry.patches.graphcut import CONCAVE_FROM, FIRST, SECOND, BorderCutter
from ..images.sight import first_seen
from .analysis import Analysis

CELLS = 512  # of the picture that are looked at, along its longer side
RIM = 0.012  # of that side: nearer to its border a mask counts less, for no shape is quite its
LITTLE = 0.05  # picture's; so much at least
DIVIDED = 0.15  # of what is seen of a patch is of another part: a border runs over it
DEEP = 1.0  # of the object's size: how long a way a crease of a right angle is
AROUND = 16  # faces at a corner that are beside each other; of more each has so many
BAND = 0.03  # of that size: how far a border may move
CRUMB = 0.02  # of a part's largest piece: so small a piece of it is none


def parts_by_mask(
    mask: NDArray[np.int32], places: Floats, nearness: Floats, analysis: Analysis
) -> NDArray[np.int32]:
    """Part (F,) of each face, 0..K-1 without gaps, in the order of the mask's.

    mask : (H, W) the part of each pixel, -1 for none. places : (V, 2) of the vertices in its
    picture, 0..1 from the lower left; nearness : (V,) to the eye. A part of which nothing is seen
    is left out.
    """
    graph, patch = analysis.seen, analysis.grown_patch.astype(np.int64)
    face, shown, weight = _seen(mask, places, nearness, graph.faces)
    if not len(face):
        return np.zeros(len(analysis.patch), np.int32)
    parts = int(mask.max()) + 1
    known = _known(patch, face, shown, weight, parts)
    part = known if (known >= 0).all() else _continued(graph, patch, known, parts)
    part = _without_crumbs(graph, _straightened(analysis.cutter, part, parts), parts)
    part = np.unique(part, return_inverse=True)[1].reshape(-1)
    return analysis.on_all_walls(part.astype(np.int32))


def _seen(
    mask: NDArray[np.int32], places: Floats, nearness: Floats, faces: Ints
) -> tuple[Ints, Ints, Floats]:
    """What of a mask is seen on faces, cell by cell: face, part and weight, (n,) each."""
    from scipy.ndimage import distance_transform_edt, maximum_filter, minimum_filter

    height, width = mask.shape
    step = max(1.0, max(height, width) / CELLS)  # pixels
    row = (np.arange(int(height / step)) + 0.5) * step
    column = (np.arange(int(width / step)) + 0.5) * step
    shown = mask[np.ix_(row.astype(np.int64), column.astype(np.int64))].astype(np.int64)
    face, _ = first_seen(places, nearness, faces, column / width, 1 - row / height)
    framed = np.pad(shown, 1, constant_values=-1)
    border = maximum_filter(framed, 3) != minimum_filter(framed, 3)
    inner = distance_transform_edt(~border)[1:-1, 1:-1]
    weight = np.clip(inner / (RIM * max(shown.shape)), LITTLE, 1.0)
    counts = (face >= 0) & (shown >= 0)
    return face[counts], shown[counts], weight[counts]


def _known(patch: Ints, face: Ints, shown: Ints, weight: Floats, parts: int) -> Ints:
    """Parts (F,) of faces that are seen, or in a patch that is seen and not divided; else -1."""
    patches = int(patch.max()) + 1
    votes = sums(weight, patch[face] * parts + shown, patches * parts).reshape(patches, parts)
    most, total = votes.max(axis=1), votes.sum(axis=1)
    known = np.where(total > 0, votes.argmax(axis=1), -1)[patch]
    divided = ((total - most) > DIVIDED * total)[patch]
    own = divided[face]
    rows, number = np.unique(face[own], return_inverse=True)
    place = number.reshape(-1) * parts + shown[own]
    votes = sums(weight[own], place, len(rows) * parts).reshape(len(rows), parts)
    known[divided] = -1
    known[rows] = votes.argmax(axis=1)
    return known


def _continued(graph: FaceGraph, patch: Ints, known: Ints, parts: int) -> Ints:
    """Parts (F,) of all faces: what is -1 has the part of what is known nearest to it.

    A patch of which nothing is known has one part, and so has an island, by what is near in space.
    """
    from scipy.spatial import cKDTree

    seeds = np.flatnonzero(known >= 0)
    owner = spread(_ways(graph), seeds)[1]
    part = np.where(owner >= 0, known[seeds[owner]], -1)
    lost = part < 0
    if lost.any():
        _, nearest = cKDTree(graph.centroid[seeds]).query(graph.centroid[lost])
        part[lost] = known[seeds[nearest]]
    of_island, of_patch = (
        sums(graph.area, group * parts + part, (int(group.max()) + 1) * parts)
        .reshape(-1, parts)
        .argmax(axis=1)[group]
        for group in (graph.island, patch)
    )
    unseen = np.bincount(patch[seeds], minlength=int(patch.max()) + 1)[patch] == 0
    return np.where(lost, of_island, np.where(unseen, of_patch, part))


def _ways(graph: FaceGraph) -> object:
    """How far it is from each face to those along its edges, and to those at its corners where the
    surface is smooth or convex: else ways would be crooked, and longer across thin faces.
    """
    corner = graph.welded[graph.faces].ravel()
    order = np.argsort(corner, kind="stable")
    corner, face = corner[order], order // 3
    same = [np.flatnonzero(corner[ahead:] == corner[:-ahead]) for ahead in range(1, AROUND)]
    one = np.concatenate([face[at] for at in same])
    other = np.concatenate([face[at + ahead] for ahead, at in enumerate(same, 1)])
    way = graph.centroid[other] - graph.centroid[one]
    n, m = graph.normal[one], graph.normal[other]
    convex = (np.einsum("ij,ij->i", n, way) < 0) & (np.einsum("ij,ij->i", m, way) > 0)
    smooth = np.einsum("ij,ij->i", n, m) > np.cos(CONCAVE_FROM)
    one, other = one[convex | smooth], other[convex | smooth]
    first, second = np.concatenate([graph.first, one]), np.concatenate([graph.second, other])
    crease = np.maximum(graph.bend - CONCAVE_FROM, 0.0) / (np.pi / 2)
    cost = np.linalg.norm(graph.centroid[first] - graph.centroid[second], axis=1)
    cost[: len(crease)] += DEEP * crease
    return symmetric(len(graph.faces), first, second, np.maximum(cost, 1e-12))  # 0 is no way


def _straightened(cutter: BorderCutter, part: Ints, parts: int) -> Ints:
    """Parts (F,) whose borders are the cheapest near where they run."""
    graph, part = cutter.graph, part.copy()
    area = sums(graph.area, part, parts)
    reach = np.minimum(BAND, 0.25 * np.sqrt(np.maximum(area, 0.0)))
    pairs = np.sort(np.stack([part[graph.first], part[graph.second]]), axis=0)
    for one, other in np.unique(pairs[:, pairs[0] != pairs[1]], axis=1).T:
        side = np.zeros(parts, np.int64)
        side[one], side[other] = FIRST, SECOND
        sides = side[part]
        edges = np.flatnonzero(sides[graph.first] + sides[graph.second] == FIRST + SECOND)
        if len(edges):
            free, on_first = cutter.cut(part, side, reach, edges)
            part[free] = np.where(on_first, one, other)
    return part


def _without_crumbs(graph: FaceGraph, part: Ints, parts: int) -> Ints:
    """Parts (F,) without small pieces that are cut off: they have the part most around them."""
    across = part[graph.first] != part[graph.second]
    piece = components(len(part), graph.first[~across], graph.second[~across])
    of_piece = part[np.unique(piece, return_index=True)[1]]
    area = sums(graph.area, piece, len(of_piece))
    largest = np.zeros(parts)
    np.maximum.at(largest, of_piece, area)
    one, two = graph.first[across], graph.second[across]
    one, two = np.concatenate([one, two]), np.concatenate([two, one])
    place = piece[one] * parts + part[two]
    length = np.tile(graph.edge_length[across], 2)
    around = sums(length, place, len(of_piece) * parts).reshape(-1, parts)
    crumb = (area < CRUMB * largest[of_piece]) & around.any(axis=1)
    return np.where(crumb, around.argmax(axis=1), of_piece)[piece]
