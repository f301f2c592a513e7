# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of patches, as answers to clicks are: how alike they are, and which of them to keep."""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Bools, Floats, Ints, Singles
from ..graphs import components

SAME_MASK = 0.7  # IoU from which two masks are one


def suppress(masks: Bools, worth: Floats, share: Singles) -> Ints:
    """Non-maximum suppression: which masks (K, N) are not the same as one of more worth.

    worth : (K,). share : (N,) of the area. Returns their numbers, the worthiest first.
    """
    iou, open_ = overlaps(masks, share), np.asarray(masks.any(axis=1))
    kept = []
    for k in np.argsort(-worth):
        if open_[k]:
            kept.append(k)
            open_ &= iou[k] < SAME_MASK
    return np.array(kept, dtype=np.int64)


def overlaps(masks: Bools, share: Singles) -> Floats:
    """IoU of all pairs of masks (K, N): (K, K). share : (N,) of the area."""
    common = (masks * share) @ masks.T.astype(np.float64)
    area = np.diagonal(common)
    return np.asarray(common / np.maximum(area[:, None] + area[None, :] - common, 1e-9))


def reached(members: Bools, start: Ints, pair: Ints) -> Bools:
    """What of a mask (P,) can be reached from some patches without leaving it.

    start : patches. pair : (E, 2) neighbours between which one may go.
    """
    i, j = pair[members[pair].all(axis=1)].T
    piece = components(len(members), i, j)
    return members & np.isin(piece, piece[start])
