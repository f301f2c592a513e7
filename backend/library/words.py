# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parts words mean: a table of word vectors, distilled from MiniLM-L6, and the titles.

A phrase that is in the table has its own vector; others are the mean of their words, the last of
which, in English the noun, counts double.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..checkpoints import catalogue
from ..contract.arrays import Floats, Singles
from ..contract.errors import BadInput, WeightsCorrupt
from .index import Entry, Library

LONGEST = 200  # letters of a description
UNLIKE = 0.15  # similarity below which a word says nothing of a part
SURE = 0.52  # similarity below which a part is not what was meant
SLIP = 0.82  # likeness of letters of what is the same word, typed wrongly
NEARBY = 0.37  # similarity below which a name is not near enough to be told
LANGUAGE = "Words are understood in English."
FILLERS = {
    "a", "an", "the", "with", "of", "and", "or", "please", "make", "made", "it", "its", "part",
    "new", "replace", "by", "put", "me", "want", "i", "that", "is", "be", "like", "some", "one",
    "as", "for", "in", "on", "to", "into", "from", "this", "instead", "which", "has", "have",
    "having", "looks", "look", "give", "but", "also", "more", "very", "really", "quite",
    "just", "shape", "shaped", "style", "styled", "kind", "type", "teh", "pls", "plz", "change",
    "turn", "swap", "use", "add", "need", "would", "my", "his", "her", "their", "there", "should",
    "other", "another", "different", "nice", "cool", "beautiful",
}  # fmt: skip


@dataclass(frozen=True)
class Match:
    """A part and how well it is what the words say, about 0..1.5."""

    entry: Entry
    score: float


@dataclass(frozen=True)
class Reading:
    """What was made of words: those that count, as understood, and the others.

    corrected : what was written -> the word that it was taken for.
    """

    words: tuple[str, ...]
    unknown: tuple[str, ...]
    corrected: dict[str, str]


class Words:
    """The table: (N, D) unit vectors of words and short phrases."""

    def __init__(self, words: Sequence[str], vectors: Singles) -> None:
        self.row = {word: row for row, word in enumerate(words)}
        self.vectors = vectors

    def known(self, word: str) -> str | None:
        """The word as the table has it, in the singular where only that is there."""
        for form in (word, *singulars(word)):
            if form in self.row:
                return form
        return None

    def vector(self, words: Sequence[str]) -> Floats:
        """(D,) unit vector of known words; zeros for none."""
        total = np.zeros(self.vectors.shape[1])
        place = 0
        while place < len(words):
            for length in (3, 2, 1):
                phrase = " ".join(words[place : place + length])
                row = self.row.get(phrase)
                if row is not None and (length == 1 or len(words) >= place + length):
                    last = place + length >= len(words)
                    total += (2.0 if last else 1.0) * length * self.vectors[row]
                    break
            place += length
        norm = float(np.linalg.norm(total))
        return total / norm if norm else total

    def near(self, word: str, titles: set[str], alike: float = 0.8) -> str | None:
        """A known word that this is a slip of the keyboard for; those of titles first."""
        if len(word) < 4:
            return None
        import difflib

        best = difflib.get_close_matches(word, sorted(titles), 1, alike)
        if not best and len(word) > 6:
            others = [w for w in self.row if abs(len(w) - len(word)) < 2 and w[0] == word[0]]
            best = difflib.get_close_matches(word, others, 1, 0.92)
        return best[0] if best else None

    def parts_of(self, word: str, titles: set[str]) -> tuple[str, str] | None:
        """The two known words of which one was written, as "cowboyhat"; one is of the titles."""
        for place in range(3, len(word) - 2):
            first, last = word[:place], word[place:]
            own = {form for form in (last, *singulars(last)) if form in titles}
            if own and (first in titles or first in self.row):
                return first, min(own, key=len)
        return None


def singulars(word: str) -> list[str]:
    """What an English word may be the plural of."""
    forms = []
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("ves"):
        forms += [word[:-3] + "f", word[:-3] + "fe"]
    if word.endswith("men"):
        forms.append(word[:-3] + "man")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s") and not word.endswith("ss"):
        forms.append(word[:-1])
    irregular = {"feet": "foot", "teeth": "tooth", "mice": "mouse", "men": "man", "women": "woman"}
    return [irregular[word], *forms] if word in irregular else forms


def plain(text: str) -> str:
    """Lower case, without accents; letters, figures, % and points remain.

    Raises BadInput for a text that is empty or longer than `LONGEST`, or in other letters.
    """
    given = " ".join(text.split())
    if not given:
        raise BadInput("No words were given.", "Say what the part should be, such as “top hat”.")
    if len(given) > LONGEST:
        raise BadInput(
            f"The description has {len(given)} letters; {LONGEST} are the most that are read.",
            "Say in a few words what the part should be, such as “tall pink top hat”.",
        )
    bare = "".join(c for c in unicodedata.normalize("NFKD", given) if not unicodedata.combining(c))
    bare = bare.lower().replace("\u2019", "'").replace("'s", "")
    return " ".join(re.findall(r"[a-z]+|\d+(?:[.,]\d+)?|%", bare.replace("-", " ")))


