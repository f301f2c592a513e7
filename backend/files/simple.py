# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading .npz, and what the readers of meshes without a scene share.

ValueError and its like mean that the file is damaged.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Primitive, single_node_asset
from ..contract.errors import BadInput
from ..contract.palette import to_linear


def read_npz(path: Path) -> Asset:
    """NumPy archive with ``vertices`` (V, 3) and ``faces`` (F, 3)."""
    data = io.BytesIO(path.read_bytes())  # in a file, wrong offsets would look like a broken disk
    with np.load(data, allow_pickle=False) as archive:
        if not {"vertices", "faces"} <= set(archive.files):
            raise BadInput(
                f"{path.name} holds no arrays named 'vertices' and 'faces'.",
                "Save it with numpy.savez(path, vertices=..., faces=...).",
            )
        vertices, faces = archive["vertices"], archive["faces"]
    well_formed = (
        vertices.ndim == faces.ndim == 2
        and vertices.shape[1] == faces.shape[1] == 3
        and vertices.dtype.kind in "fiu"
        and faces.dtype.kind in "iu"
    )
    if not well_formed:
        raise BadInput(
            f"{path.name} holds vertices {vertices.dtype} {vertices.shape} and faces "
            f"{faces.dtype} {faces.shape}.",
            "Vertices must be numbers of shape (V, 3), faces integers of shape (F, 3).",
        )
    return plain_asset(path, vertices.astype(np.float64), faces.astype(np.int64))


def plain_asset(
    path: Path,
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    attributes: dict[str, Attribute] | None = None,
    **more: Any,
) -> Asset:
    """Asset of one primitive, whose attributes have one row for each vertex."""
    rows = np.arange(len(vertices))
    primitive = Primitive(0, faces, np.arange(len(faces)), rows, attributes or {})
    return single_node_asset(path, vertices, faces, [primitive], **more)


def coloured_asset(
    path: Path,
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    colours: NDArray[np.float32] | None,
    attributes: dict[str, Attribute] | None = None,
    **more: Any,
) -> Asset:
    """As :func:`plain_asset`, with linear `colours` (F, c) of whole triangles, if there are any.

    A vertex between triangles of several colours becomes one row of the primitive for each.
    """
    if colours is None or not len(faces):
        return plain_asset(path, vertices, faces, attributes, **more)
    shades, shade = np.unique(colours, axis=0, return_inverse=True)
    rows, corners = split_corners(faces, np.repeat(shade.reshape(-1, 1), 3, axis=1))
    kept = {name: Attribute(a.values[rows[:, 0]], a.normalized)
            for name, a in (attributes or {}).items()}  # fmt: skip
    kept["COLOR_0"] = Attribute(shades[rows[:, 1]].astype(np.float32))
    primitive = Primitive(0, corners, np.arange(len(faces)), rows[:, 0], kept)
    return single_node_asset(path, vertices, faces, [primitive], **more)


def linear_light(seen: NDArray[Any]) -> NDArray[np.float32]:
    """Colours in 0..1 as files and screens have them (sRGB) to the linear light of glTF.

    `seen` (n, 3) or (n, 4); alpha stays as it is.
    """
    linear = np.clip(seen, 0.0, 1.0)
    linear[:, :3] = to_linear(linear[:, :3])
    return linear.astype(np.float32)


def numbers(text: bytes, dtype: type = np.float64) -> NDArray[Any]:
    """All numbers of a text; ValueError if something else stands between them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text.decode("ascii"), dtype, sep=" ")
        except (DeprecationWarning, ValueError) as warning:
            raise ValueError("something that is not a number") from warning


def whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Integers read as floats; ValueError if they are none."""
    with np.errstate(invalid="ignore"):
        result = values.astype(np.int64)
    if not np.array_equal(result, values):
        raise ValueError("an index is not a whole number")
    return result


def fan(sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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


def split_corners(
    *columns: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Make vertices of corners that index several arrays (positions, UVs, normals).

    `columns` are (t, 3) indices, -1 where a corner has none. Returns (n, len(columns)) the
    distinct combinations, sorted, and (t, 3) the combination of each corner.
    """
    stacked = np.stack([column.reshape(-1) for column in columns], axis=1)
    spans = [int(span) for span in stacked.max(axis=0, initial=-1) + 2]
    shape = columns[0].shape
    if np.prod([float(span) for span in spans]) > 2**62:
        rows, inverse = np.unique(stacked, axis=0, return_inverse=True)
        return rows, inverse.reshape(shape)
    key = np.zeros(len(stacked), dtype=np.int64)
    for column, span in zip(stacked.T, spans, strict=True):
        key = key * span + (column + 1)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return stacked[first], inverse.reshape(shape)
