# SPDX-License-Identifier: GPL-3.0-or-later
"""Light of the pictures: a sky dome, one soft lamp, and a ground that takes shadows.

How much of the sky and of the lamp reaches a point changes slowly over a surface. It is traced for
one point in several pixels, with few rays in a pattern that repeats, and smoothed and spread where
the surface goes on; what depends on the normal alone is exact in each pixel.
Sources: Keller and Heidrich, "Interleaved Sampling", 2001; Kopf et al., "Joint Bilateral
Upsampling", 2007.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Ints, Singles

LAMP = np.array([-0.36, 0.84, 0.406], dtype=np.float32)
LAMP /= np.linalg.norm(LAMP)
LAMP_RADIUS = 0.16
SKY, LAMP_POWER, GROUND_BOUNCE = 0.62, 0.62, 0.30
OFFSET = 2e-4  # of the object's size, lifts rays off their surface
PATTERN = 4  # interleaved samples repeat every 4 x 4 points
BACKGROUND = 0.83  # linear light of the empty ground
ALIKE, CLOSE = 0.9, 0.02  # cosine of normals and difference of depth where a surface goes on
HALF = np.sqrt((1 + ALIKE) / 2), CLOSE / 2  # cosine of half the angle, and half the depth


@dataclass(frozen=True)
class Quality:
    """Rays: `supersampling` squared to the camera in pixels at edges, the others for light.

    The surface is lit at one point in `light_step` squared pixels, the ground in `ground_step`
    squared.
    """

    supersampling: int = 2
    sky: int = 8
    lamp: int = 3
    light_step: int = 4
    ground_step: int = 8


class Blocks(Protocol):
    """What the light needs of a tracer of rays."""

    def blocked(self, origins: Singles, directions: Singles) -> Bools: ...


class View(Protocol):
    """What the ground needs of a camera."""

    width: int
    height: int
    pixel: float
    centre: NDArray[Any]
    back: Singles
    right: Singles
    above: Singles


@dataclass(frozen=True)
class Raster:
    """What a raster of rays has hit; coordinates come first, for that is sooner computed.

    Parameters
    ----------
    shape : (h, w) of the raster. row, column : (n,) places in it of the n hits, in order.
    point, normal : (3, n) position and shading normal, of length 1, towards the camera.
    flat : (3, F) normals of all triangles, towards the camera. face : (n,) the triangle of each.
    depth : (n,) distance along the ray.
    """

    shape: tuple[int, int]
    row: Ints
    column: Ints
    point: Singles
    normal: Singles
    flat: Singles
    face: NDArray[np.integer]
    depth: Singles


def surface_light(tracer: Blocks, surface: Raster, quality: Quality) -> Singles:
    """Light (n,) at each hit."""
    step = quality.light_step
    down, across = (np.arange(size) // step for size in surface.shape)
    height, width = int(down[-1]) + 1, int(across[-1]) + 1
    cell = (down * width).take(surface.row) + across.take(surface.column)
    first = np.full(height * width, -1)
    first[cell[::-1]] = np.arange(len(cell))[::-1]  # the last one written stays: a cell's first hit
    cells = np.flatnonzero(first >= 0)
    first = first[cells]  # they are lit
    normal = surface.normal.take(first, axis=1)
    y, x = np.divmod(cells, width)
    pattern = (y % PATTERN) * PATTERN + x % PATTERN
    flat = surface.flat.take(surface.face[first], axis=1)
    origins = surface.point.take(first, axis=1) + flat * np.float32(OFFSET)
    guide = np.zeros((4, height * width), dtype=np.float32)
    guide[:3, cells], guide[3, cells] = normal, surface.depth[first]
    shares = np.zeros((2, height * width), dtype=np.float32)
    shares[:, cells] = _visible(tracer, origins, normal, flat, pattern, quality)
    guides = guide.reshape(4, height, width)
    smooth = _smooth(shares.reshape(2, height, width), guides)
    if step > 1:
        return _lit(surface.normal, _spread(smooth, guides, surface, cell, step))
    return _lit(surface.normal, smooth.reshape(2, -1).take(cell, axis=1))


def _lit(normal: Singles, share: Singles) -> Singles:
    """Light (n,) on normals (3, n), of which shares (2, n) of sky and lamp are seen."""
    sky = np.interp(normal[1], *_open_sky()).astype(np.float32) * share[0]
    return sky + np.maximum(_dot(normal, LAMP), 0) * share[1] * np.float32(LAMP_POWER)


def shining(light: Singles, surface: Raster, direction: Singles, shine: Singles) -> Singles:
    """Light (n,) of which a share (n,) is what the surface mirrors: a bright sky, a dark ground, a
    light between them and the lamp, as of polished metal. direction : (3,) from the camera."""
    normal = surface.normal
    along = _dot(normal, direction[:, None])
    mirrored = direction[:, None] - 2 * along * normal
    height = mirrored[1]
    lamp = np.maximum(_dot(mirrored, LAMP), 0)
    seen = 0.42 + 0.3 * (1 + np.tanh(7 * height)) + 0.5 * np.exp(-(((height - 0.3) / 0.2) ** 2))
    seen += 1.5 * lamp**24
    shade = np.clip(light / 0.75, 0.3, 1.1)  # where little light comes, little is mirrored
    result: Singles = (light * (1 - shine) + seen * shade * shine).astype(np.float32)
    return result


def _dot(one: Singles, other: Singles) -> Singles:
    """Products of vectors (3, ...), added in one order on every machine."""
    result: Singles = one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
    return result


@cache
def _open_sky() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights of normals, from -1 to 1, and the light that they get of the sky when none is hid."""
    y = np.linspace(-1.0, 1.0, 65)
    normals = np.stack([np.sqrt(1 - y * y), y, 0 * y]).astype(np.float32)
    tangent, bitangent = _tangents(normals)
    total, count = np.zeros(65), 256
    for k in range(count):
        a, b, c = _cosine_sample(np.zeros(65, dtype=np.int64), k, count)
        total += _sky((tangent * a + bitangent * b + normals * c)[1])
    return y, SKY * total / count


