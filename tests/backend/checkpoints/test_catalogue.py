# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checkpoints: what is there, what is as published, what is not trusted."""

from __future__ import annotations

import pytest

from backend.checkpoints import catalogue
from backend.contract.errors import BadInput


def test_what_ships_with_the_project_is_as_published():
    found = catalogue.bundled()
    assert [checkpoint.name for checkpoint in found] == [
        "completer",
        "generator",
        "judge",
        "merging",
        "names",
        "segmenter",
        "words",
    ]
    for checkpoint in found:
        checkpoint.verify()


def test_a_good_checkpoint(checkpoints_folder):
    (checkpoint,) = catalogue.bundled(checkpoints_folder)
    assert (checkpoint.name, checkpoint.size) == ("small", 7)
    checkpoint.verify()


def test_a_damaged_and_a_missing_checkpoint(checkpoints_folder):
    (checkpoints_folder / "small.safetensors").write_bytes(b"wEights")
    with pytest.raises(catalogue.WeightsCorrupt, match="'small' are damaged"):
        catalogue.find("small", checkpoints_folder).verify()
    (checkpoints_folder / "small.safetensors").unlink()
    with pytest.raises(catalogue.WeightsMissing):
        catalogue.find("small", checkpoints_folder).verify()


def test_a_checkpoint_without_a_checksum_is_not_trusted(checkpoints_folder):
    (checkpoints_folder / "other.safetensors").write_bytes(b"?")
    with pytest.raises(catalogue.WeightsCorrupt, match=r"other\.safetensors"):
        catalogue.bundled(checkpoints_folder)


def test_checksums_written_after_training_are_right(checkpoints_folder):
    (checkpoints_folder / "other.safetensors").write_bytes(b"?")
    catalogue.write_checksums(checkpoints_folder)
    found = catalogue.bundled(checkpoints_folder)
    assert [checkpoint.name for checkpoint in found] == ["other", "small"]
    for checkpoint in found:
        checkpoint.verify()


def test_lines_that_are_no_checksums_are_not_trusted(checkpoints_folder):
    (checkpoints_folder / "SHA256SUMS").write_text("../../etc/passwd\n")
    with pytest.raises(catalogue.WeightsCorrupt):
        catalogue.bundled(checkpoints_folder)


def test_a_name_may_not_lead_out_of_the_folder(checkpoints_folder):
    (checkpoints_folder / "SHA256SUMS").write_text(f"{'0' * 64}  ../small.safetensors\n")
    with pytest.raises(catalogue.WeightsCorrupt):
        catalogue.bundled(checkpoints_folder)


def test_unknown_names_are_refused_with_the_known_ones(checkpoints_folder):
    with pytest.raises(BadInput, match=r"Known: small\."):
        catalogue.find("large", checkpoints_folder)
