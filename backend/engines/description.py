# SPDX-License-Identifier: GPL-3.0-or-later
"""What words ask of a whole object: its kind, what it has and lacks, its colours; and the sentences
that say what was understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..contract.errors import BadInput
from ..library import wishes as wishing
from ..library import words

if TYPE_CHECKING:
    from ..shapes.families.titles import Title

ALIKE = 0.55  # similarity of words from which a name is what was meant
SAME_PART = {
    "armrest": "arm", "backrest": "back", "tyre": "wheel", "tire": "wheel", "eyes": "eye",
    "antenna": "aerial", "backpack": "pack", "door": "door", "branch": "branch", "cushion":
    "cushion", "tabletop": "top", "lampshade": "shade", "sleeve": "arm", "paw": "foot",
    "bobble": "pompom", "peak": "visor", "bangs": "fringe", "mustache": "moustache",
    "shoelace": "lace", "zip": "zipper", "plait": "braid",
}  # fmt: skip
WITH = re.compile(r"\b(?:with|having|that has|which has|and has|wearing|holding|carrying|in an?)\b")
WITHOUT = re.compile(r"\b(?:without|no)\b")


@dataclass
class Asked:
    """What words ask for.

    title : of which kind. general : wishes for all of it. has : (part, how many or 0) that it must
    have; lacks : what it must not. colours : part -> linear light. level : "round" or "square" for
    what is seen from above, or empty. called : its name in the words. unknown : words
    without meaning here.
    """

    title: Title
    general: wishing.Wishes
    has: list[tuple[str, int]] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    colours: dict[str, Sequence[float]] = field(default_factory=dict)
    level: str = ""
    called: str = ""
    unknown: list[str] = field(default_factory=list)


def read(text: str) -> Asked:
    """What a text asks for. Raises BadInput where no kind of object is named in it."""
    from ..shapes.families.titles import TITLES

    plain = words.plain(text)
    if not re.search("[a-z]", plain):
        raise BadInput(
            "The description has no English words.", "Say what to make, such as “a round table”."
        )
    named = {name: title for title in TITLES for name in title.names}
    head, *clauses = re.split(WITH, plain)
    head, *denied = re.split(WITHOUT, head)
    general = wishing.heard(head, named)
    rest = [word for word in general.rest.split() if word not in words.FILLERS]
    title, used = _named(rest, named)
    called = " ".join(used)
    if title is None:
        title, used = _named([word for word in plain.split() if word not in words.FILLERS], named)
    if title is None:
        title, used = _nearly(rest, named), rest
    asked = Asked(title, general)
    asked.called = called or title.names[0]
    asked.level = next(
        (level for shape, level in (("rounder", "round"), ("squarer", "square"))
         if shape in general.shapes), ""
    )  # fmt: skip
    asked.unknown = [word for word in rest if word not in used]
    for feature in (part for clause in clauses for part in re.split(r"\band\b|,", clause)):
        own, *more = re.split(WITHOUT, feature)
        denied += more
        _clause(own, asked)
    for one in denied:
        asked.lacks += [_part(word) for word in one.split() if word not in words.FILLERS]
    return asked


def _named(said: Sequence[str], named: dict[str, Title]) -> tuple[Title | None, Sequence[str]]:
    """The kind whose longest name, in any number, stands in the words; the last of them wins."""
    for length in (4, 3, 2, 1):
        for first in range(len(said) - length, -1, -1):
            span = list(said[first : first + length])
            for last in (span[-1], *words.singulars(span[-1])):
                title = named.get(" ".join([*span[:-1], last]))
                if title is not None:
                    return title, span
    return None, ()


def _nearly(said: Sequence[str], named: dict[str, Title]) -> Title:
    """The kind that words mean by the table of words. Raises BadInput with the nearest names."""
    table = words.table()
    asked = table.vector([word for word in map(table.known, said) if word])
    names = sorted(named)
    score = np.array([table.vector(name.split()) @ asked for name in names])
    order = np.argsort(-score, kind="stable")
    if asked.any() and score[order[0]] >= ALIKE:
        return named[names[order[0]]]
    first = list(dict.fromkeys(named[names[k]].names[0] for k in order)) if asked.any() else []
    nearest = ", ".join((first or ["robot", "chair", "table", "house", "car", "tree"])[:6])
    raise BadInput(
        f"No kind of object is known by “{' '.join(said)[:60]}”.", f"The nearest are: {nearest}."
    )


def _part(word: str) -> str:
    """The name of parts that a word speaks of."""
    for form in (word, *words.singulars(word)):
        if form in SAME_PART:
            return SAME_PART[form]
    return (words.singulars(word) or [word])[-1]


def _clause(clause: str, asked: Asked) -> None:
    """Reads what the object is to have: "four red legs", "a tall back"."""
    said = [word for word in clause.split() if word not in words.FILLERS]
    if not said:
        return
    count, colour = 0, None
    for word in said[:-1]:
        number = wishing.NUMBERS.get(word) or (int(word) if word.isdigit() else None)
        if number is not None and float(number).is_integer():
            count = int(number)
        elif word in wishing.COLOURS or wishing.SAME_FINISH.get(word, word) in wishing.FINISHES:
            made = wishing.heard(f"{word} x", ()).material
            colour = made.get("colour")
        else:
            asked.unknown.append(word)
    part = _part(said[-1])
    asked.has.append((part, count))
    if colour:
        asked.colours[part] = colour[:3]


def numbered(part: str, count: int | None) -> str:
    """A part and how many of it, as one says it: "4 legs"."""
    if not count or count == 1:
        return f"{count or ''} {part}".strip()
    if part.endswith("foot"):
        return f"{count} {part[:-4]}feet"
    if part.endswith(("lf", "af")):
        return f"{count} {part[:-1]}ves"
    return f"{count} {part}{'es' if part.endswith(('s', 'x', 'ch', 'sh')) else 's'}"


def sentences(asked: Asked, unmet: list[str]) -> tuple[str, ...]:
    """Sentences about what was understood, and what was not. unmet : what the object lacks."""
    wanted = [numbered(part, count) for part, count in asked.has]
    wanted += [f"without {part}" for part in asked.lacks]
    general = [said for said in asked.general.understood if said not in ("rounder", "squarer")]
    general += [asked.level] if asked.level else []
    other = [s for s in asked.general.shapes if s not in ("rounder", "squarer")]
    met = [one for one in [*general, *wanted] if one not in unmet and one not in other]
    notes = [f"Understood: {', '.join([asked.called, *met])}."]
    if unmet:
        notes.append(
            f"No {asked.title.names[0]} of this seed is like this: {', '.join(unmet)}. "
            "Another seed may have it."
        )
    if asked.unknown or other:
        notes.append(f"Not understood: {', '.join([*asked.unknown, *other])}.")
    return tuple(notes)
