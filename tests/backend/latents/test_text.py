# SPDX-License-Identifier: GPL-3.0-or-later
"""Words in pieces, by a few merges of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("tokenizers", reason="words are cut by tokenizers")

from backend.contract.errors import WeightsCorrupt, WeightsMissing
from backend.latents.text import BEGIN, END, Pieces

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MERGES = ["h a", "ha t</w>", "r e", "re d</w>"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    names += [merge.replace(" ", "") for merge in MERGES] + [BEGIN, END]
    (tmp_path / "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n" + "\n".join(MERGES) + "\n")
    return tmp_path


def told(folder: Path, text: str, tokens: int = 8) -> list[str]:
    names = {i: name for name, i in json.loads((folder / "vocab.json").read_text()).items()}
    return [names[i] for i in Pieces(folder, "CLIP", tokens).numbers(text).tolist()]


def test_words_are_cut_into_pieces_between_a_beginning_and_ends(folder: Path) -> None:
    assert told(folder, "A  Red\nhat") == [BEGIN, "a</w>", "red</w>", "hat</w>", *[END] * 4]
    assert told(folder, "hate", 6) == [BEGIN, "ha", "t", "e</w>", END, END]
    assert told(folder, "") == [BEGIN, *[END] * 7]


def test_long_texts_are_cut_off_before_the_end(folder: Path) -> None:
    assert told(folder, "a " * 500) == [BEGIN, *["a</w>"] * 6, END]


def test_words_that_lack_or_are_damaged_are_told(folder: Path) -> None:
    (folder / "merges.txt").unlink()
    with pytest.raises(WeightsMissing, match=r"merges\.txt"):
        Pieces(folder, "CLIP", 8)
    (folder / "merges.txt").write_text("not here\n")
    with pytest.raises(WeightsCorrupt, match="cannot be read"):
        Pieces(folder, "CLIP", 8)
    (folder / "merges.txt").write_text("")
    (folder / "vocab.json").write_text('{"a": 0}')
    with pytest.raises(WeightsCorrupt):
        Pieces(folder, "CLIP", 8)
