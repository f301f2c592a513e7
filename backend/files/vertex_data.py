# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, normals, UVs and faces of formats that leave much open, as glTF wants them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Attribute
from ..contract.palette import to_linear

DARKEST_OF_BYTES = 2.0  # a float colour above is no bright one but was meant for 0..255


def colours(values: NDArray[Any]) -> Attribute:
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
    return Attribute(given.astype(np.float32))


def normals(
    values: NDArray[Any], points: NDArray[np.float64], corners: NDArray[np.int64]
) -> Attribute | None:
    """Unit normals of vertices at `points` (n, 3), or None if no row of `values` (n, 3) is one.

    Rows that are zero or not finite take the normal of the triangles `corners` (t, 3) around.
    """
    given = values.astype(np.float64)
    with np.errstate(all="ignore"):
        length = np.linalg.norm(given, axis=1, keepdims=True)
        given /= length
    bad = ~np.isfinite(given).all(axis=1) | ~(length[:, 0] > 0)
    if bad.all():
        return None
    if bad.any():
        given[bad] = _smooth_normals(points, corners)[bad]
    return Attribute(given.astype(np.float32))


def _smooth_normals(points: NDArray[np.float64], corners: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n, 3) unit normals of vertices, weighted by area; upright where there is no area."""
    at = points[corners]
    double = np.cross(at[:, 1] - at[:, 0], at[:, 2] - at[:, 0])
    total = np.stack(
        [np.bincount(corners.reshape(-1), np.repeat(double[:, axis], 3), minlength=len(points))
         for axis in range(3)], axis=1,
    )  # fmt: skip
    length = np.linalg.norm(total, axis=1)
    flat = ~(np.isfinite(length) & (length > 0))
    total[flat], length[flat] = (0.0, 0.0, 1.0), 1.0
    unit: NDArray[np.float64] = total / length[:, None]
    return unit


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
