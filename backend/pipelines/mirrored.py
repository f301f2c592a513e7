# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts that mirror themselves as their mesh does: one half decides, the other follows.

The engine merges patches that know nothing of symmetry, as those that it has learned from. Its tree
is carried over to patches that mirror each other, and there the tree of one half, and its borders,
are reflected onto the other. Where other parts would come of that, the mesh stays as it was judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints
from ..contract.progress import SILENT, Progress
from ..contract.tree import MergeTree, topmost
from ..geometry.graphs import sums
from ..geometry.mesh import FaceGraph
from ..geometry.mirrors import Mirror, find_mirror
from ..geometry.patches.graphcut import BorderCutter
from ..geometry.patches.mirrored import Mirrored, mirrored_patches
from .borders import melted, refine_borders
from .specks import without_specks

OTHERS = 0.05  # of the pairs of places: cuts that disagree on more are of other parts
BETTER = 0.98  # of the left half's borders the right half's must cost less for it to decide


@dataclass(frozen=True)
class Symmetry:
    """A mesh that mirrors itself. mirror : of its faces. patches : that mirror each other."""

    mirror: Mirror
    patches: Mirrored

    def placed(
        self,
        cutter: BorderCutter,
        patch: Ints,
        tree: MergeTree,
        contacts: Ints,
        progress: Progress = SILENT,
    ) -> tuple[Ints, MergeTree] | None:
        """Patches (F,) and tree that mirror themselves, with borders placed; None where the parts
        would be others than those that were judged best.

        patch : (F,) from which the mirrored patches were made, with their tree. cutter, contacts :
        as of `consistent`, of these patches.
        """
        graph, judged = cutter.graph, tree.cut(tree.natural_parts)[patch]
        patch, tree, contacts = self.carried(graph, patch, tree, contacts)
        patch, tree = refine_borders(cutter, patch, tree, contacts, progress=progress)
        patch, tree = self.consistent(cutter, patch, tree, contacts)
        found = tree.cut(tree.natural_parts)[patch]
        return None if _disagreement(found, judged, graph.area) > OTHERS else (patch, tree)

    def carried(
        self, graph: FaceGraph, patch: Ints, tree: MergeTree, contacts: Ints
    ) -> tuple[Ints, MergeTree, Ints]:
        """Patches (F,) that mirror each other, with tree and contacts of those of before.

        patch, tree, contacts : as of `placed`.
        """
        found, before = self.patches.patch, tree.leaf_count
        pairs, at = np.unique(found * before + patch, return_inverse=True)
        order = np.argsort(sums(graph.area, at.reshape(-1), len(pairs)), kind="stable")
        new, old = np.divmod(pairs[order], before)
        owner = np.zeros(len(self.patches.partner), dtype=np.int64)
        owner[new] = old  # that with the largest share is written last
        touching = np.zeros((before, before), dtype=bool)
        touching[contacts[:, 0], contacts[:, 1]] = True
        near = np.argwhere(touching[owner[:, None], owner[None, :]])
        return found, carried_tree(tree, owner), near

    def consistent(
        self, cutter: BorderCutter, patch: Ints, tree: MergeTree, contacts: Ints
    ) -> tuple[Ints, MergeTree]:
        """Patches (F,) and tree with the same cuts in both halves, without specks.

        cutter : knows what borders cost. contacts : (N, 2) patches that belong together without a
        shared edge. A patch of which borders left nothing in the deciding half is there no more.
        """
        partner, deciding = self.patches.partner, self.patches.left
        graph, here = cutter.graph, self.mirror.left
        if self._right_is_better(cutter, patch, tree):
            across = partner == np.arange(len(partner))
            deciding, here = (partner >= 0) & (~deciding | across), ~here
        if self.mirror.exact:
            patch = melted(
                graph, _reflected(patch, self.mirror.face, here, partner, deciding), tree
            )
            kept, patch = np.unique(patch, return_inverse=True)
            patch = patch.reshape(-1)
            new = np.full(len(partner) + 1, -1)  # the last is that of no patch
            new[kept] = np.arange(len(kept))
            tree, partner, deciding = carried_tree(tree, kept), new[partner[kept]], deciding[kept]
            deciding &= partner >= 0
            contacts = new[contacts]
            contacts = contacts[(contacts >= 0).all(axis=1)]
        ends = np.stack([patch[graph.first], patch[graph.second]], axis=1)
        touching = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
        touching = np.concatenate([touching, contacts])
        tree = mirrored_tree(tree, partner, deciding, touching)
        return patch, without_specks(graph, patch, tree)

    def _right_is_better(self, cutter: BorderCutter, patch: Ints, tree: MergeTree) -> bool:
        graph, part = cutter.graph, tree.cut(tree.natural_parts)[patch]
        one, two = graph.first, graph.second
        border = part[one] != part[two]
        left, known = self.mirror.left, self.mirror.face >= 0
        costs = (
            cutter.cost[border & (known & side)[one] & (known & side)[two]].sum()
            for side in (left, ~left)
        )
        return next(costs) * BETTER > next(costs)


