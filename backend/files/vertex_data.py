# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, normals, UVs and faces of formats that leave much open, as glTF wants them.

And assets of one node, for formats without a scene.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Primitive, single_node_asset
from ..contract.palette import to_linear

DARKEST_OF_BYTES = 2.0  # a float colour above is no bright one but was meant for 0..255


def colours(values: NDArray[Any]) -> NDArray[np.float32]:
    """Linear colours of (n, 3) r g b or (n, 4) r g b a, which mesh files hold as sRGB.

    Integers, and floats that only make sense so, stand for 0..255 (16 bits: 0..65535); other
    floats for 0..1. NaN becomes 1, which leaves a material as it is. Blender's importers of OBJ
    and PLY see colours in the same way; alpha is linear in all of them.
    """
    given = values.astype(np.float64)
    given[~np.isfinite(given)] = np.nan
    highest = float(np.nanmax(given, initial=0.0))
    if values.dtype.kind == "f":
        seen = given[~np.isnan(given)]
        bytes_meant = highest > 1 and (highest > DARKEST_OF_BYTES or bool((seen % 1 == 0).all()))
    else:
        bytes_meant = True
    if bytes_meant:
        given /= 255.0 if highest <= 255 else max(65535.0, highest)
    given = np.nan_to_num(np.clip(given, 0.0, 1.0), nan=1.0)
    given[:, :3] = to_linear(given[:, :3])
    return given.astype(np.float32)


def normals(values: NDArray[Any]) -> Attribute | None:
    """Normals (n, 3) of length one, or None if no row of `values` (n, 3) is a direction.

    Other rows become NaN: ``assets.attributes`` gives them those of the faces around.
    """
    unit = values.astype(np.float64)
    with np.errstate(all="ignore"):
        length = np.linalg.norm(unit, axis=1, keepdims=True)
        unit /= length
        unit[~((length > 0) & np.isfinite(length))[:, 0]] = np.nan
    return Attribute(unit.astype(np.float32)) if np.isfinite(unit).all(axis=1).any() else None


def texture_coordinates(pairs: NDArray[Any]) -> Attribute:
    """UVs (n, 2) with the origin at the top left, as in glTF, from the bottom left; NaN as 0."""
    finite = np.where(np.isfinite(pairs), pairs, 0)
    return Attribute(np.column_stack([finite[:, 0], 1.0 - finite[:, 1]]).astype(np.float32))


def small_faces(sizes: NDArray[np.int64]) -> list[str]:
    """A remark if any of the faces with `sizes` (n,) corners are points or lines."""
    count = int((sizes < 3).sum())
    if not count:
        return []
    whose = "1 face has" if count == 1 else f"{count} faces have"
    return [f"{whose} fewer than three corners: left out."]


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
