# SPDX-License-Identifier: GPL-3.0-or-later
"""What clicks on a mesh ask, and what the answers make together. NumPy only, no Blender.

Include and exclude clicks are one question to the engine. A join click begins another one, whose
mask is added; an exclude click counts for all questions before it. A click on a part that is there
already joins that part as it is, and asks nothing. Clicks may extend a part: then what they exclude
is taken off it, as it is off the parts that were joined before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Record, Value
from .labels import UNLABELLED, Areas, Labels, unused_id

Faces: TypeAlias = "NDArray[np.bool_]"
"""(F,) whether each polygon of a mesh is meant."""

Point = tuple[float, float, float]

INCLUDE, EXCLUDE, JOIN = "INCLUDE", "EXCLUDE", "JOIN"
PART = "PART"  # joins the part under it, as it is in colours
LIKELIEST, LARGEST = -1, 1 << 20  # of the masks; of numbers the nearest that there is is taken
LEVELS = {"FINE": 0, "PART": LIKELIEST, "COARSE": LARGEST}  # which mask new clicks ask for
REST_NAME = "Rest"  # of what is left of a mesh without parts when the first one is made
MAX_BYTES = 64 << 20
FEWEST = 16  # answers that are kept, however large: more than clicks on a mesh ask for at once


class FaceClick(Value):
    """A click on a polygon of a mesh; `choice` is which mask it asks for, by size."""

    kind: str
    point: Point
    face: int = -1
    choice: int = LIKELIEST

    @property
    def is_wanted(self) -> bool:
        return self.kind != EXCLUDE


class Question(Value):
    """What the engine answers with one mask: points, whether to include each, and which mask."""

    points: tuple[Point, ...]
    labels: tuple[bool, ...]
    choice: int = LIKELIEST

    @classmethod
    def of(cls, clicks: Sequence[FaceClick], *, turned: bool = False) -> Question:
        """The question of clicks in their order; turned : what they exclude is meant."""
        points = tuple(click.point for click in clicks)
        labels = tuple(click.is_wanted is not turned for click in clicks)
        return cls(points, labels, clicks[-1].choice)


class ClickAnswer(Record):
    """The polygons that clicks mean.

    score : 0..1, how likely they are a part; choice : which of `choices` masks this is, the
    smallest first; warning : sentences for people, empty when there is nothing to say.
    """

    faces: Faces
    score: float
    engine: str
    warning: str = ""
    choice: int = 0
    choices: int = 1


class ClickList(Value):
    """All clicks on a mesh that were not accepted yet, in their order.

    extended : id of the part that they extend, -1 when they make a new one.
    """

    clicks: tuple[FaceClick, ...] = ()
    extended: int = UNLABELLED

    def with_click(self, click: FaceClick) -> ClickList:
        """The same with one more."""
        return ClickList((*self.clicks, click), self.extended)

    def added(self) -> tuple[Question, ...]:
        """The questions whose masks are added one to another."""
        groups: list[list[FaceClick]] = []
        for click in self.clicks:
            if click.kind == PART:
                continue
            if click.kind == EXCLUDE:
                for group in groups:
                    group.append(click)
            elif click.kind == JOIN or not groups:
                groups.append([click])
            else:
                groups[-1].append(click)
        return tuple(Question.of(group) for group in groups)

    def removed(self) -> Question | None:
        """The question whose mask is taken off the parts that are extended or were joined."""
        before = self.clicks[: self._last_exclude()]
        if self.extended == UNLABELLED and all(click.kind != PART for click in before):
            return None
        return Question.of(self.clicks, turned=True) if self._last_exclude() else None

    def questions(self) -> tuple[Question, ...]:
        """All that has to be asked, in order."""
        removed = self.removed()
        return self.added() + ((removed,) if removed else ())

    def together(
        self,
        answers: Mapping[Question, ClickAnswer],
        labels: Labels,
        held: Collection[int] = (),
    ) -> ClickAnswer | None:
        """What all clicks mean; None while an answer is missing.

        labels : (F,) parts of the mesh. held : ids of parts made by hand or locked, of which masks
        take nothing, unless they are clicked themselves. A clicked polygon always is as it was
        clicked last. Score
        and choice are those of the least likely and of the last answer; where parts alone were
        clicked, there is no doubt and no engine.
        """
        added, removed, trimmed = self.added(), self.removed(), self._last_exclude()
        if not self.clicks or not all(question in answers for question in self.questions()):
            return None
        faces: Faces = (labels == self.extended) & (self.extended != UNLABELLED)
        faces |= self._joined(self.clicks[:trimmed], labels)
        if removed is not None:
            faces &= ~answers[removed].faces
        faces |= self._joined(self.clicks[trimmed:], labels)
        free = ~np.isin(labels, self._untouched(held, labels))
        for question in added:
            faces |= answers[question].faces & free
        if faces.any():
            for click in self.clicks:
                if 0 <= click.face < len(faces):
                    faces[click.face] = click.is_wanted
        found = [answers[question] for question in added]
        if not found:
            return ClickAnswer(faces, 1.0, "")
        warning = " ".join(dict.fromkeys(answer.warning for answer in found if answer.warning))
        score = min(answer.score for answer in found)
        last = found[-1]
        if self.clicks[-1].kind == PART:  # of which there is no coarser or finer one
            return ClickAnswer(faces, score, last.engine, warning)
        return ClickAnswer(faces, score, last.engine, warning, last.choice, last.choices)

    def _untouched(self, held: Collection[int], labels: Labels) -> list[int]:
        """Those of the parts that are held which no click asks for."""
        on = [c.face for c in self.clicks if c.is_wanted and 0 <= c.face < len(labels)]
        return list(set(held) - {self.extended, *labels[on].tolist()})

    def _last_exclude(self) -> int:
        """How many clicks there are until the last that excludes, that one included."""
        places = [place for place, click in enumerate(self.clicks, 1) if not click.is_wanted]
        return places[-1] if places else 0

    @staticmethod
    def _joined(clicks: Sequence[FaceClick], labels: Labels) -> Faces:
        """(F,) bool, the parts that clicks on them join."""
        on = [
            click.face for click in clicks if click.kind == PART and 0 <= click.face < len(labels)
        ]
        return np.isin(labels, labels[on]) & (labels != UNLABELLED)


class Answers:
    """Answers by mesh and question; the least recently used make room.

    mesh : a name of the analysed mesh, such as its fingerprint and the engine's name.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, fewest: int = FEWEST) -> None:
        self._kept: OrderedDict[tuple[str, Question], ClickAnswer] = OrderedDict()
        self._bytes = 0
        self._max_bytes, self._fewest = max_bytes, fewest

    def keep(self, mesh: str, question: Question, answer: ClickAnswer) -> None:
        before = self._kept.pop((mesh, question), None)
        self._kept[mesh, question] = answer
        self._bytes += answer.faces.nbytes - (0 if before is None else before.faces.nbytes)
        while self._bytes > self._max_bytes and len(self._kept) > self._fewest:
            self._bytes -= self._kept.popitem(last=False)[1].faces.nbytes

    def find(self, mesh: str, questions: Collection[Question]) -> dict[Question, ClickAnswer]:
        """Those of the answers to questions about a mesh that are known."""
        found = {}
        for question in questions:
            answer = self._kept.get((mesh, question))
            if answer is not None:
                self._kept.move_to_end((mesh, question))
                found[question] = answer
        return found

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._bytes = 0


