# SPDX-License-Identifier: GPL-3.0-or-later
"""Which borders stay as they are: those on creases and along edge loops. Teeth are what is left.

A border turns at a vertex by as much as the angles on its two sides differ: not at all where it
follows an edge loop, however coarse, for that is measured within the surface. Teeth turn one way
and soon the other.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Bools, Floats
from ..graphs import components, extremes, sums
from .band import Band

CREASE = np.radians(30.0)  # an edge that bends more is one, if it bends
SHARPER = 1.5  # times as much as what is round it, too
ROW = 3  # such edges in a row, or more
TURN = np.radians(25.0)  # a border that turns more, one way and then the other, has teeth
APART = 3  # edges along a border between the two turns
BESIDE = 4  # edges along a border: what is so near to teeth is smoothed with them


def kept_borders(band: Band) -> Bools:
    """(E,) bool: edges of borders that are to stay where they are."""
    turn = _turns(band)
    left, right = turn > TURN, turn < -TURN
    tooth = left & band.spread(right, band.border, APART)
    tooth |= right & band.spread(left, band.border, APART)
    near = band.spread(tooth, band.border, BESIDE)
    return _creases(band) | (band.border & ~near[band.ends].all(axis=1))


def _turns(band: Band) -> Floats:
    """(N,) how much the border turns at each vertex, radians; 0 where not two labels meet, or not
    two edges of borders."""
    edges = sums(band.border[:, None].repeat(2, axis=1).ravel(), band.ends.ravel(), band.vertices)
    low, high = extremes(band.label[:, None], band.corners, band.vertices)
    corner, label = band.corners.ravel(), np.repeat(band.label, 3)
    angle = band.angle.ravel()
    below = sums(angle * (label == low[corner]), corner, band.vertices)
    above = sums(angle * (label == high[corner]), corner, band.vertices)
    whole = sums(angle, corner, band.vertices)
    plain = (edges == 2) & (low < high) & (below + above >= whole * (1 - 1e-9))
    return np.where(plain, np.pi * (below - above) / whole, 0.0)


def _creases(band: Band) -> Bools:
    """(E,) bool: edges of borders that run along creases: they bend, more than the others round
    them, and a few do so in a row."""
    others = ~band.border
    ends = band.ends[others].ravel()
    count = np.maximum(np.bincount(ends, minlength=band.vertices), 1)
    around = sums(np.repeat(band.bend[others], 2), ends, band.vertices) / count
    sharp = (band.bend > CREASE) & (band.bend > SHARPER * around[band.ends].max(axis=1))
    sharp &= band.border
    one, two = band.ends[sharp].T
    row = components(band.vertices, one, two)[one]
    sharp[sharp] = np.bincount(row, minlength=band.vertices)[row] >= ROW
    return sharp
