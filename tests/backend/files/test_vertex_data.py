# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, normals and UVs as glTF wants them."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.palette import to_linear, to_srgb_bytes
from backend.files.vertex_data import colours, normals, texture_coordinates

SEEN = [0.57758, 0.04519, 0.04519]  # (200, 60, 60), linear


@pytest.mark.parametrize(("values", "dtype"), [
    ([200, 60, 60], "u1"), ([51400, 15420, 15420], "u2"), ([200, 60, 60], "u2"),
    ([200, 60, 60], "i4"), ([200, 60, 60], "f4"), ([200 / 255, 60 / 255, 60 / 255], "f8"),
])  # fmt: skip
def test_ranges_of_colours(values: list, dtype: str):
    found = colours(np.array([values, [0, 0, 0]], dtype))
    assert found.values.dtype == np.float32
    assert not found.normalized
    np.testing.assert_allclose(found.values, [SEEN, [0, 0, 0]], atol=1e-5)


def test_colours_a_little_over_white_stay_bright():
    found = colours(np.array([[1.02, 0.5, -0.1, 0.5], [np.nan, np.inf, 1, 1]])).values
    np.testing.assert_allclose(found, [[1, 0.21404, 0, 0.5], [1, 1, 1, 1]], atol=1e-5)


def test_bytes_come_back_from_linear_light():
    every = np.arange(256)
    np.testing.assert_array_equal(to_srgb_bytes(to_linear(every / 255)), every)


def test_normals_are_unit_and_those_without_length_come_from_triangles():
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5]], dtype=float)
    corners = np.array([[0, 1, 2]])
    given = np.array([[3, 0, 4], [0, 0, 0], [np.nan, 1, 0], [np.inf, 0, 0]])
    found = normals(given, points, corners)
    assert found is not None
    np.testing.assert_allclose(found.values, [[0.6, 0, 0.8], *[[0, 0, 1]] * 3])
    assert normals(given[1:], points[1:], np.zeros((0, 3), int)) is None
    huge = normals(np.array([[1e200, 0, 0]]), points[:1], np.zeros((1, 3), int))
    assert huge is None or np.isfinite(huge.values).all()


def test_uvs_go_down_and_are_numbers():
    found = texture_coordinates(np.array([[0.25, 0.75], [np.nan, np.inf]])).values
    np.testing.assert_allclose(found, [[0.25, 0.25], [0, 1]])
