# SPDX-License-Identifier: GPL-3.0-or-later
"""On which cells the field of a part is read: those that suit its triangles, and wider ones.

A surface whose triangles are much smaller than those that it will have is made only to be thrown
away, which takes most of the time. But where cells are wide a patch sometimes finds no border.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints
from ..caps.loops import areas
from ..isosurface import GridField, zero_level
from .visible import OpenPart, source_length

FEWEST, EACH, PLENTY = 100, 6, 400  # faces that are never too many: at least, for each seen, most
DENSER = 1.2  # faces of a hidden surface, against those that are seen, at most
FEW, LARGEST_GRID = 6000, 1_500_000  # faces of a field that is read finer, and most values then
EDGE, LOOP = 2.0, 24.0  # cells along a source's edge and around a loop of border, if possible
WIDEST = 0.75  # of a cell, as short as new edges may be
ACROSS = 2.0  # cells across what is thin
SMALL = 24  # values along a side of a grid that is not read coarser


def suited(seen: OpenPart, field: GridField) -> list[GridField]:
    """The field on cells that suit a part, the widest first: one or two.

    The last suits the part's triangles, and the smallest of its loops. The one before has cells as
    wide as the edges of the new surface will be.
    """
    own, smallest = source_length(seen), _shortest_loop(seen) / LOOP
    fine = _coarser(field, min(own / EDGE, smallest))
    area, thickness = _measures(field)
    hidden = max(area - float(areas(seen.points, seen.faces).sum()), 0.0)
    even = even_length(hidden, seen)
    wide = _coarser(field, min(max(own, even) / WIDEST, smallest, thickness / ACROSS))
    return [wide, fine] if wide.cell > fine.cell else [fine]


def meshed(
    seen: OpenPart, field: GridField, *, as_told: bool
) -> tuple[GridField, tuple[Floats, Ints]]:
    """A field and its surface; that of few faces, of a field as it was told, is read finer."""
    mesh = zero_level(field)
    few = len(mesh[1]) < FEW and 8 * field.values.size < LARGEST_GRID
    most = min(source_length(seen) / EDGE, _shortest_loop(seen) / LOOP)
    if as_told and few and field.cell > most:
        field = field.finer()
        mesh = zero_level(field)
    return field, mesh


def most_faces(seen: OpenPart) -> float:
    """How many faces a part's hidden surface may have."""
    return max(min(FEWEST + EACH * len(seen.faces), PLENTY), DENSER * len(seen.faces))


def even_length(area: float, seen: OpenPart) -> float:
    """The length of edges below which a hidden surface of some area would have too many faces."""
    return float(np.sqrt(area / (0.433 * most_faces(seen))))


def _coarser(field: GridField, most: float) -> GridField:
    """A field on the widest cells that are below some size."""
    while 2 * field.cell < most and min(field.values.shape) > SMALL:
        field = field.coarser()
    return field


def _shortest_loop(seen: OpenPart) -> float:
    """The length of the shortest loop of border."""
    start, end, loop = seen.edges
    length = np.linalg.norm(seen.points[end] - seen.points[start], axis=1)
    return float(np.bincount(loop, length).min())


def _measures(field: GridField) -> tuple[float, float]:
    """About the area of a field's surface, and how thick it is: a plate's own, a rod's radius."""
    inside = field.values < 0
    crossed = sum(np.count_nonzero(np.diff(inside, axis=axis)) for axis in range(3))
    # Along an axis the crossings are the area's shadow: over all directions half of it a side.
    area = max(crossed, 1) * field.cell**2 / 1.5
    return area, 2 * np.count_nonzero(inside) * field.cell**3 / area
