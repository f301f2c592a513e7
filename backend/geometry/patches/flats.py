# SPDX-License-Identifier: GPL-3.0-or-later
"""Flat faces as engineers draw them: large connected regions of triangles in one plane.

Triangles of such a region are an accident of the triangulation. No part ends inside of it unless
somebody says so, by a hint, a click or faces of one's own choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...contract.arrays import Bools, Ints
from ..graphs import components, filled, sums
from ..mesh import FaceGraph
from .cues import PatchGraph
from .superfaces import PATCHES

LEAST_AREA = 1 / PATCHES  # of the whole: smaller regions lie within a patch or two
DRAWN = 0.5  # of the area is in such regions: an engineer's mesh, whose small ones count as well
FLAT = np.radians(0.1)  # most that neighbours in a region may bend
PLANE = 1 - 1e-5  # length of the mean normal from which a region is in one plane, and not a dome
COST = 1e3  # of a border through a region against one over a smooth surface


@dataclass(frozen=True)
class Flats:
    """The large flat regions of a mesh.

    Parameters
    ----------
    region : (F,) int64 region of each face, -1 outside of all.
    edges : (E,) bool, shared edges inside a region.
    large : (R,) bool, regions that are more than a detail.
    """

    region: Ints
    edges: Bools
    large: Bools

    def within(self, graph: FaceGraph, patch: Ints) -> Ints:
        """Patches (F,) that reach into a region a little left to those that lie in it.

        A large region in which no patch has its most area gets a patch of its own.
        """
        own = self._owner(graph, patch)
        region = self.region
        owned = np.isin(region, own)
        stray = owned & (region >= 0) & (own[patch] != region)
        lone = ~owned & (region >= 0) & self.large[region]
        if not (stray | lone).any():
            return patch
        patch = np.where(lone, len(own) + region, patch)
        one, two = graph.first[self.edges], graph.second[self.edges]
        patch = filled(np.where(stray, -1, patch), one, two)
        return np.unique(patch, return_inverse=True)[1].reshape(-1).astype(np.int64)

    def whole(self, graph: FaceGraph, patch: Ints) -> tuple[Ints, Ints]:
        """Each region within one patch: (patch of each face (F,), group of each old patch (P,)).

        Patches that have most of their area in a region are one, and take what others have of it;
        a region without any falls to the patch that has most of it. Groups are the new patches,
        without gaps; a patch that has lost all is in the group of the one that took it.
        """
        own = self._owner(graph, patch)
        group = np.arange(len(own))
        inside = np.flatnonzero(self.region >= 0)
        key = self.region[inside] * len(own) + patch[inside]
        keys, index = np.unique(key, return_inverse=True)
        share = sums(graph.area[inside], index.reshape(-1), len(keys))
        region, holder = keys // len(own), keys % len(own)
        order = np.lexsort((-share, own[holder] != region, region))
        first = order[np.diff(region[order], prepend=-1) != 0]
        home = holder[first]  # of each region
        mine = own >= 0
        group[mine] = home[own[mine]]
        found = patch.copy()
        found[inside] = home[self.region[inside]]
        lost = np.bincount(found, minlength=len(own)) == 0
        last = keys[np.argsort(share, kind="stable")]  # the largest share of each is written last
        taker = np.full(len(own), -1)
        taker[last % len(own)] = home[last // len(own)]
        gone = lost & ~mine
        group[gone] = group[taker[gone]]
        group = np.unique(group, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return group[found], group

    def joined(self, graph: FaceGraph, patch: Ints, cues: PatchGraph) -> Bools:
        """Borders of patches that run through a region both of them lie in: (pairs,) bool."""
        own = self._owner(graph, patch)
        patches = cues.patches
        one, two = patch[graph.first[self.edges]], patch[graph.second[self.edges]]
        across = (one != two) & (own[one] == own[two]) & (own[one] >= 0)
        key = np.minimum(one, two)[across] * patches + np.maximum(one, two)[across]
        return np.isin(cues.pair[:, 0] * patches + cues.pair[:, 1], key)

    def _owner(self, graph: FaceGraph, patch: Ints) -> Ints:
        """The region in which most of each patch lies, or -1: (P,)."""
        patches, regions = int(patch.max()) + 1, int(self.region.max()) + 1
        area = sums(graph.area, patch, patches)
        inside = self.region >= 0
        keys, index = np.unique(patch[inside] * regions + self.region[inside], return_inverse=True)
        share = sums(graph.area[inside], index.reshape(-1), len(keys))
        most = share > area[keys // regions] / 2
        own = np.full(patches, -1, dtype=np.int64)
        own[keys[most] // regions] = keys[most] % regions
        return own


def flat_regions(graph: FaceGraph) -> Flats | None:
    """The large flat regions of a mesh, None where there is none."""
    solid = np.asarray(graph.normal.any(axis=1))  # a sliver without a normal bends nowhere
    level = (np.abs(graph.bend) < FLAT) & solid[graph.first] & solid[graph.second]
    touched = np.zeros(len(graph.faces), dtype=bool)
    touched[graph.first[level]] = touched[graph.second[level]] = True
    least = LEAST_AREA * float(graph.area.sum())
    if graph.area[touched].sum() < least:
        return None
    level &= ~_of_many_faces(graph)
    edges = np.flatnonzero(level)
    piece = components(len(graph.faces), graph.first[edges], graph.second[edges])
    count = int(piece.max()) + 1
    area = sums(graph.area, piece, count)
    size = np.bincount(piece, minlength=count)
    normal = sums(graph.area[:, None] * graph.normal, piece, count)
    length = np.linalg.norm(normal, axis=1)
    flat = (size > 1) & (length >= PLANE * area)
    large = flat & (area >= least)
    if not large.any():
        return None
    if area[large].sum() < DRAWN * graph.area.sum():
        flat = large
    number = np.where(flat, np.cumsum(flat) - 1, -1)
    region = number[piece]
    inside = level & (region[graph.first] == region[graph.second]) & (region[graph.first] >= 0)
    return Flats(region, inside, large[flat])


def _of_many_faces(graph: FaceGraph) -> Bools:
    """Shared edges where more than two faces meet, as where solids touch that lie flush: (E,)."""
    ends = np.sort(graph.welded[graph.edge_vertices()], axis=1)
    # Faces of one edge are linked in a chain whose links follow each other.
    same = (ends[1:] == ends[:-1]).all(axis=1)
    many = np.zeros(len(ends), dtype=bool)
    many[1:] |= same
    many[:-1] |= same
    return many
