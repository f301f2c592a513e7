# SPDX-License-Identifier: GPL-3.0-or-later
"""The models command lists and verifies what is bundled, and downloads nothing."""

from __future__ import annotations

import hashlib
import json

import pytest

from backend.__main__ import main


def test_the_list_tells_of_each_file(checkpoints_folder, capsys):
    assert main(["models", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["models"]
    assert row == {
        "name": "small",
        "file": str(checkpoints_folder / "small.safetensors"),
        "bytes": 7,
        "sha256": hashlib.sha256(b"weights").hexdigest(),
        "bundled": True,
    }
    assert main(["models", "list"]) == 0
    said = capsys.readouterr()
    assert said.out == "small  0.0 MB  bundled\n"
    assert said.err.splitlines()[-1] == "Checkpoints: 1."


def test_a_good_checkpoint_is_verified_and_needs_no_download(checkpoints_folder, capsys):
    assert main(["models", "verify"]) == 0
    assert main(["models", "verify", "small"]) == 0
    assert main(["models", "download", "small"]) == 0
    assert "nothing to download" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["verify", "download"])
def test_a_damaged_one_is_told(action, checkpoints_folder, capsys):
    (checkpoints_folder / "small.safetensors").write_bytes(b"wEights")
    assert main(["models", action, "small"]) == 2
    assert "'small' are damaged" in capsys.readouterr().err
    assert main(["models", "verify"]) == 2


def test_unknown_names_are_refused_with_the_known_ones(checkpoints_folder, capsys):
    for action in ("list", "download", "verify", "remove"):
        assert main(["models", action, "large"]) == 2
        assert "Known: small." in capsys.readouterr().err


def test_what_models_refuses(checkpoints_folder, capsys):
    assert main(["models", "remove", "small"]) == 2
    assert "bundled" in capsys.readouterr().err
    assert main(["models", "download"]) == 2
    assert "Nothing was named" in capsys.readouterr().err
    assert (checkpoints_folder / "small.safetensors").is_file()
