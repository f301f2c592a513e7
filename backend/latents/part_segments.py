# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a whole object from its latents: the part generator's full segmentation.

Latents tell of any two places of the surface how likely they are of one part; what they tell of the
object turned in several ways is averaged, for what is wrong in one way seldom is in another. Places
that are likelier of one part than not, on the mean, are gathered (correlation clustering, Bansal,
Blum, Chawla, 2004), and what is too small to be sure of is joined to what it is likest to; all
others go to the places beside them. UniPart chooses among masks of prompts in the place of that,
where one mask that guesses too much spoils all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Singles
from ..geometry.sampling import random_rotation
from ..models.partset import WHOLE, PartSet
from .part_generator import OPS, Frame, Surface

PLACES = 512  # that are compared with each other, and that look at each other
EVEN = 0.5  # chance from which two are more likely of one part than not
LEAST = 4  # places of a part
TURNS = 4  # ways in which the object is looked at
FACING = 0.2  # half of how far apart two places count as that face opposite ways


def segments(
    network: PartSet, surface: Surface, places: Surface, turns: int = TURNS
) -> NDArray[np.int64]:
    """The part (Q,) of Q places on a surface, both in the object's frame: 0, 1, 2, ...

    surface : as many points as whole objects are looked at by. turns : how often it is looked at.
    """
    some = np.random.default_rng(0).permutation(len(surface.points))[:PLACES]
    said = [chances(network, turned(surface, rotation), some) for rotation in rotations(turns)]
    chance = np.mean(said, axis=0)
    part = joined(gathered(chance), chance)
    return numbered(part[nearest(Surface(surface.points[some], surface.normals[some]), places)])


def chances(network: PartSet, surface: Surface, some: NDArray[np.int64]) -> Singles:
    """(N, N) how likely each two of N points of a surface, by their numbers, are of one part."""
    points, normals = (a.astype(np.float32)[None] for a in (surface.points, surface.normals))
    segmented = network.segmented(network.decode(network.encode(points, normals, WHOLE), WHOLE))
    alike = network.alike(segmented, points[:, some], normals[:, some])
    return OPS.sigmoid(np.asarray(network.paired(alike, alike)[0]))


def rotations(count: int) -> list[Floats]:
    """Rotations (3, 3): none, and others by chance, always the same."""
    rng = np.random.default_rng(0)
    return [np.eye(3), *(random_rotation(rng) for _ in range(count - 1))]


def turned(surface: Surface, rotation: Floats) -> Surface:
    """A surface in the frame that it has when it is turned."""
    points = surface.points @ rotation.T
    return Surface(Frame.around(points).into(points), surface.normals @ rotation.T)


def nearest(surface: Surface, places: Surface) -> NDArray[np.int64]:
    """(Q,) the point of a surface next to each of Q places, among those that face the same way."""
    from scipy.spatial import cKDTree

    def where(one: Surface) -> Floats:
        return np.concatenate([one.points, FACING * one.normals], axis=1)

    return np.asarray(cKDTree(where(surface)).query(where(places))[1])


def gathered(chance: Singles) -> NDArray[np.int64]:
    """The parts (N,) of N places of which two are of one part by a chance (N, N), 0, 1, 2, ..."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(chance) < 2:
        return np.zeros(len(chance), np.int64)
    apart = 1.0 - (chance + chance.T).astype(np.float64) / 2
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), "average")
    return fcluster(tree, EVEN, "distance").astype(np.int64) - 1


def joined(part: NDArray[np.int64], chance: Singles) -> NDArray[np.int64]:
    """The parts (N,) without those of less than `LEAST` places, which go to what they are likest
    to by the chance (N, N)."""
    small = np.bincount(part)[part] < LEAST
    if small.all():
        return np.zeros_like(part)
    kept = numbered(part[~small])
    part = part.copy()
    part[small] = likest(kept, chance[np.ix_(~small, small)])
    part[~small] = kept
    return part


def likest(part: NDArray[np.int64], chance: Singles) -> NDArray[np.int64]:
    """(M,) which of the parts (N,) each of M others is likest to be of, by a chance (N, M)."""
    member = (part[:, None] == np.arange(part.max() + 1)) / np.bincount(part)
    return (member.T @ chance).argmax(axis=0)


def numbered(part: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same parts (N,), numbered without gaps."""
    return np.unique(part, return_inverse=True)[1].reshape(-1).astype(np.int64)
