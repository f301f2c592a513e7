# SPDX-License-Identifier: GPL-3.0-or-later
"""Vertex data as glTF wants it: no NaN, unit normals and tangents, widths that it knows.

What a reader of any format made goes through :func:`mend_attributes`; what was sound stays as the
file stores it, bit for bit.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..geometry.mesh import distinct
from .asset import Asset, Attribute, Primitive

WIDTHS = {"NORMAL": (3,), "TANGENT": (4,), "TEXCOORD": (2,), "COLOR": (3, 4)}
WORDS = {"NORMAL": "normals", "TANGENT": "tangents", "TEXCOORD": "UVs", "COLOR": "vertex colours"}
UNIT_TOLERANCE = 5e-4  # of a length, for floats
QUANTISED_TOLERANCE = 1e-2  # of a length, for vectors of whole numbers of 8 bits


def mend_attributes(asset: Asset) -> None:
    """Mend the attributes and morph targets of all primitives; add remarks to the asset."""
    sharing: dict[int, list[Primitive]] = {}
    for primitive in asset.primitives:
        sharing.setdefault(id(primitive.attributes), []).append(primitive)
    for group in sharing.values():
        corners = group[0].corners
        if len(group) > 1:
            corners = np.concatenate([primitive.corners for primitive in group])
        whole = replace(group[0], corners=corners)  # with the same dicts
        for name in list(whole.attributes):
            _mend(asset, whole, name)
        for target in whole.targets:
            for key, values in target.items():
                if not np.isfinite(values).all():
                    target[key] = np.where(np.isfinite(values), values, 0).astype(np.float32)
                    _say(asset, "Some values of shape keys were no numbers; they are 0 now.")


def _mend(asset: Asset, primitive: Primitive, name: str) -> None:
    attribute = primitive.attributes[name]
    kind = re.sub(r"_\d+$", "", name)
    words = WORDS.get(kind, f"values of {name}")
    width = attribute.values.shape[1] if attribute.values.ndim == 2 else 1
    if width not in WIDTHS.get(kind, (1, 2, 3, 4)):
        del primitive.attributes[name]
        _say(asset, f"The {words} have {width} numbers each, which glTF does not know: left out.")
    elif kind in ("NORMAL", "TANGENT"):
        _mend_directions(asset, primitive, name)
    elif attribute.values.dtype.kind == "f" and not np.isfinite(attribute.values).all():
        fallback = 1.0 if kind == "COLOR" else 0.0
        good = np.isfinite(attribute.values)
        values = np.where(good, attribute.values, fallback).astype(attribute.values.dtype)
        primitive.attributes[name] = Attribute(values, attribute.normalized)
        if not good[distinct(primitive.corners)].all():
            _say(asset, f"Some {words} were no numbers; they are {fallback:g} now.")


def _mend_directions(asset: Asset, primitive: Primitive, name: str) -> None:
    """Unit length for normals and tangents; normals that have no direction come from faces."""
    attribute = primitive.attributes[name]
    vectors = attribute.as_float()
    length = np.linalg.norm(vectors[:, :3], axis=1)
    whole = attribute.normalized and attribute.values.dtype.kind != "f"
    tolerance = QUANTISED_TOLERANCE if whole else UNIT_TOLERANCE
    good = (np.abs(length - 1) <= tolerance) & np.isfinite(vectors).all(axis=1)
    if good.all():
        return
    lost = ~(np.isfinite(vectors).all(axis=1) & np.isfinite(length) & (length > 1e-12))
    used = np.zeros(len(vectors), dtype=bool)
    used[primitive.corners.ravel()] = True
    if name == "TANGENT" and (lost & used).any():
        del primitive.attributes[name]  # viewers compute them from normals and UVs
        _say(asset, "Some tangents had no direction; all of them are left out.")
        return
    length[lost] = 1.0
    vectors[:, :3] /= length[:, None]
    if name == "TANGENT":
        vectors[lost] = [1.0, 0.0, 0.0, 1.0]
        vectors[:, 3] = np.where(vectors[:, 3] < 0, -1.0, 1.0)
    elif lost.any():
        vectors[lost] = _face_normals(asset, primitive)[lost]
        if (lost & used).any():
            _say(asset, "Some normals had no direction; they were computed anew from the faces.")
    primitive.attributes[name] = Attribute(vectors.astype(np.float32))


def _face_normals(asset: Asset, primitive: Primitive) -> NDArray[np.float64]:
    """(n, 3) unit normals of a primitive's vertices, the mean of their triangles by area."""
    points = asset.local[primitive.vertices].astype(np.float64)
    a, b, c = (points[primitive.corners[:, i]] for i in range(3))
    cross = np.repeat(np.cross(b - a, c - a), 3, axis=0)
    corner = primitive.corners.ravel()
    total = np.stack(
        [np.bincount(corner, cross[:, axis], minlength=len(points)) for axis in range(3)], axis=1
    )
    length = np.linalg.norm(total, axis=1)
    flat = ~(np.isfinite(length) & (length > 0))
    total[flat], length[flat] = [0.0, 0.0, 1.0], 1.0
    return total / length[:, None]


def _say(asset: Asset, sentence: str) -> None:
    if sentence not in asset.remarks:
        asset.remarks.append(sentence)
