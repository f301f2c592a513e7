# SPDX-License-Identifier: GPL-3.0-or-later
"""What a part leaves open by itself where other parts hide it: a horn in a head, a foot in a base.

Parts that were modelled one by one and pushed into each other share no border, and their makers
leave out what nobody sees. Such an opening gets a lid. One that looks into the open stays open: a
cup, a sleeve, a pipe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...contract.arrays import Floats, Ints
from ..caps.loops import cross, simple_loops
from ..winding import WindingNumber
from .openings import Opening, joined, openings
from .visible import OpenPart

WITHIN = 0.5  # winding number of the others, from which on a place is inside them
COVERED = 0.8  # share of a lid that must be inside the others
BEYOND = 0.05  # of a lid's size: so far out of it that one that only touches is inside
BESIDE = 0.25  # winding number of the others, below which most of a covered rim never lies
MOST = 500  # rims of one part that are looked at: a torn scan has more, and none is covered
SPREAD = np.array([[4, 1, 1], [1, 4, 1], [1, 1, 4]]) / 6  # places in a triangle that are asked


def covered_lids(seen: OpenPart, everything: Callable[[], WindingNumber]) -> tuple[Floats, Ints]:
    """New points (m,3) and faces (n,3) over the covered openings; none where there are none.

    everything : gives that of the whole object. Faces name the object's points, then the new ones.
    Openings that are borders with other parts are left alone.
    """
    nothing = np.empty((0, 3)), np.empty((0, 3), np.int64)
    start, end = seen.open_edges
    if seen.loops:
        a, b, _ = seen.edges
        free = ~np.isin((start << 31) | end, (a << 31) | b)
        start, end = start[free], end[free]
    loops = simple_loops(zip(start.tolist(), end.tolist(), strict=True))
    if not loops:
        return nothing
    others = _Others(everything(), WindingNumber(seen.points, seen.faces))
    loops = [one for one in loops if np.median(others(seen.points[one])) > BESIDE]
    if not 0 < len(loops) <= MOST:
        return nothing
    own = replace(seen, loops=loops, left_over=0)
    lids = openings(own, list(range(len(loops))), own.taken)
    if lids is None:
        return nothing
    covered = [lid for lid in lids if _is_covered(lid, others)]
    points, faces = joined(covered, seen.points[own.rim])
    fixed = len(own.rim)
    faces = np.where(faces < fixed, own.rim[np.minimum(faces, fixed - 1)],
                     faces - fixed + len(seen.points))  # fmt: skip
    return points[fixed:], faces


@dataclass(frozen=True)
class _Others:
    """How often all but one part go round a place."""

    everything: WindingNumber
    alone: WindingNumber

    def __call__(self, points: Floats) -> Floats:
        """(N,) at points (N,3)."""
        return np.abs(self.everything(points) - self.alone(points))


def _is_covered(lid: Opening, others: _Others) -> bool:
    """Whether other parts hide a lid: it lies in them, or against them."""
    corner = lid.points[lid.faces]
    area = 0.5 * cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    size = np.linalg.norm(area, axis=1)
    if size.sum() <= 0:
        return False
    out = area / np.maximum(size, 1e-300)[:, None]
    place = np.einsum("sk,nkj->nsj", SPREAD, corner)
    place = (place + BEYOND * np.sqrt(size.sum()) * out[:, None]).reshape(-1, 3)
    inside = others(place) > WITHIN
    share = np.repeat(size, len(SPREAD))
    return bool(share[inside].sum() >= COVERED * share.sum())
