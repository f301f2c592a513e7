# SPDX-License-Identifier: GPL-3.0-or-later
"""``models check``: a report for us, which writes nothing and tells nothing of who sends it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="latent networks need torch")

from backend.__main__ import main  # noqa: E402
from backend.checkpoints import store  # noqa: E402
from backend.commands import first_contact  # noqa: E402
from backend.latents import contact, turned  # noqa: E402
from backend.latents.contact import Effort, Finding  # noqa: E402
from tests.backend.latents.tiny_models import tiny_model  # noqa: E402


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "jemand"))
    monkeypatch.setattr(contact, "Effort", lambda: Effort(points=256, tokens=16, cells=32))
    return store.home()


def test_the_report_of_random_weights(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_model(home, "scribble")
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    assert main(["models", "check", "scribble"]) == 2  # noise is no sphere
    said = capsys.readouterr()
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
    for words in (
        "model: TripoSG-scribble, VAST-AI/TripoSG-scribble, of no known revision",
        "files: vae/diffusion_pytorch_model.safetensors: 96 tensors, F32, ",
        'settings: scheduler/scheduler_config.json: {"shift": 1}',
        "keys: transformer: all fit",
        "odd field: ",
        "words: “a wooden chair” is [",
    ):
        assert words in said.out
    assert "jemand" not in said.out
    assert "please send it to us" in said.err.splitlines()[-1]


def test_nothing_odd_is_said_so_and_json_holds_all_lines(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_model(home, "triposg")
    monkeypatch.setattr(contact, "measured", lambda *_, **__: iter([Finding("keys", "all fit")]))
    monkeypatch.setattr(turned, "imagined", lambda *_, **__: iter([Finding("turned", "up")]))
    assert main(["models", "check", "triposg", "--json", "--imagine"]) == 0
    said = capsys.readouterr()
    (report,) = json.loads(said.out)["reports"]
    assert report["model"] == "triposg"
    assert report["lines"][-2:] == [
        {"about": "keys", "said": "all fit", "odd": False},
        {"about": "turned", "said": "up", "odd": False},
    ]
    assert "Nothing is odd" in said.err


def test_a_file_that_is_cut_and_one_that_lacks_are_odd(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny_model(home, "holopart")
    vae = folder / "vae/diffusion_pytorch_model.safetensors"
    vae.write_bytes(vae.read_bytes()[:-100])
    (folder / "scheduler/scheduler_config.json").unlink()
    (folder / "scheduler").rmdir()
    assert main(["models", "check", "holopart"]) == 2
    said = capsys.readouterr().out
    assert "odd files: scheduler lacks" in said
    assert "odd files: vae/diffusion_pytorch_model.safetensors: " in said
    assert "odd failed: " in said
    assert "keys: transformer: all fit" in said  # one that fails keeps no other from being told
    assert "keys: part_encoder: all fit" in said
    vae.unlink()
    assert main(["models", "check", "holopart"]) == 2
    said = capsys.readouterr().out
    assert "odd failed: There are no weights of vae of HoloPart in holopart" in said
    assert "jemand" not in said


def test_without_torch_the_files_alone_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_model(home, "holopart")
    monkeypatch.setattr(first_contact, "find_spec", lambda _: None)
    assert main(["models", "check", "holopart"]) == 0
    said = capsys.readouterr().out
    assert "networks: not looked at" in said
    assert "part_encoder/diffusion_pytorch_model.safetensors: 92 tensors" in said


def test_a_model_that_is_not_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "check", "holopart"]) == 2
    assert "Get it with: models download holopart" in capsys.readouterr().err
