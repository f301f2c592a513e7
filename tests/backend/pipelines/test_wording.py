# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a replacement are read, and what was not understood is told."""

from __future__ import annotations

import pytest

from backend.contract.errors import BadInput
from backend.pipelines.edit import replace_part
from backend.pipelines.wording import listed, meant, names_near
from tests.backend.pipelines.replacing import cart


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", None), ("  ", "No words"), ("y" * 10_000, "10000 letters"), ("🎩", "no English"),
        ("帽子", "no English"), ("qqxzyv wwkjq", "not understood"),
    ],
)  # fmt: skip
def test_bad_words_get_a_sentence_with_names_that_exist(text: str, words: str | None) -> None:
    vertices, faces, labels = cart()
    if words is None:
        assert replace_part(vertices, faces, labels, 4, text=text).variants
        return
    with pytest.raises(BadInput, match=words) as caught:
        replace_part(vertices, faces, labels, 4, text=text)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["帽子", "qqxzyv wwkjq", "jurisprudence"])
def test_it_says_in_which_language_words_are_understood(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        replace_part(*cart(), 4, text=text)
    assert "English" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "name", "missed"),
    [
        ("a big red cowboy hat", "cowboy hat", []),
        ("wizard hat with stars", "wizard hat", ["stars"]),
        ("crown of gold", "king crown", []), ("cowbow hat", "cowboy hat", []),
        ("wings of a bat", "bat wing", []), ("devil tail", "arrow tail", []),
    ],
)  # fmt: skip
def test_phrases_mean_their_main_thing(text: str, name: str, missed: list[str]) -> None:
    done = replace_part(*cart(), 4, text=text)
    assert done.variants[0].name == name
    assert done.not_understood == missed


def test_unknown_words_beside_known_ones_are_told() -> None:
    vertices, faces, labels = cart()
    done = replace_part(vertices, faces, labels, 4, text="qqxzyv fedora")
    assert done.variants[0].name == "fedora"
    assert done.not_understood == ["qqxzyv"]


def test_words_beside_another_source_and_for_an_engine_that_knows_all() -> None:
    wishes, reading = meant("a taller pink hat", wishes_only=True)
    assert (wishes.rest, reading.unknown) == ("", ("hat",))
    assert len(wishes.understood) == 2
    wishes, reading = meant(" a taller qqxzyv ", knows_all=True)
    assert (wishes.rest, reading.unknown) == ("a taller qqxzyv", ())
    assert len(wishes.understood) == 1


def test_names_that_are_spelled_alike_are_a_sentence() -> None:
    assert "fedora" in names_near(["fedorra"])
    assert names_near([]) == ""


def test_the_list_is_sorted_by_words() -> None:
    entries, pictures = listed("fedora", 6)
    assert entries[0].title == "fedora"
    assert pictures is not None
    assert pictures.shape == (len(entries), 96, 96, 4)
    everything, none = listed(thumbnails=False)
    assert len(everything) > 300
    assert none is None
