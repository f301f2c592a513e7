# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture of a labelled mesh by ray casting on the processor: no window, no graphics card.

Everything happens in a unit frame with Y up and the object on the ground. Light comes from a sky
dome and one soft lamp, sampled with interleaved patterns and smoothed where surfaces continue.
Source: Keller and Heidrich, "Interleaved Sampling", 2001.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

AZIMUTH, ELEVATION = np.radians(28.0), np.radians(18.0)
LAMP = np.array([-0.36, 0.84, 0.406], dtype=np.float32)
LAMP /= np.linalg.norm(LAMP)
LAMP_RADIUS = 0.16
SKY, LAMP_POWER, GROUND_BOUNCE = 0.62, 0.62, 0.30
OFFSET = 2e-4  # of the object's size, lifts rays off their surface
CREASE = np.cos(np.radians(38.0))
PATTERN = 4  # interleaved samples repeat every 4 x 4 pixels
BACKGROUND = 0.83  # linear light of the empty ground
LINE = 0.42  # what remains of the light on the line between two parts


@dataclass(frozen=True)
class Quality:
    """Rays for each pixel: `supersampling` squared to the camera, the others for light."""

    supersampling: int = 2
    sky: int = 20
    lamp: int = 3
    ground_step: int = 4


def render(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    labels: NDArray[np.integer],
    colours: Floats,
    size: tuple[int, int],
    quality: Quality | None = None,
) -> Floats:
    """Picture (height, width, 3) in linear light of a mesh with Y up.

    vertices (V, 3) of any size and place, faces (F, 3), labels (F,) into colours (K, 3).
    """
    quality = quality or Quality()
    width, height = size
    points = unit_frame(vertices, faces)
    tracer = Tracer(points, faces)
    camera = Camera(points[faces.reshape(-1)] if len(faces) < 200_000 else points, width, height)
    fine = quality.supersampling
    seen = _look(tracer, camera, width * fine, height * fine)
    light = _surface_light(tracer, seen, fine, quality)  # (height, width)
    label = np.where(seen.face >= 0, labels[seen.face], -1)
    image = np.empty((height * fine, width * fine, 3), dtype=np.float32)
    image[:] = np.repeat(np.repeat(_ground(tracer, camera, width, height, quality), fine, 0),
                         fine, 1)[..., None]  # fmt: skip
    hit = seen.face >= 0
    shade = np.repeat(np.repeat(light, fine, 0), fine, 1)
    shade = shade * np.where(_part_lines(label), np.float32(LINE), np.float32(1.0))
    image[hit] = colours[label[hit]] * shade[hit][:, None]
    return image.reshape(height, fine, width, fine, 3).mean(axis=(1, 3))


