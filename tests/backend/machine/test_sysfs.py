# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files about devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.machine import sysfs


def test_a_line_is_read_and_what_cannot_be_read_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "vendor").write_bytes(b"0x8086\xff\n")
    assert sysfs.text(tmp_path / "vendor") == "0x8086\ufffd\n"
    assert sysfs.line(tmp_path / "vendor") == "0x8086\ufffd"
    assert sysfs.line(tmp_path / "missing") == sysfs.text(tmp_path) == ""


@pytest.mark.parametrize(("words", "number"), [("12", 12), ("0x0c", 12), ("", 0), ("twelve", 0)])
def test_numbers(words: str, number: int) -> None:
    assert sysfs.number(words) == number
