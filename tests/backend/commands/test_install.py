# SPDX-License-Identifier: GPL-3.0-or-later
"""``install`` from the command line, with an index of small wheels on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.__main__ import main
from backend.installation import environment, lists, trial, uv
from tests.backend.installation.index_server import Index, make_wheel, serving


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index of what this version lists, made up; nothing is computed to try it out."""
    pytest.importorskip("uv", reason="uv makes environments")
    monkeypatch.setattr(uv, "TRIES", 0)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    pins = [make_wheel(wheels, name) for name in ("alpha", "beta")]
    monkeypatch.setattr(lists, "of", lambda _accelerator: pins)
    monkeypatch.setattr(trial, "try_out", lambda *_: "It works.")
    with serving(wheels) as found:
        yield found


def test_install_check_repair_and_remove(
    index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "mein Ort"
    words = ["install", "--into", str(home), "--mirror", index.url, "--accelerator", "cpu"]
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["fresh"]
    assert said["python"] == str(environment.executable(home))
    assert main([*words, "--check"]) == 0
    assert "ok   installed: cpu-" in capsys.readouterr().out
    (environment.python_in(Path(said["python"]).parents[1])).unlink()
    assert main([*words, "--check"]) == 2
    assert "install --repair" in capsys.readouterr().err
    assert main([*words, "--repair"]) == 0
    assert main(["install", "--into", str(home), "--remove"]) == 0
    assert "is removed" in capsys.readouterr().err
    assert not environment.root(home).exists()


def test_a_check_says_that_an_index_cannot_be_reached(
    index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["install", "--check", "--into", str(tmp_path / "x"), "--accelerator", "cpu"]
    assert main([*words, "--mirror", "http://127.0.0.1:9/simple"]) == 2
    assert "STOP network: The index of packages cannot be reached" in capsys.readouterr().out
    assert not index.asked
    assert not (tmp_path / "x").exists()


def test_a_stop_is_told_before_anything_is_downloaded(
    index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    words = ["install", "--into", str(tmp_path / "file"), "--mirror", index.url]
    assert main([*words, "--accelerator", "cpu"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert not index.asked


def test_ctrl_c_leaves_nothing_half(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(trial, "try_out", interrupted)
    words = ["install", "--into", str(tmp_path / "x"), "--mirror", index.url]
    assert main([*words, "--accelerator", "cpu"]) == 130
    assert environment.current(tmp_path / "x") is None


def test_a_pack_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "--offline", str(tmp_path / "none.zip")]) == 2
    assert "There is no file" in capsys.readouterr().err
