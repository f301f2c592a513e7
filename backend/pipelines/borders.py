# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders of all cuts of a merge tree, moved onto creases once, from the root down.

The border of each merge is cut anew inside what the merge covers, the highest merge first. Later
ones only divide one of its sides, so every cut of the tree has refined borders, and finer cuts lie
within coarser ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Ints
from ..contract.progress import SILENT, Progress
from ..contract.tree import MergeTree
from ..geometry.graphs import components, sums
from ..geometry.mesh import FaceGraph
from ..geometry.patches.graphcut import BAND, FIRST, SECOND, BorderCutter

MERGES = 64  # the highest merges, whose borders are refined; finer borders are those of patches
CORE = 0.35  # of the root of its area: how far a border may move into a part
WORN = 0.8  # of its area: a part that has less left gives way no more
TINY = 1e-15  # area that a degenerate face counts for


def refine_borders(
    cutter: BorderCutter,
    patch: Ints,
    tree: MergeTree,
    contacts: Ints,
    merges: int = MERGES,
    progress: Progress = SILENT,
) -> tuple[Ints, MergeTree]:
    """Patches and tree with the borders of the highest merges refined.

    patch : (F,) 0..P-1. contacts : (N, 2) patches that belong together without an edge of the
    cutter's graph between them.

    No patch appears or vanishes. A patch that a border passes over as a whole is hung on the other
    side in the new tree.
    """
    merges = min(merges, tree.leaf_count - 1)
    work = _Refinement(cutter, patch, tree, merges)
    for done in range(merges):
        progress.step(done / merges)
        work.refine(done + 2)
    work.patch = melted(work.graph, work.patch, work.tree)
    progress.step(1.0)
    work.hang_crumbs(merges, contacts)
    return work.patch, work.tree


def _sides(tree: MergeTree, parts: int) -> NDArray[np.int8]:
    """Where each patch is in the merge that is undone to make so many parts: (P,)."""
    merged = tree.children[tree.leaf_count - parts].tolist()
    return np.array([FIRST, SECOND, 0], dtype=np.int8)[tree.below(merged)]  # -1 is the last


def melted(graph: FaceGraph, patch: Ints, tree: MergeTree) -> Ints:
    """Patches (F,) whose crumbs, cut off from the rest of them, went to the patch around each."""
    inside = patch[graph.first] == patch[graph.second]
    piece = components(len(patch), graph.first[inside], graph.second[inside])
    _, face = np.unique(piece, return_index=True)
    area = sums(graph.area + TINY, piece, len(face))
    # A patch may hold several islands; of each its largest piece stays.
    home = patch[face] * graph.islands + graph.island[face]
    order = np.lexsort((-area, home))
    crumb = np.ones(len(face), dtype=bool)
    crumb[order[np.diff(home[order], prepend=-1) != 0]] = False
    one, two = piece[graph.first], piece[graph.second]
    touching = crumb[one] != crumb[two]
    one, two, length = one[touching], two[touching], graph.edge_length[touching]
    inner, outer = np.where(crumb[one], one, two), np.where(crumb[one], two, one)
    owner = patch[face]
    for number in np.unique(inner):
        mine = inner == number
        border = sums(length[mine], owner[outer[mine]], tree.leaf_count)
        near = np.unique(owner[outer[mine]])
        # The nearest relative in the tree: coarser cuts stay as they are.
        relation = tree.meeting(int(owner[number]), near)
        owner[number] = near[np.lexsort((-border[near], relation))[0]]
    return owner[piece]


