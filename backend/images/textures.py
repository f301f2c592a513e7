# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures of parts: the picture seen from the front, what it does not show filled, in one atlas.

A front keeps what the picture shows of its part and is filled elsewhere from there (push and pull:
Gortler et al., "The Lumigraph", 1996). A back goes on from the colours along the outline, row by
row, so that a brim and stripes run around and a face has no eyes behind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles
from .canvas import Canvas
from .distances import Box, box_of, depth_in
from .regions import Labels

PADDING = 4  # pixels of the atlas around each tile
LARGEST = 4096
BACK_SHARE = 0.5  # resolution of a back beside its front's
BACK_SIZE = 120  # pixels of a back's longer side, for it is smooth
FINE = 20_000  # pixels from which what is not known is continued at half the resolution
COLOURS = 5
ALIKE = 16.0  # of 255: colours nearer than this are one
SPREAD = 0.04  # of a tile: how far along the outline colours count on the back
RIM = 0.03  # of the canvas: how wide the outline is from which the back goes on
OUTLINE = 0.022  # of the canvas: lines this near to a part's outline are taken off


@dataclass(frozen=True)
class Tile:
    """A rectangle of the canvas with its picture. box : its top, left, height, width in pixels."""

    box: tuple[float, float, float, float]
    picture: Singles  # (h, w, 3) 0..255


def front_tile(
    picture: NDArray[np.uint8], covered: Singles, canvas: Canvas, labels: Labels, part: int,
    inside: Bools, ink: Bools, most: float,
) -> tuple[Tile, Tile]:  # fmt: skip
    """The front and the back of a part.

    picture : (H, W, 4). covered : (H, W) its figure. labels, inside, ink : on the canvas: what the
    part covers, hidden or not, and drawn lines. most : pixels of the tile for one of the canvas,
    at most.
    """
    cut = _as_it_is if 1 <= canvas.step <= most else _resampled
    box, share, colour = cut(picture, covered, canvas, box_of(inside), most)
    down, across = share.shape
    top, left, height, width = box
    fine = down / height
    row = (top + (np.arange(down) + 0.5) * (height / down)).astype(int)
    column = (left + (np.arange(across) + 0.5) * (width / across)).astype(int)
    row, column = np.clip(row, 0, canvas.rows - 1), np.clip(column, 0, canvas.columns - 1)
    own = _shown(labels == part, ink)[row[:, None], column[None]]
    known = own & (share > 0.97)
    if not known.any():
        known = own & (share > 0.3)
    if not known.any():
        known = share > -1
    filled = push_pull(colour, known)
    back = _back(filled, known, inside[row[:, None], column[None]], RIM * max(inside.shape) * fine)
    return Tile(box, filled), Tile(box, back)


Rectangle = tuple[float, float, float, float]  # top, left, height, width on the canvas


def _as_it_is(
    picture: NDArray[np.uint8], covered: Singles, canvas: Canvas, box: Box, most: float
) -> tuple[Rectangle, Singles, Singles]:
    """A rectangle a pixel larger than a box of the canvas, what the figure covers of it (h, w) and
    its colours (h, w, 3): the pixels of the picture themselves, as sharp as they are.
    """
    del most
    places, kept, rectangle = [], [], []
    for side, first, size in zip(box, (canvas.top, canvas.left), picture.shape[:2], strict=True):
        low = int(np.floor(first + (side.start - 1) * canvas.step))
        high = int(np.ceil(first + (side.stop + 1) * canvas.step))
        place = np.arange(low, max(high, low + 2))
        kept.append((place >= 0) & (place < size))
        places.append(np.clip(place, 0, size - 1))
        rectangle += [(low - first) / canvas.step, len(place) / canvas.step]
    at = places[0][:, None], places[1][None]
    share = covered[at] * (kept[0][:, None] & kept[1][None])
    top, height, left, width = rectangle
    return (top, left, height, width), share, picture[..., :3][at].astype(np.float32)


def _resampled(
    picture: NDArray[np.uint8], covered: Singles, canvas: Canvas, box: Box, most: float
) -> tuple[Rectangle, Singles, Singles]:
    """The same of a picture that is coarser than the canvas, or too fine to be kept as it is."""
    from .resample import resampled

    top, left = box[0].start - 1.0, box[1].start - 1.0
    height, width = box[0].stop + 1 - top, box[1].stop + 1 - left
    fine = min(most, max(canvas.step, 1.0))
    down, across = max(2, round(height * fine)), max(2, round(width * fine))
    grid = (
        (down, canvas.top + top * canvas.step, height / down * canvas.step),
        (across, canvas.left + left * canvas.step, width / across * canvas.step),
    )
    window = _window(picture.shape, grid)
    grid = tuple(
        (count, start - begin.start, step)
        for (count, start, step), begin in zip(grid, window, strict=True)
    )  # type: ignore[assignment]
    share = resampled(covered[window].astype(np.float32), *grid)
    colour = resampled(picture[window][..., :3].astype(np.float32), *grid)
    return (top, left, height, width), share, colour


