# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a replacement: what they wish, what they name, and what is said of them; the parts
of the library that words find.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput
from ..library import synonyms, words
from ..library.index import Entry, library
from ..library.wishes import Wishes, heard

NEARBY = 0.3  # similarity of what a search still shows


def meant(
    text: str, *, wishes_only: bool = False, knows_all: bool = False
) -> tuple[Wishes, words.Reading]:
    """Wishes and the reading of what is left. Raises BadInput where the words mean nothing.

    wishes_only : what the part is, is said by another source; names in the words are passed over.
    knows_all : the engine takes all words, those that wish something too.
    """
    if not text:
        return Wishes(), words.Reading((), (), {})
    if knows_all:
        wishes = heard(words.plain(text), library().by_title)
        wishes.rest = text.strip()
        return wishes, words.Reading((), (), {})
    if wishes_only:
        wishes = heard(words.plain(text), library().by_title)
        others = tuple(word for word in wishes.rest.split() if word not in words.FILLERS)
        wishes.rest = ""
        return wishes, words.Reading((), others, {})
    parts, table = library(), words.table()
    plain = words.plain(text)
    names = "It has for example " + words.nearest_names((), parts, table) + "."
    if not plain.strip(" %"):
        raise BadInput("The description has no English words.", f"{words.LANGUAGE} {names}")
    wishes = heard(synonyms.renamed(synonyms.turned_round(plain), parts.by_title), parts.by_title)
    thing, beside = synonyms.main_thing(wishes.rest)
    reading = words.read(thing, parts, table)
    said = synonyms.named(reading.words, parts.by_title)
    besides = tuple(word for word in beside if word not in words.FILLERS)
    reading = replace(reading, words=said, unknown=(*reading.unknown, *besides))
    wishes.rest = " ".join(said)
    if not said and not wishes:
        near = words.spelled_alike(reading.unknown, parts)
        nearest = f"The nearest names are {', '.join(near)}. " if near else names
        raise BadInput(f"“{plain:.60}” was not understood.", f"{words.LANGUAGE} {nearest}")
    return wishes, reading


def told(wishes: Wishes, reading: words.Reading, title: str) -> tuple[list[str], list[str]]:
    """What is said of words: sentences, and those that were passed over.

    title : of the first part that they found, if they name one.
    """
    understood = [title, *wishes.understood] if title else [*wishes.understood]
    understood += [f"“{wrong}” was read as “{right}”" for wrong, right in reading.corrected.items()]
    missed = list(reading.unknown)
    if title:
        missed += words.passed_over(reading.words, title, words.table())
    return understood, missed


def names_near(missed: list[str]) -> str:
    """A sentence with the names that are spelled like words; empty where none are."""
    near = words.spelled_alike(missed, library()) if missed else []
    return f"The names nearest to what was not understood are {', '.join(near)}." if near else ""


def listed(
    query: str = "", limit: int = 4096, *, thumbnails: bool = True
) -> tuple[list[Entry], NDArray[np.uint8] | None]:
    """Parts of the library, the nearest to the words first, with (N, 96, 96, 4) thumbnails.

    A query in which no word is known finds parts by the letters of their titles, if any.
    """
    parts = library()
    entries = list(parts.entries)
    if query.strip():
        table = words.table()
        plain = words.plain(query)
        reading = words.read(heard(plain, parts.by_title).rest, parts, table)
        found = [m.entry for m in words.matches(reading.words, parts, table) if m.score > NEARBY]
        letters = [entry for entry in entries if plain in entry.title and entry not in found]
        entries = [*letters, *found] if not reading.words else [*found, *letters]
    entries = entries[:limit]
    return entries, parts.thumbnails(entries) if thumbnails else None
