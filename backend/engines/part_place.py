# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a part that is to be of another size stands: where the old one touches its neighbours.

All places are in the object's frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats, Ints

LARGEST, SMALLEST = 3.0, 0.25  # of the old part's longest side: each side of a new one
OPPOSITE = 0.5  # of the old part: neighbours that far apart hold it between them
NEAR = 0.05  # of samples: what is as near touches


@dataclass(frozen=True)
class Contact:
    """What of a part touches others. points : (N, 3); other : (N,) which part each touches."""

    points: Floats
    other: Ints

    @classmethod
    def none(cls) -> Contact:
        """Of a part that stands alone."""
        return cls(np.empty((0, 3)), np.empty(0, np.int64))


def contact_of(points: Floats, others: Floats, other: Ints, samples: Floats) -> Contact:
    """Where a part touches others.

    points : (V, 3) its vertices; others : (W, 3) those of the others, other : (W,) which part each
    is of. Where none are in the same place, those of samples (N, 3) of its surface count that are
    near one.
    """
    if not len(others):
        return Contact.none()
    from scipy.spatial import cKDTree

    tree = cKDTree(others)
    gap, at = tree.query(points)
    if (gap == 0).any():
        return Contact(points[gap == 0], other[at[gap == 0]])
    gap, at = tree.query(samples)
    near = gap < NEAR
    return Contact(samples[near], other[at[near]])


def filling(vertices: Floats, low: Floats, high: Floats) -> Floats:
    """Vertices (V, 3) stretched along each axis until they reach from corner to corner of a box."""
    own, last = vertices.min(axis=0), vertices.max(axis=0)
    share = (vertices - own) / np.maximum(last - own, 1e-12)
    return low + share * (high - low)


def held_box(size: Floats, old: Floats, contact: Contact, larger: float = 1.0) -> Floats:
    """The box (2, 3) of a part of some proportions, as large as the old one, where that is held.

    size : (3,), of which only proportions count. larger : times the old one's longest side.
    """
    size = size / max(float(size.max()), 1e-9) * float((old[1] - old[0]).max()) * larger
    return standing(np.stack([-size / 2, size / 2]), old, contact)


def standing(box: Floats, old: Floats, contact: Contact) -> Floats:
    """A box (2, 3) of the size of `box`, within limits, where the old one (2, 3) is held.

    What touches stays where it is in the box, as a share of it, and within. Between neighbours on
    opposite sides a part keeps its length.
    """
    before = old[1] - old[0]
    longest = float(before.max())
    size = np.clip(box[1] - box[0], SMALLEST * before, LARGEST * longest)
    if not len(contact.points):
        middle = old.mean(axis=0)
        return np.stack([middle - size / 2, middle + size / 2])
    each = [contact.points[contact.other == one].mean(axis=0) for one in np.unique(contact.other)]
    between = np.ptp(each, axis=0) > OPPOSITE * before
    size = np.where(between, before, size)
    middle = contact.points.mean(axis=0)
    low = middle - (middle - old[0]) / np.maximum(before, 1e-9) * size
    first, last = contact.points.min(axis=0), contact.points.max(axis=0)
    return np.stack([np.minimum(low, first), np.maximum(low + size, last)])
