# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a picture cover, also where others hide them."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Bools
from .distances import depth_in, distance_to
from .layers import ENCLOSED, Layers, hull, outline

OVERLAP = 0.8  # of the half thickness: how far a part goes on inside another
BESIDE = 2.5  # how much nearer what is beside counts than what is above


def wholes(masks: list[Bools], lie: Layers) -> list[Bools]:
    """Each part with what others that lie before it hide of it: what is drawn on it, the middle
    between its pieces, and its end under what lies on something else.
    """
    from scipy.ndimage import binary_fill_holes, distance_transform_edt, label

    whole = [mask.copy() for mask in masks]
    area = [int(mask.sum()) for mask in masks]
    figure = np.logical_or.reduce(masks)
    for part in np.argsort(area):
        host = lie.host[part]
        if host >= 0:
            around = max(float(lie.meets[part].sum()), 1.0)
            inside = lie.meets[part, host] / around > 0.97
            if inside:
                whole[host] |= whole[part]
            elif not _enclosed(part, masks, lie):
                whole[host] |= whole[part] & hull(masks[host])
    for part, mask in enumerate(masks):
        before = [
            other
            for other in np.flatnonzero(lie.over[:, part] > 0)
            if lie.meets[other, part] > 0 and lie.host[part] < 0 <= lie.host[other] != part
        ]
        if before:
            thick = float(depth_in(mask).max())
            near = distance_to(mask, OVERLAP * thick) < OVERLAP * thick
            more = mask | (near & np.logical_or.reduce([whole[other] for other in before]))
            # Without what is thin: the end goes on as wide as it is, it does not fan out.
            core = depth_in(np.pad(more, 1))[1:-1, 1:-1] > 0.5 * thick
            whole[part] |= more & (distance_to(core, 0.5 * thick) < 0.5 * thick)
        if label(mask)[1] > 1:
            whole[part] |= hull(mask) & figure
        whole[part] &= mask | _hiding(part, masks, lie)
    # Under what lies on a body no gap stays through which one would see.
    body = [part for part in range(len(masks)) if lie.host[part] < 0]
    solid = np.logical_or.reduce([whole[part] for part in body])
    lying = [whole[part] for part in range(len(masks)) if _enclosed(part, masks, lie)]
    gaps = np.logical_or.reduce([binary_fill_holes(solid), *lying]) & ~solid & figure
    if gaps.any():
        # Behind them goes on what is seen beside them, rather than what is above or below, and the
        # trunk rather than its limbs, which end where they are hidden.
        trunk = max(area[part] for part in body)
        far = np.stack(
            [
                distance_transform_edt(~whole[part], sampling=(BESIDE, 1))[gaps]
                * (trunk / max(area[part], 1))
                for part in body
            ]
        )
        for place, part in enumerate(body):
            whole[part][gaps] |= far.argmin(axis=0) == place
    return whole


def _hiding(part: int, masks: list[Bools], lie: Layers) -> Bools:
    """Where (h, w) a part may go on unseen: behind all that lies before it."""
    apart = (lie.meets[:, part] == 0) & (lie.order > lie.order[part])
    before = np.flatnonzero((lie.over[:, part] > 0) | apart)
    hidden = np.zeros(masks[part].shape, bool)
    for other in before:
        if other != part:
            hidden |= masks[other]
    return hidden


def _enclosed(part: int, masks: list[Bools], lie: Layers) -> bool:
    """Whether a part lies on others that are all around it."""
    return lie.host[part] >= 0 and lie.meets[part].sum() > ENCLOSED * outline(masks[part])
