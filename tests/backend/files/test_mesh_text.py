# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of mesh files: encodings, lines of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from backend.files.mesh_text import as_utf8, decoded, number_lines, numbers


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be",
                                  "utf-32", "utf-32-le"])  # fmt: skip
def test_encodings_become_utf8(name: str):
    text = "v 0 0 0\nusemtl größe 木\n"
    data = text.encode(name)
    if name == "utf-32-le":
        data = b"\xff\xfe\0\0" + data
    assert as_utf8(data).decode("utf-8") == text


def test_what_is_no_text_stays():
    for data in (b"", b"ply", b"\x00\x01\x02\x03\x04\x05\x06\x07\x08", bytes(40)):
        assert as_utf8(data) == data


def test_names_that_are_not_utf8_are_western():
    assert decoded("größe".encode()) == "größe"
    assert decoded("größe".encode("cp1252")) == "größe"


def test_lines_of_numbers():
    lines = number_lines(b"1 2 3 # 4 5\n\n 4  5\n#6\n7 nan 1.#QNAN -1.#IND00 -nan(ind)\n")
    np.testing.assert_array_equal(lines.counts, [3, 0, 2, 0, 5])
    np.testing.assert_array_equal(lines.starts, [0, 3, 3, 5, 5])
    np.testing.assert_array_equal(lines.values, [1, 2, 3, 4, 5, 7, *[np.nan] * 4])
    np.testing.assert_array_equal(lines.columns(2), [[1, 2], [0, 0], [4, 5], [0, 0], [7, np.nan]])
    assert number_lines(b"").columns(2).shape == (0, 2)
    assert number_lines(b" \n\t\n").columns(2).shape == (2, 2)


@pytest.mark.parametrize(("text", "values"), [
    (b"1,5 -2,5e3\n", [1.5, -2500]), (b"1, 2,\n", [1, 2]), (b"1.5,2.5\n", [1.5, 2.5]),
    (b"1D2 .5d-1\n", [100, 0.05]),
])  # fmt: skip
def test_spellings(text: bytes, values: list[float]):
    np.testing.assert_allclose(number_lines(text).values, values)


@pytest.mark.parametrize("text", [b"1 x\n", b"0x10\n", b"1e\n", b"1 \xff\n", b"--1\n", b"1-2\n"])
def test_what_is_no_number_is_refused(text: bytes):
    with pytest.raises(ValueError, match="number"):
        number_lines(text)


def test_numbers_refuses_words():
    np.testing.assert_array_equal(numbers(b" 1 -2e-3\n\t4\r\n"), [1, -0.002, 4])
    with pytest.raises(ValueError, match="not a number"):
        numbers(b"1 2 three 4")