class _Refinement:
    """Patches and tree while borders move."""

    def __init__(self, cutter: BorderCutter, patch: Ints, tree: MergeTree, merges: int) -> None:
        self.cutter, self.graph = cutter, cutter.graph
        self.patch, self.tree, self.leaves = patch.copy(), tree, tree.leaf_count
        self.count = np.bincount(patch, minlength=self.leaves)
        # Each part of the finest refined cut keeps a core, so that none is lost to its neighbours.
        self.part = tree.cut(merges + 1).astype(np.int64)
        # Edges within one of these parts are on no border here until a face beside them moves.
        part = self.part[patch]
        self.across = np.flatnonzero(part[self.graph.first] != part[self.graph.second])
        self.area = sums(self.graph.area, patch, self.leaves)
        self.whole = sums(self.area, self.part, merges + 1)

    def refine(self, parts: int) -> None:
        """Cut the border anew that divides `parts` - 1 parts into `parts`."""
        graph, side = self.graph, _sides(self.tree, parts)
        # `take` gathers in half the time of an index in brackets.
        one, two = (
            side.take(self.patch.take(end.take(self.across))) for end in (graph.first, graph.second)
        )
        edges = np.unique(self.across[one + two == FIRST + SECOND])
        if len(edges) == 0:
            return  # joined by nearness
        left = np.maximum(sums(self.area, self.part, len(self.whole)), 0.0)
        reach = np.where(left < WORN * self.whole, 0.0, np.minimum(BAND, CORE * np.sqrt(left)))
        free, on_first = self.cutter.cut(self.patch, side, reach[self.part], edges)
        now = np.where(on_first, FIRST, SECOND)
        moved = side[self.patch[free]] != now
        if moved.any():
            self._move(free[moved], now[moved], side)

    def _move(self, faces: Ints, to: Ints, side: NDArray[np.int8]) -> None:
        """Give faces to the sides that they moved to, and each to a patch there."""
        before, edges = self.patch[faces], self.cutter.neighbours.of(faces)[1]
        lost = np.bincount(before, minlength=self.leaves)
        whole = (lost > 0) & (lost == self.count)
        if whole.any():
            found = self._adopted(faces, to, side)
            for leaf in np.flatnonzero(whole):
                near = found[(before == leaf) & (found >= 0)]
                if len(near):
                    self._hang(int(leaf), int(np.bincount(near).argmax()), side)
            faces, to, before = (values[~whole[before]] for values in (faces, to, before))
        found = self._adopted(faces, to, side)
        faces, before, found = (values[found >= 0] for values in (faces, before, found))
        self.patch[faces] = found
        self.count -= np.bincount(before, minlength=self.leaves)
        self.count += np.bincount(found, minlength=self.leaves)
        area = self.graph.area[faces]
        self.area += sums(area, found, self.leaves) - sums(area, before, self.leaves)
        one, two = (self.patch[end[edges]] for end in (self.graph.first, self.graph.second))
        self.across = np.concatenate([self.across, edges[one != two]])

    def _hang(self, leaf: int, beside: int, side: NDArray[np.int8]) -> None:
        self.tree = self.tree.regrafted(leaf, beside)
        side[leaf] = side[beside]

    def _adopted(self, faces: Ints, to: Ints, side: NDArray[np.int8]) -> Ints:
        """The patch, on its new side, from which each moved face is reached first, or -1."""
        face, _, other = self.cutter.neighbours.of(faces)
        here, there = self.cutter.places(faces, face), self.cutter.places(faces, other)
        found = np.full(len(faces), -1, dtype=np.int64)
        rim = (there < 0) & (side[self.patch[other]] == to[here])
        found[here[rim]] = self.patch[other[rim]]
        inner = (there >= 0) & (to[here] == to[there])
        here, there = here[inner], there[inner]
        while True:
            ring = (found[here] < 0) & (found[there] >= 0)
            if not ring.any():
                return found
            found[here[ring]] = found[there[ring]]

    def hang_crumbs(self, merges: int, contacts: Ints) -> None:
        """Hang patches that moved borders cut off from their part on the part around them."""
        graph = self.graph
        one, two = self.patch[graph.first], self.patch[graph.second]
        across = one != two
        key = (np.minimum(one, two) * self.leaves + np.maximum(one, two))[across]
        keys, index = np.unique(key, return_inverse=True)
        length = sums(graph.edge_length[across], index.reshape(-1), len(keys))
        first, second = keys // self.leaves, keys % self.leaves
        area = sums(graph.area + TINY, self.patch, self.leaves)
        one, two = np.concatenate([np.stack([first, second], axis=1), contacts]).T
        for parts in range(2, merges + 2):
            side = _sides(self.tree, parts)
            inside = (side[one] == side[two]) & (side[one] > 0)
            piece = components(self.leaves, one[inside], two[inside])
            for mine in (np.flatnonzero(side == FIRST), np.flatnonzero(side == SECOND)):
                main = np.bincount(piece[mine], weights=area[mine]).argmax()
                for leaf in mine[piece[mine] != main]:
                    border = np.zeros(self.leaves)
                    border[second[first == leaf]] = length[first == leaf]
                    border[first[second == leaf]] = length[second == leaf]
                    border[side == side[leaf]] = 0
                    if border.any():
                        self._hang(int(leaf), int(border.argmax()), side)