def _window(
    shape: tuple[int, ...], grid: tuple[tuple[int, float, float], ...]
) -> tuple[slice, slice]:
    """The part of the picture that a raster covers, with some pixels about it."""
    spans = []
    for size, (count, start, step) in zip(shape[:2], grid, strict=True):
        low = int(np.clip(np.floor(start - 2 * step) - 2, 0, size - 1))
        high = int(np.clip(np.ceil(start + (count + 2) * step) + 2, low + 1, size))
        spans.append(slice(low, high))
    return spans[0], spans[1]


def _shown(mask: Bools, ink: Bools) -> Bools:
    """Pixels of a part whose colours are its own: inside its outline, not of a line along it."""
    if not mask.any():
        return mask
    box = box_of(mask, 3)
    made = np.zeros(mask.shape, bool)
    made[box] = _shown_in(mask[box], ink[box], OUTLINE * max(mask.shape))
    return made


def _shown_in(mask: Bools, ink: Bools, reach: float) -> Bools:
    from scipy.ndimage import binary_dilation, binary_propagation

    depth = depth_in(np.pad(mask, 1))[1:-1, 1:-1]
    inner = depth > 2
    if not inner.any():
        return mask
    # Lines that begin at the outline: an eye near it is none.
    near = ink & (depth > 0) & (depth < reach)
    clean = inner & ~binary_dilation(binary_propagation(near & (depth < 3), mask=near))
    return clean if clean.sum() > 0.2 * inner.sum() else inner


def push_pull(values: Singles, known: Bools) -> Singles:
    """Values (h, w, c) where they are known (h, w), elsewhere a smooth continuation of them."""
    if min(known.shape) <= 2:
        mean = values[known].mean(axis=0) if known.any() else 0.0
        return np.where(known[..., None], values, mean).astype(np.float32)
    height, width = known.shape
    weight = np.pad(known.astype(np.float32), ((0, height % 2), (0, width % 2)))
    both = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0))) * weight[..., None]
    total = _fours(weight)
    small = np.asarray(_fours(both) / np.maximum(total, 1)[..., None], np.float32)
    lower = push_pull(small, total > 0)
    if known.size > FINE:
        made = lower.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
        np.copyto(made, values, where=known[..., None])
        return made
    lower = np.pad(lower, ((1, 1), (1, 1), (0, 0)), mode="edge")
    made = values.astype(np.float32)
    row, column = np.nonzero(~known)
    # The larger pixel that each lies in, and the one that it is nearest to beside that.
    near, aside = row // 2 + 1, column // 2 + 1
    other_row, other_column = near + 2 * (row % 2) - 1, aside + 2 * (column % 2) - 1
    here = 0.75 * lower[near, aside] + 0.25 * lower[near, other_column]
    there = 0.75 * lower[other_row, aside] + 0.25 * lower[other_row, other_column]
    made[row, column] = 0.75 * here + 0.25 * there
    return made


def _fours(values: Singles) -> Singles:
    """Sums over blocks of two by two."""
    return values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2]