def unit_frame(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> Floats:
    """(V, 3): largest extent 1, centred, standing on y = 0. Computed in double precision."""
    named = np.zeros(len(vertices), dtype=bool)
    named[faces] = True
    used = vertices[named]
    low, high = used.min(axis=0), used.max(axis=0)
    size = float((high - low).max()) or 1.0
    centre = (low + high) / 2
    centre[1] = low[1]
    with np.errstate(over="ignore", invalid="ignore"):
        unit = (vertices - centre) / size
    return np.clip(unit, -2.0, 2.0).astype(np.float32)


class Tracer:
    """Rays against one mesh, on all cores; the same rays give the same answers."""

    def __init__(self, points: Floats, faces: NDArray[np.int64]) -> None:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        self.scene = EmbreeScene()
        self.mesh = TriangleMesh(self.scene, points, faces.astype(np.int32))
        self.points, self.faces = points, faces
        self.corner_normals = corner_normals(points, faces)

    def closest(self, origins: Floats, directions: Floats) -> dict[str, NDArray[Any]]:
        """First hit of each ray: ``primID`` (-1 for none), ``u``, ``v``, ``tfar``."""
        parts = self._split(lambda o, d: self.scene.run(o, d, output=True), origins, directions)
        return {key: np.concatenate([part[key] for part in parts])
                for key in ("primID", "u", "v", "tfar")}  # fmt: skip

    def blocked(self, origins: Floats, directions: Floats) -> NDArray[np.bool_]:
        """True for each ray that hits anything."""
        parts = self._split(
            lambda o, d: self.scene.run(o, d, query="OCCLUDED") >= 0, origins, directions
        )
        return np.concatenate(parts)

    def _split(self, work: Callable[..., Any], origins: Floats, directions: Floats) -> list[Any]:
        workers = max(1, min(os.cpu_count() or 1, 8, len(origins) // 4096))
        self.scene.run(origins[:1], directions[:1])  # the first ray builds the tree, alone
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(work, np.array_split(origins, workers),
                                 np.array_split(directions, workers)))  # fmt: skip


def corner_normals(points: Floats, faces: NDArray[np.int64]) -> Floats:
    """(F, 3, 3) shading normals: smooth across flat joints, sharp at creases.

    Vertices at one place count as one, so that soups look smooth as well.
    """
    corner = points[faces]
    flat = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    grid = np.rint((points.astype(np.float64) + 2.0) * (2**20 / 4)).astype(np.int64)
    _, place = np.unique((grid[:, 0] << 42) | (grid[:, 1] << 21) | grid[:, 2], return_inverse=True)
    place = place.reshape(-1)[faces]
    total = np.stack(
        [np.bincount(place.reshape(-1), np.repeat(flat[:, axis], 3))[place] for axis in range(3)],
        axis=-1,
    )
    unit = _normalised(flat)[:, None, :]
    smooth = _normalised(total.astype(np.float32))
    near = np.einsum("fci,fci->fc", smooth, np.broadcast_to(unit, smooth.shape)) > CREASE
    return np.where(near[..., None], smooth, unit).astype(np.float32)


class Camera:
    """Looks from the front, a little from the right and above, without perspective."""

    def __init__(self, points: Floats, width: int, height: int, margin: float = 0.085) -> None:
        sa, ca, se, ce = np.sin(AZIMUTH), np.cos(AZIMUTH), np.sin(ELEVATION), np.cos(ELEVATION)
        self.back = np.array([sa * ce, se, ca * ce], dtype=np.float32)
        self.right = np.array([ca, 0.0, -sa], dtype=np.float32)
        self.above = np.cross(self.back, self.right).astype(np.float32)
        x, y = points @ self.right, points @ self.above
        low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
        self.centre = (low + high) / 2
        room = np.maximum(high - low, 1e-3) / (1 - 2 * margin) / np.array([width, height])
        self.pixel = float(room.max())  # size of a pixel in the unit frame
        self.width, self.height = width, height

    def project(self, points: Floats) -> Floats:
        """Pixels (N, 2), from the left and from the top, of points (N, 3)."""
        x = (points @ self.right - self.centre[0]) / self.pixel + self.width / 2
        y = self.height / 2 - (points @ self.above - self.centre[1]) / self.pixel
        return np.stack([x, y], axis=1).astype(np.float32)

    def rays(self, width: int, height: int) -> tuple[Floats, Floats]:
        """Origins and directions (height * width, 3) through the centres of a finer raster."""
        fine = self.width / width
        x = ((np.arange(width) + 0.5) * fine - self.width / 2) * self.pixel + self.centre[0]
        y = (self.height / 2 - (np.arange(height) + 0.5) * fine) * self.pixel + self.centre[1]
        origins = (
            x.astype(np.float32)[None, :, None] * self.right
            + y.astype(np.float32)[:, None, None] * self.above
            + 4.0 * self.back
        )
        directions = np.broadcast_to(-self.back, origins.shape)
        return (
            np.ascontiguousarray(origins.reshape(-1, 3), dtype=np.float32),
            np.ascontiguousarray(directions.reshape(-1, 3), dtype=np.float32),
        )


@dataclass
class _Seen:
    """What the camera sees: face (h, w) or -1, and for hits in raster order point and normals."""

    face: NDArray[np.int32]
    u: Floats
    v: Floats
    depth: Floats


def _look(tracer: Tracer, camera: Camera, width: int, height: int) -> _Seen:
    answer = tracer.closest(*camera.rays(width, height))
    shape = (height, width)
    return _Seen(*(answer[key].reshape(shape) for key in ("primID", "u", "v", "tfar")))


def _surface_light(tracer: Tracer, seen: _Seen, fine: int, quality: Quality) -> Floats:
    """(height, width) light on the surface in each pixel, at its first sample that hits."""
    height, width = seen.face.shape[0] // fine, seen.face.shape[1] // fine
    tiles = seen.face.reshape(height, fine, width, fine).transpose(0, 2, 1, 3)
    blocks = tiles.reshape(height, width, fine * fine)
    first = (blocks >= 0).argmax(axis=2)
    rows, columns = np.nonzero((blocks >= 0).any(axis=2))
    sample = (rows * fine + first[rows, columns] // fine,
              columns * fine + first[rows, columns] % fine)  # fmt: skip
    light = np.zeros((height, width), dtype=np.float32)
    if not len(rows):
        return light
    face, u, v = seen.face[sample], seen.u[sample][:, None], seen.v[sample][:, None]
    corner = tracer.points[tracer.faces[face]]
    flat = _normalised(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]))
    smooth = tracer.corner_normals[face]
    weights = np.stack([1 - u - v, u, v], axis=1)  # (n, 3, 1)
    point = (corner * weights).sum(axis=1)
    normal = _normalised((smooth * weights).sum(axis=1))
    back = _camera_back()
    flat *= np.where(flat @ back < 0, np.float32(-1), np.float32(1))[:, None]
    normal *= np.where((normal * flat).sum(axis=1) < 0, np.float32(-1), np.float32(1))[:, None]
    pattern = (rows % PATTERN) * PATTERN + columns % PATTERN
    received = _gather(tracer, point + flat * OFFSET, normal, flat, pattern, quality)
    light[rows, columns] = received
    guide = np.zeros((height, width, 4), dtype=np.float32)
    guide[rows, columns, :3] = normal
    guide[rows, columns, 3] = seen.depth[sample]
    covered = np.zeros((height, width), dtype=bool)
    covered[rows, columns] = True
    return _smooth(light, guide, covered)


