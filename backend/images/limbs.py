# SPDX-License-Identifier: GPL-3.0-or-later
"""Limbs of a silhouette: cuts at the necks of its distance transform.

Bodies are its hills: two are apart where the ridge between them is much lower than both. What
sticks out of a body farther than it is wide is a limb (an opening by discs, as the medial axis
gives it).
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Bools, Singles
from .distances import box_of, depth_in, distance_to
from .regions import Labels, flooded, neighbours, numbered, spread_into

NECK = 1.42  # how much lower than both hills the pass between two bodies is
CORE = 0.58  # of a body's radius: discs that make its core
LONG = 0.9  # how many times the length of its cut a limb sticks out
SMALLEST = 0.005  # of the whole figure's area
LEVELS = 28


def limbs(region: Bools, figure: Bools) -> Labels:
    """Number (h, w) of each piece of a region of a figure, 0..K-1, -1 outside of it.

    A neck is seen against the background: where a cut ends within the figure, it was none.
    """
    box = box_of(region, 4)
    made = np.full(region.shape, -1, np.int32)
    made[box] = _limbs(region[box], figure[box], max(SMALLEST * float(figure.sum()), 12.0))
    return made


def _limbs(region: Bools, figure: Bools, least: float) -> Labels:
    depth = depth_in(np.pad(region, 1))[1:-1, 1:-1]
    seeds = _hills(depth)
    markers = np.full(region.shape, -1, np.int32)
    for number, (row, column) in enumerate(seeds):
        markers[row, column] = number
    bodies = np.where(region, 0, -1).astype(np.int32)
    if len(seeds) > 1:
        bodies = flooded(markers, -depth, region, LEVELS)
    made = bodies.copy()
    total = len(seeds)
    for number in range(len(seeds)):
        body = bodies == number
        for limb in _sticking_out(body, np.where(body, depth, 0), least):
            made[limb] = total
            total += 1
    return _without_small(_seen_against(made, figure), region, least)


def _seen_against(labels: Labels, figure: Bools) -> Labels:
    """Labels with pieces joined again whose common border does not reach the background."""
    from scipy.ndimage import binary_dilation

    labels = numbered(labels)
    near = binary_dilation(~figure, iterations=3)
    for _ in range(int(labels.max()) + 1):
        low, high, _ = neighbours(labels)
        for one, two in zip(low, high, strict=True):
            beside = binary_dilation(labels == one) & (labels == two) & near
            if not beside.any():
                labels = numbered(np.where(labels == two, one, labels))
                break
        else:
            break
    return labels


def _hills(depth: Singles) -> list[tuple[int, int]]:
    """Tops of the hills that are apart, by lowering a flood from the highest."""
    from scipy.ndimage import label, maximum_position

    peak = float(depth.max())
    tops: list[tuple[int, int]] = []
    for level in np.linspace(0.97, 0.1, LEVELS) * peak:
        pieces, count = label(depth >= level)
        held: dict[int, list[tuple[int, int]]] = {}
        for top in tops:
            held.setdefault(int(pieces[top]), []).append(top)
        for within in held.values():
            highest = max(within, key=lambda top: depth[top])
            for top in within:
                if top != highest and depth[top] < NECK * level:
                    tops.remove(top)
        new = [piece for piece in range(1, count + 1) if piece not in held]
        for place in maximum_position(depth, pieces, new) if new else []:
            if depth[place] > 3:
                tops.append((int(place[0]), int(place[1])))
    return tops or [tuple(map(int, np.unravel_index(np.argmax(depth), depth.shape)))]  # type: ignore[list-item]


def _sticking_out(body: Bools, depth: Singles, least: float) -> list[Bools]:
    """Pieces that the discs of a body's core do not reach and that are longer than wide."""
    from scipy.ndimage import find_objects, label

    radius = CORE * float(depth.max())
    if radius < 4:
        return []
    from_core = distance_to(depth >= radius)
    rest, _ = label(body & (from_core > radius))
    found = []
    for piece, box in enumerate(find_objects(rest), 1):
        limb = rest[box] == piece
        if limb.sum() < least:
            continue
        reach = float(from_core[box][limb].max()) - radius
        cut = float((from_core[box][limb] < radius + 1.5).sum()) / 1.5
        if reach > LONG * cut:
            whole = np.zeros(body.shape, bool)
            whole[box] = limb
            found.append(whole)
    return found


def _without_small(labels: Labels, region: Bools, least: float) -> Labels:
    """Pieces below `least` pixels go to the nearest others."""
    labels = numbered(labels)
    area = np.bincount(labels[labels >= 0], minlength=int(labels.max()) + 1)
    keep = area >= least
    if not keep.any():
        keep[np.argmax(area)] = True
    kept = (labels >= 0) & keep[np.maximum(labels, 0)]
    return numbered(spread_into(np.where(kept, labels, -1).astype(np.int32), region))
