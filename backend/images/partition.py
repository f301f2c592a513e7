# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure taken apart: regions of one colour, then the limbs of each."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Bools, Singles
from ..contract.progress import SILENT, Progress
from .distances import depth_in, distance_to
from .layers import hull, outlines
from .limbs import limbs
from .mirror import mirrored_labels
from .regions import Labels, colour_regions, mean_colours, neighbours, numbered, smoothed

MOST = 28  # parts that are found by themselves
SAME = 0.025  # distance in OKLab of pieces of one part
BRIDGE = 1.7  # of the narrower piece's width: how far apart they may be
FACING = 1.2  # of the narrower piece's half width: how long they face each other
WITH_LIMBS = 0.05  # of the figure's area: smaller regions are not cut


def partition(
    lab: Singles,
    figure: Bools,
    count: int | None = None,
    *,
    cut_limbs: bool = True,
    symmetric: bool = False,
    progress: Progress = SILENT,
) -> Labels:
    """The part (h, w) of each pixel, 0..K-1, -1 outside of the figure.

    lab : (h, w, 3) OKLab. count : how many parts, as far as the figure has so many.
    symmetric : whether the figure is, about the middle column.
    """
    regions = smoothed(colour_regions(lab, figure), figure, 1.5)
    progress.step(0.4)
    found = mirrored_labels(regions) if symmetric else None
    apart = regions if found is None else found[0]
    regions = rejoined(apart, lab)
    progress.step(0.5)
    found = None if found is None else mirrored_labels(regions)
    twin = None
    if found is not None:
        regions, twin = found
    made = np.full(regions.shape, -1, np.int32)
    whole, count_of = int(figure.sum()), int(regions.max()) + 1
    cuts: list[Labels] = []
    for number in range(count_of):
        progress.step(0.5 + 0.5 * number / count_of)
        region = regions == number
        if twin is not None and 0 <= twin[number] < number:
            pieces = np.where(region, cuts[twin[number]][:, ::-1], -1)
        elif cut_limbs and region.sum() > WITH_LIMBS * whole:
            pieces = limbs(completed(region, regions, figure), figure)
            pieces = np.where(region, pieces, -1)
            if not pieces.max() > 0:
                pieces = _limbs_of_pieces(region, apart, lab, figure)
        else:
            pieces = np.where(region, 0, -1)
        cuts.append(numbered(pieces))
        made[region] = cuts[-1][region] + int(made.max()) + 1
    made = numbered(smoothed(numbered(made), figure, 1.5))
    most = MOST if count is None else count
    made = _fewer(made, lab, most)
    return made if count is None else _more(made, count)


def _limbs_of_pieces(region: Bools, apart: Labels, lab: Singles, figure: Bools) -> Labels:
    """The limbs of a region's pieces, each by itself, what is left of them as one again: a sleeve
    that the whole coat is too wide to show.
    """
    pieces = np.unique(apart[region])
    if len(pieces) == 1:
        return np.where(region, 0, -1).astype(np.int32)
    cut = apart.copy()
    for number in pieces:
        piece = (apart == number) & region
        if piece.sum() > WITH_LIMBS * figure.sum():
            own = limbs(completed(piece, apart, figure), figure)
            cut = np.where(piece & (own > 0), own + int(cut.max()), cut).astype(np.int32)
    return np.where(region, rejoined(numbered(cut), lab), -1).astype(np.int32)


def completed(region: Bools, regions: Labels, figure: Bools) -> Bools:
    """A region with what is drawn on its edge, and what hides the middle between its pieces."""
    from scipy.ndimage import binary_dilation, label

    made = region.copy()
    count = int(regions.max()) + 1
    low, high, touching = neighbours(regions)
    inner = np.bincount(np.concatenate([low, high]), np.tile(touching, 2), count)
    around = outlines(regions, count)
    area = np.bincount(regions[regions >= 0], minlength=count)
    for mark in np.unique(regions[binary_dilation(region) & ~region & (regions >= 0)]):
        if inner[mark] > 0.93 * around[mark] and area[mark] < 0.4 * region.sum():
            made |= regions == mark
    if label(region)[1] > 1:
        made |= hull(region) & figure
    # Notches of other parts are no necks: those of the background stay, for it is not filled.
    reach = 0.5 * float(depth_in(made).max())
    ends = int(reach) + 2
    wide = distance_to(np.pad(made, ends), reach + 1) <= reach
    closed = depth_in(wide) > reach
    return np.asarray(made | (closed[ends:-ends, ends:-ends] & figure))


