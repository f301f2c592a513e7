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

from ..contract.arrays import Bools, Singles

LAMP = np.array([-0.36, 0.84, 0.406], dtype=np.float32)
LAMP /= np.linalg.norm(LAMP)
LAMP_RADIUS = 0.16
SKY, LAMP_POWER, GROUND_BOUNCE = 0.62, 0.62, 0.30
OFFSET = 2e-4  # of the object's size, lifts rays off their surface
PATTERN = 4  # interleaved samples repeat every 4 x 4 points
BACKGROUND = 0.83  # linear light of the empty ground
ALIKE, CLOSE = 0.9, 0.02  # cosine of normals and difference of depth where a surface goes on


@dataclass(frozen=True)
class Quality:
    """Rays: `supersampling` squared to the camera in pixels at edges, the others for light.

    The surface is lit at one point in `light_step` squared pixels, the ground in `ground_step`
    squared.
    """

    supersampling: int = 2
    sky: int = 8
    lamp: int = 3
    light_step: int = 3
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
    """What a raster of rays (h, w) has hit.

    Parameters
    ----------
    hit : (h, w). seen : (n,) places in the raster of the n hits, in order.
    point, normal : (n, 3) position and shading normal, towards the camera.
    flat : (F, 3) normals of all triangles, towards the camera. face : (n,) the triangle of each.
    depth : (n,) distance along the ray.
    """

    hit: Bools
    seen: NDArray[np.int64]
    point: Singles
    normal: Singles
    flat: Singles
    face: NDArray[np.integer]
    depth: Singles


