# SPDX-License-Identifier: GPL-3.0-or-later
"""The models command lists, gets, verifies and removes bundled checkpoints and public models."""

from __future__ import annotations

import hashlib
import json

import pytest

from backend.__main__ import main
from backend.checkpoints import store
from backend.checkpoints.public import MODELS


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_list_tells_of_each_file_and_each_public_model(checkpoints_folder, capsys):
    assert main(["models", "list", "--json"]) == 0
    row, *public = json.loads(capsys.readouterr().out)["models"]
    assert row == {
        "name": "small",
        "file": str(checkpoints_folder / "small.safetensors"),
        "bytes": 7,
        "sha256": hashlib.sha256(b"weights").hexdigest(),
        "bundled": True,
    }
    assert [one["name"] for one in public] == [model.name for model in MODELS]
    assert main(["models", "list"]) == 0
    said = capsys.readouterr()
    first, *lines = said.out.splitlines()
    assert first.split() == ["small", "0.0", "MB", "bundled"]
    for line, model in zip(lines, MODELS, strict=True):
        assert line.startswith(model.name)
        assert line.endswith(model.unlocks)
        assert " MIT " in line
        assert "to download" in line
    assert said.err.splitlines()[-1] == f"Checkpoints: {1 + len(MODELS)}."
    assert main(["models", "list", "small"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_good_checkpoint_is_verified_and_needs_no_download(checkpoints_folder, capsys):
    assert main(["models", "verify"]) == 0
    assert capsys.readouterr().err == "Checkpoints verified: 1.\n"
    assert main(["models", "verify", "small"]) == 0
    assert main(["models", "download", "small"]) == 0
    assert "nothing to download" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["verify", "download"])
def test_a_damaged_one_is_told(action, checkpoints_folder, capsys):
    (checkpoints_folder / "small.safetensors").write_bytes(b"wEights")
    assert main(["models", action, "small"]) == 2
    assert "'small' are damaged" in capsys.readouterr().err
    assert main(["models", "verify"]) == 2


@pytest.mark.parametrize("action", ["list", "download", "verify", "remove", "check"])
def test_unknown_names_are_refused_with_the_known_ones(action, checkpoints_folder, capsys):
    assert main(["models", action, "large"]) == 2
    known = ", ".join(["small", *(model.name for model in MODELS)])
    assert f"no model “large”. Known: {known}." in capsys.readouterr().err


def test_what_models_refuses(checkpoints_folder, capsys):
    for action in ("remove", "check"):
        assert main(["models", action, "small"]) == 2
        assert "bundled" in capsys.readouterr().err
    for action in ("download", "remove", "check"):
        assert main(["models", action]) == 2
        assert "Nothing was named" in capsys.readouterr().err
    assert (checkpoints_folder / "small.safetensors").is_file()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["list", "--offline"], "--offline is for downloads"),
        (["verify", "--mirror", "https://a.example"], "--mirror is for downloads"),
        (["remove", "small", "--accept-licence"], "--accept-licence is for downloads"),
        (["check", "small", "--from", "."], "--from is for downloads"),
        (["list", "--imagine"], "--imagine is for checks"),
        (["download", "small", "small", "--from", "."], "--from names the files of one model"),
        (["download", "small", "--from", ".", "--mirror", "x"], "exclude each other"),
    ],
)
def test_options_that_do_not_fit_together(words, sentence, checkpoints_folder, capsys):
    assert main(["models", *words]) == 2
    assert sentence in capsys.readouterr().err
