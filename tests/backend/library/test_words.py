# SPDX-License-Identifier: GPL-3.0-or-later
"""Words find parts: by title, by meaning, with slips of the keyboard; nonsense finds nothing."""

from __future__ import annotations

import pytest

from backend.contract.errors import BadInput
from backend.library import words
from backend.library.index import library


def found(text: str, count: int = 3) -> list[str]:
    parts, table = library(), words.table()
    said = words.read(words.plain(text), parts, table).words
    return [match.entry.title for match in words.matches(said, parts, table)[:count]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("fedora", "hat"), ("stetson", "hat"), ("automobile tyre", "wheel"), ("sabre", "sword"),
        ("antlers", "horn"), ("bunny ears", "ear"), ("spectacles", "glasses"),
        ("lampshade", "lamp shade"), ("chair leg", "table leg"), ("angel wings", "wing"),
    ],
)  # fmt: skip
def test_the_first_is_of_the_kind_that_was_meant(text: str, kind: str) -> None:
    assert library().named(found(text, 1)[0]).kind == kind


@pytest.mark.parametrize("title", ["cowboy hat", "round table", "car wheel", "human hand"])
def test_a_title_finds_itself(title: str) -> None:
    assert found(f"a {title}", 1) == [title]


def test_slips_of_the_keyboard_are_read_and_told() -> None:
    reading = words.read("sombreo", library(), words.table())
    assert reading.words == ("sombrero",)
    assert reading.corrected == {"sombreo": "sombrero"}


def test_what_is_not_known_is_told_apart() -> None:
    reading = words.read("qqxyz hat", library(), words.table())
    assert reading.words == ("hat",)
    assert reading.unknown == ("qqxyz",)


def test_plain_text_is_lower_case_latin() -> None:
    assert words.plain("  Tall\nPINK  Hat-stand! ") == "tall pink hat stand"
    assert words.plain("Café") == "cafe"
    assert words.plain("帽子 🎩") == ""


@pytest.mark.parametrize("text", ["", " \n", "x" * 10_000])
def test_empty_and_endless_texts_are_refused_in_words(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        words.plain(text)
    assert caught.value.hint


def test_words_find_what_is_meant() -> None:
    def first(text: str) -> str:
        said = words.read(text, library(), words.table()).words
        return words.matches(said, library(), words.table())[0].entry.title

    assert first("lever handle") == "door handle lever"
    assert first("pig snout") == "pig snout"
    assert first("glasses") == "glasses"
    assert first("helmet") == "knight helmet"
    assert library().named(first("horn")).kind == "horn"


def test_what_was_passed_over_is_told_with_names_near() -> None:
    assert words.passed_over(["gizmo", "fedora"], "fedora", words.table()) == ["gizmo"]
    assert "spoked wheel" in words.spelled_alike(["wheeel", "spokd"], library())
    assert words.spelled_alike(["qqqqqq"], library()) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("cowbow hat", ("cowboy", "hat")), ("whel", ("wheel",)), ("swrod", ("sword",)),
        ("wheels", ("wheel",)), ("teh fedora", ("fedora",)), ("dragonwings", ("dragon", "wing")),
    ],
)  # fmt: skip
def test_typos_plurals_and_words_written_as_one_are_read(text: str, read: tuple[str, ...]) -> None:
    assert words.read(text, library(), words.table()).words == read


def test_near_names_are_told_only_where_something_is_near() -> None:
    table = words.table()
    assert "top hat" in words.nearest_names(["turban"], library(), table)
    assert words.is_near(["turban"], library(), table)
    assert not words.is_near(["jurisprudence"], library(), table)
    assert "spoked wheel" in words.nearest_names(["jurisprudence"], library(), table)
