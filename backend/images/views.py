# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids that agree with several orthographic views: visual hulls with rounded edges.

What front and side enclose at one height is a rectangle; its corners are rounded by the smaller of
both half widths, so that two views of a bar or a ball give a bar or a ball, and both silhouettes
stay exact (visual hull: Laurentini, 1994). World: x to the right, y up, z towards the viewer of the
front; all in pixels of the canvases, which share one scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Floats, Ints, Singles
from ..geometry.isosurface import surface_net, well_composed
from .canvas import Canvas
from .distances import distance_to, nearest_in
from .heights import signed_depth
from .layers import hull
from .meshing import at, triangles_of

TRIANGLES = 5000
POINTS = 300_000  # of a grid
ROUND = 0.95  # of the smaller half width: radius of the edges
SLIM = 1.1  # depth beside the width of a part whose own mask the side does not show
ROUNDS = 4
FAR = 1e4  # beside this, pixels of other rows are not near
SEEN = 0.6  # of a part's rows, that a view must show of it


@dataclass(frozen=True)
class Side:
    """What one view shows of a part.

    depth : (h, w) signed distance from its outline. across : (h, w) the same along rows alone, by
    the nearest run of pixels. half : (h, w) half of the length of that run.
    """

    depth: Singles
    across: Singles
    half: Singles

    @classmethod
    def of(cls, mask: Bools) -> Side:
        """The view of a mask (h, w)."""
        from scipy.ndimage import distance_transform_edt, gaussian_filter, label, maximum

        depth = signed_depth(mask)
        runs, count = label(mask, np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]))
        if not count:
            return cls(depth, depth, np.ones(mask.shape, np.float32))
        rows_apart = (FAR, 1.0)
        inside = distance_transform_edt(np.pad(mask, 1), sampling=rows_apart)[1:-1, 1:-1]
        outside = distance_transform_edt(~mask, sampling=rows_apart)
        across = np.where(mask, inside - 0.5, 0.5 - outside).astype(np.float32)
        widest = np.append(0.0, np.asarray(maximum(across, runs, range(1, count + 1))))
        half = np.maximum(widest[runs], 0.5).astype(np.float32)
        half = half[nearest_in(mask)]
        across = np.where(across > 1 - FAR, across, depth)
        return cls(depth, gaussian_filter(across, 1.2), gaussian_filter(half, 1.5))


def completed_side(seen: Bools, figure: Bools, rows: Bools, half: float) -> Bools | None:
    """What a part would show in a view (h, w) in which others hide some of it.

    seen : what is seen of it. rows : (h,) where the front shows it. half : of its width there. None
    where too little is seen to tell.
    """
    known = seen.any(axis=1)
    if not rows.any() or (known & rows).sum() < SEEN * rows.sum():
        return None
    whole = hull(seen)
    known_rows: Bools = np.asarray(whole.any(axis=1))
    nearest, _ = nearest_in(known_rows[:, None])
    spread = whole[nearest[:, 0]] & rows[:, None]
    whole = (whole | spread) & figure
    return np.asarray((distance_to(whole, 0.4 * half + 1) <= 0.4 * half) & figure)


def world_of(canvases: Mapping[str, Canvas], view: str, points: Floats) -> tuple[Floats, Floats]:
    """Columns and rows of a view's canvas at which points (..., 3) are seen."""
    canvas = canvases[view]
    middle = canvas.columns / 2
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    if view == "front":
        return x + middle, -y
    if view == "back":
        return middle - x, -y
    if view == "side":
        return middle - z, -y
    return x + middle, z + canvas.rows / 2


def hull_mesh(
    canvases: Mapping[str, Canvas],
    own: Mapping[str, Side],
    whole: Mapping[str, Side],
    middle: float,
) -> tuple[Floats, Ints] | None:
    """The closed mesh of a part: vertices (V, 3) and faces (F, 3), two in a row a quad.

    own : what views show of the part by its mask there, at least the front. whole : what they show
    of the whole figure. middle : z of the part where no other view tells it.
    """
    front = own["front"]
    rows, columns = np.nonzero(front.depth > 0)
    if not len(rows):
        return None
    half_front = float(front.depth.max())
    side = own.get("side")
    slim = side is None
    side = side or whole["side"] if "side" in whole else None
    width, height = np.ptp(columns) + 1.0, np.ptp(rows) + 1.0
    deep = _depth_range(side, half_front, rows, middle, canvases)
    size = np.array([width, height, deep[1] - deep[0]])
    area = 2 * (size[0] * size[1] + size[1] * size[2] + size[0] * size[2]) * 0.8
    cell = float(np.clip(np.sqrt(2 * area / TRIANGLES), 1.2, 10.0))
    thin = half_front if slim or side is None else min(half_front, float(side.depth.max()))
    # As fine as the thinner view asks for, within bounds of memory.
    cell = min(cell, max(1.2, thin * 0.4, float(np.cbrt(size.prod() / POINTS))))
    across = canvases["front"].columns / 2
    x = _steps(columns.min() - across, columns.max() + 1 - across, cell)
    y = _steps(-(rows.max() + 1.0), -float(rows.min()), cell)
    z = _steps(*deep, cell)
    values = -_depth(canvases, own, whole, (x, y, z), slim, middle)
    for axis in range(3):
        edge = np.moveaxis(values, axis, 0)
        edge[[0, -1]] = np.abs(edge[[0, -1]]) + 0.5
    return _meshed(values, np.array([x[0], y[0], z[0]]), cell)


