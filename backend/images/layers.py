# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies before what: parts on others, parts beside others, and their order in depth.

Where three regions meet, the one whose outline goes straight on lies before the others
(T-junctions: Guzman, 1968; Nitzberg and Mumford, 1990). A part that another surrounds lies on it.
Elsewhere the wider one goes over the narrower: an arm goes into its sleeve, a neck under the chin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Floats, Ints, Singles
from .distances import box_of, depth_in, distance_to
from .regions import Labels, neighbours

SURROUNDED = 0.55  # share of a part's outline beside another part, on which it lies then
BETWEEN = 0.93  # share of a part's outline beside others, on the first of which it lies then
LARGEST = 0.3  # share of its outline beside that one
DISC = 0.92  # of a part's area that its largest disc covers if it is one
RIM = 0.35  # of a disc's rim that lies on others
ACROSS = 3.2  # how many times its half width a part meets the one that it crosses
SURE = 0.8  # votes of T-junctions
UNDECIDED = 1e-3
DOUBT = 0.5  # more than the width alone says
ENCLOSED = 0.9  # share of a part's outline beside others on which it lies if it is before them
NARROW = 0.5  # width of a band beside its length
JUNCTION = 6  # pixels of the disc about a junction in which shares are measured


@dataclass(frozen=True)
class Layers:
    """How K parts lie.

    host : (K,) the part that each lies on, -1 for those that make the body. over : (K, K) positive
    where the part of the row lies before that of the column, by how surely; 0 for parts that do
    not touch. meets : (K, K) pixels along which two parts meet. order : (K,) 0 for the part that
    is farthest, K-1 for the nearest one.
    """

    host: Ints
    over: Floats
    meets: Floats
    order: Ints


def layers(labels: Labels, depth: Singles, order: Ints | None = None) -> Layers:
    """How the parts of a label picture lie.

    labels : (h, w) 0..K-1, -1 outside. depth : (h, w) distance of each pixel from the outline of
    its own part. order : (K,) from the farthest part to the nearest where a person has said so.
    """
    count = int(labels.max()) + 1
    low, high, touching = neighbours(labels)
    meets = np.zeros((count, count))
    meets[low, high] = meets[high, low] = touching
    around = outlines(labels, count)
    area = np.bincount(labels[labels >= 0], minlength=count).astype(np.float64)
    radius = np.zeros(count)
    np.maximum.at(radius, labels[labels >= 0], depth[labels >= 0])
    votes = _junction_votes(labels, count)
    over = votes + _wider(labels, depth, meets)
    share = meets / np.maximum(around, 1)[:, None]
    host = np.full(count, -1)
    doubtful = []
    for part in np.argsort(area):
        larger = (area > area[part]) & (meets[part] > 0)
        if not larger.any():
            continue
        beside = int(np.argmax(np.where(larger, meets[part], -1)))
        between = share[part].sum() > BETWEEN and share[part, beside] > LARGEST
        hidden = _hidden(over[part], share[part]).any()
        enclosed = share[part, beside] >= SURROUNDED or (between and not hidden)
        crosses = votes[part, beside] >= SURE and meets[part, beside] > ACROSS * radius[part]
        # A whole disc: what lay before it would have cut something off.
        behind = (_hidden(over[part], share[part]) & (host != part)).any()
        under = [] if behind else under_disc(labels, int(part))
        for other in under:
            crosses = crosses or bool(larger[other])
            over[part, other] = abs(over[part, other]) + 2
            over[other, part] = -over[part, other]
        if enclosed or crosses:
            if not goes_around(labels, int(part)):
                host[part] = beside
            over[part, beside] = abs(over[part, beside]) + 2
            over[beside, part] = -over[part, beside]
        elif between:
            doubtful.append((int(part), beside))
    for part in np.flatnonzero((host < 0) & (share.sum(axis=1) > ENCLOSED)):
        # A beard over chin and coat: it lies on what it meets most.
        beside = (meets[part] > 0) & (host != part)
        before = (over[part, beside] > 0).all() and votes[part, beside].sum() >= SURE
        if before and not goes_around(labels, int(part)):
            most = int(np.argmax(meets[part] * beside))
            if not _rests_on(host, most, int(part)):
                host[part] = most
                over[part, most] += 2
                over[most, part] = -over[part, most]
    for part, beside in doubtful:
        # A buckle under the end of a beard: what hides it lies on the body too, and is no piece of
        # the body in front of it.
        hides = _hidden(over[part], share[part])
        lying = (host[hides] >= 0).all() and not _rests_on(host, beside, part)
        if host[part] < 0 and lying and not goes_around(labels, part):
            host[part] = beside
            over[part, beside] = abs(over[part, beside]) + 2
            over[beside, part] = -over[part, beside]
    if order is not None:
        rank = np.empty(count)
        rank[np.asarray(order)] = np.arange(count)
        over = np.where(meets > 0, np.sign(rank[:, None] - rank[None]) * 3.0, 0.0)
        lies_behind = (host >= 0) & (rank < rank[np.maximum(host, 0)])
        host[lies_behind] = -1
    ranked = _ranked(over, area)
    # Of two that touch one is always before the other, or both would go on inside each other.
    undecided = (meets > 0) & (over == 0)
    over = np.where(undecided, UNDECIDED * np.sign(ranked[:, None] - ranked[None]), over)
    return Layers(host, over, meets, ranked)


