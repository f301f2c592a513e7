# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of textured objects, from the front, three quarters, the side and behind."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints, Singles
from ..contract.palette import to_linear, to_srgb_bytes
from .lighting import BACKGROUND, Quality, surface_light
from .preview import picture_format, save_picture
from .raycast import Tracer, surface_of, unit_frame

TURNS = (0.0, -40.0, -90.0, 180.0)  # degrees about the vertical, of the views of a sheet
RISE = 8.0  # degrees from which the camera looks down
SAMPLES = 2  # squared, in each pixel


@dataclass(frozen=True)
class Painted:
    """A textured object, Y up.

    vertices : (V, 3). faces : (F, 3). uv : (F, 3, 2) from the lower left of the texture.
    texture : (H, W, 4) sRGB, or None. colour : (F, 3) linear light where there is no texture.
    """

    vertices: Floats
    faces: Ints
    uv: Floats | None
    texture: NDArray[np.uint8] | None
    colour: Singles


def render_views(
    path: str | os.PathLike[str], objects: Sequence[Painted], *, height: int = 640
) -> None:
    """Write a sheet with a row of views of each object. Raises BadInput if the file cannot be
    written.

    height : of a row in pixels; of several, which are lower, half of it.
    """
    from PIL import Image

    picture_format(path)
    height = height if len(objects) == 1 else height // 2
    rows = [[view(each, turn, RISE, height) for turn in TURNS] for each in objects]
    widths = [max(shot.shape[1] for shot in column) for column in zip(*rows, strict=True)]
    sheet = np.full((height * len(rows), sum(widths), 3), BACKGROUND, np.float32)
    for number, row in enumerate(rows):
        left = 0
        for shot, width in zip(row, widths, strict=True):
            start = left + (width - shot.shape[1]) // 2
            sheet[number * height : (number + 1) * height, start : start + shot.shape[1]] = shot
            left += width
    save_picture(path, Image.fromarray(to_srgb_bytes(sheet)))


def view(painted: Painted, turn: float, rise: float, height: int) -> Singles:
    """Linear light (height, width, 3) of an object that is turned by so many degrees."""
    points = unit_frame(painted.vertices, painted.faces).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    angle, tilt = np.radians(turn), np.radians(rise)
    s, c = np.sin(angle), np.cos(angle)
    points = points @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    s, c = np.sin(tilt), np.cos(tilt)
    back = np.array([0.0, s, c], np.float32)
    above = np.array([0.0, c, -s], np.float32)
    reach = float(np.hypot(*(high - low)[[0, 2]]))
    tall = float(high[1] - low[1]) * c + reach * s
    pixel = 1.14 * max(tall, 1e-6) / height
    width = max(64, int(1.1 * reach / pixel))
    middle = np.array([0.0, (low[1] + high[1]) / 2, 0.0])
    fine = SAMPLES
    x = ((np.arange(width * fine) + 0.5) / fine - width / 2) * pixel
    y = (height / 2 - (np.arange(height * fine) + 0.5) / fine) * pixel
    origins = (
        middle + x[None, :, None] * np.array([1.0, 0, 0]) + y[:, None, None] * above + 4.0 * back
    )
    origins = origins.reshape(-1, 3).astype(np.float32)
    directions = np.broadcast_to(-back, origins.shape).astype(np.float32)
    tracer = Tracer(points.astype(np.float32), painted.faces)
    hits = tracer.first_hits(origins, directions)
    hit = np.flatnonzero(hits.face >= 0)
    raster = height * fine, width * fine
    image = np.full((*raster, 3), BACKGROUND, np.float32)
    if len(hit):
        row, column = np.unravel_index(hit, raster)
        surface = surface_of(tracer, origins, directions[0], hits, hit, raster, row, column)
        light = surface_light(tracer, surface, Quality(sky=6, lamp=2))
        own = paint(painted, hits.face[hit], hits.u[hit], hits.v[hit])
        image[row, column] = own * light[:, None]
    return np.asarray(
        image.reshape(height, fine, width, fine, 3).mean(axis=(1, 3)).clip(0, 1), np.float32
    )


def paint(painted: Painted, face: NDArray[np.integer], u: Singles, v: Singles) -> Singles:
    """Linear light (n, 3) of the surface at places of faces."""
    if painted.uv is None or painted.texture is None:
        return painted.colour[face]
    corner = painted.uv[face]
    place = corner[:, 0] * (1 - u - v)[:, None] + corner[:, 1] * u[:, None]
    place += corner[:, 2] * v[:, None]
    height, width = painted.texture.shape[:2]
    column = np.clip(place[:, 0] * width, 0, width - 1).astype(int)
    row = np.clip((1 - place[:, 1]) * height, 0, height - 1).astype(int)
    return to_linear(painted.texture[row, column, :3] / 255.0).astype(np.float32)


def joined(
    vertices: Sequence[Floats], faces: Sequence[Ints]
) -> tuple[Floats, Ints, NDArray[np.int64]]:
    """Meshes as one: vertices, faces, and the mesh (F,) of each face."""
    starts = np.cumsum([0, *(len(each) for each in vertices)])
    numbered = [each + start for each, start in zip(faces, starts, strict=False)]
    mesh = np.repeat(np.arange(len(faces)), [len(each) for each in faces])
    return np.concatenate(list(vertices)), np.concatenate(numbered), mesh
