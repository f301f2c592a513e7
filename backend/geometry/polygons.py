# SPDX-License-Identifier: GPL-3.0-or-later
"""Polygons of a mesh file to triangles: fans where a fan fills the polygon, else ear clipping.

A polygon of n corners always gives n - 2 triangles, at its place in the order of the file and
wound as it is wound. Polygons that are warped are judged as seen along their normal (M. Newell,
"The Utilization of Procedure Models in Digital Image Synthesis", 1975).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints

BLOCK = 65536  # polygons looked at together, so that millions do not fill the memory
TURNED = 1e-6  # of the polygon's area: less may be rounding in the file
CROSSED = 0.1  # of the polygon's area: what more is missed or filled twice has no clear inside
ZIGZAG = 1e-9  # of the polygon's size


def fan(sizes: Ints) -> tuple[Ints, Ints]:
    """Split polygons into fans of triangles, in order.

    `sizes` (n,) corners of each polygon, stored one after the other. Returns (t, 3) positions of
    corners in that storage and (t,) the polygon of each triangle; points and lines give none.
    """
    starts = np.cumsum(sizes) - sizes
    made = np.maximum(sizes - 2, 0)
    polygon = np.repeat(np.arange(len(sizes)), made)
    step = np.arange(len(polygon)) - np.repeat(np.cumsum(made) - made, made)
    first = starts[polygon]
    return np.stack([first, first + step + 1, first + step + 2], axis=1), polygon


def triangulate(vertices: Floats, corners: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Split polygons into triangles, in order; concave ones are not filled beyond their outline.

    Parameters
    ----------
    vertices : (V, 3) positions.
    corners : (c,) vertex of each corner, polygon after polygon; rows that do not exist are left
        to the caller's own check.
    sizes : (n,) how many of the corners each polygon has.

    Returns (t, 3) positions in `corners` and (t,) the polygon of each triangle, as :func:`fan`
    does. Polygons without a clear inside (bow ties, no area, NaN) stay fans, and so do those that
    cross themselves unless ear clipping comes closer to their area.
    """
    triangles, polygon = fan(sizes)
    large = np.flatnonzero(sizes > 3)
    if not len(large) or not len(vertices):
        return triangles, polygon
    starts = np.cumsum(sizes) - sizes
    rows = np.cumsum(np.maximum(sizes - 2, 0)) - np.maximum(sizes - 2, 0)
    for begin in range(0, len(large), BLOCK):
        chosen = large[begin : begin + BLOCK]
        own = sizes[chosen]
        place, _ = _ranges(starts[chosen], own)
        points = vertices.take(corners[place], axis=0, mode="clip")
        for which, made in _filled(points, own):
            row, _ = _ranges(rows[chosen[which]], own[which] - 2)
            triangles[row] = place[made]
    return triangles, polygon


