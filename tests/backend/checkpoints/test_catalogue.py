# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checkpoints and the command that shows it."""

from __future__ import annotations

import hashlib
import json

import pytest

from backend.__main__ import main
from backend.checkpoints import catalogue
from backend.contract.errors import BadInput


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one good checkpoint, where the commands look."""
    (tmp_path / "small.safetensors").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  small.safetensors\n{'0' * 64}  card.md\n")
    monkeypatch.setattr(catalogue.bundled, "__defaults__", (tmp_path,))
    monkeypatch.setattr(catalogue.find, "__defaults__", (tmp_path,))
    return tmp_path


def test_what_ships_with_the_project_is_as_published():
    found = catalogue.bundled()
    assert [checkpoint.name for checkpoint in found] == ["judge", "merging", "segmenter"]
    for checkpoint in found:
        checkpoint.verify()


def test_a_good_checkpoint(folder, capsys):
    (checkpoint,) = catalogue.bundled(folder)
    assert (checkpoint.name, checkpoint.size) == ("small", 7)
    assert main(["models", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["models"]
    assert row["name"] == "small"
    assert main(["models", "verify"]) == 0
    assert main(["models", "verify", "small"]) == 0
    assert main(["models", "download", "small"]) == 0
    assert "nothing to download" in capsys.readouterr().err


def test_a_damaged_and_a_missing_checkpoint(folder, capsys):
    (folder / "small.safetensors").write_bytes(b"wEights")
    assert main(["models", "verify"]) == 2
    assert "'small' are damaged" in capsys.readouterr().err
    (folder / "small.safetensors").unlink()
    with pytest.raises(catalogue.WeightsMissing):
        catalogue.find("small", folder).verify()


def test_a_checkpoint_without_a_checksum_is_not_trusted(folder):
    (folder / "other.safetensors").write_bytes(b"?")
    with pytest.raises(catalogue.WeightsCorrupt, match=r"other\.safetensors"):
        catalogue.bundled(folder)


def test_checksums_written_after_training_are_right(folder):
    (folder / "other.safetensors").write_bytes(b"?")
    catalogue.write_checksums(folder)
    found = catalogue.bundled(folder)
    assert [checkpoint.name for checkpoint in found] == ["other", "small"]
    for checkpoint in found:
        checkpoint.verify()


def test_lines_that_are_no_checksums_are_not_trusted(folder):
    (folder / "SHA256SUMS").write_text("../../etc/passwd\n")
    with pytest.raises(catalogue.WeightsCorrupt):
        catalogue.bundled(folder)


def test_a_name_may_not_lead_out_of_the_folder(folder):
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  ../small.safetensors\n")
    with pytest.raises(catalogue.WeightsCorrupt):
        catalogue.bundled(folder)


def test_unknown_names_are_refused_with_the_known_ones(folder, capsys):
    for action in ("list", "download", "verify", "remove"):
        assert main(["models", action, "large"]) == 2
        assert "Known: small." in capsys.readouterr().err
    with pytest.raises(BadInput):
        catalogue.find("large", folder)


def test_what_models_refuses(folder, capsys):
    assert main(["models", "remove", "small"]) == 2
    assert "bundled" in capsys.readouterr().err
    assert main(["models", "download"]) == 2
    assert "Nothing was named" in capsys.readouterr().err
