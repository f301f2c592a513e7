# SPDX-License-Identifier: GPL-3.0-or-later
"""The retrieval engine: bundled parts and procedural families, found by words or by likeness."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..geometry.booleans import Mesh
from ..library import words
from ..library.index import Entry, Library, library
from ..library.likeness import likeness
from .base import Offer, ReplaceEngine
from .offers import different, offer_of

ABOUT = About(
    name="retrieval",
    label="Library",
    text="Bundled parts, found by words",
    verbs=("replace",),
    rank=10,
    weights=("words",),
    memory=20_000_000,
    options=("seed",),
)

SIBLINGS = {
    "l", "r", "left", "right", "front", "back", "rear", "upper", "lower", "mid", "middle", "top",
    "bottom", "inner", "outer", "main", "part", "mesh", "object", "group", "node", "cube",
    "sphere", "cylinder", "plane", "circle", "torus", "model", "low", "high", "poly", "scene",
    "collection", "untitled", "default", "export", "geometry",
}  # fmt: skip
"""Words of names that tell siblings apart, and names that programs give."""
LIKE = 0.2  # largest distance of likenesses of what is still of the same kind
VOTES = 7  # neighbours whose majority says the kind of a part without a name
KIND_SURE = 0.62  # likeness of a part's name to a kind, above which the name decides
UNSURE, VOTED = 0.35, 0.6  # how sure is what shape alone says: one neighbour, and most of them
EXACT, KIN = 1.0, 0.75  # likeness of a name that names a part; how sure others of its kind are then
LIKENESS = 0.25  # what a distance of likenesses counts beside the similarity of words
MOST = 12  # parts that words mean, and as many that may stand in for these, where that is enough
FORMS = 3  # of a family, that are looked at before another seed shows them
LOOKED_AT = 2  # times as many as are asked for, of which those that look like one before fall away
BESIDE = 0.72  # of the best score: what still counts as another variant of what was asked for


def load() -> ReplaceEngine:
    """The engine with its list and its table. Raises WeightsMissing or WeightsCorrupt."""
    return Retrieval(library(), words.table())


class Retrieval:
    """Answers `replace`."""

    follows_seed = False
    knows_all_words = False

    def __init__(self, parts: Library, table: words.Words) -> None:
        self.library, self.words = parts, table

    def replace(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        part: int,
        *,
        name: str = "",
        title: str = "",
        drawing: NDArray[np.uint8] | None = None,
        text: str = "",
        variants: int = 1,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> list[Offer]:
        """See `ReplaceEngine`."""
        if drawing is not None:
            raise BadInput(
                "The retrieval engine finds parts by words; it cannot read drawings.",
                "Describe the part in words, or choose a mesh.",
            )
        progress.step(0.1)
        mesh = vertices, faces[np.asarray(labels) == part]
        sure: dict[str, float] = {}
        if text:
            good, further = self.found(text, mesh)
        else:
            (good, sure), further = self.similar(name, *mesh), []
        most = max(MOST, variants)
        good, further = good[:most], further[:most]
        if not good:
            return []
        turn, first = divmod(seed, len(good) + len(further))
        wanted = first + variants

        def made() -> Iterator[Offer]:
            forms = _forms(good, further, FORMS * turn)
            for number, (entry, own) in enumerate(islice(forms, LOOKED_AT * wanted)):
                progress.step(0.2 + 0.8 * min(number / wanted, 1.0))
                certain = sure.get(entry.title, 1.0)
                yield offer_of(self.library, entry, own, alike=not text, sure=certain)

        # Those of the old part's kind are stretched to its box, and look alike only there.
        offers = different(made(), wanted) if text else list(islice(made(), wanted))
        return [*offers[first:], *offers[:first]][:variants]

    def found(self, text: str, old: Mesh | None = None) -> tuple[list[Entry], list[Entry]]:
        """What words mean, the best first, and what may stand in for it. Of what they mean as well,
        such as all hats, that first which is most like the old part."""
        reading = words.read(text, self.library, self.words)
        matches = words.matches(reading.words, self.library, self.words)
        if not reading.words or matches[0].score < words.SURE:
            near = words.is_near(reading.words, self.library, self.words)
            told = words.nearest_names(reading.words, self.library, self.words)
            raise BadInput(
                f"The library has nothing that is called “{text:.60}”.",
                f"The nearest are: {told}."
                if near
                else f"{words.LANGUAGE} There are for example {told}.",
            )
        good = [m.entry for m in matches if m.score >= max(words.SURE, BESIDE * matches[0].score)]
        if old is not None:
            own = likeness(*old)
            worth = {
                m.entry: m.score - LIKENESS * float(np.linalg.norm(np.array(m.entry.shape) - own))
                for m in matches[: len(good)]
            }
            good.sort(key=lambda entry: -worth[entry])
        others = [match for match in matches if match.entry not in good]
        kind = good[0].kind
        further = [m.entry for m in others if m.entry.kind == kind]
        further += [m.entry for m in others if m.entry.kind != kind and m.score >= words.SURE]
        return good, further

    def similar(
        self, name: str, vertices: Floats, faces: Ints
    ) -> tuple[list[Entry], dict[str, float]]:
        """Parts of the kind of an old one, by its name where that says it, else by its shape, the
        best first, and how sure that is of each title; none where nothing is like it."""
        alike = np.array([entry.shape for entry in self.library.entries])
        gap = np.linalg.norm(alike - likeness(vertices, faces), axis=1)
        entries = self.library.entries
        try:
            reading = words.read(words.plain(spoken_name(name)), self.library, self.words).words
        except BadInput:
            reading = ()
        score = dict.fromkeys((entry.title for entry in entries), UNSURE)
        rows: list[int] = []
        if reading:
            matches = words.matches(reading, self.library, self.words)
            if matches[0].score >= KIND_SURE:
                kind = matches[0].entry.kind
                rows = [row for row, entry in enumerate(entries) if entry.kind == kind]
                least = KIN if matches[0].score >= EXACT else 0.0
                score = {match.entry.title: max(match.score, least) for match in matches}
                rows.sort(key=lambda row: gap[row] - 0.5 * score[entries[row].title])
        if not rows:
            nearest = np.argsort(gap, kind="stable")
            near = [row for row in nearest[:VOTES] if gap[row] < LIKE]
            kinds = [entries[row].kind for row in near]
            kind = max(kinds, key=kinds.count, default="")
            if kinds.count(kind) > VOTES // 2:
                rows = [row for row in nearest if entries[row].kind == kind]
                score = dict.fromkeys(score, VOTED)
            else:
                rows = [row for row in nearest if gap[row] < LIKE]
        return [entries[row] for row in rows], score


def spoken_name(name: str) -> str:
    """What a part's name says, without what tells it from its siblings: "wheel_backLeft.007"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", name)
    return " ".join(word for word in apart.split() if word.lower() not in SIBLINGS)


def _forms(
    good: Sequence[Entry], further: Sequence[Entry], seed: int
) -> Iterator[tuple[Entry, int]]:
    """Entries, and seeds from one on of what families make of them: what is good, another form of
    it, what is further, and then more forms of all, without end where there are families."""
    yield from ((entry, seed) for entry in good)
    yield from ((entry, seed + 1) for entry in good if entry.family)
    yield from ((entry, seed) for entry in further)
    yield from ((entry, seed + 1) for entry in further if entry.family)
    families = [entry for entry in (*good, *further) if entry.family]
    for more in count(seed + 2) if families else ():
        yield from ((entry, more) for entry in families)
