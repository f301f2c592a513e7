# SPDX-License-Identifier: GPL-3.0-or-later
"""Distances on a raster: Euclidean, exact, in pixels from middle to middle.

Only the box is looked at in which something can be near, for parts are small beside the picture.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Bools, Ints, Singles

Box = tuple[slice, slice]


def box_of(mask: Bools, margin: int = 0) -> Box:
    """The box about a mask (h, w), grown by some pixels as far as the raster goes; an empty one for
    an empty mask.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return (
        slice(max(int(rows[0]) - margin, 0), int(rows[-1]) + 1 + margin),
        slice(max(int(columns[0]) - margin, 0), int(columns[-1]) + 1 + margin),
    )


def put_back(values: Singles, box: Box, shape: tuple[int, ...]) -> Singles:
    """What was found in a box as a whole raster again: outside it goes on as on its border."""
    inside = [range(*side.indices(size)) for side, size in zip(box, shape, strict=True)]
    ends = [(line.start, size - line.stop) for line, size in zip(inside, shape, strict=True)]
    return np.pad(values, ends, mode="edge")


def depth_in(mask: Bools) -> Singles:
    """Distance (h, w) of each pixel of a mask from the nearest one outside of it, 0 outside.

    What lies beyond the raster is unknown, neither in the mask nor out of it.
    """
    made = np.zeros(mask.shape, np.float32)
    box = box_of(mask, 1)
    own = mask[box]
    if own.size:
        made[box] = _from_outside(own)
    return made


def distance_to(mask: Bools, most: float | None = None) -> Singles:
    """Distance (h, w) of each pixel from the nearest one of a mask, 0 in it.

    most : farther ones are told as so far, which is much quicker where it is little. An empty mask
    is farther than anything on the raster.
    """
    far = float(sum(mask.shape)) if most is None else most
    made = np.full(mask.shape, far, np.float32)
    box = box_of(mask, max(mask.shape) if most is None else int(np.ceil(most)))
    outside = ~mask[box]
    if outside.size:
        np.minimum(_from_outside(outside), far, out=made[box])
    return made


def nearest_in(mask: Bools) -> tuple[Ints, Ints]:
    """The rows and the columns (h, w) of the pixel of a mask, not empty, nearest to each."""
    from scipy.ndimage import distance_transform_edt

    rows, columns = distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return rows, columns


def _from_outside(mask: Bools) -> Singles:
    """Distance (h, w) of each pixel from the nearest one that is not of the mask."""
    if mask.all():
        return np.full(mask.shape, float(sum(mask.shape)), np.float32)
    rows, columns = nearest_in(~mask)
    rows -= np.arange(mask.shape[0], dtype=rows.dtype)[:, None]
    columns -= np.arange(mask.shape[1], dtype=columns.dtype)
    rows *= rows
    columns *= columns
    rows += columns
    return np.sqrt(rows, dtype=np.float32)
