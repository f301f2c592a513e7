# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed is told quickly, whatever lies there."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from backend.installation import environment, lists, told
from backend.installation.accelerators import ACCELERATORS
from backend.installation.environment import Environment


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Where the packages of an environment lie that is as this version lists it."""
    digest = lists.digest(lists.of(ACCELERATORS["cpu"]))
    found = Environment("one", "cpu", digest, "3.11.9")
    folder = found.folder(tmp_path)
    python = environment.python_in(folder)
    python.parent.mkdir(parents=True)
    python.touch()
    places = folder / "lib/python3.11/site-packages"
    info = places / "alpha-1.0.dist-info"
    info.mkdir(parents=True)
    (places / "alpha.py").write_text("1234")
    (info / "RECORD").write_text("alpha.py,,4\n")
    environment.make_current(found, tmp_path)
    return places


def test_each_state_is_told(tmp_path: Path, packages: Path) -> None:
    assert told.look(tmp_path / "nowhere") == told.Engine("missing", None, "", 0)
    found = told.look(tmp_path)
    assert (found.state, found.label, found.trouble) == ("here", "processor", "")
    assert found.bytes > 4
    older = Environment("one", "cpu", "12345678", "3.11.9")
    environment.make_current(older, tmp_path)
    assert told.look(tmp_path).state == "outdated"
    unknown = Environment("one", "abacus", "12345678", "3.11.9")
    environment.make_current(unknown, tmp_path)
    assert (told.look(tmp_path).state, told.look(tmp_path).label) == ("here", "abacus")
    (packages / "alpha.py").write_text("1")
    found = told.look(tmp_path)
    assert (found.state, found.trouble) == ("damaged", "Missing or cut: alpha.py.")


def test_the_size_is_counted_once_and_written_down(tmp_path: Path, packages: Path) -> None:
    counted = environment.measure(tmp_path)
    (packages / "more").write_bytes(bytes(1000))
    assert told.look(tmp_path).bytes == counted
    (tmp_path / "environments/size.json").write_text('{"of": "other", "bytes": 1}')
    assert told.look(tmp_path).bytes > counted + 900
    (tmp_path / "environments/size.json").write_text('{"of": "one", "bytes": [1]}')
    assert told.look(tmp_path).bytes > counted + 900


def test_a_look_does_not_take_long(
    tmp_path: Path, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow disk not all files are looked at; what was not counts as whole."""
    names = [f"part{number}.py,,4\n" for number in range(1000)]
    (packages / "alpha-1.0.dist-info/RECORD").write_text("".join(names))
    real = os.stat

    def slow(path: Any, *more: Any, **options: Any) -> os.stat_result:
        if "part" in os.path.basename(os.fspath(path)):
            time.sleep(0.01)
        return real(path, *more, **options)

    monkeypatch.setattr(os, "stat", slow)
    began = time.monotonic()
    found = told.look(tmp_path)
    assert time.monotonic() - began < 5.0  # ten without a limit
    assert "part0.py" in found.trouble


def test_a_folder_that_may_not_be_looked_into_is_no_error(
    tmp_path: Path, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def denied(path: Any, *more: Any, **options: Any) -> os.stat_result:
        if str(path).startswith(str(tmp_path)):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *more, **options)

    monkeypatch.setattr(os, "stat", denied)
    assert told.look(tmp_path).state == "damaged"
    assert environment.executable(tmp_path) is None
