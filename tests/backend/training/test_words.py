# SPDX-License-Identifier: GPL-3.0-or-later
"""How the table of words comes about, without the model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from backend.training.words import WordPiece, agreement, explained, quantised, reduced, vocabulary

HAT = "00000010 06 n 02 hat 0 Stetson 0 001 @ 00000020 n 0000 | covers the head\n"
COVER = "00000020 06 n 01 headdress 0 000 | clothing\n"
IDEA = "00000030 09 n 01 idea 0 000 | a thought\n"


@pytest.fixture
def wordnet(tmp_path: Path) -> Path:
    (tmp_path / "data.noun").write_text("  1 licence\n" + HAT + COVER + IDEA)
    index = (
        "hat n 1 1 @ 1 1 00000010  \nheaddress n 1 0 1 1 00000020  \nidea n 1 0 1 1 00000030  \n"
    )
    (tmp_path / "index.noun").write_text("  1 licence\n" + index)
    for kind in ("adj", "verb"):
        (tmp_path / f"index.{kind}").write_text("red a 1 0 1 1 00000040  \n")
    return tmp_path


def test_words_are_cut_into_the_longest_pieces(tmp_path: Path) -> None:
    names = ["[CLS]", "[SEP]", "[UNK]", "hat", "##s", "cow", "##boy"]
    table = {"model": {"vocab": {name: k for k, name in enumerate(names)}}}
    (tmp_path / "t.json").write_text(json.dumps(table))
    pieces = WordPiece(tmp_path / "t.json")
    assert pieces("Cowboy hats") == [0, 5, 6, 3, 4, 1]
    assert pieces("zzz") == [0, 2, 1]


def test_the_vocabulary_has_things_names_and_usual_words(wordnet: Path) -> None:
    words = vocabulary(wordnet, ["red", "idea", "zebra"], ["cowboy hat"])
    assert words == sorted(words)
    assert {"cowboy hat", "hat", "stetson", "headdress", "red", "idea"} == set(words)


def test_things_are_explained_by_their_kind(wordnet: Path) -> None:
    assert explained(wordnet, ["hat", "idea", "nothing"]) == ["hat, headdress", "idea", "nothing"]


def test_fewer_dimensions_keep_who_is_near() -> None:
    rng = np.random.default_rng(0)
    full = rng.normal(size=(300, 8)) @ rng.normal(size=(8, 50)) + 0.01 * rng.normal(size=(300, 50))
    full /= np.linalg.norm(full, axis=1, keepdims=True)
    table = quantised(reduced(full, np.ones(300), 8))
    assert table.dtype == np.int8
    small = table / np.linalg.norm(table.astype(float), axis=1, keepdims=True)
    assert agreement(full, small, np.arange(40)) > 0.9