def under_disc(labels: Labels, part: int) -> list[int]:
    """The parts that a whole disc, with what is drawn on it, lies on by a good share of its rim:
    none for what is no disc.
    """
    from scipy.ndimage import binary_dilation, binary_fill_holes

    box = box_of(labels == part, 2)
    around = labels[box]
    own = binary_fill_holes(around == part)
    deep = float(depth_in(np.pad(own, 1)).max()) - 0.5
    if np.pi * deep * deep < DISC * own.sum():
        return []
    rim = around[binary_dilation(own) & ~own]
    met = np.bincount(rim[rim >= 0], minlength=part + 1)
    if met.sum() < RIM * len(rim):
        return []
    return np.flatnonzero(met > 0.05 * len(rim)).tolist()


def _hidden(over: Floats, share: Floats) -> Bools:
    """Which others (K,) surely lie before a part, along more than a corner of it."""
    return (over < -DOUBT) & (share > 0.05)


def goes_around(labels: Labels, part: int) -> bool:
    """Whether a part crosses the figure from outline to outline, as a belt does: it reaches the
    background at both of its ends.
    """
    from scipy.ndimage import binary_dilation, label

    own = labels == part
    ends, count = label(binary_dilation(own & binary_dilation(labels < 0, iterations=2)) & own)
    if count < 2:
        return False
    points = np.argwhere(own)
    middle = points.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(points.T))
    along = (points - middle) @ axes[:, 1]
    half = float(np.ptp(along)) / 2
    if len(points) > NARROW * 4 * half * half:
        return False
    places = [
        ((np.argwhere(ends == end) - middle) @ axes[:, 1]).mean() for end in range(1, count + 1)
    ]
    return bool(min(places) < -0.7 * half and max(places) > 0.7 * half)


def _rests_on(host: Ints, part: int, other: int) -> bool:
    """Whether a part lies on another, or on one that does."""
    while part >= 0 and part != other:
        part = int(host[part])
    return part == other


def outlines(labels: Labels, count: int) -> Floats:
    """Pairs of pixels (K,) between each part and anything else."""
    total = np.zeros(count)
    around = np.pad(labels, 1, constant_values=-1)
    for one, two in ((around[:, :-1], around[:, 1:]), (around[:-1], around[1:])):
        differ = one != two
        for side in (one[differ], two[differ]):
            total += np.bincount(side[side >= 0], minlength=count)
    return total


def outline(mask: Bools) -> float:
    """Pairs of pixels between a mask (h, w) and what is around it."""
    around = np.pad(mask, 1)
    return float((around[1:] != around[:-1]).sum() + (around[:, 1:] != around[:, :-1]).sum())


