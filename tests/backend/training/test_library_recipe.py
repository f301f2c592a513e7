# SPDX-License-Identifier: GPL-3.0-or-later
"""The recipe of the library is read, and what is bundled is of it."""

from __future__ import annotations

from backend.library.index import FOLDER, INDEX, Library
from backend.training.library_recipe import RECIPE, recipe


def test_the_recipe_is_read() -> None:
    wanted = recipe(
        "# a comment\nhat bottom: cap, top hat = Mage/Mage_Hat, rake = wooden_rake @z180\n"
    )
    assert [(w.title, w.source, w.part, w.turn) for w in wanted] == [
        ("cap", "cap", "", ""), ("top hat", "Mage", "Mage_Hat", ""),
        ("rake", "wooden_rake", "", "z180"),
    ]  # fmt: skip
    assert {w.side for w in wanted} == {"bottom"}
    bundled = recipe(RECIPE.read_text(encoding="utf-8"))
    assert len({w.title for w in bundled}) == len(bundled)


def test_what_is_bundled_is_of_this_recipe() -> None:
    titles = {w.title for w in recipe(RECIPE.read_text(encoding="utf-8"))}
    bundled = Library(FOLDER)
    assert {entry.title for entry in bundled.entries if not entry.family} <= titles
    assert (FOLDER / INDEX).is_file()
