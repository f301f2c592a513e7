# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole attributes of a mesh as arrays. Needs no bpy: anything that has attributes will do."""

from __future__ import annotations

from typing import Any

from ...backend.contract.arrays import NDArray, np


def read_attribute(mesh: Any, name: str, shape: tuple[int, ...], kind: type | str) -> NDArray[Any]:
    """A whole attribute of a mesh that is not in Edit Mode, as an array; zeros if it has none."""
    values: NDArray[Any] = np.zeros(shape, kind)
    found = mesh.attributes.get(name)
    if values.size and found is not None:
        field = "vector" if found.data_type == "FLOAT_VECTOR" else "value"
        found.data.foreach_get(field, values.ravel())
    return values