def symmetry(
    graph: FaceGraph, open_graph: FaceGraph, patch: Ints, marked: Bools
) -> Symmetry | None:
    """How a mesh mirrors itself, and patches (F,) that do so too; None where it does not, or where
    what is marked on it does not.

    open_graph : the mesh cut open along its marked edges (E,).
    """
    mirror = find_mirror(graph)
    if mirror is None or not mirror.keeps(graph, marked):
        return None
    patches = mirrored_patches(open_graph, patch, mirror)
    return None if patches is None else Symmetry(mirror, patches)


def _reflected(patch: Ints, image: Ints, here: Bools, partner: Ints, deciding: Bools) -> Ints:
    """Patches (F,) of the deciding half, `here`, on both."""
    known = image >= 0
    other = (partner >= 0) & ~deciding
    found = np.where(known & here & other[patch], partner[patch], patch)
    there = np.flatnonzero(known & ~here)
    there = there[here[image[there]]]
    wanted = partner[found[image[there]]]
    found[there[wanted >= 0]] = wanted[wanted >= 0]
    return found


def _disagreement(one: NDArray[np.integer], other: NDArray[np.integer], area: Floats) -> float:
    """Share of pairs of places, by area, on which two labellings (F,) disagree."""
    width = int(other.max()) + 1
    key, pair = np.unique(one.astype(np.int64) * width + other, return_inverse=True)
    shared = sums(area, pair.reshape(-1), len(key))
    rows, columns = (np.bincount(side, weights=shared) for side in np.divmod(key, width))
    apart = np.square(rows).sum() + np.square(columns).sum() - 2 * np.square(shared).sum()
    return float(apart / np.square(shared.sum()))


def carried_tree(tree: MergeTree, owner: Ints) -> MergeTree:
    """The tree of other leaves, each merged as the leaf of the tree that owns it: owner (M,).

    What one leaf owns is merged first; what owns nothing is left out.
    """
    leaves = tree.leaf_count
    children: list[tuple[int, int]] = []
    height: list[float] = []
    node = [-1] * leaves  # of the new tree, for each of the tree
    for leaf, own in enumerate(owner.tolist()):
        if node[own] < 0:
            node[own] = leaf
            continue
        children.append((node[own], leaf))
        height.append(0.0)
        node[own] = len(owner) + len(children) - 1
    kept = leaves - tree.natural_parts
    natural = len(owner) - len(children)
    for row, (one, two) in enumerate(tree.children.tolist()):
        below = [node[side] for side in (one, two) if node[side] >= 0]
        if len(below) == 2:
            children.append((below[0], below[1]))
            height.append(float(tree.height[row]))
            below = [len(owner) + len(children) - 1]
            natural -= row < kept
        node.append(below[0] if below else -1)
    return MergeTree(
        np.array(children, dtype=np.int32).reshape(-1, 2),
        np.array(height, dtype=np.float32),
        natural,
    )


