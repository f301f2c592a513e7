# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of symmetric figures: which are each other's mirror images."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Ints
from .regions import Labels, numbered


def mirrored_labels(labels: Labels) -> tuple[Labels, Ints] | None:
    """Labels made symmetric about the middle column, and each part's twin (K,), itself for one
    that is symmetric; None where the parts are not alike on both sides.
    """
    other = labels[:, ::-1]
    count = int(labels.max()) + 1
    both = (labels >= 0) & (other >= 0)
    table = np.zeros((count, count))
    np.add.at(table, (labels[both], other[both]), 1)
    area = np.bincount(labels[labels >= 0], minlength=count)
    overlap = table / np.maximum(area[:, None] + area[None] - table, 1)
    twin = overlap.argmax(axis=1)
    mutual = twin[twin] == np.arange(count)
    alike = overlap[np.arange(count), twin] > 0.72
    if (area * (mutual & alike)).sum() < 0.9 * area.sum():
        return None
    twin = np.where(mutual & alike, twin, -1)
    half = labels.shape[1] // 2
    made = labels.copy()
    # The left half is the pattern; where a part has no twin, both sides stay as they are.
    pattern = labels[:, :half]
    paired = (pattern >= 0) & (twin[np.maximum(pattern, 0)] >= 0)
    right = np.where(paired, twin[np.maximum(pattern, 0)], pattern)[:, ::-1]
    free = (made[:, half:] < 0) | (twin[np.maximum(made[:, half:], 0)] >= 0)
    usable = free & paired[:, ::-1]
    made[:, half:][usable] = right[usable]
    kept = numbered(made)
    if int(kept.max()) + 1 != count:
        return None
    return made, twin
