# SPDX-License-Identifier: GPL-3.0-or-later
"""The colours that a file gives its surface: materials, vertex colours, textures."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Primitive
from ..contract.arrays import Floats
from ..contract.palette import to_linear

DEFAULT = (0.8, 0.8, 0.8)  # linear light of what has no material
ALIKE = 0.04  # difference of colours that is none
# Where in a triangle its texture is looked up, by the shares of its corners.
PLACES = np.array([[1, 1, 1], [4, 1, 1], [1, 4, 1], [1, 1, 4]]) / [[3], [6], [6], [6]]


def face_colours(asset: Asset) -> Floats:
    """(F, 3) linear light of each face, the mean over it."""
    colour = np.empty((len(asset.faces), 3))
    colour[:] = DEFAULT
    pictures: dict[int, NDArray[np.uint8] | None] = {}
    for primitive in asset.primitives:
        if primitive.material is not None or "COLOR_0" in primitive.attributes:
            colour[primitive.faces] = _colours(asset, primitive, pictures)
    return colour


def colours_of_parts(asset: Asset, labels: NDArray[np.integer], count: int) -> Floats | None:
    """(K, 3) linear light, the mean of each part's surface; None where all are the same.

    labels : (F,) part of each face, 0..K-1.
    """
    colour = face_colours(asset)
    corner = asset.vertices[asset.faces]
    area = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    area += 1e-12 * (area.sum() or 1.0)
    total = np.maximum(np.bincount(labels, area, count), 1e-300)
    mean = np.stack([np.bincount(labels, area * colour[:, k], count) / total for k in range(3)], 1)
    return None if np.ptp(mean, axis=0).max() < ALIKE else mean


def _colours(
    asset: Asset, primitive: Primitive, pictures: dict[int, NDArray[np.uint8] | None]
) -> Floats:
    """(m, 3) linear light of each triangle."""
    materials = asset.document.get("materials") or []
    given: Any = materials[primitive.material] if primitive.material is not None else {}
    surface = given.get("pbrMetallicRoughness") or {}
    colour = np.tile(
        np.asarray(surface.get("baseColorFactor", [1, 1, 1, 1])[:3], float),
        (len(primitive.faces), 1),
    )
    painted = primitive.attributes.get("COLOR_0")
    if painted is not None:
        colour = colour * painted.as_float()[primitive.corners][..., :3].mean(axis=1)
    texture = surface.get("baseColorTexture") or {}
    place = primitive.attributes.get(f"TEXCOORD_{texture.get('texCoord', 0)}")
    picture = _picture(asset, texture.get("index"), pictures) if place is not None else None
    if picture is not None and place is not None:
        corner = place.as_float()[primitive.corners]  # (m, 3, 2)
        height, width = picture.shape[:2]
        light = np.zeros_like(colour)
        for share in PLACES:
            at = np.einsum("k,mkc->mc", share, corner) % 1.0
            column, row = (at * [width, height]).astype(int).T.clip(0, [[width - 1], [height - 1]])
            light += to_linear(picture[row, column] / 255.0)
        colour = colour * light / len(PLACES)
    return colour


def _picture(
    asset: Asset, texture: Any, pictures: dict[int, NDArray[np.uint8] | None]
) -> NDArray[np.uint8] | None:
    """(H, W, 3) sRGB of one of a file's textures; None where it cannot be read."""
    textures = asset.document.get("textures") or []
    if not isinstance(texture, int) or not texture < len(textures):
        return None
    source = textures[texture].get("source")
    if not isinstance(source, int) or not source < len(asset.images):
        return None
    if source not in pictures:
        from PIL import Image

        data = asset.images[source]
        pictures[source] = None
        try:
            if data is not None:
                file = data if isinstance(data, Path) else io.BytesIO(data)
                with Image.open(file) as image:
                    pictures[source] = np.asarray(image.convert("RGB"))
        except (OSError, ValueError):  # the picture goes without it
            pass
    return pictures[source]
