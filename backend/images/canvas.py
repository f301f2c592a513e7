# SPDX-License-Identifier: GPL-3.0-or-later
"""The raster on which shapes are found: the figure alone, at one size, its axis in the middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Ints, Singles
from .colours import oklab
from .distances import box_of
from .layers import outlines
from .regions import Labels, spread_into
from .resample import resampled

SIZE = 330  # pixels of the figure's longest side, on which parts are found
FINE, FINEST = 380, 560  # the same on which they are given shape: as thin parts need,
AREA = 62_000  # and that the figure has so many pixels
THIN = 7.0  # pixels of the finer raster that a part is wide, as far as it can be
MARGIN = 12
SYMMETRIC = 0.98  # IoU with its mirror image from which a figure is meant to be symmetric


@dataclass(frozen=True)
class Canvas:
    """A raster over a picture.

    rows, columns : how many pixels. top, left : where they begin, step : how large they are, in
    pixels of the picture. lab : (rows, columns, 3). figure : (rows, columns) of the figure.
    axis : the column about which the figure is symmetric, None where it is not.
    """

    rows: int
    columns: int
    top: float
    left: float
    step: float
    lab: Singles
    figure: Bools
    axis: float | None = None

    def raster(self, values: Singles) -> Singles:
        """Values (H, W) or (H, W, C) of the picture on this canvas."""
        return resampled(
            values, (self.rows, self.top, self.step), (self.columns, self.left, self.step)
        )

    def labels_of(self, mask: NDArray[np.integer]) -> tuple[Labels, Ints]:
        """Parts of a picture's mask (H, W), -1 for none, on this canvas, and their numbers there.

        Each pixel takes the part that covers most of it, so that soft borders do no harm.
        """
        numbers = np.unique(mask[mask >= 0])
        best = np.full(self.figure.shape, 0.02, np.float32)
        made = np.full(self.figure.shape, -1, np.int32)
        for place, number in enumerate(numbers):
            share = self.raster((mask == number).astype(np.float32))
            better = share > best
            best[better], made[better] = share[better], place
        return np.where(self.figure, made, -1).astype(np.int32), numbers


def canvas_of(
    picture: NDArray[np.uint8], covered: Singles, symmetric: bool | None = None, size: int = SIZE
) -> Canvas:
    """The canvas of a figure.

    picture : (H, W, 4). covered : (H, W) share of each pixel that is of the figure, some of it.
    symmetric : whether it is; None to find out.
    """
    rows, columns = box_of(covered >= 0.5)
    top, left = float(rows.start), float(columns.start)
    height, width = rows.stop - top, columns.stop - left
    step = max(height, width) / size
    axis = None
    if symmetric is not False:
        found, score = _mirror_axis(covered, step, (top, left, height, width))
        if score >= SYMMETRIC or symmetric:
            axis = found
    return _laid_over(picture, covered, size, axis)


def finer(picture: NDArray[np.uint8], covered: Singles, canvas: Canvas, size: int) -> Canvas:
    """The canvas of the same figure with other pixels: `size` on its longest side."""
    axis = None if canvas.axis is None else canvas.left + canvas.axis * canvas.step
    return _laid_over(picture, covered, size, axis)


def _laid_over(
    picture: NDArray[np.uint8], covered: Singles, size: int, axis: float | None
) -> Canvas:
    """A canvas, symmetric about a column of the picture where one is given."""
    rows, columns = box_of(covered >= 0.5)
    top, left = float(rows.start), float(columns.start)
    height, width = rows.stop - top, columns.stop - left
    step = max(height, width) / size
    middle = left + width / 2 if axis is None else axis
    half = max(left + width - middle, middle - left) / step + MARGIN
    across = 2 * int(np.ceil(half))
    down = int(np.ceil(height / step)) + 2 * MARGIN
    first = middle - across / 2 * step
    begin = top - MARGIN * step
    grid = (down, begin, step), (across, first, step)
    premultiplied = np.asarray(picture[..., :3] * covered[..., None], np.float32)
    share = resampled(covered.astype(np.float32), *grid)
    colour = resampled(premultiplied, *grid) / np.maximum(share, 1e-3)[..., None]
    figure = share >= 0.5
    if axis is not None:
        figure = share + share[:, ::-1] >= 1.0
    figure = _mended(figure)
    return Canvas(
        down, across, begin, first, step, oklab(colour.astype(np.float32)), figure,
        None if axis is None else across / 2,
    )  # fmt: skip


def fine_size(labels: Labels) -> int:
    """Pixels of a figure's longest side on which its thinnest part keeps its form; more where it
    covers little, for then they cost little. labels : (H, W), -1 for none.
    """
    count = int(labels.max()) + 1
    inside = labels >= 0
    if not count:
        return FINE
    extent = max(side.stop - side.start for side in box_of(inside))
    area = np.bincount(labels[inside], minlength=count)
    width = 2 * area / np.maximum(outlines(labels, count), 1)
    thinnest = float(width[area > 0].min()) / extent
    share = float(area.sum()) / extent**2
    return int(np.clip(max(THIN / thinnest, np.sqrt(AREA / share)), FINE, FINEST))


def labels_on(canvas: Canvas, labels: Labels, coarse: Canvas) -> Labels:
    """Parts of a coarser canvas (h, w) on another one of the same picture."""
    ratio = canvas.step / coarse.step
    grid = (
        (canvas.rows, (canvas.top - coarse.top) / coarse.step, ratio),
        (canvas.columns, (canvas.left - coarse.left) / coarse.step, ratio),
    )
    best = np.full(canvas.figure.shape, 0.02, np.float32)
    made = np.full(canvas.figure.shape, -1, np.int32)
    for part in range(int(labels.max()) + 1):
        share = resampled((labels == part).astype(np.float32), *grid)
        better = share > best
        best[better], made[better] = share[better], part
    return spread_into(np.where(canvas.figure, made, -1).astype(np.int32), canvas.figure)


def _mended(figure: Bools) -> Bools:
    """Without holes and specks of a few pixels."""
    from scipy.ndimage import label

    made = figure.copy()
    for value, least in ((False, 10), (True, 10)):
        pieces, count = label(made == value)
        size = np.bincount(pieces.ravel(), minlength=count + 1)
        small = size < least
        small[0] = False
        if value and small[1:].all():
            break
        made[small[pieces]] = not value
    return made


def _mirror_axis(
    covered: Singles, step: float, box: tuple[float, float, float, float]
) -> tuple[float, float]:
    """The best axis, a column of the picture, and the IoU of the figure with its mirror image."""
    top, left, height, width = box
    coarse = 2 * step
    down, half = max(int(height / coarse), 1), int(width / step / 2) + 1
    reach = max(4, round(0.04 * width / step))
    centre, count = left + width / 2, half + 2 * reach
    # Columns are half as wide as rows are high, so that each border of two of them is an axis.
    share = resampled(covered, (down, top, coarse), (2 * count, centre - count * step, step))
    mask = share >= 0.5
    best = centre, 0.0
    for shift in range(-reach, reach + 1):
        place, far = count + shift, half + reach
        one, other = mask[:, place - far : place][:, ::-1], mask[:, place : place + far]
        score = float((one & other).sum() / max((one | other).sum(), 1))
        if score > best[1]:
            best = centre + shift * step, score
    return best
