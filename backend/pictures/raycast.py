# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture of a labelled mesh by ray casting on the processor: no window, no graphics card.

Everything happens in a unit frame with Y up and the object on the ground. One ray goes through
each pixel, and more where parts or the outline meet; light is in `lighting`.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles
from ..geometry.rays import Hits, RayScene
from .lighting import Quality, Raster, ground_light, shining, surface_light

AZIMUTH, ELEVATION = np.radians(28.0), np.radians(18.0)
CREASE = np.cos(np.radians(38.0))
LINE = 0.42  # what remains of the light on the line between two parts
FEW = 4096  # rays that one thread does sooner than two
TILE = 8  # pixels


def render(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    labels: NDArray[np.integer],
    colours: Singles,
    size: tuple[int, int],
    quality: Quality | None = None,
    workers: int = 0,
    shine: Singles | None = None,
) -> Singles:
    """Picture (height, width, 3) in linear light of a mesh with Y up.

    vertices (V, 3) of any size and place, faces (F, 3), labels (F,) into colours (K, 3). workers :
    threads that shoot rays; 0 for one on each core. shine : (K,) how much of a mirror each label
    is, 0 to 1.
    """
    quality = quality or Quality()
    width, height = size
    points = unit_frame(vertices, faces)
    tracer = Tracer(points, faces, workers)
    camera = Camera(points[faces.reshape(-1)] if len(faces) < 200_000 else points, width, height)
    ground = ground_light(tracer, camera, quality)
    image = np.empty((height, width, 3), dtype=np.float32)
    image[:] = ground[..., None]
    window, aimed = camera.aimed(points, faces)
    row, column = np.nonzero(aimed)
    origins, directions = camera.rays(
        column + (window[1].start + 0.5), row + (window[0].start + 0.5)
    )
    hits = tracer.first_hits(origins, directions)
    hit = np.flatnonzero(hits.face >= 0)
    if not len(hit):
        return image
    row, column = row.take(hit), column.take(hit)
    surface = surface_of(tracer, origins, directions[0], hits, hit, aimed.shape, row, column)
    own, light = labels.take(surface.face), surface_light(tracer, surface, quality)
    if shine is not None:
        light = shining(light, surface, directions[0], shine.take(own))
    place = (row + window[0].start) * width + (column + window[1].start)
    image.reshape(-1, 3)[place] = colours.take(own, axis=0) * light[:, None]
    place = row * aimed.shape[1] + column
    label = np.full(aimed.shape, -1, dtype=np.int32)
    label.reshape(-1)[place] = own
    edge = np.nonzero(_edges(label))
    if len(edge[0]):
        own = _labels_within(tracer, camera, labels, edge, window, quality.supersampling)
        shade = np.where(_lines_within(label, edge, own), np.float32(LINE), np.float32(1.0))
        lit = np.zeros(aimed.shape, dtype=np.float32)
        lit.reshape(-1)[place] = light
        shade *= _light_around(lit, label >= 0, edge)[:, None, None]
        paint = colours[own] * shade[..., None]
        paint = np.where((own >= 0)[..., None], paint, ground[window][edge][:, None, None, None])
        image[window][edge] = paint.mean(axis=(1, 2))
    return image


def surface_of(
    tracer: Tracer,
    origins: Singles,
    direction: Singles,
    hits: Hits,
    hit: NDArray[np.int64],
    shape: tuple[int, int],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
) -> Raster:
    """What rays from origins (n, 3) in one direction have hit; `hit` (m,) tells which did.

    shape : the raster. row, column : (m,) where in it they did.
    """
    face, depth = hits.face.take(hit), hits.distance.take(hit)
    u, v = hits.u.take(hit), hits.v.take(hit)
    weights = 1 - u - v, u, v
    side = np.where(tracer.face_normals @ direction > 0, np.float32(-1), np.float32(1))
    normal = np.empty((3, len(hit)), dtype=np.float32)
    for axis, corners in enumerate(tracer.corner_normals):
        normal[axis] = sum(w * of.take(face) for w, of in zip(weights, corners, strict=True))
    length = np.sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2])
    normal *= side.take(face) / np.maximum(length, np.float32(1e-12))
    point = origins.take(hit, axis=0).T + depth * direction[:, None]
    flat = np.ascontiguousarray(tracer.face_normals.T) * side
    return Raster(shape, row, column, point, normal, flat, face, depth)


