# SPDX-License-Identifier: GPL-3.0-or-later
"""How thick a silhouette is at each place: fields whose zero is its outline, exactly.

A field f gives a solid z**2 < f. For f with a constant Laplacian, 0 on the outline (the torsion
function), a disc becomes a ball and a band a round bar, as in Repousse (Joshi and Carr, 2008) and
Monster Mash (Dvoroznak et al., 2020); for a figure of revolution f is the square of its profile
less that of the distance from the axis.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Bools, Floats, Singles
from .distances import depth_in, distance_to, nearest_in

COARSE = 110  # pixels of the longest side on which the torsion function is solved


def signed_depth(mask: Bools, blur: float = 1.2) -> Singles:
    """Distance (h, w) from the outline of a mask, in pixels, negative outside; without stairs."""
    from scipy.ndimage import gaussian_filter

    if not mask.any():
        return np.full(mask.shape, -float(max(mask.shape)), np.float32)
    signed = np.where(mask, depth_in(mask) - 0.5, 0.5 - distance_to(mask))
    return np.asarray(gaussian_filter(signed, blur, mode="nearest"), np.float32)


def torsion(depth: Singles) -> Singles:
    """The square of half the thickness (h, w): positive where `depth` is, zero with it.

    depth : (h, w) signed distance. A disc of radius r gets r**2 at most, a band too.
    """
    from scipy.ndimage import gaussian_filter, zoom

    height, width = depth.shape
    step = max(1, round(max(height, width) / COARSE))
    mask = depth > 0
    if not mask.any():
        return -np.abs(depth)
    coarse, share = _coarse(depth, step)
    solved = _solved(coarse > 0, share) * (step * step)
    # Near the outline f is the depth times a smooth factor; in the middle, where the depth has
    # ridges, it is the solution itself.
    near = np.maximum(coarse, 0.35 * step)
    factor = _spread(solved / near, coarse > 0)
    grid = (height / coarse.shape[0], width / coarse.shape[1])
    large, middle = (
        _fitted(zoom(np.pad(values, 2, mode="edge"), grid, order=1), depth.shape, grid)
        for values in (factor, solved)
    )
    large = gaussian_filter(large, 0.8 * step)
    middle = gaussian_filter(middle, 0.8 * step)
    edge = depth * large
    blend = np.clip((depth - 1.5 * step) / (2.5 * step), 0, 1)
    blend = blend * blend * (3 - 2 * blend)
    made = np.where(mask, (1 - blend) * edge + blend * middle, edge)
    return np.asarray(made, np.float32)


def _fitted(large: Singles, shape: tuple[int, int], grid: tuple[float, float]) -> Singles:
    """The middle of an enlarged raster whose border of two pixels is taken off again."""
    top, left = (round(2 * each) for each in grid)
    made = large[top : top + shape[0], left : left + shape[1]]
    short = [(0, max(size - have, 0)) for size, have in zip(shape, made.shape, strict=True)]
    return np.asarray(np.pad(made, short, mode="edge"), np.float32)


def _coarse(depth: Singles, step: int) -> tuple[Singles, float]:
    """Means over blocks of `step` pixels."""
    height, width = depth.shape
    rows, columns = -(-height // step), -(-width // step)
    padded = np.pad(depth, ((0, rows * step - height), (0, columns * step - width)), mode="edge")
    return padded.reshape(rows, step, columns, step).mean(axis=(1, 3)), float(step)


def _solved(mask: Bools, step: float) -> Singles:
    """Solution (h, w) of laplace(f) = -4 in a mask, 0 outside, in squared pixels of this raster."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import spsolve

    del step
    padded = np.pad(mask, 1)
    number = np.full(padded.shape, -1)
    number[padded] = np.arange(padded.sum())
    count = int(padded.sum())
    made = np.zeros(padded.shape, np.float32)
    if not count:
        return made[1:-1, 1:-1]
    rows, columns = [], []
    for axis in (0, 1):
        for way in (1, -1):
            beside = np.roll(number, way, axis)[padded]
            known = beside >= 0
            rows.append(np.flatnonzero(known))
            columns.append(beside[known])
    row, column = np.concatenate(rows), np.concatenate(columns)
    data = np.concatenate([np.full(len(row), -1.0), np.full(count, 4.0)])
    everywhere = np.arange(count)
    matrix = coo_matrix(
        (data, (np.concatenate([row, everywhere]), np.concatenate([column, everywhere]))),
        shape=(count, count),
    ).tocsc()
    made[padded] = spsolve(matrix, np.full(count, 4.0), permc_spec="MMD_AT_PLUS_A")
    return made[1:-1, 1:-1]


