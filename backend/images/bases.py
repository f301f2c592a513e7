# SPDX-License-Identifier: GPL-3.0-or-later
"""Flat undersides: soles, hems and feet of cups, at which a part ends as thick as it is.

A silhouette alone would have every part end in an edge. Where its outline runs level below it is
the side of a flat end instead: what is above goes on as if there were more of it, and is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Ints
from .distances import Box
from .layers import Layers

LEVEL = 0.06  # of a part's smaller extent: how far a level edge may bend
WIDE = 0.62  # of a part's width that is level
SAME = 0.75  # of a base that other parts of the same body may go on below
SEEN = 0.7  # of a base's length where the part is seen, and not what lies before it
BELOW = 0.8  # of a part below a base that is a body of its own
NARROWEST = 8  # pixels


@dataclass(frozen=True)
class Base:
    """The level underside of a part. columns : (N,) of its run, rows : (N,) the first below it."""

    columns: Ints
    rows: Ints

    def within(self, box: Box) -> Base:
        """The same in the raster of a box."""
        rows, columns = box
        kept = (self.columns >= columns.start) & (self.columns < columns.stop)
        return Base(self.columns[kept] - columns.start, self.rows[kept] - rows.start)

    def below(self, shape: tuple[int, int], depth: int) -> Bools:
        """The pixels (h, w) under it, so deep."""
        row = np.arange(shape[0])[:, None]
        made = np.zeros(shape, bool)
        made[:, self.columns] = (row >= self.rows) & (row < self.rows + depth)
        return made


def base_of(mask: Bools) -> Base | None:
    """The underside of a part (h, w), None where it is not level."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return None
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    if width < NARROWEST:
        return None
    bottom = np.full(mask.shape[1], -1)
    np.maximum.at(bottom, columns, rows)
    level = bottom >= bottom.max() - LEVEL * min(height, width) - 0.5
    run = np.flatnonzero(level)
    if len(run) < WIDE * width or np.ptp(run) + 1 > 1.15 * len(run):
        return None
    return Base(run, bottom[run] + 1)


def bases(
    masks: list[Bools], whole: list[Bools], lie: Layers
) -> tuple[dict[int, Base], set[tuple[int, int]]]:
    """The undersides of parts that make bodies, and pairs (above, below) that they part.

    What goes on below as wide as the part itself is of the same body, and the part has no base:
    the stripe of a shirt. Legs under a skirt are bodies of their own. masks : of what is seen of
    each part, whole : what it covers.
    """
    found: dict[int, Base] = {}
    parted: set[tuple[int, int]] = set()
    of_bodies = [part for part in range(len(whole)) if lie.host[part] < 0]
    for part in of_bodies:
        base = base_of(whole[part])
        if base is None or masks[part][base.rows - 1, base.columns].mean() < SEEN:
            continue
        near = base.below(whole[part].shape, 3)
        columns = {
            other: int((near & whole[other]).any(axis=0).sum())
            for other in of_bodies
            if other != part and lie.meets[part, other] > 0
        }
        columns = {other: count for other, count in columns.items() if count > 1}
        if sum(columns.values()) > SAME * len(base.columns):
            continue
        found[part] = base
        level = int(np.median(base.rows))
        parted |= {
            (part, other)
            for other in columns
            if masks[other][level - 2 :].sum() > BELOW * masks[other].sum()
        }
    return found, parted