def _visible(
    tracer: Blocks,
    origins: Singles,
    normals: Singles,
    flat: Singles,
    pattern: NDArray[np.integer],
    quality: Quality,
) -> Singles:
    """Shares (2, n) of the sky's light and of the lamp that reach points, by a few rays each.

    origins, normals, flat : (3, n), the last the normal of the triangle. pattern : (n,).
    """
    tangent, bitangent = _tangents(normals)
    free, total = (np.full(len(pattern), 1e-6, dtype=np.float32) for _ in range(2))
    starts = np.ascontiguousarray(origins.T)
    for k in range(quality.sky):
        x, y, z = _cosine_sample(pattern, k, quality.sky)
        ray = tangent * x + bitangent * y + normals * z
        below = np.minimum(_dot(ray, flat), 0)
        ray -= 2 * below * flat  # a smooth normal must not look into its own face
        sky = _sky(ray[1])
        total += sky
        free += sky * ~tracer.blocked(starts, np.ascontiguousarray(ray.T))
    lamp = np.zeros(len(pattern), dtype=np.float32)
    faces_lamp = np.flatnonzero(_dot(normals, LAMP) > 0)
    starts = starts.take(faces_lamp, axis=0)
    for k in range(quality.lamp):
        rays = _lamp_rays(pattern[faces_lamp], k, quality.lamp)
        lamp[faces_lamp] += ~tracer.blocked(starts, rays)
    return np.stack([free / total, lamp / np.float32(quality.lamp)])


def _sky(up: Singles) -> Singles:
    """Radiance from a direction with this y: brighter overhead; from below, the ground's bounce."""
    return np.where(up > 0, 0.85 + 0.35 * up, GROUND_BOUNCE * (1.0 + up)).astype(np.float32)


