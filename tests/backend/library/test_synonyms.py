# SPDX-License-Identifier: GPL-3.0-or-later
"""Other names of parts, phrases turned round, and what of a phrase is the thing."""

from __future__ import annotations

import pytest

from backend.library.index import library
from backend.library.synonyms import SYNONYMS, main_thing, named, renamed, turned_round


def test_every_synonym_means_a_part_that_is_there_and_is_no_title_itself() -> None:
    known = {*library().by_title, *library().kinds()}
    assert not set(SYNONYMS.values()) - known
    assert not [said for said in SYNONYMS if said in library().by_title and " " not in said]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("two angel wings", "two feathered wings"), ("a devil tail", "a arrow tail"),
        ("tapered leg", "tapered table leg"), ("bat wings", "bat wings"),
        ("large cowboy hat", "large cowboy hat"), ("drawer handles", "bar handles"),
    ],
)  # fmt: skip
def test_phrases_are_called_as_the_library_calls_them(said: str, meant: str) -> None:
    assert renamed(said, library().by_title) == meant


def test_a_word_is_renamed_only_where_it_is_all_that_is_said() -> None:
    titles = library().by_title
    assert named(("cog",), titles) == ("gear",)
    assert named(("helmet",), titles) == ("knight", "helmet")
    assert named(("bottle", "cap"), titles) == ("bottle", "cap")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("wings of a bat", "bat wings"), ("crown of gold", "gold crown"),
        ("the head of the wolf", "the wolf head"), ("fedora", "fedora"),
    ],
)  # fmt: skip
def test_of_puts_the_thing_last(said: str, meant: str) -> None:
    assert turned_round(said) == meant


@pytest.mark.parametrize(
    ("rest", "thing", "beside"),
    [
        ("wizard hat with stars", "wizard hat", ["stars"]), ("hat with", "hat", []),
        ("lamp on a table", "lamp", ["a", "table"]), ("with", "", []),
    ],
)  # fmt: skip
def test_a_hat_with_stars_is_a_hat(rest: str, thing: str, beside: list[str]) -> None:
    assert main_thing(rest) == (thing, beside)
