# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a whole object from its latents alone: the part generator's full segmentation.

Latents tell of any two places of the surface how likely they are of one part. Places spread over it
that are likelier of one part than not, on the mean, are gathered (correlation clustering, Bansal,
Blum, Chawla, 2004); all others go to those that they are likest to. UniPart chooses among masks of
prompts in the place of that, where one mask that guesses too much spoils all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles
from ..models.partset import WHOLE, PartSet
from .part_generator import OPS, Surface

PLACES = 512  # that are compared with each other
EVEN = 0.5  # chance from which two are more likely of one part than not
A_TURN = 4_096  # places that are asked at a time


def segments(network: PartSet, surface: Surface, places: Surface) -> NDArray[np.int64]:
    """The part (Q,) of Q places on a surface, both in the object's frame: 0, 1, 2, ...

    surface : as many points as whole objects are looked at by.
    """
    points, normals = surface.points.astype(np.float32), surface.normals.astype(np.float32)
    decoded = network.decode(network.encode(points[None], normals[None], WHOLE), WHOLE)
    segmented = network.segmented(decoded)

    def alike(some: Surface) -> Singles:
        where, facing = (a.astype(np.float32)[None] for a in (some.points, some.normals))
        return np.asarray(network.alike(segmented, where, facing))

    some = np.random.default_rng(0).permutation(len(points))[:PLACES]
    known = alike(Surface(surface.points[some], surface.normals[some]))
    part = gathered(OPS.sigmoid(network.paired(known, known)[0]))
    member = (part[:, None] == np.arange(part.max() + 1)) / np.bincount(part)
    found = []
    for first in range(0, len(places.points), A_TURN):
        turn = slice(first, first + A_TURN)
        asked = alike(Surface(places.points[turn], places.normals[turn]))
        found.append((member.T @ OPS.sigmoid(network.paired(known, asked)[0])).argmax(axis=0))
    return np.unique(np.concatenate(found), return_inverse=True)[1].reshape(-1).astype(np.int64)


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
