# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of options: numbers in their ranges, gigabytes, and which outputs are files."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from backend.commands.values import is_file_name, number, size_in_bytes, whole_number


def test_numbers_are_of_their_range() -> None:
    near = number(0.0, 0.2, "from 0 to 0.2")
    assert (near("0"), near("1e-1"), near("0.2")) == (0.0, 0.1, 0.2)
    for text in ("0.21", "-0.01", "nan", "inf", "a lot", ""):
        with pytest.raises(argparse.ArgumentTypeError) as caught:
            near(text)
        assert str(caught.value) == f"it must be a number from 0 to 0.2, not '{text}'"


def test_gigabytes_are_above_nothing() -> None:
    assert size_in_bytes("1.5") == 1_500_000_000
    for text in ("0", "-1", "nan", "inf", "8 GB"):
        with pytest.raises(argparse.ArgumentTypeError, match="a number of GB above 0"):
            size_in_bytes(text)


def test_whole_numbers_begin_somewhere() -> None:
    parts = whole_number(1, "parts")
    assert parts("12") == 12
    for text in ("0", "-3", "2.5", "many"):
        with pytest.raises(argparse.ArgumentTypeError, match=r"of at least 1 \(parts\), not "):
            parts(text)


@pytest.mark.parametrize(
    ("name", "is_file"),
    [("parts.glb", True), ("PARTS.GLB", True), ("look.jpeg", True), ("v1.2", False), ("a", False)],
)
def test_an_ending_says_whether_an_output_is_a_file(name, is_file):
    assert is_file_name(Path("folder.glb") / name) == is_file