def _cosine_sample(
    pattern: NDArray[np.integer], k: int, count: int
) -> tuple[Singles, Singles, Singles]:
    """k-th of `count` directions about +Z, denser near it, shifted for each of the patterns."""
    cells = np.arange(PATTERN * PATTERN)
    height = (k + (cells * 7 % len(cells) + 0.5) / len(cells)) / count
    turn = 2.399963 * k + (2 * np.pi / len(cells)) * (cells * 5 % len(cells))
    radius = np.sqrt(height)
    table = np.stack([radius * np.cos(turn), radius * np.sin(turn), np.sqrt(1 - height)])
    x, y, z = table.astype(np.float32).take(pattern, axis=1)
    return x, y, z


def _lamp_rays(pattern: NDArray[np.integer], k: int, count: int) -> Singles:
    x, y, _ = _cosine_sample(np.arange(PATTERN * PATTERN), k, count)
    tangent, bitangent = _tangents(LAMP[:, None])
    rays = (LAMP[:, None] + np.float32(LAMP_RADIUS) * (x * tangent + y * bitangent)).T
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    return rays.astype(np.float32).take(pattern, axis=0)


def _tangents(normals: Singles) -> tuple[Singles, Singles]:
    """Two directions (3, n) that make right angles with each normal (3, n).

    Source: Duff et al., "Building an Orthonormal Basis, Revisited", 2017.
    """
    x, y, z = normals
    sign = np.where(z < 0, np.float32(-1), np.float32(1))
    a = -1 / (sign + z)
    b = x * y * a
    first = np.stack([1 + sign * x * x * a, sign * b, -sign * x])
    second = np.stack([b, sign + y * y * a, -y])
    return first.astype(np.float32), second.astype(np.float32)


def _smooth(values: Singles, guide: Singles) -> Singles:
    """Average of (c, h, w) over a pattern's width where normal and depth (4, h, w) go on alike.

    Along one axis after the other, which is not quite the same but much sooner done.
    """
    reach = PATTERN // 2
    for axis in (1, 2):
        ends = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        padded, guides = np.pad(values, ends), np.pad(guide, ends)
        total, weight = np.zeros_like(values), np.zeros(values.shape[1:], dtype=np.float32)
        for step in range(2 * reach + 1):
            window = tuple(slice(step, step + n) if a == axis else slice(None)
                           for a, n in enumerate(values.shape))  # fmt: skip
            part = np.float32(0.5 if step in (0, 2 * reach) else 1.0)
            w = _alike(guides[window], guide) * part
            total += w * padded[window]
            weight += w
        values = (total / np.maximum(weight, np.float32(1e-6))).astype(np.float32)
    return values


def _alike(one: Singles, other: Singles, cosine: float = ALIKE, depth: float = CLOSE) -> Bools:
    """Whether guides (4, ...) of normals and depths are of one surface; zeros are of none."""
    alike: Bools = _dot(one, other) > np.float32(cosine)
    return alike & (np.abs(one[3] - other[3]) < np.float32(depth))


def _even(guide: Singles) -> Bools:
    """Cells (h, w) of guides (4, h, w) that are so like all eight around them that whatever is
    as like them is alike with those: two halves of an angle and of a depth make a whole."""
    height, width = guide.shape[1:]
    padded = np.pad(guide, [(0, 0), (1, 1), (1, 1)])
    even = np.ones((height, width), dtype=bool)
    for dy, dx in np.ndindex(3, 3):
        even &= _alike(padded[:, dy : dy + height, dx : dx + width], guide, *HALF)
    return even


