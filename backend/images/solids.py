# SPDX-License-Identifier: GPL-3.0-or-later
"""From parts that lie over each other to the solid of each: thickness, place in depth, hidden ends.

Parts that touch on one host make one body (`images.bodies`). A part that lies on another follows
its surface.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..contract.arrays import Bools, Singles
from ..contract.progress import SILENT, Progress
from ..machine.abreast import each_abreast
from .bases import Base, bases
from .bodies import Body, Ends, Solid, Wishes
from .distances import box_of, nearest_in, put_back
from .layers import Layers
from .regions import Labels
from .wholes import wholes

AROUND = 24  # pixels about a body
STEEP = 1.0  # of the half thickness: depth of a surface that a part does not follow closely


def solids(labels: Labels, lie: Layers, wishes: Wishes, progress: Progress = SILENT) -> list[Solid]:
    """The solid of each of the K parts of a label picture (h, w)."""
    count = len(lie.host)
    masks = [labels == part for part in range(count)]
    whole = wholes(masks, lie)
    size = float(max(np.ptp(axis) + 1 for axis in np.nonzero(labels >= 0)))
    made: list[Solid | None] = [None] * count
    undersides, parted = bases(masks, whole, lie)
    groups = _groups(lie, parted)
    below = np.full(labels.shape, -np.inf, np.float32)  # fronts of all parts so far
    for number, group in enumerate(groups):
        share = progress.span(number / len(groups), (number + 1) / len(groups))
        share.step()
        union = np.logical_or.reduce([whole[part] for part in group])
        raised = lie.host[group[0]] >= 0
        ends = _ends_of(group, undersides, parted)
        around = np.logical_or.reduce([union, *(whole[above] for above, _, _ in ends.under)])
        box = box_of(around, AROUND)
        own = [mask[box] for mask in whole]
        host = made[lie.host[group[0]]] if raised else None
        on_slab = host is not None and host.kind == "flat"
        body = Body(group, union[box], own, lie, size, wishes, raised, ends.within(box), on_slab)
        for part, found in zip(group, each_abreast(body.solid, group, share), strict=True):
            solid = found.put_back(box, labels.shape)
            made[part] = _laid_on(solid, below, below > -np.inf, whole[part]) if raised else solid
        for part in group:
            laid = made[part]
            if laid is not None:
                inside = laid.inside
                below[inside] = np.maximum(below, laid.front)[inside]
    return [solid for solid in made if solid is not None]


def _groups(lie: Layers, parted: set[tuple[int, int]]) -> list[list[int]]:
    """Parts that make one body, hosts first: all without a host, those on one host that touch.

    parted : pairs that touch without being of one body, as legs and a skirt.
    """
    count = len(lie.host)
    number = np.arange(count)
    for one in range(count):
        for two in range(one):
            joined = lie.host[one] == lie.host[two] and lie.meets[one, two] > 0
            if joined and not {(one, two), (two, one)} & parted:
                number[number == number[one]] = number[two]
    groups = [np.flatnonzero(number == value).tolist() for value in np.unique(number)]
    ordered: list[list[int]] = []
    placed: set[int] = {-1}
    while groups:
        ready = [group for group in groups if all(lie.host[part] in placed for part in group)]
        ordered += sorted(ready, key=lambda group: int(lie.order[group].min()))
        placed |= {part for group in ready for part in group}
        groups = [group for group in groups if group not in ready]
    return ordered


def _ends_of(
    group: list[int], undersides: Mapping[int, Base], parted: set[tuple[int, int]]
) -> Ends:
    within = {above for above, below in parted if above in group and below in group}
    return Ends(
        {part: undersides[part] for part in group if part in undersides and part not in within},
        [
            (above, below, undersides[above])
            for above, below in sorted(parted)
            if below in group and above not in group
        ],
    )


def _laid_on(solid: Solid, below: Singles, known: Bools, mask: Bools) -> Solid:
    """A solid moved onto a surface (h, w), and bent with it."""
    from scipy.ndimage import gaussian_filter

    if not (known & mask).any():
        return solid
    radius = float(np.sqrt(max(np.where(mask, solid.field, 0).max(), 1.0)))
    box = box_of(mask, int(3 * radius) + 8)
    mask, known, below = mask[box], known[box], below[box]
    front = below[nearest_in(known)]
    lies = mask & known
    thick = np.sqrt(np.maximum(solid.field[box], 0))

    def bent(blur: float) -> Singles:
        surface = gaussian_filter(front, max(2.0, blur * radius))
        lift = np.clip(np.quantile((front - surface)[lies], 0.9), 0, 0.4 * radius)
        return np.asarray(surface + lift, np.float32)

    middle = bent(0.3)
    if np.ptp(middle[mask]) > STEEP * radius:
        # A nose over the edge of a beard stands upright, as long as all of it is seen.
        upright = bent(2.5)
        if (upright + thick > front)[lies].mean() > 0.98:
            middle = upright
    return replace(solid, middle=put_back(middle, box, solid.field.shape))