def _filled(points: Floats, sizes: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Polygons that a fan does not fill, and their triangles as rows of `points` (c, 3)."""
    with np.errstate(all="ignore"):
        around, of = fan(sizes)
        normal, turned = _judge(points[around], of, len(sizes))
        turned &= (normal != 0).any(axis=1)
        quads = np.flatnonzero(turned & (sizes == 4))
        if len(quads):  # a quad has one other way
            first = (np.cumsum(sizes) - sizes)[quads]
            other = first[:, None, None] + np.array([[1, 2, 3], [1, 3, 0]])
            fills = ~_judge(points[other.reshape(-1, 3)], np.repeat(np.arange(len(quads)), 2),
                            len(quads))[1]  # fmt: skip
            yield quads[fills], other[fills].reshape(-1, 3)
        many = np.flatnonzero(turned & (sizes > 4))
        if len(many):
            yield from _clipped(points, sizes, many, normal[many])


def _judge(triangles: Floats, of: Ints, count: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Newell normals (count, 3), and whether a triangle of the polygon lies the wrong way round.

    `triangles` (t, 3, 3) of polygons `of` (t,), ascending, with one triangle at least for each.
    """
    double = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    starts = np.searchsorted(of, np.arange(count))
    normal = np.add.reduceat(double, starts, axis=0)
    along = (double * normal[of]).sum(axis=1)
    limit = TURNED * np.add.reduceat(np.abs(along), starts)
    return normal, np.minimum.reduceat(along, starts) < -limit


def _clipped(
    points: Floats, sizes: Ints, many: Ints, normal: Floats
) -> Iterator[tuple[Ints, Ints]]:
    """As :func:`_filled` for polygons `many`, whose normals are (m, 3), each by itself."""
    first, counts = (np.cumsum(sizes) - sizes)[many], sizes[many]
    rows, of = _ranges(first, counts)
    flat = _seen_along(normal, points[rows] - points[first][of], of)
    size = np.maximum.reduceat(np.abs(flat).max(axis=1), np.cumsum(counts) - counts)
    flat /= size[of, None]
    area = np.linalg.norm(normal, axis=1) / size**2  # doubled, as those of the ears
    around, of_fan = fan(counts)
    error = np.abs(np.bincount(of_fan, np.abs(_double_area(flat[around]))) - area)
    # Ear clipping drops corners on straight lines; where it did, an invisible zigzag keeps them.
    # What is dropped even so, such as corners in one place, is a triangle without area.
    zigzag = flat + ZIGZAG * _zigzag(flat, counts)
    ends = np.cumsum(counts)
    for outline, with_dropped in ((flat, False), (zigzag, False), (flat, True)):
        left = np.flatnonzero(error > TURNED * area)
        made = _ears(outline, ends[left], counts[left], with_dropped)
        left = left[[len(ears) > 0 for ears in made]]
        if not len(left):
            continue
        ears = np.concatenate(made)
        ear_of = np.repeat(np.arange(len(left)), counts[left] - 2)
        double = _double_area(outline[ears])
        ears[double < 0] = ears[double < 0][:, ::-1]
        own = np.abs(np.bincount(ear_of, np.abs(double)) - area[left])
        better = own < np.minimum(error[left] - TURNED * area[left], CROSSED * area[left])
        error[left[better]] = own[better]
        yield many[left[better]], rows[ears[better[ear_of]]]


def _ears(outline: Floats, ends: Ints, counts: Ints, with_dropped: bool) -> list[Ints]:
    """Triangles (n - 2, 3) of each polygon as rows of `outline` (c, 2); none if fewer.

    `ends` and `counts` (m,) say where in the outline each polygon ends, and its corners.
    """
    import mapbox_earcut

    made = []
    for end, count in zip(ends.tolist(), counts.tolist(), strict=True):
        own = np.ascontiguousarray(outline[end - count : end])
        found = mapbox_earcut.triangulate_float64(own, np.array([count], dtype=np.uint32))
        ears: Ints = found.astype(np.int64).reshape(-1, 3)
        if with_dropped and len(ears):
            ears = np.concatenate([ears, _dropped(ears, count)])
            spare = np.zeros((max(count - 2 - len(ears), 0), 3), dtype=np.int64)
            ears = np.concatenate([ears, spare])  # an outline that touches itself needs fewer
        made.append(ears + (end - count) if len(ears) == count - 2 else ears[:0])
    return made


def _dropped(ears: Ints, count: int) -> Ints:
    """Triangles (d, 3) for the corners that `ears` (e, 3) leave out, each at its place."""
    kept = np.unique(ears)
    before = np.searchsorted(kept, np.arange(count), side="right") - 1
    left_out = np.setdiff1d(np.arange(count), kept)
    return np.stack([kept[before[left_out]], left_out, (left_out + 1) % count], axis=1)


def _seen_along(normal: Floats, points: Floats, of: Ints) -> Floats:
    """Points (c, 3) in the planes across their polygon's normal (m, 3), counter-clockwise."""
    unit = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    right = np.cross(np.eye(3)[np.abs(unit).argmin(axis=1)], unit)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    up = np.cross(unit, right)
    return np.stack([(points * axis[of]).sum(axis=1) for axis in (right, up)], axis=1)


def _zigzag(flat: Floats, counts: Ints) -> Floats:
    """Steps (c, 2) of about one, out of each polygon, uneven from corner to corner."""
    ends = np.cumsum(counts)
    ahead, back = np.arange(1, len(flat) + 1), np.arange(-1, len(flat) - 1)
    ahead[ends - 1], back[ends - counts] = ends - counts, ends - 1
    along = flat[ahead] - flat[back]
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-30
    height = 1 + np.arange(len(flat)) * 0.618 % 1
    across: Floats = np.stack([along[:, 1], -along[:, 0]], axis=1)
    return across * height[:, None]


def _ranges(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Numbers starts[i] .. starts[i] + counts[i] - 1 in a row, and i for each of them."""
    of = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(of)) + (starts - (np.cumsum(counts) - counts))[of], of


def _double_area(triangles: Floats) -> Floats:
    """Twice the areas (t,) of (t, 3, 2) triangles, negative where they go clockwise."""
    a, b = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
