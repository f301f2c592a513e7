# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces of triangles to polygons: what a polygon has on each side of a border is one again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...contract.arrays import Ints
from ..graphs import extremes
from .cut import Cut


@dataclass(frozen=True)
class Polygons:
    """The polygons that borders cut, after it.

    label : (P,) int64 of each polygon of before; of one that was cut, one of its labels.
    source : (Q,) int64 the polygon that each new one is a piece of; those alone were cut.
    piece_label : (Q,) int64. size : (Q,) int64 how many corners each has.
    corner : (sum of sizes,) int64, as `Cut.corner`.
    """

    label: Ints
    source: Ints
    piece_label: Ints
    size: Ints
    corner: Ints


def outlined(cut: Cut, faces: Ints, polygon: Ints, polygons: int) -> Polygons:
    """What a cut of triangles does to the polygons that they are parts of.

    faces : (F, 3) vertices of the triangles; polygon : (F,) the polygon of each. A piece that has
    no simple outline stays in triangles.
    """
    own = polygon[cut.source]
    label = np.zeros(polygons, dtype=np.int64)
    label[own] = cut.label
    low, high = extremes(cut.label, own, polygons)
    divided = high > np.minimum(low, high)
    divided[own[~cut.whole]] = True
    mine = np.flatnonzero(divided[own])
    order = mine[np.lexsort((cut.label[mine], own[mine]))]
    begins = (np.diff(own[order], prepend=-1) != 0) | (np.diff(cut.label[order], prepend=-1) != 0)
    place = np.concatenate([faces.ravel(), cut.point + int(faces.max()) + 1])
    source, piece_label, outlines = [], [], []
    for piece in np.split(order, np.flatnonzero(begins)[1:]) if len(order) else ():
        corners = cut.corner[piece]
        for outline in _outlines(corners.tolist(), place[corners].tolist()):
            source.append(own[piece[0]])
            piece_label.append(cut.label[piece[0]])
            outlines.append(outline)
    return Polygons(
        label=label,
        source=np.array(source, dtype=np.int64),
        piece_label=np.array(piece_label, dtype=np.int64),
        size=np.array([len(outline) for outline in outlines], dtype=np.int64),
        corner=np.array([corner for outline in outlines for corner in outline], dtype=np.int64),
    )


def _outlines(corners: list[list[int]], places: list[list[int]]) -> list[list[int]]:
    """Corners along the outlines of triangles, or those of each triangle.

    places : the vertices that the corners are at.
    """
    after: dict[int, int] = {}
    corner_at: dict[int, int] = {}
    ways = {
        (place[k], place[(k + 1) % 3]): corner[k]
        for corner, place in zip(corners, places, strict=True)
        for k in range(3)
    }
    for (here, there), corner in ways.items():
        if (there, here) in ways:
            continue
        if here in after:  # it touches itself
            return corners
        after[here], corner_at[here] = there, corner
    found = []
    while after:
        here, way = next(iter(after)), []
        while here in after:
            way.append(corner_at[here])
            here = after.pop(here)
        found.append(way)
    whole = sum(map(len, found)) == len(corner_at)
    return found if whole and len(corners) == sum(len(way) - 2 for way in found) else corners
