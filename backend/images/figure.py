# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pixels of a picture show the figure: by alpha, by a plain background, by a rectangle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Ints, Singles
from ..geometry.minimum_cut import minimum_cut
from .colours import oklab
from .distances import depth_in, distance_to

PLAIN = 0.72  # share of the picture's rim that one smooth colour explains
NEAR = 0.055  # distance in OKLab that still is the background
WORK = 220  # pixels of the longest side on which a figure is cut out
ROUNDS = 4
DARK = 0.42, 0.3  # lightness of drawn lines: also of those round what is dark itself
LINE = 0.011  # half of their width, beside the picture
BINS = 12


def coverage(
    picture: NDArray[np.uint8], rectangle: tuple[float, float, float, float] | None = None
) -> Singles:
    """How much of each pixel the figure covers: (H, W) 0..1; all zero where none is found.

    picture : (H, W, 4). rectangle : left, top, right and bottom edge in pixels, about the figure.
    Alpha counts where there is any; else what a plain background leaves; else, or with a
    rectangle, a cut where colours change between what is surely outside and the rest.
    """
    alpha: Singles = (picture[..., 3] / np.float32(255)).astype(np.float32)
    if rectangle is not None:
        return np.asarray(_cut_out(picture, rectangle) * alpha, np.float32)
    if (alpha < 0.5).mean() > 0.002:
        return alpha
    plain = _without_plain_background(picture)
    if plain is not None:
        return plain
    height, width = alpha.shape
    rim = 0.03
    return _cut_out(picture, (rim * width, rim * height, (1 - rim) * width, (1 - rim) * height))


def _without_plain_background(picture: NDArray[np.uint8]) -> Singles | None:
    """Coverage where the rim has one colour, or one that changes smoothly; else None.

    What of that colour is not joined to the rim is of the figure, unless it is large: between an
    arm and the body the background is seen, in the white of an eye it is not. A drawing of lines
    alone is filled by the paper that it is drawn on.
    """
    from scipy.ndimage import gaussian_filter, label

    height, width = picture.shape[:2]
    if min(height, width) < 8:
        return None
    lab = oklab(picture[..., :3])
    band = max(1, round(0.012 * max(height, width)))
    rim = np.ones((height, width), bool)
    rim[band:-band, band:-band] = False
    row, column = np.mgrid[:height, :width].astype(np.float32)
    x, y = column / width - 0.5, row / height - 0.5
    terms = np.stack([np.ones_like(x), x, y], axis=-1)
    samples, colours = terms[rim], lab[rim]
    middle = np.median(colours, axis=0)
    near = np.linalg.norm(colours - middle, axis=1) < 3 * NEAR
    fit = np.zeros((3, 3), np.float32)
    fit[0] = middle
    for _ in range(3):
        if near.mean() < PLAIN:
            return None
        fit = np.linalg.lstsq(samples[near], colours[near], rcond=None)[0]
        near = np.linalg.norm(colours - samples @ fit, axis=1) < NEAR
    if near.mean() < PLAIN:
        return None
    distance = np.linalg.norm(lab - terms @ fit, axis=-1)
    like = distance < NEAR
    regions, count = label(like)
    size = np.bincount(regions.ravel(), minlength=count + 1)
    open_to_rim = np.zeros(count + 1, bool)
    open_to_rim[np.unique(regions[rim])] = True
    enclosed = int(size[1:][~open_to_rim[1:]].sum())
    line = LINE * max(height, width)
    core = depth_in(~like) > max(2.0, line)
    painted = int((distance_to(core, line + 1) <= line).sum())
    if enclosed <= painted * core.any():
        figure_size = max(int((~like).sum()), 1)
        open_to_rim |= size > max(0.02 * figure_size, 16)
    open_to_rim[0] = False
    outside = open_to_rim[regions]
    soft = np.clip((distance - 0.5 * NEAR) / NEAR, 0, 1)
    beside = gaussian_filter(outside.astype(np.float32), 0.8)
    covered = np.where(outside, 0, np.where(beside > 0.02, soft, 1)).astype(np.float32)
    return _without_specks(covered)


