# SPDX-License-Identifier: GPL-3.0-or-later
"""What words tell the part generator: one vector, of those that the table of words knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats
from ..contract.errors import BadInput
from ..library import words
from ..library.index import library
from .retrieval import spoken_name


@dataclass(frozen=True)
class Meaning:
    """Of a text. vector : (D,), zeros where no word is known. unknown : words of no meaning here.

    corrected : what was written -> the word that it was taken for. words : those that are known.
    """

    vector: Floats
    unknown: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return bool(self.vector.any())


def meaning(text: str) -> Meaning:
    """What a text means; nothing where it has no English words."""
    table = words.table()
    nothing = np.zeros(table.vectors.shape[1])
    try:
        plain = words.plain(text.replace("_", " ")) if text.strip() else ""
    except BadInput:  # too many words, or no letters that are read: as good as none
        plain = ""
    if not plain:
        return Meaning(nothing, (text.strip()[:40],) if text.strip() else ())
    read = words.read(plain, library(), table)
    corrected = tuple(read.corrected.items())
    return Meaning(table.vector(read.words), read.unknown, corrected, read.words)


def named(name: str) -> Meaning:
    """What the name of an object or a part says of it, as people and programs write names; nothing
    where that would be guessed, as of "Sessel", which is no slip for a vessel."""
    found = meaning(spoken_name(name))
    return meaning("") if found.corrected else found


def required(text: str) -> Meaning:
    """The same of words that must mean something. Raises BadInput with the nearest names, or for
    more words than are read."""
    found = meaning(text)
    if found.known:
        return found
    words.plain(text)
    near = words.spelled_alike(found.unknown, library())
    names = ", ".join(near) or words.nearest_names((), library(), words.table())
    raise BadInput(
        f"The flow engine knows no word of “{text.strip():.60}”.",
        f"{words.LANGUAGE} The nearest names are: {names}.",
    )


def remarks(meanings: list[Meaning]) -> tuple[str, ...]:
    """Sentences about words that were not understood, or were read as others."""
    missed = dict.fromkeys(word for one in meanings for word in one.unknown)
    read = dict.fromkeys(pair for one in meanings for pair in one.corrected)
    found = [f"“{wrong}” was read as “{right}”." for wrong, right in read]
    if missed:
        near = words.spelled_alike(list(missed), library())
        hint = f" The nearest names are: {', '.join(near)}." if near else ""
        found.append(f"Not understood: {', '.join(missed)}.{hint}")
    return tuple(found)
