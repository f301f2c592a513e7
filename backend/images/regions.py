# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions of one colour: basins between edges, merged while they look alike.

Watershed of the colour's gradient (Vincent and Soille, 1991), then region merging on the graph of
neighbours. Lightness counts less than hue, so that shading does not divide a part. Thin regions,
the lines of a drawing, part what lies on both sides and are shared out between these.
"""

from __future__ import annotations

import heapq
import math

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles
from .distances import box_of, depth_in, nearest_in

Labels = NDArray[np.int32]

ALIKE = 0.05  # weighted distance in OKLab below which neighbours are of one part
LIGHTNESS, LIGHTNESS_OF_SHADED = 0.6, 0.25  # weight of lightness
USUAL_LIGHT, DARKEST = 0.65, 0.3  # lightness at which saturation counts as drawn, at most so dark
SLOPES = 0.0012, 0.02  # change of lightness from one pixel to the next that shading makes
SHADED = 0.3, 0.55  # share of pixels with such slopes in drawings and on shaded objects
THIN = 0.0065  # of the figure's size: half the width of a drawn line
SMALLEST = 0.006  # of the figure's area
MOST_BASINS = 2500
SCRAP = 0.002  # of the figure's area
STEP = 3  # pixels to both sides of a border at which its step is taken
HUE = 0.6  # weight of hue, which light and shade do not change, beside a step


def colour_regions(lab: Singles, figure: Bools) -> Labels:
    """Number (h, w) of each pixel's region, 0..K-1, -1 outside of the figure.

    lab : (h, w, 3) OKLab. figure : (h, w).
    """
    basins = _basins(lab, figure)
    basins = _merged(basins, lab, figure)
    return without_scraps(basins, figure)


def _weighted(lab: Singles, figure: Bools) -> Singles:
    """Colours (h, w, 3) in which distances say how surely two are not of one part.

    In a flat drawing lightness is drawn; on shaded objects it comes of the light, which scales all
    three channels of OKLab alike, so that hue and saturation stay.
    """
    drawn = lab * np.array([LIGHTNESS, 1.0, 1.0], np.float32)
    share = shading(lab, figure)
    if share <= 0:
        return drawn
    light = lab[..., :1]
    lit = np.concatenate(
        [light * LIGHTNESS_OF_SHADED, lab[..., 1:] * (USUAL_LIGHT / np.maximum(light, DARKEST))],
        axis=-1,
    )
    return np.asarray(drawn + share * (lit - drawn), np.float32)


def shading(lab: Singles, figure: Bools) -> float:
    """How far a picture shows light on surfaces, 0..1, and not flat colours: by the share of its
    pixels where lightness changes slowly.
    """
    from scipy.ndimage import binary_erosion

    inner = binary_erosion(figure, iterations=3)
    if not inner.any():
        return 0.0
    soft = _inside_only(lab[..., :1], figure, 2.0)[..., 0]
    down, across = np.gradient(soft)
    slope = np.hypot(down, across)[inner]
    slow = float(((slope > SLOPES[0]) & (slope < SLOPES[1])).mean())
    return float(np.clip((slow - SHADED[0]) / (SHADED[1] - SHADED[0]), 0, 1))


def _basins(lab: Singles, figure: Bools) -> Labels:
    """Basins of the gradient, -1 outside of the figure."""
    from scipy.ndimage import label, minimum_filter

    seen = lab * np.array([0.8, 1.0, 1.0], np.float32)
    for blur in (0.8, 1.6, 3.2, 6.4):
        soft = _inside_only(seen, figure, blur)
        steps = [np.gradient(soft[..., channel]) for channel in range(3)]
        slope = np.sqrt(sum(dy * dy + dx * dx for dy, dx in steps))
        height = np.clip(slope * 1200, 0, 254).astype(np.uint8)
        height[height < 6] = 0
        height[~figure] = 255
        lowest = (height == minimum_filter(height, 3)) & figure
        markers, count = label(lowest, np.ones((3, 3)))
        if count <= MOST_BASINS:
            break
    return flooded(markers.astype(np.int32) - 1, height.astype(np.float32), figure)


def flooded(seeds: Labels, height: Singles, region: Bools, levels: int = 10) -> Labels:
    """Basins (h, w) of seeds, -1 for none, as a flood rises: the pixels of each level go to the
    nearest basin. Only those of the region get one.
    """
    made = np.where(region, seeds, -1).astype(np.int32)
    if not (made >= 0).any():
        return made
    open_heights = height[region & (made < 0)]
    if not len(open_heights):
        return made
    for level in np.unique(np.quantile(open_heights, np.linspace(0, 1, levels + 1)[1:])):
        reached = region & (made < 0) & (height <= level)
        if reached.any():
            made[reached] = made[nearest_in(made >= 0)][reached]
    return made


def _inside_only(values: Singles, figure: Bools, blur: float) -> Singles:
    """Blurred values (h, w, c) to which nothing outside of the figure adds."""
    from scipy.ndimage import gaussian_filter

    weight = figure.astype(np.float32)
    total = gaussian_filter(weight, blur)
    parts = [gaussian_filter(values[..., c] * weight, blur) for c in range(values.shape[2])]
    return np.stack(parts, axis=-1) / np.maximum(total, 1e-4)[..., None]


def neighbours(labels: Labels) -> tuple[Ints, Ints, Ints]:
    """Pairs of regions that touch (E, 2), and how many pairs of pixels do: (low, high, count)."""
    pairs = []
    for one, two in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        differ = (one != two) & (one >= 0) & (two >= 0)
        pairs.append(np.sort(np.stack([one[differ], two[differ]], axis=1), axis=1))
    both = np.concatenate(pairs).astype(np.int64)
    if not len(both):
        nothing = np.empty(0, np.int64)
        return nothing, nothing, nothing
    size = int(labels.max()) + 1
    key, count = np.unique(both[:, 0] * size + both[:, 1], return_counts=True)
    return key // size, key % size, count


def _steps(labels: Labels, seen: Singles) -> tuple[Ints, Ints, Ints, Floats]:
    """Neighbours as `neighbours` gives them, and the sum of steps in colour across their border.

    A step is taken some pixels to both sides as far as the regions go, so that it is whole where
    an edge is a little soft, and small where a colour only changes slowly.
    """
    pairs, steps = [], []
    depth = depth_in(_interior(labels))
    for turned in (False, True):
        here, colour = (labels.T, seen.transpose(1, 0, 2)) if turned else (labels, seen)
        deep = depth.T if turned else depth
        row, column = np.nonzero(
            (here[:, :-1] != here[:, 1:]) & (here[:, :-1] >= 0) & (here[:, 1:] >= 0)
        )
        one, two = here[row, column], here[row, column + 1]
        ends = []
        for start, way, own in ((column, -1, one), (column + 1, 1, two)):
            end, goes = start, np.ones(len(start), bool)
            for _ in range(STEP):
                following = np.clip(end + way, 0, here.shape[1] - 1)
                # No farther than its middle, lest it reach the other side of a thin one.
                goes &= (here[row, following] == own) & (deep[row, following] > deep[row, end])
                end = np.where(goes, following, end)
            ends.append(colour[row, end])
        steps.append(np.sqrt(((ends[0] - ends[1]) ** 2).sum(axis=1)))
        pairs.append(np.sort(np.stack([one, two], axis=1), axis=1))
    both, size = np.concatenate(pairs).astype(np.int64), int(labels.max()) + 1
    key, place, count = np.unique(
        both[:, 0] * size + both[:, 1], return_inverse=True, return_counts=True
    )
    total: Floats = np.bincount(place, np.concatenate(steps), len(key)).astype(np.float64)
    return key // size, key % size, count, total


def _merged(basins: Labels, lab: Singles, figure: Bools) -> Labels:
    """Neighbours merged, the most alike first, while they are alike.

    Alike are those of one colour, and those of one hue without a step in colour between them (the
    mean along their border, as in Arbelaez et al., "Contour Detection and Hierarchical Image
    Segmentation", 2011): a shade, a light or a gradient changes lightness slowly and no hue.
    """
    count = int(basins.max()) + 1
    if count <= 1:
        return basins
    inside = basins >= 0
    seen = _weighted(lab, figure)
    index, colour = basins[inside], seen[inside]
    size = np.bincount(index, minlength=count).astype(np.float64)
    total_colour = np.stack([np.bincount(index, colour[:, c], count) for c in range(3)], axis=1)
    mean: list[list[float]] = (total_colour / np.maximum(size, 1)[:, None]).tolist()
    # Of a scrap the whole counts: where it straddles an edge, it would lead across.
    scrap = size < SCRAP * size.sum()
    even = np.where((inside & scrap[basins])[..., None], np.array(mean, np.float32)[basins], seen)
    low, high, touching, step = _steps(basins, even)
    around: list[dict[int, tuple[float, float]]] = [{} for _ in range(count)]
    for a, b, pixels, height in zip(
        low.tolist(), high.tolist(), touching.tolist(), step.tolist(), strict=True
    ):
        around[a][b] = around[b][a] = (float(pixels), height)
    total = float(size.sum())
    version = np.zeros(count, np.int64)

    def cost(a: int, b: int) -> float:
        pixels, height = around[a][b]
        (light, ax, ay), (other_light, bx, by) = mean[a], mean[b]
        chromas = math.hypot(ax, ay) * math.hypot(bx, by)
        hues = math.sqrt(max(2 * (chromas - ax * bx - ay * by), 0.0))
        differ = math.sqrt((light - other_light) ** 2 + (ax - bx) ** 2 + (ay - by) ** 2)
        smaller = min(size[a], size[b]) / total
        # A scrap looks like its neighbour sooner than a large region does.
        return min(max(height / pixels, HUE * hues), differ) * min(
            1.0, 0.35 + 0.65 * (smaller / 0.01) ** 0.5
        )

    def entry(a: int, b: int) -> tuple[float, int, int, int, int]:
        return cost(a, b), a, b, int(version[a]), int(version[b])

    heap = [entry(a, b) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    heapq.heapify(heap)
    parent = np.arange(count)
    while heap:
        price, a, b, va, vb = heapq.heappop(heap)
        if price > ALIKE:
            break
        if version[a] != va or version[b] != vb or parent[a] != a or parent[b] != b:
            continue
        if size[a] < size[b]:
            a, b = b, a
        share = size[b] / (size[a] + size[b])
        mean[a] = [one + (two - one) * share for one, two in zip(mean[a], mean[b], strict=True)]
        size[a] += size[b]
        parent[b] = a
        version[a] += 1
        del around[a][b], around[b][a]
        for other, (pixels, height) in around[b].items():
            del around[other][b]
            more, higher = around[a].get(other, (0.0, 0.0))
            around[a][other] = around[other][a] = (pixels + more, height + higher)
        for other in around[a]:
            heapq.heappush(heap, entry(a, other))
    while (parent != parent[parent]).any():
        parent = parent[parent]
    found = np.where(inside, parent[np.maximum(basins, 0)], -1)
    return numbered(found)


def numbered(labels: Ints | Labels) -> Labels:
    """The same regions as 0..K-1 without gaps; -1 stays."""
    kept = labels >= 0
    made = np.full(labels.shape, -1, np.int32)
    made[kept] = np.unique(labels[kept], return_inverse=True)[1]
    return made


def islands(labels: Labels) -> Labels:
    """Each connected piece of each region as a region of its own."""
    from scipy.ndimage import label

    made = np.full(labels.shape, -1, np.int32)
    total = 0
    for part in range(int(labels.max()) + 1):
        pieces, count = label(labels == part)
        made = np.where(pieces > 0, pieces + (total - 1), made).astype(np.int32)
        total += count
    return made


def without_scraps(labels: Labels, figure: Bools, smallest: float = SMALLEST) -> Labels:
    """Regions that are thin or small go to their nearest neighbours, so that all are parts."""
    labels = islands(labels)
    count = int(labels.max()) + 1
    if count <= 1:
        return labels
    area = np.bincount(labels[labels >= 0], minlength=count)
    rows, columns = np.nonzero(figure)
    extent = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
    deep = depth_in(_interior(labels)) > max(THIN * extent - 0.5, 1.0)
    share = np.bincount(labels[deep], minlength=count) / np.maximum(area, 1)
    keep = (share > 0.1) & (area >= smallest * figure.sum())
    if not keep.any():
        keep[np.argmax(area)] = True
    kept = np.where(labels >= 0, keep[np.maximum(labels, 0)], False)
    return numbered(spread_into(np.where(kept, labels, -1).astype(np.int32), figure))


def _interior(labels: Labels) -> Bools:
    """Pixels whose four neighbours are of their own region."""
    around = np.pad(labels, 1, constant_values=-2)
    middle = around[1:-1, 1:-1]
    return np.asarray(
        (middle == around[:-2, 1:-1])
        & (middle == around[2:, 1:-1])
        & (middle == around[1:-1, :-2])
        & (middle == around[1:-1, 2:])
        & (labels >= 0)
    )


def spread_into(labels: Labels, figure: Bools) -> Labels:
    """Labels (h, w) with each pixel of the figure that has none given the nearest one."""
    return np.where(figure, labels[nearest_in(labels >= 0)], -1).astype(np.int32)


def smoothed(labels: Labels, figure: Bools, blur: float) -> Labels:
    """Labels with borders as smooth as `blur` pixels make them: each pixel takes the majority."""
    from scipy.ndimage import gaussian_filter

    count = int(labels.max()) + 1
    best = np.full(labels.shape, -1.0, np.float32)
    made = labels.copy()
    for part in range(count):
        own = labels == part
        box = box_of(own, int(4 * blur) + 2)
        vote = gaussian_filter(own[box].astype(np.float32), blur)
        better = vote > best[box]
        best[box][better], made[box][better] = vote[better], part
    return np.where(figure, made, -1).astype(np.int32)


def mean_colours(labels: Labels, lab: Singles) -> Floats:
    """Mean OKLab (K, 3) of each region."""
    inside = labels >= 0
    count = int(labels.max()) + 1
    size = np.maximum(np.bincount(labels[inside], minlength=count), 1)
    sums = [np.bincount(labels[inside], lab[inside][:, c], count) for c in range(3)]
    return np.stack(sums, axis=1) / size[:, None]