def _camera_back() -> Floats:
    sa, ca, se, ce = np.sin(AZIMUTH), np.cos(AZIMUTH), np.sin(ELEVATION), np.cos(ELEVATION)
    return np.array([sa * ce, se, ca * ce], dtype=np.float32)


def _gather(
    tracer: Tracer,
    origins: Floats,
    normals: Floats,
    flat: Floats,
    pattern: NDArray[np.integer],
    quality: Quality,
) -> Floats:
    """Light (n,) from sky and lamp at points with shading and geometric normals."""
    tangent, bitangent = _tangents(normals)
    total = np.zeros(len(origins), dtype=np.float32)
    for k in range(quality.sky):
        x, y, z = _cosine_sample(pattern, k, quality.sky)
        ray = tangent * x[:, None] + bitangent * y[:, None] + normals * z[:, None]
        below = (ray * flat).sum(axis=1, keepdims=True)
        ray -= 2 * np.minimum(below, 0) * flat  # a smooth normal must not look into its own face
        open_sky = ~tracer.blocked(origins, ray)
        total += open_sky * _sky(ray[:, 1])
    total *= np.float32(SKY / quality.sky)
    lit = np.maximum(normals @ LAMP, 0) * np.float32(LAMP_POWER / quality.lamp)
    for k in range(quality.lamp):
        total += lit * ~tracer.blocked(origins, _lamp_rays(pattern, k, quality.lamp))
    return total


def _sky(up: Floats) -> Floats:
    """Radiance from a direction with this y: brighter overhead; from below, the ground's bounce."""
    return np.where(up > 0, 0.85 + 0.35 * up, GROUND_BOUNCE * (1.0 + up)).astype(np.float32)


def _cosine_sample(
    pattern: NDArray[np.integer], k: int, count: int
) -> tuple[Floats, Floats, Floats]:
    """k-th of `count` directions about +Z, denser near it, shifted for each of the patterns."""
    cells = PATTERN * PATTERN
    shift = (pattern * 7 % cells).astype(np.float32)
    height = (k + (shift + 0.5) / cells) / count
    turn = np.float32(2.399963) * k + (2 * np.pi / cells) * (pattern * 5 % cells)
    radius = np.sqrt(height)
    return (
        (radius * np.cos(turn)).astype(np.float32),
        (radius * np.sin(turn)).astype(np.float32),
        np.sqrt(1 - height).astype(np.float32),
    )


