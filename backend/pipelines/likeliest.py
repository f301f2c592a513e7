# SPDX-License-Identifier: GPL-3.0-or-later
"""The likeliest part of a merge tree under clicks on its patches.

Each level of the tree proposes the clusters that hold a wanted patch and no unwanted one. They are
judged by Bayes' rule: how likely the tree thinks such clusters are parts, times how likely clicks
made anywhere in the part would all fall into them, which makes many clicks close together speak for
a small part, as in Tenenbaum's size principle (1999).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.tree import MergeTree

DOUBT = 0.02  # no merge is surer than this
CLICK_WEIGHT = 0.5  # of a click against the prior: people do not click evenly over a part


def best_patches(
    tree: MergeTree, area: Floats, wanted: Ints, unwanted: Ints, clicks: int
) -> tuple[NDArray[np.bool_], float]:
    """The likeliest union of tree nodes that holds the wanted patches and none of the unwanted.

    An unwanted patch takes the likeliest part that it is in out of the tree, which is then asked as
    if that had never been there.

    area : (P,) of each patch. Returns (members (P,) bool, score 0..1). A patch that is both wanted
    and unwanted stays a member; triangles decide there.
    """
    leaves = tree.leaf_count
    nodes = 2 * leaves - 1
    parent = tree.parents()
    height, likely, parted = odds(tree)

    holding = set(np.concatenate([path_of(parent, leaf, nodes) for leaf in wanted]).tolist())
    out = []
    for leaf in np.setdiff1d(unwanted, wanted):
        path = path_of(parent, leaf, nodes)
        branch = path[: next(k for k, node in enumerate(path.tolist()) if node in holding)]
        # The topmost is parted from what is wanted in any case.
        cost = likely[branch] + np.append(parted[branch[1:]], 0.0)
        out.append(int(branch[cost.argmax()]))
    size = tree.sums(area) + 1e-9 * float(area.sum())
    parent = _pruned(tree, parent, size, np.array(out, dtype=np.int64))

    paths = [path_of(parent, leaf, nodes) for leaf in wanted]
    prior = likely[:-1] + parted[parent]
    total = float(area.sum()) + 1e-300
    best_value, best_nodes = -np.inf, np.unique(wanted)
    limits = np.unique(np.concatenate([height[path] for path in paths]))
    levels = [path[np.searchsorted(height[path], limits, "right") - 1] for path in paths]
    for level in np.stack(levels, axis=1):
        chosen = np.unique(level)
        chosen = chosen[np.isin(chosen, _covered(parent, chosen, nodes), invert=True)]
        value = prior[chosen].sum() - CLICK_WEIGHT * clicks * np.log(size[chosen].sum() / total)
        if value > best_value:
            best_value, best_nodes = value, chosen
    members = np.asarray(tree.below(best_nodes.tolist()) >= 0)
    for node in out:
        members[tree.subtree(node)] = False
    return members, float(np.exp(prior[best_nodes].mean()))


def odds(tree: MergeTree) -> tuple[Floats, Floats, Floats]:
    """Of each node, and of what is above the topmost: height, logarithm of how likely it is one
    part, and of how likely it is not. Three of (2P,)."""
    height = np.concatenate([np.zeros(tree.leaf_count), tree.height, [1.0]])
    return height, np.log(np.clip(1 - height, DOUBT, 1)), np.log(np.clip(height, DOUBT, 1))


def _pruned(tree: MergeTree, parent: Ints, size: Floats, out: Ints) -> Ints:
    """Parents (2P-1,) when the nodes `out` are gone, and the merges with them undone.

    size : of each node; what is gone is taken off above it, in place.
    """
    leaves, nodes = tree.leaf_count, len(parent)
    out = np.setdiff1d(out, _covered(parent, out, nodes))
    kids = tree.children.astype(np.int64)
    parent = parent.copy()
    for node in out.tolist():
        above = path_of(parent, node, nodes)[1:]
        size[above] -= size[node]
        if len(above) == 0:
            continue
        merge = int(above[0])
        other = int(kids[merge - leaves].sum()) - node
        parent[other] = parent[merge]
        if len(above) > 1:
            pair = kids[above[1] - leaves]
            pair[pair == merge] = other
    return parent


def path_of(parent: Ints, leaf: int, nodes: int) -> Ints:
    """A leaf and all nodes above it."""
    path = [int(leaf)]
    while parent[path[-1]] < nodes:
        path.append(int(parent[path[-1]]))
    return np.array(path, dtype=np.int64)


def _covered(parent: Ints, chosen: Ints, nodes: int) -> Ints:
    """Those of the chosen nodes that lie below another of them."""
    held = set(chosen.tolist())
    below = []
    for start in chosen:
        node = int(parent[start])
        while node < nodes:
            if node in held:
                below.append(start)
                break
            node = int(parent[node])
    return np.array(below, dtype=np.int64)
