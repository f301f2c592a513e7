# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading .npz, .stl and .off: every triangle in file order."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh
from backend.files.simple import fan, numbers, split_corners

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


def test_stl_binary(tmp_path: Path):
    record = struct.pack("<12fH", 0, 0, 1, *CORNERS[FACES[0]].ravel(), 0)
    path = tmp_path / "mesh.stl"
    path.write_bytes(b"solid but binary".ljust(80) + struct.pack("<I", 2) + 2 * record)
    asset = read_mesh(path)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(asset.vertices[asset.faces[1]], CORNERS[FACES[0]])
    path.write_bytes(path.read_bytes()[:-1])
    assert "damaged" in refused(path)


def test_stl_text_of_two_solids(tmp_path: Path):
    facet = (
        "  facet normal 0 0 1\n    outer loop\n      vertex 0 0 0\n"
        "\tVERTEX 1e0 0 0\n      vertex 0 1.0 0\n    endloop\n  endfacet\n"
    )
    text = f"solid vertex 7\n{facet}endsolid vertex 7\nsolid\n{facet}{facet}endsolid\n"
    path = tmp_path / "mesh.STL"
    path.write_text(text)
    asset = read_mesh(path)
    assert len(asset.faces) == 3
    np.testing.assert_array_equal(asset.vertices[asset.faces[2]], CORNERS[FACES[0]])
    path.write_text(text[: len(text) // 2])
    assert "damaged" in refused(path)


@pytest.mark.parametrize("head", ["OFF\n4 3 0\n", "OFF 4 3 0\n", "OFF4 3 0\n", "4 3 0\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_off_with_polygons(tmp_path: Path, head: str, ending: str):
    rows = "0 0 0\n1 0 0 # corner\n\n0 1 0\n0 0 1\n3 0 1 2 255 0 0\n4 0 1 2 3\n3 3 2 1\n"
    path = tmp_path / "mesh.off"
    path.write_text((head + rows).replace("\n", ending), newline="")
    asset = read_mesh(path)
    np.testing.assert_array_equal(asset.vertices, CORNERS)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 1, 2], [0, 2, 3], [3, 2, 1]])


def test_off_with_colours(tmp_path: Path):
    path = tmp_path / "mesh.off"
    path.write_text("COFF\n3 1 0\n0 0 0 255 0 0 255\n1 0 0 0 51 0 255\n0 1 0 0 0 0 0\n3 0 1 2\n")
    colour = read_mesh(path).primitives[0].attributes["COLOR_0"].values
    np.testing.assert_allclose(colour, [[1, 0, 0, 1], [0, 0.2, 0, 1], [0, 0, 0, 0]], atol=1e-7)


@pytest.mark.parametrize(
    "text", ["OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n", "OFF\n3 1 0\n0 0 0\n1 0 x\n0 1 0\n3 0 1 2\n",
             "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1\n", "OFF\n"]
)  # fmt: skip
def test_damaged_off_is_refused(tmp_path: Path, text: str):
    (tmp_path / "mesh.off").write_text(text)
    assert "damaged" in refused(tmp_path / "mesh.off")


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
