# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of environments without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.checkpoints import store
from backend.installation import environment
from backend.installation.environment import Environment

TOY = Environment("cpu-toy", "cpu", "00000000", "3.11.9")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an environment of one package, made by hand."""
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "home"))
    folder = TOY.folder(tmp_path / "home")
    python = environment.python_in(folder)
    python.parent.mkdir(parents=True)
    python.write_text("python")
    packages = folder / "lib/python3.11/site-packages"
    (packages / "toy-1.0.dist-info").mkdir(parents=True)
    (packages / "toy.py").write_text("toy = 1\n")
    (packages / "toy-1.0.dist-info/RECORD").write_text(
        "toy.py,sha256=x,8\ntoy.pyc,,\n__pycache__/toy.pyc,,9\ntoy-1.0.dist-info/RECORD,,\n"
    )
    (packages / "toy.pyc").write_text("")
    environment.make_current(TOY, tmp_path / "home")
    return tmp_path / "home"


def test_the_python_of_the_environment_in_use_is_told(home: Path) -> None:
    assert environment.current() == TOY
    assert environment.executable() == environment.python_in(TOY.folder(home))
    assert environment.trouble() == ""


def test_without_an_environment_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path))
    assert environment.current() is None
    assert environment.executable() is None
    assert environment.trouble() == ""


def test_what_is_missing_or_cut_is_named(home: Path) -> None:
    packages = environment.site_packages(TOY.folder(home))
    assert packages is not None
    (packages / "toy.py").write_text("cut")
    assert environment.trouble() == "Missing or cut: toy.py."


def test_a_python_that_is_gone_is_told(home: Path) -> None:
    environment.python_in(TOY.folder(home)).unlink()
    assert environment.executable() is None
    assert "Python on which the installed engine runs is gone" in environment.trouble()