def _edges(label: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Pixels (h, w) that differ from one of their eight neighbours."""
    across = np.zeros(label.shape, dtype=bool)
    differs = label[:, 1:] != label[:, :-1]
    across[:, 1:] |= differs
    across[:, :-1] |= differs
    edge = across.copy()
    down = label[1:] != label[:-1]
    edge[1:] |= down | across[:-1]
    edge[:-1] |= down | across[1:]
    return edge


def _labels_within(
    tracer: Tracer,
    camera: Camera,
    labels: NDArray[np.integer],
    place: tuple[NDArray[np.int64], ...],
    window: tuple[slice, slice],
    fine: int,
) -> NDArray[np.integer]:
    """Labels (n, fine, fine) of a grid of rays in each of the pixels at `place`; -1 for none."""
    step = (np.arange(fine) + 0.5) / fine
    y = place[0][:, None, None] + window[0].start + step[:, None] + np.zeros((1, fine))
    x = place[1][:, None, None] + window[1].start + step + np.zeros((fine, 1))
    face = tracer.first_hits(*camera.rays(x.reshape(-1), y.reshape(-1))).face.reshape(x.shape)
    return np.where(face >= 0, labels[face], -1)


def _lines_within(
    label: NDArray[Any], place: tuple[NDArray[np.int64], ...], own: NDArray[Any]
) -> NDArray[np.bool_]:
    """Which of the labels `own` (n, fine, fine) in pixels at `place` lie beside another part."""
    around = np.pad(label, 1, constant_values=-1)
    number = np.full(around.shape, -1)  # of the pixels with rays of their own
    number[1:-1, 1:-1][place] = np.arange(len(own))
    line = np.zeros(own.shape, dtype=bool)
    for axis in (1, 2):
        for step in (-1, 1):
            pixel = [place[0] + 1, place[1] + 1]
            pixel[axis - 1] = pixel[axis - 1] + step
            beside = number[tuple(pixel)]
            edge = own.take(0 if step > 0 else -1, axis)[beside]  # the next pixel's nearest labels
            edge = np.where(beside[:, None] >= 0, edge, around[tuple(pixel)][:, None])
            inner = own.take(range(1, own.shape[axis]) if step > 0 else range(own.shape[axis] - 1),
                             axis)  # fmt: skip
            both = [inner, np.expand_dims(edge, axis)]
            other = np.concatenate(both if step > 0 else both[::-1], axis=axis)
            line |= (other != own) & (other >= 0) & (own >= 0)
    return line


def _light_around(
    light: Singles, hit: NDArray[np.bool_], place: tuple[NDArray[np.int64], ...]
) -> Singles:
    """Light (n,) at pixels of a raster (h, w); beside the surface, the mean of what is seen around.

    light : (h, w), zero where the surface is not `hit` (h, w).
    """
    around, seen = np.pad(light, 1), np.pad(hit, 1)
    total, count = (np.zeros(len(place[0]), dtype=np.float32) for _ in range(2))
    for down in range(3):
        for right in range(3):
            beside = (place[0] + down, place[1] + right)
            total += around[beside]
            count += seen[beside]
    return np.where(hit[place], light[place], total / np.maximum(count, 1))


def unit_frame(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> Singles:
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
    """Rays against one mesh, by some threads (0: one a core); the same rays, the same answers."""

    def __init__(self, points: Singles, faces: NDArray[np.int64], workers: int = 0) -> None:
        self.scene = RayScene(points, faces, proxy=False)
        self.face_normals, corner_normals = shading_normals(points, faces)
        self.corner_normals = np.ascontiguousarray(corner_normals.T)  # (axis, corner, face)
        self.workers = min(workers or os.cpu_count() or 1, 8)
        self.pool = ThreadPoolExecutor(self.workers)
        far = np.full((1, 3), 9.0, dtype=np.float32)
        self.scene.blocked(far, far)  # the first ray builds the tree, alone

    def first_hits(self, origins: Singles, directions: Singles) -> Hits:
        """The triangle that each ray hits first, and where."""
        parts = self._split(self.scene.first_hits, origins, directions)
        return Hits(*(np.concatenate(values) for values in zip(*parts, strict=True)))

    def blocked(self, origins: Singles, directions: Singles) -> NDArray[np.bool_]:
        """True for each ray that hits anything."""
        return np.concatenate(self._split(self.scene.blocked, origins, directions))

    def _split(self, work: Callable[..., Any], origins: Singles, directions: Singles) -> list[Any]:
        pieces = max(1, min(self.workers, len(origins) // FEW))
        if pieces == 1:
            return [work(origins, directions)]
        return list(self.pool.map(work, np.array_split(origins, pieces),
                                  np.array_split(directions, pieces)))  # fmt: skip


def corner_normals(points: Singles, faces: NDArray[np.int64]) -> Singles:
    """(F, 3, 3) shading normals; see :func:`shading_normals`."""
    return shading_normals(points, faces)[1]


def shading_normals(points: Singles, faces: NDArray[np.int64]) -> tuple[Singles, Singles]:
    """Normals of triangles (F, 3) and of corners (F, 3, 3): smooth but for creases.

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
    unit = _normalised(flat)
    smooth = _normalised(total.astype(np.float32))
    near = np.einsum("fci,fi->fc", smooth, unit) > CREASE
    return unit, np.where(near[..., None], smooth, unit[:, None, :])


class Camera:
    """Looks from the front, a little from the right and above, without perspective."""

    def __init__(self, points: Singles, width: int, height: int, margin: float = 0.085) -> None:
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

    def project(self, points: Singles) -> Singles:
        """Pixels (N, 2), from the left and from the top, of points (N, 3)."""
        x = (points @ self.right - self.centre[0]) / self.pixel + self.width / 2
        y = self.height / 2 - (points @ self.above - self.centre[1]) / self.pixel
        return np.stack([x, y], axis=1).astype(np.float32)

    def aimed(
        self, points: Singles, faces: NDArray[np.int64]
    ) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
        """Rows and columns that a mesh may cover, and the pixels (h, w) there worth a ray.

        These are all in the tiles of the picture that the box around a triangle touches.
        """
        place = self.project(points)[faces]  # (F, 3, 2)
        corners = place[:, 0], place[:, 1], place[:, 2]
        low, high = (functools.reduce(f, corners) for f in (np.minimum, np.maximum))
        across, down = -(-self.width // TILE), -(-self.height // TILE)
        last = np.array([across - 1, down - 1])
        left, top = np.clip((low - 1) // TILE, 0, last).T.astype(np.int64)
        right, bottom = np.clip((high + 1) // TILE, 0, last).T.astype(np.int64) + 1
        # A box is one more from its first tile on and one less after its last, down and across.
        boxes = np.zeros((down + 1) * (across + 1), dtype=np.int64)
        for row, column, sign in ((top, left, 1), (top, right, -1), (bottom, left, -1),
                                  (bottom, right, 1)):  # fmt: skip
            boxes += sign * np.bincount(row * (across + 1) + column, minlength=len(boxes))
        touched = boxes.reshape(down + 1, across + 1).cumsum(axis=0).cumsum(axis=1) > 0
        rows = slice(int(top.min()) * TILE, min(int(bottom.max()) * TILE, self.height))
        columns = slice(int(left.min()) * TILE, min(int(right.max()) * TILE, self.width))
        pixels = touched.repeat(TILE, axis=0).repeat(TILE, axis=1)
        return (rows, columns), pixels[rows, columns]

    def rays(self, columns: NDArray[Any], rows: NDArray[Any]) -> tuple[Singles, Singles]:
        """Origins and directions (n, 3) through places of the picture, counted in pixels.

        columns, rows : (n,).
        """
        x = ((columns - self.width / 2) * self.pixel + self.centre[0]).astype(np.float32)
        y = ((self.height / 2 - rows) * self.pixel + self.centre[1]).astype(np.float32)
        origins = np.empty((x.size, 3), dtype=np.float32)
        for axis in range(3):
            origins[:, axis] = x * self.right[axis] + (
                y * self.above[axis] + np.float32(4.0) * self.back[axis]
            )
        directions = np.empty_like(origins)
        directions[:] = -self.back
        return origins, directions


def _normalised(vectors: NDArray[Any]) -> Singles:
    length = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return (vectors / np.where(length > 0, length, 1)).astype(np.float32)