def _steps(low: float, high: float, cell: float) -> Floats:
    count = int(np.ceil((high - low) / cell / 2)) + 2
    return np.asarray((low + high) / 2 + cell * (np.arange(-count, count) + 0.5), np.float64)


def _depth_range(
    side: Side | None,
    half: float,
    rows: Ints,
    middle: float,
    canvases: Mapping[str, Canvas],
) -> tuple[float, float]:
    """Lowest and highest z of a part."""
    reach = SLIM * half
    if side is None:
        return middle - reach, middle + reach
    seen = np.nonzero((side.depth > 0)[max(rows.min() - 2, 0) : rows.max() + 3])[1]
    if not len(seen):
        return middle - reach, middle + reach
    across = canvases["side"].columns / 2
    low, high = across - (seen.max() + 1.0), across - float(seen.min())
    return low, high


def _depth(
    canvases: Mapping[str, Canvas],
    own: Mapping[str, Side],
    whole: Mapping[str, Side],
    grid: tuple[Floats, Floats, Floats],
    slim: bool,
    middle: float,
) -> Singles:
    """About how deep grid points (X, Y, Z) lie in the part, negative outside."""
    x, y, z = grid
    front = own["front"]
    column, row = np.meshgrid(x + canvases["front"].columns / 2, -y, indexing="ij")
    beside = at(front.across, column, row)[:, :, None]
    closed = at(front.depth, column, row)[:, :, None] * np.ones(len(z), np.float32)
    half = at(front.half, column, row)[:, :, None]
    side = own.get("side", whole.get("side"))
    if side is None:
        behind = half * SLIM - np.abs(z - middle)[None, None]
        other = half * SLIM
    else:
        line, depth_row = np.meshgrid(canvases["side"].columns / 2 - z, -y, indexing="ij")
        behind = at(side.across, line, depth_row).T[None]
        closed = np.minimum(closed, at(side.depth, line, depth_row).T[None])
        other = at(side.half, line, depth_row).T[None]
        if slim:
            # Of a part that only the front shows, the side says how deep the figure is: a thin one
            # lies in the middle of that.
            inside = behind > 0
            place = np.where(inside, z[None, None], 0).sum(axis=2) / np.maximum(
                inside.sum(axis=2), 1
            )
            limit = half * SLIM - np.abs(z[None, None] - place[:, :, None])
            behind = np.minimum(behind, limit) * np.ones_like(beside)
            other = np.minimum(other, half * SLIM)
    radius = ROUND * np.minimum(half, np.maximum(other, 0.5))
    one, two = np.maximum(radius - beside, 0), np.maximum(radius - behind, 0)
    depth = np.where(
        (one > 0) | (two > 0), radius - np.sqrt(one * one + two * two), np.minimum(beside, behind)
    )
    depth = np.minimum(depth, closed)
    top = own.get("top", whole.get("top"))
    if top is not None:
        canvas = canvases["top"]
        column, row = np.meshgrid(x + canvas.columns / 2, z + canvas.rows / 2, indexing="ij")
        above = at(top.depth, column, row)[:, None, :]
        edge = 0.3 * radius
        one, two = np.maximum(edge - depth, 0), np.maximum(edge - above, 0)
        near = (one > 0) & (two > 0)
        depth = np.where(near, edge - np.sqrt(one * one + two * two), np.minimum(depth, above))
    return np.asarray(depth, np.float32)


def _meshed(values: Singles, start: Floats, cell: float) -> tuple[Floats, Ints] | None:
    """The zero level of a grid as a closed manifold, its quads evened out."""
    from scipy.ndimage import map_coordinates

    inside, least = well_composed(values < 0, values.astype(np.float64)), 1e-3 * cell
    smooth = np.where(inside, np.minimum(values, -least), np.maximum(values, 0.0))
    vertices, quads = surface_net(smooth)
    if not len(quads):
        return None
    slopes = np.gradient(smooth)
    ends = np.concatenate([quads, np.roll(quads, -1, axis=1)], axis=1)
    one, two = ends[:, :4].ravel(), ends[:, 4:].ravel()
    degree = np.maximum(np.bincount(one, minlength=len(vertices)), 1)[:, None]
    for turn in range(ROUNDS):
        for _ in range(2):
            value = map_coordinates(smooth, vertices.T, order=1, mode="nearest")
            way = np.stack([map_coordinates(slope, vertices.T, order=1, mode="nearest")
                            for slope in slopes], axis=1)  # fmt: skip
            squared = np.maximum((way * way).sum(axis=1), 0.1 * cell * cell)
            step = -way * (value / squared)[:, None]
            length = np.linalg.norm(step, axis=1, keepdims=True)
            vertices = vertices + step * np.minimum(1, 0.5 / np.maximum(length, 1e-9))
        if turn < ROUNDS - 1:
            sums = [np.bincount(one, vertices[two, k], len(vertices)) for k in range(3)]
            vertices = vertices + 0.5 * (np.stack(sums, axis=1) / degree - vertices)
    place = start + cell * vertices
    return place, triangles_of(quads, place)


def facing(vertices: Floats, faces: Ints, views: tuple[str, ...]) -> Ints:
    """The view (F,) of a list that looks straightest at each face; "other" is the far side."""
    directions = {
        "front": (0, 0, 1), "back": (0, 0, -1), "side": (1, 0, 0), "other": (-1, 0, 0),
        "top": (0, 1, 0),
    }  # fmt: skip
    corner = vertices[faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    # Fronts are drawn with the most care: they reach a little around.
    favour = {"front": 1.25, "back": 1.15}
    score = [normal @ np.array(directions[view], float) * favour.get(view, 1.0) for view in views]
    return np.argmax(np.stack(score), axis=0)
