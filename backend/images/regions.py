# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions of one colour: basins between edges, merged while they look alike.

Watershed of the colour's gradient (Vincent and Soille, 1991), then region merging on the graph of
neighbours. Lightness counts less than hue, so that shading does not divide a part. Thin regions,
the lines of a drawing, part what lies on both sides and are shared out between these.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles

Labels = NDArray[np.int32]

ALIKE = 0.05  # weighted distance in OKLab below which neighbours are of one part
LIGHTNESS = 0.6  # weight of lightness
THIN = 0.0065  # of the figure's size: half the width of a drawn line
SMALLEST = 0.006  # of the figure's area
MOST_BASINS = 2500


def colour_regions(lab: Singles, figure: Bools) -> Labels:
    """Number (h, w) of each pixel's region, 0..K-1, -1 outside of the figure.

    lab : (h, w, 3) OKLab. figure : (h, w).
    """
    basins = _basins(lab, figure)
    basins = _merged(basins, lab, figure)
    return without_scraps(basins, figure)


def _weighted(lab: Singles) -> Singles:
    return lab * np.array([LIGHTNESS, 1.0, 1.0], np.float32)


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
    from scipy.ndimage import distance_transform_edt

    made = np.where(region, seeds, -1).astype(np.int32)
    if not (made >= 0).any():
        return made
    open_heights = height[region & (made < 0)]
    if not len(open_heights):
        return made
    for level in np.unique(np.quantile(open_heights, np.linspace(0, 1, levels + 1)[1:])):
        reached = region & (made < 0) & (height <= level)
        if reached.any():
            near = distance_transform_edt(made < 0, return_distances=False, return_indices=True)
            made[reached] = made[tuple(near)][reached]
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


def _merged(basins: Labels, lab: Singles, figure: Bools) -> Labels:
    """Neighbours merged, the most alike first, while they are alike."""
    count = int(basins.max()) + 1
    if count <= 1:
        return basins
    inside = basins >= 0
    index, colour = basins[inside], _weighted(lab)[inside]
    size = np.bincount(index, minlength=count).astype(np.float64)
    total_colour = np.stack([np.bincount(index, colour[:, c], count) for c in range(3)], axis=1)
    mean: Floats = total_colour / np.maximum(size, 1)[:, None]
    low, high, _ = neighbours(basins)
    around: list[set[int]] = [set() for _ in range(count)]
    for a, b in zip(low.tolist(), high.tolist(), strict=True):
        around[a].add(b)
        around[b].add(a)
    total = float(size.sum())
    version = np.zeros(count, np.int64)

    def cost(a: int, b: int) -> float:
        gap = float(np.sqrt(((mean[a] - mean[b]) ** 2).sum()))
        smaller = min(size[a], size[b]) / total
        # A scrap looks like its neighbour sooner than a large region does.
        return gap * min(1.0, 0.35 + 0.65 * (smaller / 0.01) ** 0.5)

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
        mean[a] = (mean[a] * size[a] + mean[b] * size[b]) / (size[a] + size[b])
        size[a] += size[b]
        parent[b] = a
        version[a] += 1
        around[a] |= around[b]
        around[a] -= {a, b}
        for other in around[b]:
            if other != a:
                around[other].discard(b)
                around[other].add(a)
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
    from scipy.ndimage import distance_transform_edt

    labels = islands(labels)
    count = int(labels.max()) + 1
    if count <= 1:
        return labels
    area = np.bincount(labels[labels >= 0], minlength=count)
    rows, columns = np.nonzero(figure)
    extent = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
    deep = distance_transform_edt(_interior(labels)) > max(THIN * extent - 0.5, 1.0)
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
    from scipy.ndimage import distance_transform_edt

    near = distance_transform_edt(labels < 0, return_distances=False, return_indices=True)
    return np.where(figure, labels[tuple(near)], -1).astype(np.int32)


def smoothed(labels: Labels, figure: Bools, blur: float) -> Labels:
    """Labels with borders as smooth as `blur` pixels make them: each pixel takes the majority."""
    from scipy.ndimage import gaussian_filter

    count = int(labels.max()) + 1
    best = np.full(labels.shape, -1.0, np.float32)
    made = labels.copy()
    for part in range(count):
        vote = gaussian_filter((labels == part).astype(np.float32), blur)
        better = vote > best
        best[better], made[better] = vote[better], part
    return np.where(figure, made, -1).astype(np.int32)


def mean_colours(labels: Labels, lab: Singles) -> Floats:
    """Mean OKLab (K, 3) of each region."""
    inside = labels >= 0
    count = int(labels.max()) + 1
    size = np.maximum(np.bincount(labels[inside], minlength=count), 1)
    sums = [np.bincount(labels[inside], lab[inside][:, c], count) for c in range(3)]
    return np.stack(sums, axis=1) / size[:, None]
