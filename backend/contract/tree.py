# SPDX-License-Identifier: GPL-3.0-or-later
"""The merge tree of patches and its cuts. NumPy only: Blender and the engine share this file.

Leaves are the patches ``0..P-1``; row ``i`` of ``children`` makes node ``P + i``; heights never
decrease with ``i``. Undoing the last ``n - 1`` merges therefore gives the cut with ``n`` parts.
"""

from __future__ import annotations

from collections.abc import Sequence

from .arrays import NDArray, np
from .records import Value


def topmost(above: list[int], node: int) -> int:
    """The node that holds another and is in none yet.

    above : of each node one that it is in, itself where it is in none; shortened on the way.
    """
    while above[node] != node:
        above[node] = above[above[node]]
        node = above[node]
    return node


class MergeTree(Value):
    """A binary tree over P patches.

    Parameters
    ----------
    children : (P-1, 2) int32, the two nodes that each merge joins.
    height : (P-1,) float32 in 0..1, never decreasing; the merge's unlikeliness.
    natural_parts : part count that the engine proposes, 1..P.
    paired : (P-1,) bool, merges that mirror the one before them: the two are undone together where
        the count is free. None where the tree is not of a mesh that mirrors itself.
    """

    children: NDArray[np.int32]
    height: NDArray[np.float32]
    natural_parts: int = 1
    paired: NDArray[np.bool_] | None = None

    @property
    def leaf_count(self) -> int:
        """Number of patches P."""
        return len(self.children) + 1

    def parts_at(self, granularity: float) -> int:
        """Part count for a granularity in 0 (one part) .. 0.5 (natural) .. 1 (every patch).

        Counts follow a geometric scale, so that equal steps of a slider feel equal. Of two parts
        that mirror each other none is there without the other.
        """
        finest, natural = self.leaf_count, max(self.natural_parts, 1)
        g = min(max(float(granularity), 0.0), 1.0)
        if g <= 0.5:
            count = natural ** (2 * g)
        else:
            count = natural * (finest / natural) ** ((2 * g - 1) ** 1.5)
        return self.whole(int(min(max(round(count), 1), finest)))

    def whole(self, parts: int, step: int = 1) -> int:
        """The count itself, or the next in the direction of a step, that parts no paired merges."""
        parts = min(max(parts, 1), self.leaf_count)
        kept = self.leaf_count - parts
        if self.paired is None or parts == 1 or not self.paired[kept]:
            return parts
        return parts + 1 if step > 0 else parts - 1

    def cut(self, parts: int) -> NDArray[np.int32]:
        """Label of each patch when the tree is cut into `parts` parts.

        Returns (P,) int32, numbered 0..parts-1 by the lowest patch of each part.

        Raises ValueError when `parts` is not in 1..P.
        """
        leaves = self.leaf_count
        if not 1 <= parts <= leaves:
            raise ValueError(f"parts must be in 1..{leaves}, not {parts}")
        kept = leaves - parts
        parent = np.arange(leaves + kept)
        made = np.arange(leaves, leaves + kept)
        parent[self.children[:kept, 0]] = made
        parent[self.children[:kept, 1]] = made
        return renumber(_roots(parent)[:leaves])

    def parents(self) -> NDArray[np.int64]:
        """Node above each node: (2P-1,) int64; the root's is 2P-1, which is no node."""
        leaves = self.leaf_count
        parent = np.full(2 * leaves - 1, 2 * leaves - 1, dtype=np.int64)
        parent[self.children.ravel()] = np.repeat(np.arange(leaves, 2 * leaves - 1), 2)
        return parent

    def meeting(self, leaf: int, others: NDArray[np.integer]) -> NDArray[np.int64]:
        """The lowest node above both a leaf and each of `others`: (N,) leaves -> (N,) nodes."""
        parent = self.parents()
        root = len(parent) - 1
        above, node = {leaf}, leaf
        while node != root:
            node = int(parent[node])
            above.add(node)
        found = []
        for node in others.tolist():
            while node not in above:
                node = int(parent[node])
            found.append(node)
        return np.array(found, dtype=np.int64)

    def join_first(self, one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Which leaves are merged with a leaf of `one` before they are with any of `other`: (P,).

        one, other : leaves, not both empty. A leaf of both counts as of `other`.
        """
        of_one, of_other = (
            self.sums(np.isin(np.arange(self.leaf_count), some).astype(np.float64)) > 0
            for some in (one, other)
        )
        parent = self.parents()
        node = np.arange(len(parent))
        # Upwards to the lowest node that holds any of them.
        found = _roots(np.where(of_one | of_other, node, parent))[: self.leaf_count]
        return np.asarray(~of_other[found])

    def regrafted(self, leaf: int, beside: int) -> MergeTree:
        """The tree with a leaf taken from its place and hung, by the same merge, beside another.

        The merge keeps its row, so that it is undone at the same number of parts as before: it
        splits the leaf from the part of that cut in which `beside` is.
        """
        leaves, parent, children = self.leaf_count, self.parents(), self.children.copy()
        node = int(parent[leaf])
        sibling = int(children[node - leaves].sum()) - leaf
        other = beside
        while parent[other] < node:
            other = int(parent[other])
        if other == sibling:
            return self
        for old, new in ((node, sibling), (other, node)):
            above = children[parent[old] - leaves]
            above[above == old] = new
        children[node - leaves] = leaf, other
        return self.changed(children=children)

    def contracted(self, group: NDArray[np.integer]) -> MergeTree:
        """The tree whose leaves are groups of these leaves; merges within a group are gone.

        group : (P,) of each leaf, 0..Q-1 without gaps. Other merges keep their order and height.
        """
        leaves, groups = self.leaf_count, int(group.max()) + 1
        above = list(range(2 * groups - 1))
        below = group.tolist()  # a group below each node
        children: list[tuple[int, int]] = []
        rows: list[int] = []
        for row, (left, right) in enumerate(self.children.tolist()):
            below.append(below[left])
            one, two = topmost(above, below[left]), topmost(above, below[right])
            if one != two:
                above[one] = above[two] = groups + len(rows)
                children.append((one, two))
                rows.append(row)
        found = np.array(rows, dtype=np.int64)
        paired = self.paired
        if paired is not None:  # what mirrors a merge that is gone mirrors none
            paired = paired[found] & (np.diff(found, prepend=-1) == 1)
        tree = self.changed(
            children=np.array(children, dtype=np.int32).reshape(-1, 2),
            height=self.height[found],
            natural_parts=groups - int((found < leaves - self.natural_parts).sum()),
            paired=paired,
        )
        return tree.changed(natural_parts=tree.whole(tree.natural_parts))

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of the leaves' values below every node: (P,) -> (2P-1,)."""
        total = [*values.tolist()]
        for left, right in self.children.tolist():
            total.append(total[left] + total[right])
        return np.array(total)

    def below(self, nodes: Sequence[int]) -> NDArray[np.int64]:
        """Below which of some nodes each patch is, as its place in `nodes`, or -1: (P,) int64.

        nodes : different ones, none of them below another.
        """
        above, place = self.parents(), np.full(2 * self.leaf_count - 1, -1, dtype=np.int64)
        above[-1] = len(above) - 1
        above[list(nodes)] = nodes
        place[list(nodes)] = np.arange(len(nodes))
        return place[_roots(above)[: self.leaf_count]]

    def subtree(self, node: int) -> NDArray[np.int32]:
        """Patches below `node` (0..2P-2), ascending, int32."""
        leaves, stack, found = self.leaf_count, [int(node)], []
        while stack:
            n = stack.pop()
            if n < leaves:
                found.append(n)
            else:
                stack.extend(int(c) for c in self.children[n - leaves])
        return np.array(sorted(found), dtype=np.int32)


def cut_within(tree: MergeTree, patches: NDArray[np.integer], pieces: int) -> NDArray[np.int32]:
    """Cut a part into pieces by undoing the highest merges inside it.

    patches : (N,) different patches of the part, which need not be one node of the tree. Returns
    the piece of each, (N,) int32, numbered 0..pieces-1 in order of appearance.

    Raises ValueError when `pieces` is not in 1..N.
    """
    patches = np.asarray(patches)
    if not 1 <= pieces <= len(patches):
        raise ValueError(f"pieces must be in 1..{len(patches)}, not {pieces}")
    leaves = tree.leaf_count
    member = np.zeros(leaves)
    member[patches] = 1
    inside = np.flatnonzero((tree.sums(member)[tree.children] > 0).all(axis=1))
    kept = np.ones(leaves - 1, dtype=bool)
    kept[inside[len(patches) - pieces :]] = False
    parent = np.arange(2 * leaves - 1)
    parent[tree.children[kept]] = leaves + np.flatnonzero(kept)[:, None]
    return renumber(_roots(parent)[patches])


def _roots(parent: NDArray[np.int64]) -> NDArray[np.int64]:
    """Topmost node above each node, where roots are their own parents; (N,) -> (N,)."""
    while True:  # pointer jumping: log2(depth) rounds
        upper = parent[parent]
        if np.array_equal(upper, parent):
            return parent
        parent = upper


def renumber(labels: NDArray[np.integer]) -> NDArray[np.int32]:
    """Number labels 0..K-1 without gaps, in order of first appearance. (N,) int32."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first), dtype=np.int32)
    return rank[inverse.reshape(-1)]
