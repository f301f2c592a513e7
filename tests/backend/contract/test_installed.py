# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender reads of an installation that it did not make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.contract import installed
from backend.contract.installed import Environment

TOY = Environment("cpu-toy", "cpu", "00000000", "3.11.9")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    python = installed.python_in(TOY.folder(tmp_path))
    python.parent.mkdir(parents=True)
    python.write_text("python")
    said = {"format": installed.FORMAT, **vars(TOY)}
    (installed.root(tmp_path) / installed.CURRENT).write_text(json.dumps(said))
    return tmp_path


def test_the_python_that_starts_the_engine_is_told(home: Path) -> None:
    assert installed.current(home) == TOY
    assert installed.executable(home) == installed.python_in(TOY.folder(home))
    installed.python_in(TOY.folder(home)).unlink()
    assert installed.executable(home) is None


def test_without_an_installation_there_is_none(tmp_path: Path) -> None:
    assert installed.current(tmp_path) is None
    assert installed.executable(tmp_path) is None


@pytest.mark.parametrize(
    "wrong", [{"name": "../elsewhere"}, {"name": 3}, {"format": 99}, {"more": "x"}, {"name": ".."}]
)
def test_what_names_the_environment_is_read_strictly(home: Path, wrong: dict[str, object]) -> None:
    path = installed.root(home) / installed.CURRENT
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    assert installed.current(home) is None
    assert installed.executable(home) is None