def _without_specks(covered: Singles) -> Singles:
    """Without pieces far smaller than the largest, which are noise."""
    from scipy.ndimage import label

    pieces, count = label(covered > 0.5)
    if count < 2:
        return covered
    size = np.bincount(pieces.ravel(), minlength=count + 1)
    size[0] = 0
    kept = size >= 0.01 * size.max()
    kept[0] = True
    return np.where(kept[pieces], covered, 0).astype(np.float32)


def _cut_out(picture: NDArray[np.uint8], rectangle: tuple[float, float, float, float]) -> Singles:
    """Coverage by minimum cuts between two distributions of colours, as GrabCut (Rother, 2004)."""
    from scipy.ndimage import binary_fill_holes, binary_opening, gaussian_filter

    from .resample import resampled

    height, width = picture.shape[:2]
    scale = max(max(height, width) / WORK, 1.0)
    rows, columns = max(2, round(height / scale)), max(2, round(width / scale))
    small = resampled(
        picture[..., :3].astype(np.float32), (rows, 0, height / rows), (columns, 0, width / columns)
    )
    lab = oklab(small)
    left, top, right, bottom = (edge / scale for edge in rectangle)
    row, column = np.mgrid[:rows, :columns]
    free = (row >= top) & (row < bottom) & (column >= left) & (column < right)
    if free.all() or not free.any():
        return np.zeros((height, width), np.float32)
    bins = _bins(lab)
    number = np.arange(rows * columns).reshape(rows, columns)
    one = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    two = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    flat = lab.reshape(-1, 3)
    step = ((flat[one] - flat[two]) ** 2).sum(axis=1)
    edge = (50 * np.exp(-step / max(2 * float(step.mean()), 1e-6)) + 2) * 100
    figure = free.copy()
    for _ in range(ROUNDS):
        chance = [_histogram(bins[side], weight) for side, weight in ((figure, 1), (~figure, 1))]
        ratio = 1000 * (np.log(chance[0][bins]) - np.log(chance[1][bins])).ravel()
        ratio[~free.ravel()] = -1e5
        first = np.maximum(ratio, 0).astype(np.int64)
        second = np.maximum(-ratio, 0).astype(np.int64)
        cut = minimum_cut(one, two, edge.astype(np.int64), first, second).reshape(rows, columns)
        if not cut.any() or np.array_equal(cut, figure):
            break
        figure = cut
    else:
        cut = figure
    cut = binary_fill_holes(binary_opening(cut, iterations=1))
    soft = gaussian_filter(cut.astype(np.float32), 0.8)
    large = resampled(soft, (height, 0, rows / height), (width, 0, columns / width))
    steep = np.clip((large - 0.5) * max(scale, 1.0) + 0.5, 0, 1)
    return _without_specks(steep.astype(np.float32))


def _bins(lab: Singles) -> Ints:
    """Number (h, w) of the box of colours that each pixel is in."""
    unit = np.stack([lab[..., 0], lab[..., 1] / 0.6 + 0.5, lab[..., 2] / 0.6 + 0.5], axis=-1)
    box = np.clip((unit * BINS).astype(np.int64), 0, BINS - 1)
    return box[..., 0] * BINS * BINS + box[..., 1] * BINS + box[..., 2]


def _histogram(bins: Ints, weight: float) -> Singles:
    """Chance of each box of colours, spread a little into those beside it."""
    from scipy.ndimage import gaussian_filter

    count = np.bincount(bins, minlength=BINS**3).astype(np.float32) * weight
    spread = gaussian_filter(count.reshape(BINS, BINS, BINS), 0.7).ravel()
    spread += 1e-4 * max(float(spread.sum()), 1.0)
    return np.asarray(spread / spread.sum(), np.float32)


def drawn_lines(lab: Singles, figure: Bools) -> Bools:
    """Pixels (h, w) of thin dark lines inside a figure, as drawn round cartoons."""
    reach = max(2.0, LINE * max(figure.shape))
    made: Bools = np.zeros(figure.shape, bool)
    for limit in DARK:
        dark = figure & (lab[..., 0] < limit)
        core = depth_in(dark) > reach
        made |= dark & (distance_to(core, reach + 1) > reach + 0.5)
    return made