def _lamp_rays(pattern: NDArray[np.integer], k: int, count: int) -> Floats:
    x, y, _ = _cosine_sample(pattern, k, count)
    tangent, bitangent = _tangents(LAMP[None])
    rays = LAMP + np.float32(LAMP_RADIUS) * (x[:, None] * tangent + y[:, None] * bitangent)
    return _normalised(rays)


def _tangents(normals: Floats) -> tuple[Floats, Floats]:
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


def _smooth(light: Floats, guide: Floats, covered: NDArray[np.bool_]) -> Floats:
    """Average over a pattern's width where normal and depth go on alike."""
    reach = PATTERN // 2
    total, weight = np.zeros_like(light), np.zeros_like(light)
    padded = np.pad(light, reach)
    guides = np.pad(guide, ((reach, reach), (reach, reach), (0, 0)))
    inside = np.pad(covered, reach)
    height, width = light.shape
    for dy in range(2 * reach + 1):
        for dx in range(2 * reach + 1):
            window = (slice(dy, dy + height), slice(dx, dx + width))
            other = guides[window]
            alike = np.einsum("hwi,hwi->hw", other[..., :3], guide[..., :3]) > 0.9
            alike &= np.abs(other[..., 3] - guide[..., 3]) < 0.02
            w = (alike & inside[window] & covered) * np.float32(
                (0.5 if abs(dy - reach) == reach else 1) * (0.5 if abs(dx - reach) == reach else 1)
            )
            total += w * padded[window]
            weight += w
    return (total / np.maximum(weight, 1e-6)).astype(np.float32)


def _part_lines(label: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Samples on either side of the border between two parts."""
    line = np.zeros(label.shape, dtype=bool)
    for axis in (0, 1):
        near = [slice(None)] * 2
        far = [slice(None)] * 2
        near[axis], far[axis] = slice(None, -1), slice(1, None)
        a, b = label[tuple(near)], label[tuple(far)]
        border = (a != b) & (a >= 0) & (b >= 0)
        line[tuple(near)] |= border
        line[tuple(far)] |= border
    return line


def _ground(tracer: Tracer, camera: Camera, width: int, height: int, quality: Quality) -> Floats:
    """(height, width) light of the ground under and around the object."""
    step = quality.ground_step
    columns, rows = -(-width // step) + 1, -(-height // step) + 1
    x = (np.arange(columns) * step - width / 2) * camera.pixel + camera.centre[0]
    y = (height / 2 - np.arange(rows) * step) * camera.pixel + camera.centre[1]
    on_plane = x[None, :, None] * camera.right + y[:, None, None] * camera.above
    along = on_plane[..., 1:2] / camera.back[1]
    point = (on_plane - along * camera.back).reshape(-1, 3).astype(np.float32)
    point[:, 1] = -OFFSET
    normals = np.broadcast_to(np.array([0, 1, 0], dtype=np.float32), point.shape)
    row, column = np.divmod(np.arange(rows * columns), columns)
    pattern = (row % PATTERN) * PATTERN + column % PATTERN
    received = _gather(tracer, point, normals, normals, pattern, quality)
    free = SKY * (0.85 + 0.35 * 2 / 3) + LAMP_POWER * LAMP[1]
    shade = np.minimum(received / free, 1.0).reshape(rows, columns)
    for _ in range(3):  # the ground is smooth: a plain blur over the pattern
        for axis in (0, 1):
            shade = _box_blur(shade, axis)
    shade = 1 - (1 - shade) * _fade(rows)[:, None] * _fade(columns)
    full = _enlarge(_enlarge(shade, step, 0)[:height], step, 1)[:, :width]
    return (BACKGROUND * full**0.9).astype(np.float32)


def _box_blur(values: NDArray[Any], axis: int) -> NDArray[Any]:
    """Mean of five neighbours along an axis."""
    ends = [(2, 2) if a == axis else (0, 0) for a in range(values.ndim)]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, ends, mode="edge"), 5, axis)
    return windows.mean(axis=-1)


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


def _normalised(vectors: NDArray[Any]) -> Floats:
    length = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return (vectors / np.where(length > 0, length, 1)).astype(np.float32)