def surface_light(tracer: Blocks, surface: Raster, quality: Quality) -> Singles:
    """Light (n,) at each hit."""
    step = quality.light_step
    height, width = (-(-size // step) for size in surface.hit.shape)
    row, column = np.divmod(surface.seen, surface.hit.shape[1])
    cell = (row // step) * width + column // step
    cells, first = np.unique(cell, return_index=True)  # the first hit in each cell is lit
    normal = surface.normal[first]
    y, x = np.divmod(cells, width)
    pattern = (y % PATTERN) * PATTERN + x % PATTERN
    flat = surface.flat[surface.face[first]]
    share = _visible(tracer, surface.point[first] + flat * OFFSET, normal, flat, pattern, quality)
    guide = np.zeros((height * width, 4), dtype=np.float32)
    guide[cells, :3], guide[cells, 3] = normal, surface.depth[first]
    shares = np.zeros((height * width, 2), dtype=np.float32)
    shares[cells] = share
    raster = (height, width)
    shares = _smooth(shares.reshape(*raster, 2), guide.reshape(*raster, 4)).reshape(-1, 2)
    if step > 1:
        share = _spread(shares, guide, raster, surface, cell, step)
    else:
        share = shares[cell]
    return _lit(surface.normal, share)


def _lit(normal: Singles, share: Singles) -> Singles:
    """Light (n,) on normals (n, 3), of which shares (n, 2) of sky and lamp are seen."""
    sky = np.interp(normal[:, 1], *_open_sky()).astype(np.float32) * share[:, 0]
    return sky + np.maximum(normal @ LAMP, 0) * share[:, 1] * np.float32(LAMP_POWER)


@cache
def _open_sky() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights of normals, from -1 to 1, and the light that they get of the sky when none is hid."""
    y = np.linspace(-1.0, 1.0, 65)
    normals = np.stack([np.sqrt(1 - y * y), y, 0 * y], axis=1).astype(np.float32)
    tangent, bitangent = _tangents(normals)
    total, count = np.zeros(65), 256
    for k in range(count):
        a, b, c = _cosine_sample(np.zeros(65, dtype=np.int64), k, count)
        total += _sky((tangent * a[:, None] + bitangent * b[:, None] + normals * c[:, None])[:, 1])
    return y, SKY * total / count


def _visible(
    tracer: Blocks,
    origins: Singles,
    normals: Singles,
    flat: Singles,
    pattern: NDArray[np.integer],
    quality: Quality,
) -> Singles:
    """Shares (n, 2) of the sky's light and of the lamp that reach points, by a few rays each."""
    tangent, bitangent = _tangents(normals)
    free, total = (np.full(len(origins), 1e-6, dtype=np.float32) for _ in range(2))
    for k in range(quality.sky):
        x, y, z = _cosine_sample(pattern, k, quality.sky)
        ray = tangent * x[:, None] + bitangent * y[:, None] + normals * z[:, None]
        below = np.minimum(np.einsum("ni,ni->n", ray, flat), 0)
        ray -= (2 * below)[:, None] * flat  # a smooth normal must not look into its own face
        sky = _sky(ray[:, 1])
        total += sky
        free += sky * ~tracer.blocked(origins, ray)
    lamp = np.zeros(len(origins), dtype=np.float32)
    faces_lamp = np.flatnonzero(normals @ LAMP > 0)
    for k in range(quality.lamp):
        rays = _lamp_rays(pattern[faces_lamp], k, quality.lamp)
        lamp[faces_lamp] += ~tracer.blocked(origins[faces_lamp], rays)
    return np.stack([free / total, lamp / np.float32(quality.lamp)], axis=1)


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
    x, y, z = table.astype(np.float32)[:, pattern]
    return x, y, z


def _lamp_rays(pattern: NDArray[np.integer], k: int, count: int) -> Singles:
    x, y, _ = _cosine_sample(np.arange(PATTERN * PATTERN), k, count)
    tangent, bitangent = _tangents(LAMP[None])
    rays = LAMP + np.float32(LAMP_RADIUS) * (x[:, None] * tangent + y[:, None] * bitangent)
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    return rays.astype(np.float32)[pattern]


def _tangents(normals: Singles) -> tuple[Singles, Singles]:
    """Two directions (n, 3) that make right angles with each normal.

    Source: Duff et al., "Building an Orthonormal Basis, Revisited", 2017.
    """
    x, y, z = normals.T
    sign = np.where(z < 0, np.float32(-1), np.float32(1))
    a = -1 / (sign + z)
    b = x * y * a
    first = np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=1)
    second = np.stack([b, sign + y * y * a, -y], axis=1)
    return first.astype(np.float32), second.astype(np.float32)


def _smooth(values: Singles, guide: Singles) -> Singles:
    """Average of (h, w, c) over a pattern's width where normal and depth (h, w, 4) go on alike.

    Along one axis after the other, which is not quite the same but much sooner done.
    """
    reach = PATTERN // 2
    for axis in (0, 1):
        ends = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        padded, guides = np.pad(values, ends), np.pad(guide, ends)
        total, weight = np.zeros_like(values), np.zeros(values.shape[:2], dtype=np.float32)
        for step in range(2 * reach + 1):
            window = tuple(slice(step, step + n) if a == axis else slice(None)
                           for a, n in enumerate(values.shape[:2]))  # fmt: skip
            part = np.float32(0.5 if step in (0, 2 * reach) else 1.0)
            w = _alike(guides[window], guide) * part
            total += w[..., None] * padded[window]
            weight += w
        values = (total / np.maximum(weight, np.float32(1e-6))[..., None]).astype(np.float32)
    return values


def _alike(one: Singles, other: Singles) -> Bools:
    """Whether guides (..., 4) of normals and depths are of one surface; zeros are of none."""
    alike = np.einsum("...i,...i->...", one[..., :3], other[..., :3]) > ALIKE
    return alike & (np.abs(one[..., 3] - other[..., 3]) < CLOSE)


def _spread(
    values: Singles,
    guide: Singles,
    raster: tuple[int, int],
    surface: Raster,
    cell: NDArray[np.int64],
    step: int,
) -> Singles:
    """Values (n, c) of all hits from those of the cells (m, c) around each, weighted by nearness.

    Cells of another surface do not count; where there are no others, the hit's own cell does.
    """
    row, column = np.divmod(surface.seen, surface.hit.shape[1])
    y, x = ((line + 0.5) / step - 0.5 for line in (row, column))
    top, left = np.floor(y).astype(np.int64), np.floor(x).astype(np.int64)
    down, across = (y - top).astype(np.float32), (x - left).astype(np.float32)
    own = np.concatenate([surface.normal, surface.depth[:, None]], axis=1)
    total = values[cell] * np.float32(1e-4)
    weight = np.full(len(own), 1e-4, dtype=np.float32)
    for dy in (0, 1):
        for dx in (0, 1):
            r, c = np.clip(top + dy, 0, raster[0] - 1), np.clip(left + dx, 0, raster[1] - 1)
            place = r * raster[1] + c
            w = (down if dy else 1 - down) * (across if dx else 1 - across)
            w = w * _alike(guide[place], own)
            total += w[:, None] * values[place]
            weight += w
    return total / weight[:, None]


def ground_light(tracer: Blocks, camera: View, quality: Quality) -> Singles:
    """(height, width) light of the ground under and around the object."""
    step, width, height = quality.ground_step, camera.width, camera.height
    columns, rows = -(-width // step) + 1, -(-height // step) + 1
    x = (np.arange(columns) * step - width / 2) * camera.pixel + camera.centre[0]
    y = (height / 2 - np.arange(rows) * step) * camera.pixel + camera.centre[1]
    on_plane = x[None, :, None] * camera.right + y[:, None, None] * camera.above
    along = on_plane[..., 1:2] / camera.back[1]
    point = (on_plane - along * camera.back).reshape(-1, 3).astype(np.float32)
    point[:, 1] = -OFFSET
    normals = np.zeros_like(point)
    normals[:, 1] = 1
    row, column = np.divmod(np.arange(rows * columns), columns)
    pattern = (row % PATTERN) * PATTERN + column % PATTERN
    received = _lit(normals, _visible(tracer, point, normals, normals, pattern, quality))
    free = _lit(normals[:1], np.ones((1, 2), dtype=np.float32))
    shade = np.minimum(received / free, 1.0).reshape(rows, columns)
    for _ in range(2):  # the ground is smooth: a plain blur over the pattern
        for axis in (0, 1):
            shade = _box_blur(shade, axis)
    shade = 1 - (1 - shade) * _fade(rows)[:, None] * _fade(columns)
    shade = BACKGROUND * shade**0.9
    return _enlarge(_enlarge(shade, step, 0)[:height], step, 1)[:, :width].astype(np.float32)


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
    weights = np.arange(step) / step
    stacked = np.stack([near * (1 - w) + far * w for w in weights], axis=axis + 1)
    shape = list(near.shape)
    shape[axis] *= step
    return stacked.reshape(shape)