def _back(front: Singles, known: Bools, covered: Bools, rim: float) -> Singles:
    """The picture of the other side: in each row it goes over from the outline's colours on the
    left to those on the right.

    known : (h, w) where the front shows the part. covered : (h, w) what it covers, hidden or not.
    rim : pixels from the outline that count.
    """
    from scipy.ndimage import gaussian_filter

    step = max(1, round(1 / BACK_SHARE), max(front.shape[:2]) // BACK_SIZE)
    small, inside = front[::step, ::step], known[::step, ::step]
    if inside.sum() < 12:
        return small
    depth = depth_in(np.pad(covered[::step, ::step], 1))[1:-1, 1:-1]
    near = inside & (depth < max(min(rim / step, 0.35 * depth.max()), depth[inside].min() + 2))
    frequent = _frequent(small, near)
    made = np.zeros_like(small)
    rows = near.any(axis=1)
    across = np.arange(small.shape[1])
    for row in np.flatnonzero(rows):
        place = np.flatnonzero(near[row])
        for channel in range(3):
            made[row, :, channel] = np.interp(across, place, frequent[row, place, channel])
    if not rows.all():
        made = push_pull(made, np.broadcast_to(rows[:, None], inside.shape))
    return np.asarray(gaussian_filter(made, (1.0, 1.0, 0)), np.float32)


def _frequent(picture: Singles, inside: Bools) -> Singles:
    """The colours (h, w, 3) that are the most frequent ones around each place."""
    from scipy.ndimage import gaussian_filter

    kind, count = _palette(picture, inside)
    blur = max(1.0, SPREAD * max(picture.shape[:2]))
    best = np.zeros(inside.shape, np.float32)
    made = picture.copy()
    for number in range(count):
        mask = (inside & (kind == number)).astype(np.float32)
        both = np.concatenate([picture * mask[..., None], mask[..., None]], axis=-1)
        total = gaussian_filter(both, (blur, blur, 0), truncate=2.5)
        share = total[..., 3]
        better = share > best
        best[better] = share[better]
        made[better] = total[better, :3] / np.maximum(share[better], 1e-5)[:, None]
    return made


def _palette(picture: Singles, inside: Bools) -> tuple[Ints, int]:
    """Number (h, w) of the frequent colour nearest to each pixel, and how many there are."""
    pixels = picture[inside].astype(np.float32)
    chosen = pixels[np.linspace(0, len(pixels) - 1, min(len(pixels), 3000)).astype(int)]
    centres = [chosen.mean(axis=0)]
    for _ in range(COLOURS - 1):
        gap = np.min([((chosen - centre) ** 2).sum(axis=1) for centre in centres], axis=0)
        if gap.max() < ALIKE**2:
            break
        centres.append(chosen[int(np.argmax(gap))])
    table = np.array(centres)
    for _ in range(6):
        nearest = ((chosen[:, None] - table[None]) ** 2).sum(axis=2).argmin(axis=1)
        for number in range(len(table)):
            if (nearest == number).any():
                table[number] = chosen[nearest == number].mean(axis=0)
    gaps = np.stack([((picture - centre) ** 2).sum(axis=2) for centre in table])
    return gaps.argmin(axis=0), len(table)


@dataclass(frozen=True)
class Atlas:
    """Tiles in one picture. picture : (H, W, 4). places : for each tile its left, top, width and
    height in pixels of the atlas."""

    picture: NDArray[np.uint8]
    places: list[tuple[int, int, int, int]]

    def uv(self, tile: Tile, number: int, x: Floats, y: Floats) -> Floats:
        """Texture coordinates (..., 2), from the lower left, of places of the canvas."""
        left, top, width, height = self.places[number]
        box = tile.box
        across = left + (x - box[1]) / box[3] * width
        down = top + (y - box[0]) / box[2] * height
        size = self.picture.shape
        return np.stack([across / size[1], 1 - down / size[0]], axis=-1)


def packed(tiles: list[Tile]) -> Atlas:
    """All tiles on shelves of one atlas, whose sides are multiples of 64 and at most `LARGEST`."""
    sizes = [tile.picture.shape[:2] for tile in tiles]
    area = sum((height + 2 * PADDING) * (width + 2 * PADDING) for height, width in sizes)
    widest = max(width for _, width in sizes) + 2 * PADDING
    across = -(-int(max(np.sqrt(area * 1.12), widest)) // 64) * 64
    order = sorted(range(len(tiles)), key=lambda number: (-sizes[number][0], number))
    places = [(0, 0, 0, 0)] * len(tiles)
    x = y = shelf = 0
    for number in order:
        height, width = sizes[number]
        if x + width + 2 * PADDING > across:
            x, y, shelf = 0, y + shelf, 0
        places[number] = (x + PADDING, y + PADDING, width, height)
        x += width + 2 * PADDING
        shelf = max(shelf, height + 2 * PADDING)
    down = -(-(y + shelf) // 64) * 64
    if max(across, down) > LARGEST:
        share = LARGEST / max(across, down) * 0.95
        return packed([Tile(tile.box, _shrunk(tile.picture, share)) for tile in tiles])
    made = np.zeros((down, across, 4), np.uint8)
    made[..., 3] = 255
    for tile, (left, top, width, height) in zip(tiles, places, strict=True):
        ends = ((PADDING, PADDING), (PADDING, PADDING), (0, 0))
        around = np.pad((tile.picture + 0.5).astype(np.uint8), ends, mode="edge")
        made[
            top - PADDING : top + height + PADDING, left - PADDING : left + width + PADDING, :3
        ] = around
    return Atlas(made, places)


def _shrunk(picture: Singles, share: float) -> Singles:
    from .resample import resampled

    rows, columns = (max(2, int(size * share)) for size in picture.shape[:2])
    return resampled(
        picture, (rows, 0, picture.shape[0] / rows), (columns, 0, picture.shape[1] / columns)
    )
