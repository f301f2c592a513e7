# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, normals and UVs as glTF wants them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract.palette import to_linear, to_srgb_bytes
from backend.files.vertex_data import (
    coloured_asset,
    colours,
    normals,
    split_corners,
    texture_coordinates,
)

SEEN = [0.57758, 0.04519, 0.04519]  # (200, 60, 60), linear


@pytest.mark.parametrize(("values", "dtype"), [
    ([200, 60, 60], "u1"), ([51400, 15420, 15420], "u2"), ([200, 60, 60], "u2"),
    ([200, 60, 60], "i4"), ([200, 60, 60], "f4"), ([200 / 255, 60 / 255, 60 / 255], "f8"),
])  # fmt: skip
def test_ranges_of_colours(values: list, dtype: str):
    found = colours(np.array([values, [0, 0, 0]], dtype))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [SEEN, [0, 0, 0]], atol=1e-5)


def test_colours_a_little_over_white_stay_bright():
    found = colours(np.array([[1.02, 0.5, -0.1, 0.5], [np.nan, np.inf, 1, 1]]))
    np.testing.assert_allclose(found, [[1, 0.21404, 0, 0.5], [1, 1, 1, 1]], atol=1e-5)


def test_bytes_come_back_from_linear_light():
    every = np.arange(256)
    np.testing.assert_array_equal(to_srgb_bytes(to_linear(every / 255)), every)


def test_normals_are_unit_or_no_numbers():
    found = normals(np.array([[3, 0, 4], [0, 0, 0], [np.nan, 1, 0], [np.inf, 0, 0]]))
    assert found is not None
    np.testing.assert_allclose(found.values, [[0.6, 0, 0.8], *[[np.nan] * 3] * 3])
    assert normals(np.array([[0, 0, 0], [np.nan, 1, 0], [1e200, 0, 0]])) is None


def test_uvs_go_down_and_are_numbers():
    found = texture_coordinates(np.array([[0.25, 0.75], [np.nan, np.inf]])).values
    np.testing.assert_allclose(found, [[0.25, 0.25], [0, 1]])


def test_split_corners_gives_back_its_input():
    random = np.random.default_rng(0)
    columns = [random.integers(-1, n, (50, 3)) for n in (5, 3, 1)]
    rows, inverse = split_corners(*columns)
    np.testing.assert_array_equal(rows[inverse], np.stack(columns, axis=-1))
    assert len(np.unique(rows, axis=0)) == len(rows)
    huge = [column * 2**40 for column in columns]  # too large for one key
    rows, inverse = split_corners(*huge)
    np.testing.assert_array_equal(rows[inverse], np.stack(huge, axis=-1))


def test_colours_of_triangles_split_only_the_vertices_between_them(tmp_path: Path):
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
    faces = np.array([[0, 1, 2], [3, 2, 1], [1, 1, 1], [0, 1, 2]])
    shades = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float32)
    asset = coloured_asset(tmp_path / "a.stl", points, faces, shades)
    (primitive,) = asset.primitives
    np.testing.assert_array_equal(asset.faces, faces)
    np.testing.assert_array_equal(primitive.vertices[primitive.corners], faces)
    shown = primitive.attributes["COLOR_0"].values[primitive.corners]
    np.testing.assert_array_equal(shown, np.repeat(shades[:, None], 3, axis=1))
    assert len(primitive.vertices) == 4 + 3
