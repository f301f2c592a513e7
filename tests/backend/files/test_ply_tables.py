# SPDX-License-Identifier: GPL-3.0-or-later
"""Headers and rows of .ply as tables, also where lines and counts do not fit the header."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.ply_tables import Lists, read_tables
from backend.files.readers import read_mesh
from tests.backend.files.ply_maker import FACE, HEAD, ROWS, SQUARE, text_ply


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("form", ["ascii", "binary_little_endian", "binary_big_endian"])
@pytest.mark.parametrize("kind", ["int", "uchar", "int16", "uint", "short"])
def test_headers_with_any_line_end(tmp_path: Path, ending: str, form: str, kind: str):
    head = HEAD.format(form=form, kind=kind).replace("\n", ending).encode()
    order = ">" if "big" in form else "<"
    # the first byte of the data is a line feed, which belongs to no header
    points = SQUARE.astype(order + "f4")
    points[0, 0] = np.frombuffer(b"\n\r\n\n", order + "f4")[0]
    letter = {"int": "i", "uchar": "B", "int16": "h", "short": "h", "uint": "I"}[kind]
    body = points.tobytes() + struct.pack(f"{order}B3{letter}B3{letter}", 3, 0, 1, 2, 3, 0, 2, 3)
    if form == "ascii":
        lines = [" ".join(map(repr, row)) for row in points.tolist()] + ["3 0 1 2", "3 0 2 3"]
        body = (ending.join(lines) + ending).encode()
    (tmp_path / "mesh.ply").write_bytes(head + body)
    asset = read_mesh(tmp_path / "mesh.ply")
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 2, 3]])
    np.testing.assert_allclose(asset.vertices, points.astype("f4"))


def test_lines_longer_than_the_header_says(tmp_path: Path):
    rows = ROWS.format(" 7") + "1 1 0 7\n3 0 1 2 9 1 1 1\n3 1 3 2 9 1 1 1\n"
    face = f"{FACE}|uchar red|uchar green|uchar blue"
    asset = text_ply(tmp_path, "", face, rows, faces=2)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [1, 3, 2]])
    np.testing.assert_array_equal(asset.vertices[3], [1, 1, 0])
    assert asset.remarks == [
        "Lines hold more numbers than the header names (face, vertex): the rest was left out."
    ]
    assert "COLOR_0" not in asset.primitives[0].attributes  # nobody knows which they are


def test_rows_of_bytes_longer_than_the_header_says_are_refused(tmp_path: Path):
    head = HEAD.format(form="binary_little_endian", kind="int").encode()
    row = struct.pack("<B3iB", 3, 0, 1, 2, 0)  # a byte of zero looks like a polygon of nothing
    (tmp_path / "mesh.ply").write_bytes(head + SQUARE.astype("<f4").tobytes() + 2 * row)
    with pytest.raises(BadInput, match="damaged"):
        read_mesh(tmp_path / "mesh.ply")
    (tmp_path / "mesh.ply").write_bytes(
        head + SQUARE.astype("<f4").tobytes() + 2 * row[:-1] + b"\n\0"
    )
    assert len(read_mesh(tmp_path / "mesh.ply").faces) == 2


def test_rows_on_lines_as_they_like(tmp_path: Path):
    head = HEAD.format(form="ascii", kind="int")
    numbers = [*SQUARE.ravel().tolist(), 3, 0, 1, 2, 4, 0, 1, 2, 3]
    for breaks in (5, 100):
        text = "".join(f"{n:g}" + (" " if i % breaks else "\n") for i, n in enumerate(numbers))
        (tmp_path / "mesh.ply").write_text(head + text)
        asset = read_mesh(tmp_path / "mesh.ply")
        np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 1, 2], [0, 2, 3]])
        (tmp_path / "mesh.ply").write_text(head + text + " 1")
        with pytest.raises(BadInput, match="damaged"):
            read_mesh(tmp_path / "mesh.ply")


def test_lines_behind_the_last_row_are_a_remark(tmp_path: Path):
    asset = text_ply(tmp_path, "", FACE, ROWS.format("") + "3 0 1 2\n", "", 1)
    (tmp_path / "mesh.ply").write_bytes((tmp_path / "mesh.ply").read_bytes() + b"\n3 2 1 0\n\n")
    more = read_mesh(tmp_path / "mesh.ply")
    np.testing.assert_array_equal(more.faces, asset.faces)
    assert more.remarks == ["1 lines at its end were not read."]


@pytest.mark.parametrize(("old", "new"), [
    ("vertex 4", "vertex 99999999999"), ("face 2", "face 99999999999"), ("face 2", "face -2"),
    ("vertex 4", "vertex 5"), ("end_header", "end_heade"), ("float z", "float w"),
    ("list uchar", "list uint"), ("format", "formal"), ("uchar int", "uchar text"),
])  # fmt: skip
@pytest.mark.parametrize("form", ["ascii", "binary_little_endian"])
def test_headers_that_cannot_be_are_refused(tmp_path: Path, form: str, old: str, new: str):
    body = SQUARE.astype("<f4").tobytes() + struct.pack("<B3iB3i", 3, 0, 1, 2, 3, 0, 2, 3)
    if form == "ascii":
        if old == "list uchar":
            return  # a text has no widths
        rows = [" ".join(map(str, row)) for row in SQUARE.tolist()]
        body = "\n".join([*rows, "3 0 1 2", "3 0 2 3", ""]).encode()
    head = HEAD.format(form=form, kind="int")
    assert old in head
    (tmp_path / "mesh.ply").write_bytes(head.replace(old, new).encode() + body)
    with pytest.raises(BadInput, match="damaged"):
        read_mesh(tmp_path / "mesh.ply")


def table(form: str, header: str, body: bytes) -> bytes:
    return f"ply\nformat {form} 1.0\n{header}end_header\n".encode() + body


LISTED = "element row 3\nproperty short a\nproperty list uchar int b\nproperty float c\n"


@pytest.mark.parametrize("lists", [[[1], [2], [3]], [[], [1, 2], [3]]])
@pytest.mark.parametrize("form", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_rows_with_lists_alike_or_not(form: str, lists: list[list[int]]):
    if form == "ascii":
        rows = [" ".join(map(str, [-k, len(b), *b, k / 2])) for k, b in enumerate(lists)]
        body = "\n".join(rows).encode()
    else:
        order = "<" if "little" in form else ">"
        rows = zip(range(3), lists, strict=True)
        body = b"".join(struct.pack(f"{order}hB{len(b)}if", -k, len(b), *b, k / 2) for k, b in rows)
    columns = read_tables(table(form, LISTED, body)).elements["row"]
    assert list(columns) == ["a", "b", "c"]
    assert columns["a"].tolist() == [0, -1, -2]
    assert columns["a"].dtype == np.int16
    assert columns["c"].tolist() == [0, 0.5, 1]
    found = columns["b"]
    assert isinstance(found, Lists)
    assert found.sizes.tolist() == [len(b) for b in lists]
    assert found.values.tolist() == [value for b in lists for value in b]


def test_elements_follow_each_other_and_comments_name_textures():
    header = (
        "comment TextureFile  my oak.png \nelement a 1\nproperty uchar x\nelement empty 0\n"
        "property int y\nelement b 2\nproperty ushort z\n"
    )
    body = bytes([7, 1, 0, 2, 0])
    tables = read_tables(table("binary_little_endian", header, body))
    assert tables.textures == ["my oak.png"]
    assert tables.elements["a"]["x"].tolist() == [7]
    assert len(tables.elements["empty"]["y"]) == 0
    assert tables.elements["b"]["z"].tolist() == [1, 2]
    assert (tables.ragged, tables.remarks) == (set(), [])


def test_numbers_of_a_text_are_held_to_the_type_of_their_column():
    header = "element v 3\nproperty uchar red\nproperty float x\n"
    columns = read_tables(table("ascii", header, b"300 1.5\n-4 2\nnan 3\n")).elements["v"]
    assert columns["red"].tolist() == [255, 0, 0]
    assert columns["red"].dtype == np.uint8
    assert columns["x"].tolist() == [1.5, 2, 3]


@pytest.mark.parametrize("cut", [1, 4, 9])
def test_a_table_that_ends_early_is_no_table(cut: int):
    body = b"".join(struct.pack("<hBif", k, 1, k, k) for k in range(3))
    whole = table("binary_little_endian", LISTED, body)
    assert len(read_tables(whole).elements["row"]["a"]) == 3
    with pytest.raises((ValueError, IndexError, struct.error)):
        read_tables(whole[:-cut])
