# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes as arrays: read in one call, zeros where a mesh has none."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from partwise.blender_addon.mesh.attributes import read_attribute


class Data:
    """What Blender has of an attribute: values that are copied into an array of their length."""

    def __init__(self, field: str, values: list[float]) -> None:
        self.field, self.values = field, values

    def foreach_get(self, field: str, into: np.ndarray) -> None:
        assert field == self.field
        into[:] = self.values


def mesh(**attributes) -> SimpleNamespace:
    return SimpleNamespace(attributes=attributes)


def test_numbers_and_vectors_are_read():
    number = SimpleNamespace(data_type="INT", data=Data("value", [3, 1, 2]))
    vector = SimpleNamespace(data_type="FLOAT_VECTOR", data=Data("vector", [0, 1, 2, 3, 4, 5]))
    found = mesh(part_id=number, position=vector)
    labels = read_attribute(found, "part_id", (3,), np.int32)
    assert (labels.tolist(), labels.dtype) == ([3, 1, 2], np.int32)
    places = read_attribute(found, "position", (2, 3), np.float32)
    assert places.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_zeros_where_there_is_none():
    assert read_attribute(mesh(), "sharp_edge", (2,), np.bool_).tolist() == [False, False]


def test_of_no_elements_nothing_is_asked():
    broken = SimpleNamespace(data_type="INT", data=None)
    assert read_attribute(mesh(part_id=broken), "part_id", (0,), np.int32).shape == (0,)
