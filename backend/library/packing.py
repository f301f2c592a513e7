# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh, or a thumbnail, in a few hundred bytes: quantised, as small numbers, LZMA-compressed.

Vertices stand in the order in which faces first name them, so that a corner is either the next new
vertex (0) or one met k vertices ago; both streams are split into planes of bytes.
"""

from __future__ import annotations

import lzma
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints

STEPS = 4095  # places along the unit cube's edge
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 3, "lp": 0, "pb": 0}]
SIZE = 96  # pixels of a thumbnail's side
SHADES = 5  # bits of a shade, and of how far a pixel is covered


def pack_mesh(vertices: Floats, faces: Ints) -> bytes:
    """Bytes of (V, 3) vertices within -0.5..0.5 and (F, 3) faces below 65536 vertices."""
    order, first = np.unique(faces.reshape(-1), return_index=True)
    order = order[np.argsort(first, kind="stable")]
    place = np.empty(len(vertices), np.int64)
    place[order] = np.arange(len(order))
    corner = place[faces.reshape(-1)]
    met = np.maximum.accumulate(np.concatenate([[-1], corner]))[:-1]
    steps = np.rint((vertices[order] + 0.5) * STEPS).astype(np.int64)
    change = np.diff(steps, axis=0, prepend=0)
    signed = np.where(change < 0, -2 * change - 1, 2 * change)
    head = np.array([len(order), len(faces)], "<u4").tobytes()
    return _squeezed(head + _planes(signed.T) + _planes(met + 1 - corner))


def unpack_mesh(data: bytes) -> tuple[Floats, Ints]:
    """The mesh of `pack_mesh`, its places on the grid."""
    raw = _unsqueezed(data)
    vertices, faces = (int(n) for n in np.frombuffer(raw, "<u4", 2))
    signed = _from_planes(raw[8 : 8 + 6 * vertices]).reshape(3, vertices).T
    change = np.where(signed & 1, -(signed + 1) // 2, signed // 2)
    back = _from_planes(raw[8 + 6 * vertices : 8 + 6 * vertices + 6 * faces])
    new = back == 0
    met = np.cumsum(new) - new  # new vertices before each corner
    return np.cumsum(change, axis=0) / STEPS - 0.5, (met - back).reshape(-1, 3)


def pack_thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """Bytes of a (SIZE, SIZE, 2) picture: shade and cover."""
    coarse = pixels >> (8 - SHADES)
    coarse[..., 0][coarse[..., 1] == 0] = 0
    return _squeezed(np.moveaxis(coarse, 2, 0).tobytes())


def unpack_thumbnail(data: bytes) -> NDArray[np.uint8]:
    """(SIZE, SIZE, 4) RGBA of `pack_thumbnail`."""
    most = (1 << SHADES) - 1
    raw = np.frombuffer(_unsqueezed(data), np.uint8).reshape(2, SIZE, SIZE)
    shade, cover = (raw.astype(np.uint16) * 255 // most).astype(np.uint8)
    return np.stack([shade, shade, shade, cover], axis=2)


def _planes(numbers: NDArray[Any]) -> bytes:
    flat = numbers.reshape(-1).astype("<u2")
    return (flat & 255).astype(np.uint8).tobytes() + (flat >> 8).astype(np.uint8).tobytes()


def _from_planes(raw: bytes) -> Ints:
    low, high = np.frombuffer(raw, np.uint8).reshape(2, -1).astype(np.int64)
    return low | (high << 8)


def _squeezed(raw: bytes) -> bytes:
    return lzma.compress(raw, lzma.FORMAT_RAW, filters=FILTERS)


def _unsqueezed(data: bytes) -> bytes:
    return lzma.decompress(data, lzma.FORMAT_RAW, filters=FILTERS)