def _junction_votes(labels: Labels, count: int) -> Floats:
    """(K, K) antisymmetric: what T-junctions say of the part of the row before the column's."""
    votes = np.zeros((count, count))
    around = np.pad(labels, JUNCTION + 1, constant_values=-1)
    blocks = np.stack([around[:-1, :-1], around[:-1, 1:], around[1:, :-1], around[1:, 1:]])
    ordered = np.sort(blocks, axis=0)
    kinds = 1 + (ordered[1:] != ordered[:-1]).sum(axis=0)
    rows, columns = np.nonzero(kinds >= 3)
    reach = np.arange(-JUNCTION, JUNCTION) + 0.5
    disc = reach[:, None] ** 2 + reach[None] ** 2 < JUNCTION**2
    seen: set[tuple[int, int]] = set()
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        place = row // (2 * JUNCTION), column // (2 * JUNCTION)
        inside = JUNCTION <= row < around.shape[0] - JUNCTION
        if place in seen or not (inside and JUNCTION <= column < around.shape[1] - JUNCTION):
            continue
        seen.add(place)
        window = around[
            row + 1 - JUNCTION : row + 1 + JUNCTION, column + 1 - JUNCTION : column + 1 + JUNCTION
        ][disc]
        kind, size = np.unique(window, return_counts=True)
        share = size / disc.sum()
        kind, share = kind[share > 0.1], share[share > 0.1]
        if len(kind) != 3:
            continue
        top = int(np.argmin(np.abs(share - 0.5)))
        others = np.delete(np.arange(3), top)
        weight = 1 - abs(float(share[top]) - 0.5) / 0.09
        if kind[top] < 0 or weight <= 0 or share[others].max() > 0.38:
            continue
        for other in kind[others]:
            if other >= 0:
                votes[kind[top], other] += weight
                votes[other, kind[top]] -= weight
    return votes


def _wider(labels: Labels, depth: Singles, meets: Floats) -> Floats:
    """(K, K) antisymmetric, at most a half: the part that is wider near where two meet is over."""
    count = len(meets)
    over = np.zeros((count, count))
    for one, two in zip(*np.nonzero(np.triu(meets)), strict=True):
        width = []
        for here, there in ((one, two), (two, one)):
            rows, columns = np.nonzero((labels == here) | (labels == there))
            box = (
                slice(max(rows.min() - 1, 0), rows.max() + 2),
                slice(max(columns.min() - 1, 0), columns.max() + 2),
            )
            reach = 0.6 * float(meets[one, two]) + 3
            near = (labels[box] == here) & (distance_to(labels[box] == there, reach) < reach)
            width.append(float(depth[box][near].max(initial=1.0)))
        score = float(np.clip(np.log(width[0] / width[1]), -0.5, 0.5))
        over[one, two], over[two, one] = score, -score
    return over


def _ranked(over: Floats, area: Floats) -> Ints:
    """(K,) rank of each part, 0 the farthest: always the part next that least lies behind."""
    left = list(range(len(over)))
    rank = np.zeros(len(over), np.int64)
    place = 0
    while left:
        chosen = np.array(left)
        before = np.maximum(over[np.ix_(chosen, chosen)], 0).sum(axis=1)
        best = np.lexsort((-area[chosen], before))[0]
        rank[left.pop(int(best))] = place
        place += 1
    return rank


def hull(mask: Bools) -> Bools:
    """The pixels (h, w) within the convex hull of a mask."""
    from scipy.spatial import ConvexHull, QhullError

    points = np.argwhere(mask)
    try:
        shell = ConvexHull(points)
    except (QhullError, ValueError):
        return mask
    low, high = points.min(axis=0), points.max(axis=0) + 1
    row, column = np.mgrid[low[0] : high[0], low[1] : high[1]]
    inside = np.ones(row.shape, bool)
    for a, b, c in shell.equations:
        inside &= a * row + b * column + c <= 0.5
    made = mask.copy()
    made[low[0] : high[0], low[1] : high[1]] |= inside
    return made
