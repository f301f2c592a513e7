# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge trees of the meshes that were decomposed, kept in memory so that new cuts are instant.

Not saved with the file: a tree is found again by analysing the mesh again.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from ...backend.contract.tree import MergeTree, cut_within
from .labels import Areas, Labels
from .naming import Solid

MAX_BYTES = 256 << 20


class PolygonTree(Value):
    """A merge tree over the polygons of a mesh.

    patch : (F,) int32 leaf of each polygon, -1 where it was not analysed; area : (F,) float64;
    solid : the triangles that were analysed, to name parts by; None where that is not wanted.
    debris : (F,) int32 the piece of each polygon that nobody sees or that touches nothing, else -1;
    the first `unseen` pieces are inside. None where there is none.
    """

    tree: MergeTree
    patch: Labels
    area: Areas
    solid: Solid | None = None
    debris: Labels | None = None
    unseen: int = 0

    @property
    def nbytes(self) -> int:
        """Memory of the arrays of polygons and triangles."""
        rest = sum(0 if one is None else one.nbytes for one in (self.solid, self.debris))
        return self.patch.nbytes + self.area.nbytes + rest

    @cached_property
    def specks(self) -> int:
        """How many pieces of debris touch nothing; counted once, for panels ask at each redraw."""
        return 0 if self.debris is None else int(self.debris.max()) + 1 - self.unseen

    def cut(self, parts: int) -> Labels:
        """(F,) int32, the part of each polygon in the cut with so many parts, or -1."""
        return _gather(self.tree.cut(min(max(parts, 1), self.tree.leaf_count)), self.patch)

    def cut_within(self, inside: NDArray[np.bool_], pieces: int) -> tuple[Labels, int]:
        """Cut a part, the (F,) bool polygons `inside`, where the tree has its next borders.

        Returns (F,) int32 piece of each polygon, -1 outside and where it was not analysed, and
        the number of pieces: fewer than asked for when the part has fewer patches.
        """
        part = np.where(inside, self.patch, -1).astype(np.int32)
        patches = np.unique(part[part >= 0])
        pieces = min(pieces, len(patches))
        piece = np.zeros(self.tree.leaf_count, dtype=np.int32)
        if pieces:
            piece[patches] = cut_within(self.tree, patches, pieces)
        return _gather(piece, part), pieces

    def granularity_of(self, parts: int) -> float:
        """A granularity in 0..1 whose cut has so many parts, in the middle of all that have."""
        if parts == self.tree.natural_parts:
            return 0.5
        return (self._first_with(parts) + self._first_with(parts + 1)) / 2

    def _first_with(self, parts: int) -> float:
        """The lowest granularity with at least so many parts; 1 when none has."""
        low, high = 0.0, 1.0
        for _ in range(30):
            middle = (low + high) / 2
            if self.tree.parts_at(middle) < parts:
                low = middle
            else:
                high = middle
        return high


_kept: OrderedDict[str, PolygonTree] = OrderedDict()  # the last used at the end


def keep(fingerprint: str, tree: PolygonTree) -> None:
    """Remember a tree; the least recently used ones make room."""
    _kept[fingerprint] = tree
    _kept.move_to_end(fingerprint)
    while len(_kept) > 1 and sum(t.nbytes for t in _kept.values()) > MAX_BYTES:
        _kept.popitem(last=False)


def find(fingerprint: str, faces: int) -> PolygonTree | None:
    """The tree of a mesh with so many polygons, or None when it is not known any more."""
    tree = _kept.get(fingerprint)
    if tree is None or len(tree.patch) != faces:
        return None
    _kept.move_to_end(fingerprint)
    return tree


def forget() -> None:
    """Free all trees."""
    _kept.clear()


def _gather(values: Labels, patch: Labels) -> Labels:
    return np.where(patch >= 0, values[patch], -1).astype(np.int32)