def read(text: str, library: Library, words: Words) -> Reading:
    """The words of a plain text, those unknown told apart or taken for what they nearly are."""
    spoken = {part for entry in library.entries for part in entry.title.split()}
    spoken |= {part for kind in library.kinds() for part in kind.split()}
    found: list[str] = []
    unknown: list[str] = []
    corrected: dict[str, str] = {}
    for word in re.findall(r"[a-z]+", text):
        if word in FILLERS:
            continue
        known = word if word in spoken else words.known(word)
        for form in () if word in library.by_title else singulars(word):
            known = form if form in spoken else known
        if known is None:
            known = words.near(word, spoken, SLIP)
            if known is None and (both := words.parts_of(word, spoken)):
                found += both
                continue
            known = known or words.near(word, spoken)
            if known is not None:
                corrected[word] = known
        if known is None:
            unknown.append(word)
        else:
            found.append(known)
    return Reading(tuple(found), tuple(unknown), corrected)


def matches(said: Sequence[str], library: Library, words: Words) -> list[Match]:
    """All parts, the best first."""
    asked = words.vector(said)
    titles, kinds = _named(library, words)
    score = titles @ asked
    score = np.maximum(score, 0.9 * score + 0.1 * (kinds @ asked))
    text, spoken = " ".join(said), set(said)
    for row, entry in enumerate(library.entries):
        own = entry.title.split()
        if entry.kind == text:
            score[row] += 0.25
        if entry.title == text:
            score[row] += 0.6
        elif len(said) > 1 and spoken.issubset(own):
            score[row] += 0.4  # "lever handle" is the door handle lever
        elif said and own[-1] == said[-1]:
            score[row] += 0.3 * len(spoken.intersection(own)) - 0.15 + 0.1 * spoken.issuperset(own)
        elif len(said) > 1 and said[-1] not in own and spoken.issuperset(own):
            score[row] -= 0.12  # a pig is no pig snout
        elif spoken.issuperset(own) or (said and entry.kind.split()[-1] == said[-1]):
            score[row] += 0.1
    order = np.argsort(-score, kind="stable")
    return [Match(library.entries[row], float(score[row])) for row in order]


@functools.cache
def _named(library: Library, words: Words) -> tuple[Floats, Floats]:
    """(N, D) vectors of the titles and of the kinds of all parts."""
    titles = np.stack([words.vector(entry.title.split()) for entry in library.entries])
    of_kind = {kind: words.vector(kind.split()) for kind in library.kinds()}
    return titles, np.stack([of_kind[entry.kind] for entry in library.entries])


def nearest_names(said: Sequence[str], library: Library, words: Words, count: int = 5) -> str:
    """The titles that come near to words, for a sentence; some of several kinds where none does."""
    near = [match for match in matches(said, library, words)[:count] if match.score > NEARBY]
    if near and words.vector(said).any():
        return ", ".join(match.entry.title for match in near)
    some = ("cowboy hat", "spoked wheel", "turned table leg", "cone lamp shade", "feathered wing")
    return ", ".join(title for title in some if title in library.by_title)


def is_near(said: Sequence[str], library: Library, words: Words) -> bool:
    """Whether a name of the library is near enough to words to be told."""
    return bool(words.vector(said).any()) and matches(said, library, words)[0].score > NEARBY


def passed_over(said: Sequence[str], title: str, words: Words) -> list[str]:
    """The known words that have nothing to do with the title that was chosen for them all."""
    own = title.split()
    meant = words.vector(own)
    return [w for w in said if w not in own and float(words.vector([w]) @ meant) < UNLIKE]


def spelled_alike(unknown: Sequence[str], library: Library, count: int = 5) -> list[str]:
    """The titles with words spelled nearly as unknown words are; none where nothing is."""
    import difflib

    spoken = sorted({part for entry in library.entries for part in entry.title.split()})
    found: list[str] = []
    for word in unknown:
        for near in difflib.get_close_matches(word[:40], spoken, 3, 0.45):
            titles = [title for title in library.by_title if near in title.split()]
            found += [title for title in titles[:2] if title not in found]
    return found[:count]


@functools.cache
def table() -> Words:
    """The bundled table. Raises WeightsMissing or WeightsCorrupt."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    checkpoint = catalogue.find("words")
    checkpoint.verify()
    try:
        arrays = load_file(checkpoint.path)
        words = arrays["words"].tobytes().decode("ascii").split("\n")
        vectors = arrays["vectors"].astype(np.float32)
    except (SafetensorError, KeyError, ValueError) as error:
        raise WeightsCorrupt(
            "The table of words is damaged.", "Install Partwise again.", str(error)
        ) from error
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Words(words, vectors)
