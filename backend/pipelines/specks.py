# SPDX-License-Identifier: GPL-3.0-or-later
"""Specks: bits of surface too small to be seen, which nothing but chance made parts of a cut.

What is no island and has no concave crease around it (the minima rule) is merged before everything
else with the patch that it shares most border with: it is a part only in the finest cuts.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from ..contract.tree import MergeTree, topmost
from ..geometry.graphs import sums
from ..geometry.mesh import FaceGraph

SPECK = 1e-3  # of the area: less is no part
CREASE = np.radians(30.0)
BOLT_FACES = 8
CREASED = 0.75  # of its border: with so much in concave creases the smallest bolt is a part


def without_specks(graph: FaceGraph, patch: Ints, tree: MergeTree) -> MergeTree:
    """The tree with specks hung beside a neighbour, by its first merges; coarser cuts stay.

    graph : the mesh, open where hints want parts to end. patch : (F,) leaf of each face.
    """
    leaves = tree.leaf_count
    pair, length, creased = _borders(graph, patch, leaves)
    area = tree.sums(sums(graph.area, patch, leaves))
    kids = tree.children.astype(np.int64)
    joint = np.full((leaves - 1, 2), -1)  # leaves of either side by which a merge joins them
    early = np.zeros(leaves - 1, dtype=bool)
    faces = tree.sums(np.bincount(patch, minlength=leaves).astype(np.float64))
    smaller = np.take_along_axis(kids, area[kids].argmin(axis=1)[:, None], axis=1)[:, 0]
    for row in np.flatnonzero(area[smaller] < SPECK * area[-1]):
        speck, rest = smaller[row], kids[row].sum() - smaller[row]
        inside, beside = (np.isin(pair, tree.subtree(int(node))) for node in (speck, rest))
        around = inside[:, 0] != inside[:, 1]
        touching = around & (beside.any(axis=1))
        is_bolt = creased[around].sum() >= CREASED * length[around].sum()
        if not touching.any() or (is_bolt and faces[speck] >= BOLT_FACES):
            continue
        best = np.flatnonzero(touching)[length[touching].argmax()]
        joint[row] = pair[best][np.argsort(~inside[best])]
        early[row] = True
        early |= np.isin(kids[:, 0], _below(kids, leaves, int(speck)))
    return _reordered(tree, joint, early) if early.any() else tree


def _below(kids: Ints, leaves: int, node: int) -> Ints:
    """All nodes below a node."""
    found, open_nodes = [], [node]
    while open_nodes:
        at = open_nodes.pop()
        if at >= leaves:
            found.extend(kids[at - leaves].tolist())
            open_nodes.extend(kids[at - leaves].tolist())
    return np.array(found, dtype=np.int64)


def _borders(graph: FaceGraph, patch: Ints, patches: int) -> tuple[Ints, Floats, Floats]:
    """Patches that share edges, (N, 2), the length of each border, and of its concave creases."""
    one, two = patch[graph.first], patch[graph.second]
    across = one != two
    key = (np.minimum(one, two) * patches + np.maximum(one, two))[across]
    keys, index = np.unique(key, return_inverse=True)
    length = graph.edge_length[across]
    sharp = graph.bend[across] >= CREASE
    total = sums(np.stack([length, length * sharp], axis=1), index.reshape(-1), len(keys))
    return np.stack([keys // patches, keys % patches], axis=1), total[:, 0], total[:, 1]


def _reordered(tree: MergeTree, joint: Ints, early: Bools) -> MergeTree:
    """The tree with some merges first, each by the two leaves that are to be joined, or -1."""
    leaves, kids = tree.leaf_count, tree.children.tolist()
    leaf = list(range(leaves))  # one below each node
    for row, (left, right) in enumerate(kids):
        leaf.append(leaf[left])
        if joint[row, 0] < 0:
            joint[row] = leaf[left], leaf[right]
    # Any leaf of either side joins the same two sides, for what is below them is merged by then.
    above = list(range(2 * leaves - 1))
    order = np.argsort(~early, kind="stable")
    children = np.zeros_like(tree.children)
    for made, (one, two) in enumerate(joint[order].tolist()):
        children[made] = topmost(above, one), topmost(above, two)
        above[children[made, 0]] = above[children[made, 1]] = leaves + made
    height = np.where(early, tree.height[0], tree.height)[order]
    parted = early[leaves - tree.natural_parts :].sum()  # by the natural cut, so far
    return tree.changed(
        children=children,
        height=height.astype(np.float32),
        natural_parts=tree.natural_parts - int(parted),
    )