class Accepted(Record):
    """Labels (F,) with the part that was clicked, its id, and names of parts that are new."""

    labels: Labels
    part_id: int
    names: dict[int, str]


def majority(
    mask: NDArray[np.bool_], polygon: NDArray[np.integer], area: Areas, polygons: int
) -> Faces:
    """(F,) bool, whether a mask covers most of each polygon.

    mask : (T,) bool of triangles; polygon : (T,) of each triangle; area : (T,).
    """
    weight = np.where(mask, area + 1e-300, -area - 1e-300)  # zero-area polygons have a majority too
    return np.asarray(np.bincount(polygon, weights=weight, minlength=polygons) > 0)


def accept(
    labels: Labels, faces: Faces, extended: int = UNLABELLED, locked: Collection[int] = ()
) -> Accepted:
    """Make a part of the polygons that clicks mean, or give them to the part that they extend.

    labels : (F,) parts until now; locked : ids of parts that keep their polygons. What is taken off
    the extended part becomes a part of its own, and so does the rest of a mesh without parts.

    Raises BadInput when nothing is left to take.
    """
    if not faces.any():
        raise BadInput("The clicks mean no faces.", "Click the part that you want.")
    taken = faces & ~np.isin(labels, [part for part in locked if part != extended])
    if not taken.any():
        raise BadInput(
            "All that you clicked belongs to locked parts.",
            "Unlock them in the list of parts, or click something else.",
        )
    new = labels.astype(np.int32, copy=True)
    ids = set(np.unique(labels).tolist()) - {UNLABELLED}
    part_id = extended if extended in ids else _part_of_all(labels, taken)
    if part_id == UNLABELLED:
        part_id = unused_id(ids)
    new[taken] = part_id
    names = {}
    rest = (labels == extended) & ~taken if extended in ids else np.zeros(len(labels), bool)
    if not ids:
        rest = ~taken
    if rest.any():
        rest_id = unused_id(ids | {part_id})
        new[rest] = rest_id
        if not ids:
            names[rest_id] = REST_NAME
    return Accepted(new, part_id, names)


def _part_of_all(labels: Labels, taken: Faces) -> int:
    """The part that has exactly these polygons, -1 when none has."""
    inside = np.unique(labels[taken])
    is_one = len(inside) == 1 and np.array_equal(labels == inside[0], taken)
    return int(inside[0]) if is_one else UNLABELLED
