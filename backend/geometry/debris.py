# SPDX-License-Identifier: GPL-3.0-or-later
"""Debris: pieces of a mesh that lie inside of it, where nobody sees them, and specks that touch
nothing.

Generated and converted meshes carry both. They are told, never taken away unasked: an engine in a
closed bonnet is unseen as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats
from .graphs import sums
from .mesh import FaceGraph
from .rays import RAYS_A_CALL, RayScene
from .sampling import cone, points_by_group

MOST_ISLANDS = 4_000  # above which a mesh is a heap, and no piece of it is told
ROUNDS = ((4, 16), (24, 48))  # points of each piece, and rays from each: first few, then many
OFF = 1e-4  # of the size: rays begin so far from the surface, on either side
SPECK = 1e-3  # of the whole area, at most
SMALL = 0.05  # of the size, across a speck at most
FAR = 0.015  # of the size, and the speck's own width: what is nearer belongs to what is there
SITES = 40_000  # points of the surface, from which distances are measured
MOST_SPECKS = 0.02  # of the whole area, all together: more are leaves, sparks or rivets


@dataclass(frozen=True)
class Debris:
    """piece : (F,) int32 number of each face's piece, -1 for what is none; those that nobody sees
    come first, `inside` of them."""

    piece: NDArray[np.int32]
    inside: int

    @property
    def text(self) -> str:
        """What there is, in a sentence."""
        apart = int(self.piece.max()) + 1 - self.inside
        told = []
        if self.inside:
            told.append(f"{_several(self.inside, 'piece')} inside that nobody sees")
        if apart:
            told.append(f"{_several(apart, 'speck')} touching nothing")
        return f"There {'is' if self.inside + apart == 1 else 'are'} {' and '.join(told)}."


def _several(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def debris(graph: FaceGraph, scene: RayScene) -> Debris | None:
    """The debris of a mesh, None where there is none, which is the usual case and quickly told.

    scene : of the mesh; of a large one a coarser stand-in.
    """
    if graph.islands == 1 or graph.islands > MOST_ISLANDS:
        return None
    unseen = np.flatnonzero(_unseen(graph, scene))
    apart = np.setdiff1d(np.flatnonzero(_apart(graph)), unseen)
    if not len(unseen) and not len(apart):
        return None
    number = np.full(graph.islands, -1, np.int32)
    number[unseen] = np.arange(len(unseen))
    number[apart] = len(unseen) + np.arange(len(apart))
    return Debris(number[graph.island], len(unseen))


def _unseen(graph: FaceGraph, scene: RayScene) -> Bools:
    """(I,) islands from which no ray gets out, on neither side of their surface."""
    rng = np.random.default_rng(0)
    asked = np.arange(graph.islands) > 0  # the largest is what is seen
    for number, (points, rays) in enumerate(ROUNDS):
        if not asked.any():
            break
        if number:  # what a stand-in hides may be a sticker upon it
            scene = RayScene(graph.vertices, graph.faces, proxy=False)
        faces = np.flatnonzero(asked[graph.island])
        islands, group = np.unique(graph.island[faces], return_inverse=True)
        place, index = points_by_group(
            graph.vertices, graph.faces[faces], graph.area[faces], group, points, rng
        )
        normal = graph.normal[faces[index]]
        way = cone(normal, rays, np.pi, rng)  # (I, points, rays, 3)
        side = np.sign(np.einsum("ipk,iprk->ipr", normal, way))
        begin = place[:, :, None] + OFF * side[..., None] * normal[:, :, None]
        free = ~_blocked(scene, begin.reshape(-1, 3), way.reshape(-1, 3))
        asked[islands[free.reshape(len(islands), -1).any(axis=1)]] = False
    return asked


def _blocked(scene: RayScene, begin: Floats, way: Floats) -> Bools:
    rows = [slice(at, at + RAYS_A_CALL) for at in range(0, len(begin), RAYS_A_CALL)]
    return np.concatenate([scene.blocked(begin[row], way[row]) for row in rows])


def _apart(graph: FaceGraph) -> Bools:
    """(I,) small islands that are far from all others, for their size."""
    from scipy.spatial import cKDTree

    area = sums(graph.area, graph.island, graph.islands)
    corner = graph.vertices[graph.faces].reshape(-1, 3)
    low, high = np.full((2, graph.islands, 3), np.inf) * [[[1]], [[-1]]]
    at = np.repeat(graph.island, 3)
    np.minimum.at(low, at, corner)
    np.maximum.at(high, at, corner)
    width = np.linalg.norm(high - low, axis=1)
    small = (area < SPECK * area.sum()) & (width < SMALL)
    found = np.zeros(graph.islands, bool)
    if not small.any() or area[small].sum() > MOST_SPECKS * area.sum():
        return found
    rng = np.random.default_rng(0)
    one = np.zeros(len(graph.faces), np.int64)
    site, face = points_by_group(graph.vertices, graph.faces, graph.area, one, SITES, rng)
    middle = (low + high) / 2
    place = np.concatenate([site[0], middle[small]])
    owner = np.concatenate([graph.island[face[0]], np.flatnonzero(small)])
    tree = cKDTree(place)
    for island in np.flatnonzero(small):
        reach = width[island] / 2 + max(width[island], FAR)
        near = tree.query_ball_point(middle[island], reach)
        found[island] = bool((owner[near] == island).all())
    return found
