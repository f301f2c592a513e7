# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody's own Python is tried out as any other, used as it is, and never touched."""

from __future__ import annotations

import json
import os
import shlex
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from backend.contract.errors import BadInput, PartwiseError
from backend.contract.progress import SILENT, Progress
from backend.installation import environment, own, plan, removal, told, trial
from backend.installation.accelerators import ACCELERATORS
from backend.installation.environment import Environment
from backend.installation.preflight import PYTHONS

SAID = {
    "python": "3.12.4",
    "version": [3, 12],
    "cuda": None,
    "hip": None,
    "xpu": None,
    "mps": True,
    "missing": [],
}


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """The folder of an environment whose Python says of itself what `says` wrote down."""
    if os.name == "nt":
        pytest.skip("a shell script stands for Python")
    folder = tmp_path / "my torch 日本"
    python = environment.python_in(folder)
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\ncat {shlex.quote(str(folder / 'said'))}\n")
    python.chmod(0o755)
    return folder


def says(toy: Path, **more: object) -> None:
    (toy / "said").write_text(json.dumps(SAID | more) + "\n")


def works(_python: Path, accelerator: str, _home: Path, _progress: Progress = SILENT) -> str:
    return f"It works on {accelerator}."


@pytest.mark.parametrize(
    ("torch", "accelerator"),
    [
        ({"hip": "7.2"}, "rocm"),
        ({"xpu": "20250301"}, "xpu"),
        ({"cuda": "13.0"}, "cuda13"),
        ({"cuda": "12.8"}, "cuda12"),
        ({}, "mps" if sys.platform == "darwin" else "cpu"),
    ],
)
def test_it_is_used_from_then_on(
    tmp_path: Path, toy: Path, torch: dict[str, str], accelerator: str
) -> None:
    home = tmp_path / "home"
    before = Environment("old", "cpu", "12345678", "3.11.9")
    before.folder(home).mkdir(parents=True)
    environment.make_current(before, home)
    says(toy, **torch)
    done = own.use(home, toy, trial_of=works)
    python = environment.python_in(toy)
    assert done.sentence == f"It works on {accelerator}. It is {python}, used as it is."
    assert environment.executable(home) == python
    found = told.look(home)
    assert (found.state, found.trouble, found.left > 0) == ("here", "", True)
    assert found.environment == Environment("own", accelerator, "", "3.12.4", str(python))
    assert not before.folder(home).exists()
    assert plan._wished(home, "auto", repair=True) == "auto", "a repair installs what is listed"
    assert removal.remove_in_words(home)[0] == f"{python} is used no more; it stays as it is."
    assert python.exists()
    assert environment.executable(home) is None


def test_where_it_does_not_work_all_stays(tmp_path: Path, toy: Path) -> None:
    home = tmp_path / "home"
    says(toy, hip="7.2")
    own.use(home, toy, trial_of=works)

    def fails(*_: object) -> str:
        raise PartwiseError("It does not work.")

    with pytest.raises(PartwiseError, match="does not work"):
        own.use(home, environment.python_in(toy), trial_of=fails)
    assert environment.executable(home) == environment.python_in(toy)
    environment.python_in(toy).unlink()
    assert "is gone" in environment.trouble(home)
    assert told.look(home).state == "damaged"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"version": [3, 9], "python": "3.9.1"}, "is Python 3.9.1"),
        ({"version": list(PYTHONS[1]), "python": "3.99"}, "is Python 3.99"),
        ({"trouble": "ModuleNotFoundError: torch"}, "PyTorch does not load"),
        ({"version": 3}, "no Python that runs"),
        ({"missing": ["tokenizers"]}, "tokenizers is missing"),
    ],
)
def test_what_cannot_serve_is_refused(
    tmp_path: Path, toy: Path, said: dict[str, object], words: str
) -> None:
    says(toy, **said)
    with pytest.raises(BadInput, match=words) as caught:
        own.use(tmp_path / "home", toy, trial_of=works)
    assert caught.value.hint
    assert environment.current(tmp_path / "home") is None


def test_what_is_none_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\necho hello\n")
    other.chmod(0o755)
    for path, words in ((tmp_path, "no Python at"), (other, "no Python that runs")):
        with pytest.raises(BadInput, match=words):
            own.use(tmp_path / "home", path)


def test_the_python_of_these_tests_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it has PyTorch, that is really asked; its trial is tested for itself."""
    monkeypatch.setattr(trial, "try_python", lambda *_: "It works.")
    if find_spec("torch") is None:
        with pytest.raises(BadInput, match="PyTorch does not load"):
            own.use(tmp_path, Path(sys.executable))
    else:
        used = own.use(tmp_path, Path(sys.executable)).environment
        assert used.accelerator in ACCELERATORS