def _spread(values: Singles, guide: Singles, surface: Raster, cell: Ints, step: int) -> Singles:
    """Values (c, n) of all hits from those of the cells (c, h, w) around each, by nearness.

    Cells of another surface do not count; where there are no others, the hit's own cell does.
    """
    height, width = guide.shape[1:]
    even, flat, guides = _even(guide).reshape(-1), values.reshape(2, -1), guide.reshape(4, -1)
    own = np.concatenate([surface.normal, surface.depth[None]])
    odd = np.flatnonzero(~(even.take(cell) & _alike(guides.take(cell, axis=1), own, *HALF)))
    own = own.take(odd, axis=1)
    rows, columns = (
        [(nearest.take(at), share.take(at)) for nearest, share in _ends(size, step, cells)]
        for size, cells, at in zip(surface.shape, (height, width), (surface.row, surface.column),
                                   strict=True)
    )  # fmt: skip
    total = flat.take(cell, axis=1) * np.float32(1e-4)
    weight = np.full(len(cell), 1e-4, dtype=np.float32)
    for y, down in rows:
        for x, across in columns:
            place = y * width + x
            w = down * across
            w[odd] *= _alike(guides.take(place[odd], axis=1), own)
            for channel, of in zip(total, flat, strict=True):
                channel += w * of.take(place)
            weight += w
    return total / weight


def _ends(size: int, step: int, cells: int) -> list[tuple[Ints, Singles]]:
    """For each of `size` pixels the two cells of `step` pixels between whose centres it lies: their
    numbers (size,) of `cells`, and how much they weigh."""
    at = (np.arange(size) + 0.5) / step - 0.5
    first = np.floor(at).astype(np.int64)
    share = (at - first).astype(np.float32)
    return [
        (np.clip(first, 0, cells - 1), 1 - share),
        (np.clip(first + 1, 0, cells - 1), share),
    ]


def ground_light(tracer: Blocks, camera: View, quality: Quality) -> Singles:
    """(height, width) light of the ground under and around the object."""
    step, width, height = quality.ground_step, camera.width, camera.height
    columns, rows = -(-width // step) + 1, -(-height // step) + 1
    x = (np.arange(columns) * step - width / 2) * camera.pixel + camera.centre[0]
    y = (height / 2 - np.arange(rows) * step) * camera.pixel + camera.centre[1]
    on_plane = x[None, :, None] * camera.right + y[:, None, None] * camera.above
    along = on_plane[..., 1:2] / camera.back[1]
    point = (on_plane - along * camera.back).reshape(-1, 3).T.astype(np.float32)
    point[1] = -OFFSET
    normals = np.zeros_like(point)
    normals[1] = 1
    row, column = np.divmod(np.arange(rows * columns), columns)
    pattern = (row % PATTERN) * PATTERN + column % PATTERN
    received = _lit(normals, _visible(tracer, point, normals, normals, pattern, quality))
    free = _lit(normals[:, :1], np.ones((2, 1), dtype=np.float32))
    shade = np.minimum(received / free, 1.0).reshape(rows, columns)
    for _ in range(2):  # the ground is smooth: a plain blur over the pattern
        for axis in (0, 1):
            shade = _box_blur(shade, axis)
    shade = 1 - (1 - shade) * _fade(rows)[:, None] * _fade(columns)
    shade = (BACKGROUND * shade**0.9).astype(np.float32)
    return _enlarge(_enlarge(shade, step, 0)[:height], step, 1)[:, :width]


def _box_blur(values: NDArray[Any], axis: int) -> NDArray[Any]:
    """Mean of four neighbours, the outer two by half: a pattern's width."""
    ends = [(2, 2) if a == axis else (0, 0) for a in range(values.ndim)]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, ends, mode="edge"), 5, axis)
    return windows @ np.array([0.125, 0.25, 0.25, 0.25, 0.125])


def _fade(count: int) -> NDArray[np.float64]:
    """(count,) 0 at both ends, 1 inside: shadows must not be cut off by the frame."""
    edge = np.minimum(np.arange(count), np.arange(count)[::-1]) / max(count - 1, 1)
    t = np.clip(edge / 0.15, 0, 1)
    return t * t * (3 - 2 * t)


def _enlarge(values: NDArray[Any], step: int, axis: int) -> NDArray[Any]:
    """Linear interpolation between neighbours along an axis, `step` times as many."""
    near, far = np.delete(values, -1, axis), np.delete(values, 0, axis)
    weights = (np.arange(step) / step).astype(values.dtype)
    stacked = np.stack([near * (1 - w) + far * w for w in weights], axis=axis + 1)
    shape = list(near.shape)
    shape[axis] *= step
    return stacked.reshape(shape)
