# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment is tried out by what runs in it; a toy torch stands beside the real engine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backend.contract.errors import PartwiseError
from backend.contract.progress import Progress
from backend.installation import trial
from backend.machine import device


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Python stands for that of the new environment, on a machine without a card."""
    monkeypatch.setattr(trial, "python_in", lambda _folder: Path(sys.executable))
    monkeypatch.setattr(device, "cards", tuple)


@pytest.mark.usefixtures("here")
def test_torch_multiplies_and_doctor_runs(tmp_path: Path) -> None:
    assert "runs on processor" in trial.try_out(tmp_path, "cpu", tmp_path)


@pytest.mark.usefixtures("here")
def test_an_environment_that_lacks_torch_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_MULTIPLY", "import torch_that_is_not_there")
    with pytest.raises(PartwiseError, match="torch_that_is_not_there") as caught:
        trial.try_out(tmp_path, "cpu", tmp_path)
    assert "stays in use" in caught.value.hint


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('{"device": "cpu", "right": false}', "computes wrongly"),
        ('{"device": "cpu", "right": true}', "does not find the graphics card"),
    ],
)
def test_a_card_that_torch_does_not_find_or_that_errs_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, words: str
) -> None:
    monkeypatch.setattr(device, "cards", lambda: (device.Device("cuda", "toy"),))
    monkeypatch.setattr(trial, "_MULTIPLY", f"print({said!r})")
    with pytest.raises(PartwiseError, match=words):
        trial.try_out(tmp_path, "cuda13", tmp_path)


@pytest.mark.usefixtures("here")
def test_what_doctor_finds_fails_unless_it_is_about_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_MULTIPLY", 'print(\'{"device": "cpu", "right": true}\')')
    rows = '{"checks": [{"check": "%s", "ok": false, "text": "not whole."}]}'
    for check, fails in (("public models", False), ("libraries", True)):
        monkeypatch.setattr(trial, "_DOCTOR", f"print({rows % check!r}); raise SystemExit(1)")
        if fails:
            with pytest.raises(PartwiseError, match="libraries: not whole"):
                trial.try_out(tmp_path, "cpu", tmp_path)
        else:
            assert trial.try_out(tmp_path, "cpu", tmp_path)


@pytest.mark.usefixtures("here")
def test_both_run_at_once_and_tell_what_they_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the two waits for the other, and for its words to be heard."""
    meets = (
        "import os, sys, time\n"
        "print('{words}', file=sys.stderr, flush=True)\n"
        "open({folder!r} + '/{mine}', 'w').close()\n"
        "while not all(map(os.path.exists, ({folder!r} + '/{other}', {folder!r} + '/heard'))):\n"
        "    time.sleep(0.01)\n"
        "print('{said}')"
    )
    of_torch = {"words": "2 of 3: PyTorch computes", "mine": "torch", "other": "doctor"}
    of_doctor = {"words": "Checking 3 of 5: toy engine", "mine": "doctor", "other": "torch"}
    said = '{"device": "cpu", "right": true}', '{"checks": []}'
    folder = str(tmp_path)
    monkeypatch.setattr(trial, "_MULTIPLY", meets.format(**of_torch, said=said[0], folder=folder))
    monkeypatch.setattr(trial, "_DOCTOR", meets.format(**of_doctor, said=said[1], folder=folder))
    told: list[tuple[str, int]] = []

    def tell(stage: str, done: int, _whole: int) -> None:
        told.append((stage, done))
        if "computes, toy engine" in stage:
            (tmp_path / "heard").touch()

    assert trial.try_out(tmp_path, "cpu", tmp_path, Progress(tell))
    assert {stage.partition(":")[0] for stage, _ in told} == {"Trying it out"}
    shares = [done for _, done in told]
    assert shares == sorted(shares)
    assert ("Trying it out: PyTorch computes, toy engine", 36) in told  # (1/3 + 2/5) / 2
