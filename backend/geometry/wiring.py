# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror symmetry of how triangles are joined, which posing a body leaves as it was.

A reflection of the wiring is known everywhere once it is known on one edge: an edge on the line
between the halves stays where it is while its two faces change places, and from there on what is
left of the one face is right of the other. Edges of the line are guessed by short walks to both
sides that meet the same degrees and lengths; a guess is then followed over the whole surface.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from .graphs import sums
from .mesh import FaceGraph

WALKS, STEPS = 6, 20  # to both sides of an edge that may be on the line
MET = 0.85  # of a walk's vertices must be alike
TRIES = 24  # guesses that are followed
SOON = 80  # faces after which a guess must be right in most of them
LENGTHS = 2.0  # how many times as long a stretched edge may be
RIGHT = 0.9  # of the half-edges met must be alike
BODY = 0.6  # of the area must be one island
FOLLOWED = 6  # guesses that went well are enough to choose from
STRETCHED = 0.1  # logarithm by which a face may be longer around than its mirror image
MIRRORED = 0.75  # of the body must be mirrored without more than that


@dataclass(frozen=True)
class _Wires:
    """Half-edges ``3 * face + corner``: across (3F,) the other one of the edge, -1 for none; degree
    (3F,) of the vertex each starts from; length (3F,)."""

    across: Ints
    degree: Ints
    length: Floats

    def alike(self, one: Ints, two: Ints) -> Bools:
        """Whether half-edges could be mirror images of each other."""
        a, b = self.length[one], self.length[two]
        return np.asarray(
            (self.degree[one] == self.degree[_next(two)])
            & (self.degree[_next(one)] == self.degree[two])
            & (a <= LENGTHS * b)
            & (b <= LENGTHS * a)
        )


def wired_mirror(graph: FaceGraph) -> tuple[Ints, Bools] | None:
    """The mirror image of each face of the largest island, (F,) int64, -1 where there is none, and
    which faces are of one half, (F,) bool; None where its faces are not joined alike."""
    area = sums(graph.area, graph.island, graph.islands)
    if area[0] < BODY * area.sum():
        return None
    wires = _wires(graph)
    around = np.log(np.maximum(wires.length.reshape(-1, 3).sum(axis=1), 1e-12))
    best, chosen, followed = MIRRORED * area[0], None, 0
    for edge in _guesses(graph, wires, np.random.default_rng(0)):
        found = _followed(wires, int(edge))
        if found is None:
            continue
        # A ball's wiring mirrors itself however it is dented; a pose leaves most lengths alone.
        same = (found[0] >= 0) & (np.abs(around - around[found[0]]) < STRETCHED)
        followed += 1
        if graph.area[same].sum() > best:
            best, chosen = float(graph.area[same].sum()), found
        if followed == FOLLOWED:
            break
    return chosen


def _next(half: Ints) -> Ints:
    return half - half % 3 + (half + 1) % 3


def _before(half: Ints) -> Ints:
    return half - half % 3 + (half + 2) % 3


def _wires(graph: FaceGraph) -> _Wires:
    corner = graph.welded[graph.faces].ravel()
    start, end = graph.edge, graph.second * 3
    across = np.full(len(corner), -1)
    for k in range(3):
        there = end + k
        same = (corner[there] == corner[_next(start)]) & (corner[_next(there)] == corner[start])
        across[start[same]], across[there[same]] = there[same], start[same]
    # Where more than two faces meet, links are not mutual.
    mutual = across[across] == np.arange(len(across))
    across[~mutual] = -1
    ends = graph.vertices[graph.faces.ravel()]
    step = ends[_next(np.arange(len(corner)))] - ends
    degree = np.bincount(corner)[corner]
    return _Wires(across, degree, np.sqrt(np.einsum("ij,ij->i", step, step)))


def _guesses(graph: FaceGraph, wires: _Wires, rng: np.random.Generator) -> Ints:
    """Half-edges that may be on the line between the halves."""
    every = np.arange(len(wires.across))
    one = every[(wires.across > every) & (graph.island[every // 3] == 0)]
    start = one[wires.degree[_before(one)] == wires.degree[_before(wires.across[one])]]
    for _ in range(WALKS):
        here, there = start, wires.across[start]
        met, walking = np.zeros(len(start)), np.ones(len(start), dtype=bool)
        steps = np.zeros(len(start))
        for turn in rng.integers(2, size=STEPS):
            # What is on the left of the one is on the right of the other.
            ways = (_next, _before) if turn else (_before, _next)
            here, there = ways[0](here), ways[1](there)
            steps += walking
            met += walking & wires.alike(here, there)
            ahead, beside = wires.across[here], wires.across[there]
            walking &= (ahead >= 0) & (beside >= 0)
            here, there = np.where(walking, ahead, here), np.where(walking, beside, there)
        start = start[met >= MET * steps]
    return rng.permutation(start)[:TRIES]


def _followed(wires: _Wires, edge: int) -> tuple[Ints, Bools] | None:
    """The image of each face, (F,) or -1, if an edge is on the line, and the faces on one side of
    the line, (F,); None where that goes wrong.

    Both sides are walked together and no face is met twice, so that neither walks on into the
    other where the wiring is not mirrored.
    """
    image = np.full(len(wires.across) // 3, -1)
    left = np.ones(len(image), dtype=bool)
    one, two = np.array([edge]), wires.across[[edge]]
    seen = right = 0
    while len(one):
        image[one // 3], image[two // 3] = two // 3, one // 3
        left[two // 3] = one // 3 == two // 3
        here = np.concatenate([one, _next(one), _before(one)])
        there = np.concatenate([two, _before(two), _next(two)])
        alike = wires.alike(here, there)
        seen, right = seen + len(here), right + int(alike.sum())
        if seen > 3 * SOON and right < RIGHT * seen:
            return None
        one, two = wires.across[here[alike]], wires.across[there[alike]]
        one, two = _new(image, one, two)
    return image, left


def _new(image: Ints, one: Ints, two: Ints) -> tuple[Ints, Ints]:
    """Of half-edges that are to be images of each other, those of faces not met yet, each once."""
    there = (one >= 0) & (two >= 0)
    one, two = one[there], two[there]
    fresh = (image[one // 3] < 0) & (image[two // 3] < 0)
    one, two = one[fresh], two[fresh]
    met = np.stack([one, two], axis=1).ravel() // 3
    _, first, at = np.unique(met, return_index=True, return_inverse=True)
    own = np.arange(len(met)) // 2  # a pair, of which both faces must be met here first
    kept = (first[at.reshape(-1)] // 2 == own).reshape(-1, 2).all(axis=1)
    return one[kept], two[kept]
