# SPDX-License-Identifier: GPL-3.0-or-later
"""A line drawing of a mesh as it is seen from the front: its outline, and where depth jumps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints, Singles

SIDE = 512
MARGIN = 0.12  # of the picture beside what is drawn
JUMP = 0.12  # of an object's depth, from which on a line is drawn


def line_drawing(vertices: Floats, faces: Ints) -> NDArray[np.uint8]:
    """Black lines on white (512, 512, 3) of a mesh with Y up that faces +Z.

    Raises ValueError for a mesh without extent.
    """
    from scipy.ndimage import binary_dilation, maximum_filter, minimum_filter

    depth, inside = _depth(vertices, faces)
    if not inside.any():
        raise ValueError("nothing is seen")
    outline = inside & (minimum_filter(inside, 3) != inside)
    span = float(np.ptp(depth[inside])) or 1.0
    near = maximum_filter(np.where(inside, depth, -np.inf), 3)
    jump = inside & (near - depth > JUMP * max(span, 1e-9)) & (minimum_filter(inside, 5))
    lines = binary_dilation(outline | jump)
    return np.where(lines[..., None], 0, 255).repeat(3, axis=2).astype(np.uint8)


def _depth(vertices: Floats, faces: Ints) -> tuple[Singles, NDArray[np.bool_]]:
    """How far in front each pixel's surface lies, and which pixels show some.

    Triangles are painted from the farthest to the nearest, each in its mean depth.
    """
    from PIL import Image, ImageDraw

    corner = vertices[faces]
    low, high = corner.min(axis=(0, 1)), corner.max(axis=(0, 1))
    size = float((high - low)[:2].max())
    if not size > 0:
        raise ValueError("no extent")
    scale = SIDE * (1 - 2 * MARGIN) / size
    place = (corner[..., :2] - (low + high)[:2] / 2) * [scale, -scale] + SIDE / 2
    front = corner[..., 2].mean(axis=1)
    painted = Image.new("I", (SIDE, SIDE), 0)
    pen = ImageDraw.Draw(painted)
    order = np.argsort(front, kind="stable")
    for rank, row in enumerate(order.tolist(), 1):
        pen.polygon([tuple(point) for point in place[row].tolist()], fill=rank)
    rank_of = np.asarray(painted)
    inside = rank_of > 0
    depth = np.zeros(rank_of.shape, np.float32)
    depth[inside] = front[order[rank_of[inside] - 1]]
    return depth, inside
