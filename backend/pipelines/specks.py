# SPDX-License-Identifier: GPL-3.0-or-later
"""Specks: bits of surface which nothing but chance made parts of a cut.

What is too small to be seen, is no island and has no concave crease around it (the minima rule) is
merged before everything else with the patch that it shares most border with: it is a part only in
the finest cuts. What can be seen, but is small beside the other parts of a cut, waits for a cut
into parts of its size, unless a crease is around it or it sticks out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.tree import MergeTree, topmost
from ..geometry.graphs import sums
from ..geometry.mesh import FaceGraph

SPECK = 1e-3  # of the area: less is no part
USUAL = 0.05  # of the mean part's area: what is smaller waits until parts are so small
ROUNDS = 4
CREASE = np.radians(30.0)
BOLT_FACES = 8
CREASED = 0.75  # of its border: with so much in concave creases the smallest bolt is a part
BULGE = 1.5  # times the area of a disc with its border: what is larger than usual and sticks out


def without_specks(graph: FaceGraph, patch: Ints, tree: MergeTree) -> MergeTree:
    """The tree with specks hung beside a neighbour, by its first merges or by later ones.

    What has less than `SPECK` of the area is merged first. What is small beside the parts of the
    cut in which it would appear waits for a cut into parts of its size. Of two merges that mirror
    each other neither moves without the other.

    graph : the mesh, open where hints want parts to end. patch : (F,) leaf of each face.
    """
    rims = _Rims(graph, patch, tree.leaf_count)
    for _ in range(ROUNDS):  # without some, others are small beside fewer parts
        natural, tree = tree.natural_parts, _fewer(tree, rims)
        if tree.natural_parts == natural:
            break
    return tree


def _fewer(tree: MergeTree, rims: _Rims) -> MergeTree:
    """The tree without the specks of now; itself where there are none."""
    leaves, area = tree.leaf_count, tree.sums(rims.area)
    kids = tree.children.astype(np.int64)
    smaller = np.take_along_axis(kids, area[kids].argmin(axis=1)[:, None], axis=1)[:, 0]
    share = area[smaller] / area[-1]
    parts = leaves - np.arange(leaves - 1.0)  # of the cut that undoes a merge
    least = np.where(share < SPECK, np.inf, USUAL / np.maximum(share, SPECK))
    joint = np.full((leaves - 1, 2), -1)  # leaves of either side by which a merge joins them
    for row in np.flatnonzero(least > parts):
        speck, rest = smaller[row], kids[row].sum() - smaller[row]
        sides = tree.subtree(int(speck)), tree.subtree(int(rest))
        joint[row] = rims.joint(*sides, share[row] < SPECK)
    paired = np.empty(0, np.int64) if tree.paired is None else np.flatnonzero(tree.paired)
    alone = (joint[paired] >= 0).all(axis=1) != (joint[paired - 1] >= 0).all(axis=1)
    joint[paired[alone]] = joint[paired[alone] - 1] = -1
    moved = np.flatnonzero(joint[:, 0] >= 0)
    if not len(moved):
        return tree
    parts[moved] = least[moved]
    for row in moved:
        below = _below(kids, leaves, int(smaller[row]))
        parts[below] = np.maximum(parts[below], parts[row])
    parts[paired] = parts[paired - 1] = np.maximum(parts[paired], parts[paired - 1])
    return _reordered(tree, joint, parts)


def _below(kids: Ints, leaves: int, node: int) -> Ints:
    """The merges that make a node and all below it."""
    found, open_nodes = [], [node]
    while open_nodes:
        at = open_nodes.pop() - leaves
        if at >= 0:
            found.append(at)
            open_nodes.extend(kids[at].tolist())
    return np.array(found, dtype=np.int64)


class _Rims:
    """What surrounds patches. area : (P,) of each."""

    def __init__(self, graph: FaceGraph, patch: Ints, leaves: int) -> None:
        self.area = sums(graph.area, patch, leaves)
        self.faces = np.bincount(patch, minlength=leaves)
        one, two = patch[graph.first], patch[graph.second]
        across = one != two
        key = (np.minimum(one, two) * leaves + np.maximum(one, two))[across]
        keys, index = np.unique(key, return_inverse=True)
        length, bend = graph.edge_length[across], graph.bend[across]
        each = np.stack([length, length * (bend >= CREASE), length * (np.abs(bend) >= CREASE)])
        self.pair = np.stack([keys // leaves, keys % leaves], axis=1)  # patches that share edges
        # Of each border the length, that of its concave creases, and that of all its creases.
        self.length, self.concave, self.creased = sums(each.T, index.reshape(-1), len(keys)).T

    def joint(
        self, speck: NDArray[np.integer], rest: NDArray[np.integer], tiny: bool
    ) -> tuple[int, int]:
        """A patch of a speck (n,) and one of the rest (m,), where they share most border; -1 where
        the speck is a part."""
        inside, beside = (np.isin(self.pair, side) for side in (speck, rest))
        around = inside[:, 0] != inside[:, 1]
        touching = np.flatnonzero(around & beside.any(axis=1))
        rim = float(self.length[around].sum())
        if tiny:
            creased = self.concave[around].sum() >= CREASED * rim
            is_part = creased and self.faces[speck].sum() >= BOLT_FACES
        else:
            bulges = self.area[speck].sum() >= BULGE * rim**2 / (4 * np.pi)
            is_part = bulges or self.creased[around].sum() >= CREASED * rim
        if is_part or not len(touching):
            return -1, -1
        best = touching[self.length[touching].argmax()]
        one, two = self.pair[best].tolist()
        return (one, two) if inside[best, 0] else (two, one)


def _reordered(tree: MergeTree, joint: Ints, parts: Floats) -> MergeTree:
    """The tree with its merges in another order.

    joint : (P-1, 2) the two leaves by which each merge joins its sides, or -1. parts : (P-1,) of
    the cut that is to undo each, at least that of before, and of no merge less than of one above.
    """
    leaves, kids = tree.leaf_count, tree.children.tolist()
    leaf = list(range(leaves))  # one below each node
    for row, (left, right) in enumerate(kids):
        leaf.append(leaf[left])
        if joint[row, 0] < 0:
            joint[row] = leaf[left], leaf[right]
    # Any leaf of either side joins the same two sides, for what is below them is merged by then.
    above = list(range(2 * leaves - 1))
    order = np.argsort(-parts, kind="stable")
    children = np.zeros_like(tree.children)
    for made, (one, two) in enumerate(joint[order].tolist()):
        children[made] = topmost(above, one), topmost(above, two)
        above[children[made, 0]] = above[children[made, 1]] = leaves + made
    return tree.changed(
        children=children,
        height=np.minimum.accumulate(tree.height[order][::-1])[::-1],
        paired=None if tree.paired is None else tree.paired[order],
        natural_parts=1 + int((parts <= tree.natural_parts).sum()),
    )
