# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures in other sizes: each axis is one sparse matrix of tent-shaped weights.

A place x of a picture is counted in pixels from its left or upper edge, so that the middle of the
first pixel is at 0.5.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles


def resampled(
    picture: Singles, rows: tuple[int, float, float], columns: tuple[int, float, float]
) -> Singles:
    """Another raster over (H, W) or (H, W, C): what lies outside of the picture is 0.

    rows, columns : how many, the place where the first begins, and the size of each, in pixels of
    the picture. Larger pixels take the mean of what they cover, smaller ones are interpolated.
    """
    height, width = picture.shape[:2]
    across = _weights(width, *columns)
    down = _weights(height, *rows)
    flat = picture.reshape(height, -1).astype(np.float32, copy=False)
    narrow = np.asarray(down @ flat).reshape(rows[0], width, -1)
    turned = narrow.transpose(1, 0, 2).reshape(width, -1)
    made = np.asarray(across @ turned).reshape(columns[0], rows[0], -1).transpose(1, 0, 2)
    shape = (rows[0], columns[0], *picture.shape[2:])
    return np.ascontiguousarray(made.reshape(shape), dtype=np.float32)


def _weights(size: int, count: int, start: float, step: float) -> Any:
    """Sparse (count, size): the share of each pixel in each new one; rows sum to 1 inside."""
    from scipy.sparse import csr_matrix

    reach = max(1.0, step)
    middle = start + (np.arange(count) + 0.5) * step
    taps = int(np.ceil(2 * reach)) + 1
    source = np.floor(middle - reach).astype(np.int64)[:, None] + np.arange(taps)
    weight = np.maximum(1 - np.abs(source + 0.5 - middle[:, None]) / reach, 0)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    row = np.broadcast_to(np.arange(count)[:, None], source.shape)
    inside = (source >= 0) & (source < size) & (weight > 0)
    return csr_matrix(
        (weight[inside].astype(np.float32), (row[inside], source[inside])), shape=(count, size)
    )


def at_most(picture: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """(H, W, 4) with no side longer than `longest`; colours are weighed by their alpha.

    Memory stays a small multiple of the result, however large the picture.
    """
    height, width = picture.shape[:2]
    if max(height, width) <= longest:
        return picture
    factor = max(height, width) // longest
    small = _block_means(picture, factor) if factor > 1 else _premultiplied(picture)
    scale = max(small.shape[:2]) / longest
    rows, columns = (max(1, round(size / scale)) for size in small.shape[:2])
    made = resampled(
        small, (rows, 0.0, small.shape[0] / rows), (columns, 0.0, small.shape[1] / columns)
    )
    alpha = made[..., 3:]
    colour = made[..., :3] / np.maximum(alpha / 255, 1e-3)
    return np.rint(np.clip(np.concatenate([colour, alpha], axis=2), 0, 255)).astype(np.uint8)


def _premultiplied(picture: NDArray[np.uint8]) -> Singles:
    values = picture.astype(np.float32)
    values[..., :3] *= values[..., 3:] / np.float32(255)
    return values


def _block_means(picture: NDArray[np.uint8], factor: int) -> Singles:
    """Premultiplied means (h, w, 4) over blocks of pixels; a rest at the far edges is dropped."""
    height, width = (max(size // factor, 1) for size in picture.shape[:2])
    means = np.zeros((height, width, 4), np.float32)
    across = min(factor, picture.shape[1])
    for row in range(height):
        strip = _premultiplied(picture[row * factor : (row + 1) * factor, : width * across])
        means[row] = strip.mean(axis=0).reshape(width, across, 4).mean(axis=1)
    return means
