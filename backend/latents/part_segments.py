# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a whole object from its latents alone: the part generator's full segmentation.

Prompts are anchors of the latents, spread by farthest point sampling; each is answered by a few
masks, of which overlapping ones make way for those of which more is expected (UniPart; Segment
Anything, Kirillov et al., 2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Singles
from ..models.partset import WHOLE, Decoded, PartSet
from .part_generator import Surface

PROMPTS = 48
ALIKE = 0.6  # IoU from which the worse of two masks makes way
UNSURE = 0.35  # of what is expected of a mask, below which it is none
NEW = 0.02  # share of the places that a mask must be the first to hold
JUDGED = 2_048  # places at which masks are compared
A_TURN = 4_096  # places that are asked at a time


@dataclass(frozen=True)
class Masks:
    """What is answered. logit : (M, Q) that a place belongs to each. worth : (M,) 0..1."""

    logit: Singles
    worth: Singles


def segments(
    network: PartSet, surface: Surface, places: Floats, prompts: int = PROMPTS
) -> NDArray[np.int64]:
    """The part (Q,) of places (Q, 3) on a surface, both in the object's frame: 0, 1, 2, ...

    surface : as many points as whole objects are looked at by.
    """
    latents = network.encode(
        surface.points.astype(np.float32)[None], surface.normals.astype(np.float32)[None], WHOLE
    )
    decoded = network.decode(latents, WHOLE)
    index, at = spread_anchors(network, decoded, prompts)
    some = np.random.default_rng(0).permutation(len(places))[:JUDGED]
    masks = answered(network, decoded, index, at, places)
    kept = chosen(masks.logit[:, some] > 0, masks.worth)
    if not len(kept):
        return np.zeros(len(places), np.int64)
    owner = owners(masks.logit[kept], masks.worth[kept], places)
    return np.unique(owner, return_inverse=True)[1].reshape(-1).astype(np.int64)


def spread_anchors(
    network: PartSet, decoded: Decoded, count: int
) -> tuple[NDArray[np.int64], Singles]:
    """The indices (N,) and places (N, 3) of latents that hold surface, far from each other."""
    logit, places = network.anchors(decoded)
    there = np.flatnonzero(logit[0] > 0)
    if not len(there):
        there = np.array([int(logit[0].argmax())])
    points = places[0, there]
    found = [int(np.linalg.norm(points - points.mean(axis=0), axis=1).argmax())]
    gap = np.full(len(points), np.inf)
    while len(found) < min(count, len(points)):
        gap = np.minimum(gap, np.linalg.norm(points - points[found[-1]], axis=1))
        found.append(int(gap.argmax()))
    return there[found], points[found]


def answered(
    network: PartSet, decoded: Decoded, index: NDArray[np.int64], at: Singles, places: Floats
) -> Masks:
    """All masks of prompts at latents (N,) and places (N, 3), told at places (Q, 3)."""
    answers = network.prompts(decoded, index[None], at[None])
    nodes = network.mask_nodes(decoded)
    rows = []
    for first in range(0, len(places), A_TURN):
        some = places[None, first : first + A_TURN].astype(np.float32)
        said = network.masked(nodes, decoded.side, answers, some)[0]  # (N, M, Q)
        rows.append(said.reshape(-1, said.shape[-1]))
    worth = 1 / (1 + np.exp(-answers.iou[0].reshape(-1)))
    return Masks(np.concatenate(rows, axis=1), worth)


def chosen(held: Bools, worth: Singles) -> list[int]:
    """Which masks (M, Q) stay, the best first: none that is much like a better one, or that adds
    next to nothing."""
    size = held.sum(axis=1)
    covered = np.zeros(held.shape[1], bool)
    kept: list[int] = []
    for mask in np.argsort(-worth, kind="stable"):
        if worth[mask] < UNSURE or not size[mask]:
            continue
        both = (held[kept] & held[mask]).sum(axis=1)
        either = size[kept] + size[mask] - both
        if (both > ALIKE * either).any():
            continue
        if (held[mask] & ~covered).mean() < NEW:
            continue
        covered |= held[mask]
        kept.append(int(mask))
    return kept


def owners(logit: Singles, worth: Singles, places: Floats) -> NDArray[np.int64]:
    """The mask (Q,) of each place, the surest of those that hold it, or that of the nearest place
    that is held."""
    from scipy.spatial import cKDTree

    chance = worth[:, None] / (1 + np.exp(-np.clip(logit, -30, 30)))
    owner = chance.argmax(axis=0).astype(np.int64)
    held = (logit > 0).any(axis=0)
    if held.any() and not held.all():
        nearest = cKDTree(places[held]).query(places[~held])[1]
        owner[~held] = owner[held][nearest]
    return owner
