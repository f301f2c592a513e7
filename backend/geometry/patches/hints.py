# SPDX-License-Identifier: GPL-3.0-or-later
"""Hints of the artist: edges at which parts should end, from marked edges and groups of faces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...contract.arrays import Bools, Floats, Ints
from ..graphs import sums
from ..mesh import FaceGraph, face_islands
from .cues import BRIDGE, PatchGraph


def marked_edges(graph: FaceGraph, groups: Ints, borders: Ints) -> Bools:
    """Shared edges that are marked, or lie between faces of different groups: (E,) bool.

    groups : (F,) group of each face, -1 for no opinion. borders : (N, 2) vertices of marked edges.
    Vertices at one position are one, as everywhere.
    """
    one, two = groups[graph.first], groups[graph.second]
    marked = (one != two) & (one >= 0) & (two >= 0)
    if len(borders) == 0:
        return marked
    count = len(graph.welded)
    ends, wanted = (
        np.sort(graph.welded[pairs], axis=1) for pairs in (graph.edge_vertices(), borders)
    )
    return marked | np.isin(ends @ [count, 1], wanted @ [count, 1])


def without_edges(graph: FaceGraph, marked: Bools) -> FaceGraph:
    """The mesh as if it were cut open along some edges (E,): they are shared no more."""
    if not marked.any():
        return graph
    open_ = {
        name: getattr(graph, name)[~marked]
        for name in ("first", "second", "edge", "edge_length", "bend", "edge_middle")
    }
    island, islands = face_islands(graph.area, open_["first"], open_["second"])
    return replace(graph, **open_, island=island, islands=islands)


def marked_lengths(
    graph: FaceGraph, cues: PatchGraph, patch: Ints, groups: Ints, marked: Bools
) -> Floats:
    """How much of each border of patches is marked: (pairs,), at most the border's length.

    Where islands only come near each other, the whole contact is marked if their groups differ.
    """
    edges, at = on_borders(graph, cues, patch)
    heard = marked[edges]
    length = sums(graph.edge_length[edges[heard]], at[heard], len(cues.pair))
    group = np.full(cues.patches, -1)
    group[patch[groups >= 0]] = groups[groups >= 0]
    a, b = group[cues.pair].T
    return length + np.where((a != b) & (a >= 0) & (b >= 0), cues.border[:, BRIDGE], 0.0)


def on_borders(graph: FaceGraph, cues: PatchGraph, patch: Ints) -> tuple[Ints, Ints]:
    """The shared edges that lie between patches, and the row of `cues.pair` of each: (n,) both.

    patch : (F,) of each face.
    """
    one, two = patch[graph.first], patch[graph.second]
    edges = np.flatnonzero(one != two)
    one, two = one[edges], two[edges]
    keys = cues.pair[:, 0] * cues.patches + cues.pair[:, 1]
    return edges, np.searchsorted(keys, np.minimum(one, two) * cues.patches + np.maximum(one, two))