def rejoined(regions: Labels, lab: Singles) -> Labels:
    """Pieces of one colour that another part hides the middle of, as a belt does a coat's, as one.

    The other part must be narrow between them, and they must face each other along it.
    """
    count = int(regions.max()) + 1
    colour = mean_colours(regions, lab)
    low, high, touching = neighbours(regions)
    meets = np.zeros((count, count))
    meets[low, high] = meets[high, low] = touching
    touch = meets > 0
    lies_on = meets / np.maximum(outlines(regions, count), 1)[:, None] > 0.6
    gaps: dict[int, Singles] = {}
    parent = np.arange(count)
    for one in range(count):
        for two in range(one + 1, count):
            common = touch[one] & touch[two] & ~lies_on[one] & ~lies_on[two]
            alike = np.linalg.norm(colour[one] - colour[two]) < SAME
            if touch[one, two] or not alike or not common.any():
                continue
            thick = []
            for part in (one, two):
                own = regions == part
                if part not in gaps:
                    gaps[part] = distance_to(own)
                thick.append(float(depth_in(own).max()))
            both = gaps[one] + gaps[two]
            between = (np.abs(gaps[one] - gaps[two]) <= 1) & (both <= BRIDGE * 2 * min(thick))
            for other in np.flatnonzero(common):
                places = np.argwhere(between & (regions == other))
                if not len(places):
                    continue
                across = both[tuple(places.T)]
                # Not the least, which a buckle's corner alone may have.
                along = places[across <= 1.2 * np.quantile(across, 0.25)]
                facing = float(np.ptp(along, axis=0).max()) + 1
                if facing >= FACING * min(thick):
                    parent[parent == parent[two]] = parent[one]
    return numbered(np.where(regions >= 0, parent[np.maximum(regions, 0)], -1))


def _fewer(labels: Labels, lab: Singles, most: int) -> Labels:
    """At most so many parts: the smallest and the most alike are joined with a neighbour."""
    while int(labels.max()) + 1 > most:
        low, high, meets = neighbours(labels)
        if not len(low):
            break
        colour = mean_colours(labels, lab)
        area = np.bincount(labels[labels >= 0]).astype(np.float64)
        gap = np.linalg.norm(colour[low] - colour[high], axis=1) + 0.03
        small = np.minimum(area[low], area[high]) / area.sum()
        # A long common border joins, a neck parts.
        tie = meets / np.sqrt(np.minimum(area[low], area[high]))
        best = int(np.argmin(gap * np.sqrt(small) / np.sqrt(tie)))
        labels = numbered(np.where(labels == high[best], low[best], labels))
    return labels


def _more(labels: Labels, count: int) -> Labels:
    """At least so many parts: the longest ones are cut across their middle."""
    for _ in range(count):
        total = int(labels.max()) + 1
        if total >= count:
            break
        lengths = []
        for part in range(total):
            points = np.argwhere(labels == part).astype(np.float64)
            spread = np.linalg.eigvalsh(np.cov(points.T)) if len(points) > 40 else np.zeros(2)
            lengths.append(float(spread[1]))
        part = int(np.argmax(lengths))
        if lengths[part] <= 0:
            break
        points = np.argwhere(labels == part).astype(np.float64)
        middle = points.mean(axis=0)
        _, axes = np.linalg.eigh(np.cov(points.T))
        far = (points - middle) @ axes[:, 1] > 0
        rows, columns = points[far].astype(int).T
        labels = labels.copy()
        labels[rows, columns] = total
    return labels
