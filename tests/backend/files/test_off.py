# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading OFF: whatever the lines, with colours, normals and UVs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
ROWS = "0 0 0\n1 0 0\n0 1 0\n0 0 1\n"
ORANGE = [1, 0.2159, 0]


def read(tmp_path: Path, text: str | bytes):
    path = tmp_path / "mesh.off"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_mesh(path)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    "head", ["OFF\n4 3 0\n", "OFF 4 3 0\n", "OFF4 3 0\n", "4 3 0\n", "off\n4 3\n", "OFF\n4\n3\n0\n"]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_polygons(tmp_path: Path, head: str, ending: str):
    rows = "0 0 0\n1 0 0 # corner\n\n0 1 0\n0 0 1\n3 0 1 2\n4 0 1 2 3\n3 3 2 1\n"
    asset = read(tmp_path, (head + rows).replace("\n", ending))
    np.testing.assert_array_equal(asset.vertices, CORNERS)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 1, 2], [0, 2, 3], [3, 2, 1]])
    assert asset.primitives[0].attributes == {}


@pytest.mark.parametrize(
    "faces",
    [
        "3\n0\n1\n2\n4\n0 1\n2 3\n3\n3\n2\n1",
        "3 0 1 2 4 0 1 2 3 3 3 2 1",
        "3 0 1\n2 4 0 1 2 3 3\n3 2 1\n",
        "\ufeff3 0 1 2\n4 0 1 2 3\n3 3 2 1",  # a byte order mark before all of it
    ],
)
def test_numbers_on_any_line(tmp_path: Path, faces: str):
    mark = "\ufeff" if faces.startswith("\ufeff") else ""
    text = "OFF 4 3 0\n" + ROWS.replace(" ", "\n") + faces.removeprefix(mark)
    asset = read(tmp_path, mark + text)
    np.testing.assert_array_equal(asset.vertices, CORNERS)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 1, 2], [0, 2, 3], [3, 2, 1]])


def test_a_concave_polygon_is_not_filled_beyond_its_outline(tmp_path: Path):
    arrow = "OFF\n4 1 0\n0 0 0\n2 1 0\n0 2 0\n1 1 0\n4 0 1 2 3\n"
    asset = read(tmp_path, arrow)
    corner = asset.vertices[asset.faces]
    area = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])[:, 2] / 2
    np.testing.assert_allclose(area, [0.5, 0.5])


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("255 128 0\n0 0 255\n0 0 0", [ORANGE, [0, 0, 1], [0, 0, 0]]),
        ("255 128 0 255\n0 0 255 51\n0 0 0 0", [[*ORANGE, 1], [0, 0, 1, 0.2], [0] * 4]),
        ("1 0.50196 0 1\n0 0 1 0.2\n0 0 0 0", [[*ORANGE, 1], [0, 0, 1, 0.2], [0] * 4]),
    ],
)
def test_colours_of_vertices(tmp_path: Path, rows: str, wanted: list):
    points = ["0 0 0", "1 0 0", "0 1 0"]
    lines = [f"{p} {c}" for p, c in zip(points, rows.split("\n"), strict=True)]
    text = "COFF\n3 1 0\n" + "\n".join(lines) + "\n3 0 1 2\n"
    colour = read(tmp_path, text).primitives[0].attributes["COLOR_0"].values
    np.testing.assert_allclose(colour, wanted, atol=1e-4)


@pytest.mark.parametrize("first", ["255 128 0", "1.0 0.50196 0", "255 128 0 255"])
def test_colours_of_faces(tmp_path: Path, first: str):
    second = {"255 128 0": "", "1.0 0.50196 0": "0 0 1.0", "255 128 0 255": "0 0 255 51"}[first]
    asset = read(tmp_path, f"OFF\n4 3 0\n{ROWS}3 0 1 2 {first}\n4 0 1 2 3 {second}\n3 3 2 1 7\n")
    (primitive,) = asset.primitives
    shown = primitive.attributes["COLOR_0"].values[primitive.corners]
    np.testing.assert_allclose(shown[0, :, :3], [ORANGE] * 3, atol=1e-4)
    blue = [1, 1, 1] if not second else [0, 0, 1]
    np.testing.assert_allclose(shown[1:3, :, :3], np.broadcast_to(blue, (2, 3, 3)))
    np.testing.assert_allclose(shown[3], 1, err_msg="a row of a table that is not there")
    if shown.shape[2] == 4:
        np.testing.assert_allclose(shown[:, 0, 3], [1, 0.2, 0.2, 1])
    np.testing.assert_array_equal(primitive.vertices[primitive.corners], asset.faces)


def test_colours_behind_corners_on_several_lines(tmp_path: Path):
    asset = read(tmp_path, f"OFF\n4 2 0\n{ROWS}3 0\n1 2 255 0 0\n3\n3 2 1 0 0 255\n")
    (primitive,) = asset.primitives
    shown = primitive.attributes["COLOR_0"].values[primitive.corners]
    np.testing.assert_allclose(shown[:, 0], [[1, 0, 0], [0, 0, 1]])


def test_normals_and_uvs(tmp_path: Path):
    rows = "0 0 0 0 0 1 0.25 0\n1 0 0 0 0 1 1 0\n0 1 0 0 0 1 0 1\n3 0 1 2\n"
    attributes = read(tmp_path, "STNOFF\n3 1 0\n" + rows).primitives[0].attributes
    np.testing.assert_allclose(attributes["NORMAL"].values, [[0, 0, 1]] * 3)
    np.testing.assert_allclose(attributes["TEXCOORD_0"].values, [[0.25, 1], [1, 1], [0, 0]])
    attributes = read(tmp_path, "NOFF\n3 1 0\n" + rows.replace("1 0.25 0\n", "1\n").replace(
        "1 1 0\n", "1\n").replace("1 0 1\n", "1\n")).primitives[0].attributes  # fmt: skip
    assert set(attributes) == {"NORMAL"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n", "damaged"),
        ("OFF\n3 1 0\n0 0 0\n1 0 x\n0 1 0\n3 0 1 2\n", "damaged"),
        ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1\n", "damaged"),
        ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2.5\n", "damaged"),
        ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 3\n", "does not exist"),
        ("OFF\n-3 1 0\n0 0 0\n", "damaged"),
        ("OFF\n1e300 1 0\n0 0 0\n", "damaged"),
        ("OFF\n3 999999999999 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", "damaged"),
        ("", "mesh.off "),
        ("OFF\n", "damaged"),
        ("OFF\n0 0 0\n", "holds no triangles"),
        ("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n2 0 1\n", "holds no triangles"),
        ("OFF BINARY\n\0\0\0\3", "binary OFF"),
        ("4OFF\n3 1 0\n0 0 0 1\n1 0 0 1\n0 1 0 1\n3 0 1 2\n", "more than three"),
        ("nOFF 5\n", "more than three"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, words: str):
    assert words in refused(tmp_path, text)
