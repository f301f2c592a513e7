# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading .npz, and what the readers of meshes without a scene share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh
from backend.files.simple import coloured_asset, fan, linear_light, numbers, split_corners

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
FACES = np.array([[0, 1, 2], [3, 2, 1], [1, 1, 1], [0, 1, 2]])


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_mesh(path)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("vertex_type", ["f4", "f8", "i4"])
@pytest.mark.parametrize("face_type", ["i4", "i8", "u4"])
def test_npz(tmp_path: Path, vertex_type: str, face_type: str):
    path = tmp_path / "mesh.npz"
    np.savez(path, vertices=CORNERS.astype(vertex_type), faces=FACES.astype(face_type))
    asset = read_mesh(path)
    assert (asset.vertices.dtype, asset.faces.dtype) == (np.float64, np.int64)
    np.testing.assert_array_equal(asset.vertices, CORNERS)
    np.testing.assert_array_equal(asset.faces, FACES)


@pytest.mark.parametrize(
    "arrays",
    [
        {"vertices": CORNERS},
        {"vertices": CORNERS[:, :2], "faces": FACES},
        {"vertices": CORNERS, "faces": FACES.astype(float)},
        {"vertices": CORNERS.astype(str), "faces": FACES},
        {"vertices": CORNERS, "faces": np.array([[0, 1, 2]], dtype=object)},
    ],
)
def test_npz_of_other_content_is_refused(tmp_path: Path, arrays: dict):
    np.savez(tmp_path / "mesh.npz", **arrays)
    assert "mesh.npz" in refused(tmp_path / "mesh.npz")


def test_fan_keeps_order_and_skips_lines():
    corners, polygon = fan(np.array([3, 2, 5, 0, 3]))
    np.testing.assert_array_equal(polygon, [0, 2, 2, 2, 4])
    np.testing.assert_array_equal(
        corners, [[0, 1, 2], [5, 6, 7], [5, 7, 8], [5, 8, 9], [10, 11, 12]]
    )


def test_split_corners_gives_back_its_input():
    random = np.random.default_rng(0)
    columns = [random.integers(-1, n, (50, 3)) for n in (5, 3, 1)]
    rows, inverse = split_corners(*columns)
    np.testing.assert_array_equal(rows[inverse], np.stack(columns, axis=-1))
    assert len(np.unique(rows, axis=0)) == len(rows)
    huge = [column * 2**40 for column in columns]  # too large for one key
    rows, inverse = split_corners(*huge)
    np.testing.assert_array_equal(rows[inverse], np.stack(huge, axis=-1))


def test_numbers_refuses_words():
    np.testing.assert_array_equal(numbers(b" 1 -2e-3\n\t4\r\n"), [1, -0.002, 4])
    with pytest.raises(ValueError, match="not a number"):
        numbers(b"1 2 three 4")


def test_colours_of_triangles_split_only_the_vertices_between_them(tmp_path: Path):
    colours = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float32)
    asset = coloured_asset(tmp_path / "a.stl", CORNERS, FACES, colours)
    (primitive,) = asset.primitives
    np.testing.assert_array_equal(asset.faces, FACES)
    np.testing.assert_array_equal(primitive.vertices[primitive.corners], FACES)
    shown = primitive.attributes["COLOR_0"].values[primitive.corners]
    np.testing.assert_array_equal(shown, np.repeat(colours[:, None], 3, axis=1))
    assert len(primitive.vertices) == 4 + 3


def test_light_is_linear():
    seen = np.array([[0, 1, 200 / 255, 0.5], [0.02, 0.5, 2, 0.5]])
    wanted = [[0, 1, 0.5776, 0.5], [0.001548, 0.2140, 1, 0.5]]
    np.testing.assert_allclose(linear_light(seen), wanted, atol=1e-4)
