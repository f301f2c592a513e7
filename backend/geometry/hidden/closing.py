# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether new faces close a part and stay in the object, and how large the part is with them."""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints
from ..caps.fill import AHEAD
from ..caps.loops import edge_key
from ..mesh import signed_volume, used_by
from .fair import folded
from .visible import ObjectShell, OpenPart, Samples

FOLDS, FOLDED = 4, 0.03  # triangles, and share, that may look folded: at a sharp bend some do
NOTHING = 1e-3  # of the border's mean edge, below which a side of a triangle makes it a sliver
SAMPLES, OUT = 16, 0.01  # along new faces; of their size, as far as one may leave the object


def closes(seen: OpenPart, points: Floats, faces: Ints, taken: Ints) -> bool:
    """Whether new faces close a part: a sound surface of positive volume, with few folds.

    points : (n,3), those of the rim first. taken : sorted `edge_key`s, as `OpenPart.taken`.
    """
    if len(faces) == 0 or not np.isfinite(points).all():
        return False
    a, b = faces.reshape(-1), faces[:, AHEAD].reshape(-1)
    there, back = np.sort((a << 31) | b), np.sort((b << 31) | a)
    if (there[1:] == there[:-1]).any():
        return False
    start, end, _ = seen.edges
    rim = np.sort((seen.rim_number[end] << 31) | seen.rim_number[start])
    if not np.array_equal(np.setdiff1d(there, back, assume_unique=True), rim):
        return False
    # What joins two vertices of the border inside must not be an edge that is seen.
    inner = edge_key(a, b)[np.isin((b << 31) | a, there)]
    if np.isin(inner, taken).any():
        return False
    bad = faces[folded(points, faces)]
    side = np.linalg.norm(points[bad] - points[bad[:, AHEAD]], axis=2).min(axis=1)
    # A cut that passes vertices closely leaves edges of no length in the border, and slivers there.
    border = float(np.linalg.norm(seen.points[end] - seen.points[start], axis=1).mean())
    folds = np.count_nonzero(side > NOTHING * border)
    return bool(folds <= max(FOLDS, FOLDED * len(faces)) and closed_volume(seen, points, faces) > 0)


def closed_volume(seen: OpenPart, points: Floats, faces: Ints) -> float:
    """Volume of a part with new faces (f,3); points (n,3) : those of the rim first."""
    own = used_by(seen.faces)
    place = np.concatenate([points, seen.points[own]])
    number = np.full(len(seen.points), -1)
    number[own] = len(points) + np.arange(len(own))
    return signed_volume(place, np.concatenate([faces, number[seen.faces]]))


def stays_inside(seen: OpenPart, shown: ObjectShell, points: Floats, faces: Ints) -> bool:
    """Whether new faces stay in the object, or leave it by no more than its own edges are cut.

    points : (n,3), those of the rim first.
    """
    size = float(np.linalg.norm(np.ptp(points[np.unique(faces)], axis=0)))
    new = Samples.of_faces(points, faces, np.zeros((len(faces), 3)), size / SAMPLES).point
    moved = np.linalg.norm(shown.below(new, points[: len(seen.rim)], size) - new, axis=1)
    return bool(moved.max(initial=0) < OUT * size)