def mirrored_tree(tree: MergeTree, partner: Ints, deciding: Bools, contacts: Ints) -> MergeTree:
    """The tree in which what mirrors each other is merged in the same way, at the same height.

    partner : (P,) the leaf that mirrors each, itself across the line, -1 where none does.
    deciding : (P,) leaves of the half whose merges are kept, those across the line too. Merges of
    leaves without a partner are kept wherever they are. contacts : (N, 2) leaves that touch; what
    does not touch once one half is as the other waits until it does.
    """
    merged = _Merged(tree.leaf_count, contacts)
    source: list[int] = []
    paired: list[bool] = []
    waiting: list[list[tuple[int, int]]] = []
    links = _links(tree, partner, deciding)
    for row, new in enumerate(links):
        waiting += new
        anyway = False  # what never touches is joined at the very end
        while waiting:
            before = len(source)
            for bundle in waiting:
                made = [merged.join(*link, anyway) for link in bundle]
                source += [row] * sum(made)
                paired += [False, True][: sum(made)]
            waiting = [left for bundle in waiting if (left := merged.apart(bundle))]
            if len(source) == before:
                anyway = row == len(links) - 1
                if not anyway:
                    break
    found = tree.changed(
        children=np.array(merged.children, dtype=np.int32).reshape(-1, 2),
        height=tree.height[source],
        paired=np.array(paired, dtype=bool),
    )
    # Of two parts that mirror each other rather none is there than one more than was judged best.
    step = -1 if tree.natural_parts > 2 else 1
    return found.changed(natural_parts=found.whole(tree.natural_parts, step))


class _Merged:
    """Leaves while they are merged into the nodes of a tree. children : the merges so far."""

    def __init__(self, leaves: int, contacts: Ints) -> None:
        self.leaves = leaves
        self.children: list[tuple[int, int]] = []
        self._above = list(range(2 * leaves - 1))
        self._near: dict[int, set[int]] = {leaf: set() for leaf in range(leaves)}
        for one, two in contacts.tolist():
            self._near[one].add(two)
            self._near[two].add(one)

    def join(self, one: int, two: int, anyway: bool) -> bool:
        """Merge what two leaves are in, if it touches; whether that was done."""
        a, b = self._top(one), self._top(two)
        if a == b or not (anyway or b in self._near[a]):
            return False
        node = self.leaves + len(self.children)
        self.children.append((a, b))
        self._above[a] = self._above[b] = node
        near = (self._near.pop(a) | self._near.pop(b)) - {a, b}
        for other in near:
            self._near[other] -= {a, b}
            self._near[other].add(node)
        self._near[node] = near
        return True

    def apart(self, links: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those of some links whose leaves are in different nodes."""
        return [link for link in links if self._top(link[0]) != self._top(link[1])]

    def _top(self, node: int) -> int:
        return topmost(self._above, node)


def _links(tree: MergeTree, partner: Ints, deciding: Bools) -> list[list[list[tuple[int, int]]]]:
    """For each merge the pairs of leaves that are to be joined then, with their mirror images."""
    leaves = tree.leaf_count
    chosen = np.where(deciding, np.arange(leaves), -1).tolist()  # a deciding leaf below each node
    known = (partner >= 0).tolist()  # whether any leaf below has a partner
    some = list(range(leaves))  # a leaf below each node, not of the half that follows if it can be
    links: list[list[list[tuple[int, int]]]] = []
    for one, two in tree.children.tolist():
        found = []
        if chosen[one] >= 0 and chosen[two] >= 0:
            found.append((chosen[one], chosen[two]))
            found.append((int(partner[chosen[one]]), int(partner[chosen[two]])))
        elif not (known[one] and known[two]):
            found.append((some[one], some[two]))
        links.append([found])
        chosen.append(max(chosen[one], chosen[two]))
        known.append(known[one] or known[two])
        follows = known[some[one]] and chosen[some[one]] < 0
        some.append(some[two] if follows else some[one])
    for leaf in np.flatnonzero(deciding & (partner != np.arange(leaves))).tolist():
        (node,) = tree.meeting(leaf, partner[[leaf]])
        links[int(node) - leaves].append([(leaf, int(partner[leaf]))])
    return links