def _spread(values: Singles, known: Bools) -> Singles:
    """Values (h, w), those that are not known taken from the nearest known ones, softened."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(values[nearest_in(known)], 1.0), np.float32)


def cap(depth: Singles, radius: float | Singles) -> Singles:
    """A factor (h, w) that rounds the end of a solid: 0 at depth 0, 1 from `radius` on.

    depth : signed distance from the end. Beyond it the factor is negative.
    """
    share = np.clip(1 - depth / radius, 0, None)
    return np.asarray(np.where(depth > 0, 1 - np.minimum(share, 1) ** 2, 2 * depth / radius))


Line = tuple[Floats, Floats]  # a place (row, column) on an axis, and its unit direction


def mirror_line(mask: Bools) -> tuple[Line, float] | None:
    """The axis about which a mask is most symmetric, and the share that its mirror image covers."""
    from scipy.ndimage import map_coordinates

    points = np.argwhere(mask).astype(np.float64)
    if len(points) < 40:
        return None
    middle = points.mean(axis=0)
    _, own = np.linalg.eigh(np.cov((points - middle).T))
    best: tuple[Line, float] | None = None
    for axis in (np.array([1.0, 0.0]), own[:, 1], own[:, 0], np.array([0.0, 1.0])):
        away = points - middle
        mirrored = middle + 2 * (away @ axis)[:, None] * axis - away
        fit = float(map_coordinates(mask.astype(np.float32), mirrored.T, order=1).mean())
        if best is None or fit > best[1] + 0.01:
            best = (middle, axis), fit
    return best


def turned(depth: Singles, line: Line, body: Bools | None = None) -> Singles | None:
    """The field of the figure of revolution about an axis that a silhouette would be seen of.

    body : (h, w) of what else it goes on into, as wide as it is there: only where this ends are
    ends round. None where the silhouette has gaps along the axis.
    """
    from scipy.ndimage import gaussian_filter1d

    mask = depth > 0
    points = np.argwhere(mask).astype(np.float64)
    if len(points) < 40:
        return None
    middle, axis = line
    across = np.array([-axis[1], axis[0]])
    along = (points - middle) @ axis
    first = float(along.min())
    bin_of = (along - first + 0.5).astype(np.int64)
    size = int(bin_of.max()) + 1
    count = np.bincount(bin_of, minlength=size)
    known = count > 0
    if known.mean() < 0.9:
        return None
    # Half of the pixels across is the radius where there is no gap, and then it has no stairs.
    profile = np.interp(np.arange(size), np.flatnonzero(known), count[known] / 2)
    square = gaussian_filter1d(profile**2, 1.5, mode="nearest")
    row, column = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float64)
    place = (row - middle[0]) * axis[0] + (column - middle[1]) * axis[1] - first
    off = (row - middle[0]) * across[0] + (column - middle[1]) * across[1]
    radius = np.interp(place, np.arange(size), square)
    begin, end = 0.0, float(size)
    if body is not None:
        reach = (np.argwhere(body) - middle) @ axis - first
        begin, end = min(float(reach.min()), 0.0), max(float(reach.max()) + 1, end)
    ends = np.minimum(place + 0.5 - begin, end - 0.5 - place) * 2 * profile.max()
    return np.asarray(np.minimum(radius - off * off, ends), np.float32)


def extruded(depth: Singles, half: float, bevel: float) -> Singles:
    """The field of a slab: `half` its thickness everywhere, its edges rounded by `bevel`."""
    share = np.clip(1 - depth / bevel, 0, 1)
    rim = half - bevel * (1 - np.sqrt(1 - share**2))
    return np.where(depth > 0, np.maximum(rim, 0.2 * half) ** 2 * np.minimum(1, 4 * depth / bevel),
                    depth * half).astype(np.float32)  # fmt: skip
