# SPDX-License-Identifier: GPL-3.0-or-later
"""What clicks ask, what their answers make together, and what accepting them does to labels."""

from __future__ import annotations

import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.core import clicks
from partwise.blender_addon.core.clicks import (
    EXCLUDE,
    INCLUDE,
    JOIN,
    PART,
    ClickAnswer,
    ClickList,
    FaceClick,
    Question,
)

NO_PARTS = np.full(6, -1, np.int32)


def at(kind: str, place: float, face: int = -1, choice: int = clicks.LIKELIEST) -> FaceClick:
    return FaceClick(kind, (place, 0.0, 0.0), face, choice)


def asks(question: Question) -> list[tuple[float, bool]]:
    """Places and labels of a question."""
    places = [point[0] for point in question.points]
    return list(zip(places, question.labels, strict=True))


def answer(*faces: int, score: float = 0.9, **fields: object) -> ClickAnswer:
    return ClickAnswer(np.isin(np.arange(6), faces), score, "learned", **fields)


def faces(found: ClickAnswer | None) -> list[int]:
    assert found is not None
    return np.flatnonzero(found.faces).tolist()


def test_include_and_exclude_are_one_question():
    made = ClickList((at(INCLUDE, 1), at(EXCLUDE, 2), at(INCLUDE, 3)))
    (question,) = made.questions()
    assert asks(question) == [(1, True), (2, False), (3, True)]


def test_a_join_is_a_question_of_its_own():
    made = ClickList((at(INCLUDE, 1), at(JOIN, 2), at(INCLUDE, 3)))
    assert [asks(question) for question in made.questions()] == [
        [(1, True)],
        [(2, True), (3, True)],
    ]


def test_an_exclude_counts_for_all_before_it_and_none_after_it():
    made = ClickList((at(INCLUDE, 1), at(JOIN, 2), at(EXCLUDE, 3), at(JOIN, 4)))
    assert [asks(question) for question in made.questions()] == [
        [(1, True), (3, False)],
        [(2, True), (3, False)],
        [(4, True)],
    ]


def test_the_mask_that_was_chosen_counts_until_the_next_click():
    chosen = ClickList((at(INCLUDE, 1, choice=2),))
    assert chosen.questions()[0].choice == 2
    more = ClickList((*chosen.clicks, at(INCLUDE, 3)))
    assert more.questions()[0].choice == clicks.LIKELIEST


def test_what_is_excluded_of_an_extended_part_is_asked_for_itself():
    made = ClickList((at(JOIN, 1), at(EXCLUDE, 2)), extended=4)
    assert asks(made.questions()[-1]) == [(1, False), (2, True)]
    assert len(ClickList(made.clicks).questions()) == 1


def test_joined_masks_are_one():
    made = ClickList((at(INCLUDE, 1), at(JOIN, 2)))
    one, two = made.questions()
    answers = {one: answer(0, 1, score=0.8, warning="Far."), two: answer(3, choice=1, choices=4)}
    together = made.together(answers, NO_PARTS)
    assert faces(together) == [0, 1, 3]
    assert (together.score, together.warning) == (0.8, "Far.")
    assert (together.choice, together.choices) == (1, 4)
    assert made.together({one: answer(0)}, NO_PARTS) is None


def test_clicked_faces_are_as_they_were_clicked_last():
    made = ClickList((at(INCLUDE, 1, face=5), at(EXCLUDE, 2, face=0), at(INCLUDE, 3, face=99)))
    assert faces(made.together({made.questions()[0]: answer(0, 1)}, NO_PARTS)) == [1, 5]


def test_an_empty_answer_stays_empty():
    made = ClickList((at(INCLUDE, 1, face=5),))
    assert faces(made.together({made.questions()[0]: answer()}, NO_PARTS)) == []


def test_a_part_is_extended_and_trimmed():
    labels = np.array([4, 4, 4, 0, 0, -1], np.int32)
    made = ClickList((at(JOIN, 1), at(EXCLUDE, 2)), extended=4)
    join, trim = made.questions()
    assert faces(made.together({join: answer(3, 4), trim: answer(0)}, labels)) == [1, 2, 3, 4]


PARTS = np.array([4, 4, 7, 7, 7, -1], np.int32)


def test_a_part_is_joined_as_it_is_and_asks_nothing():
    made = ClickList((at(PART, 1, face=3),), extended=4)
    assert made.questions() == ()
    found = made.together({}, PARTS)
    assert faces(found) == [0, 1, 2, 3, 4]
    assert (found.score, found.engine, found.choices) == (1.0, "", 1)


def test_a_part_is_joined_to_a_mask():
    made = ClickList((at(INCLUDE, 1, face=0), at(PART, 2, face=2)))
    (question,) = made.questions()
    assert asks(question) == [(1, True)]
    assert made.together({}, PARTS) is None
    found = made.together({question: answer(0, choice=1, choices=4)}, PARTS)
    assert faces(found) == [0, 2, 3, 4]
    assert found.choices == 1, "there is no coarser or finer part"
    more = ClickList((*made.clicks, at(INCLUDE, 3)))
    assert [asks(each) for each in more.questions()] == [[(1, True), (3, True)]]


def test_a_mask_takes_nothing_of_parts_that_are_held_unless_they_are_clicked():
    made = ClickList((at(INCLUDE, 1, face=5),))
    answers = {made.questions()[0]: answer(1, 2, 3, 5)}
    assert faces(made.together(answers, PARTS)) == [1, 2, 3, 5]
    assert faces(made.together(answers, PARTS, held=[7])) == [1, 5]
    assert faces(made.together(answers, PARTS, held=[4, 7])) == [5]
    joined = made.with_click(at(PART, 2, face=2))
    assert faces(joined.together(answers, PARTS, held=[4, 7])) == [2, 3, 4, 5], "joined, whole"
    on_it = ClickList((at(INCLUDE, 1, face=3),))
    asked = {on_it.questions()[0]: answer(1, 2, 3)}
    assert faces(on_it.together(asked, PARTS, held=[4, 7])) == [2, 3], "clicked itself"
    own = ClickList((at(JOIN, 1, face=5),), extended=4)
    asked = {own.questions()[0]: answer(1, 2, 5)}
    assert faces(own.together(asked, PARTS, held=[4, 7])) == [0, 1, 5], "the part that grows"


def test_only_parts_that_were_joined_before_an_exclude_are_trimmed():
    made = ClickList((at(PART, 1, face=2), at(EXCLUDE, 2, face=3)), extended=4)
    (trim,) = made.questions()
    assert asks(trim) == [(1, False), (2, True)]
    assert faces(made.together({trim: answer(0, 3, 4)}, PARTS)) == [1, 2]
    made = ClickList((at(INCLUDE, 1, face=0), at(PART, 2, face=2), at(EXCLUDE, 3, face=3)))
    mask, trim = made.questions()
    assert asks(mask) == [(1, True), (3, False)]
    assert faces(made.together({mask: answer(0), trim: answer(3, 4)}, PARTS)) == [0, 2]
    made = ClickList((at(INCLUDE, 1, face=5), at(EXCLUDE, 2, face=0), at(PART, 3, face=2)))
    (mask,) = made.questions()
    assert faces(made.together({mask: answer(5)}, PARTS)) == [2, 3, 4, 5]


def test_a_click_on_no_part_joins_none():
    made = ClickList((at(PART, 1, face=5), at(PART, 2, face=99)), extended=4)
    assert faces(made.together({}, PARTS)) == [0, 1, 5]


def test_no_clicks_mean_nothing():
    assert ClickList().questions() == ()
    assert ClickList().together({}, NO_PARTS) is None


def test_a_polygon_follows_most_of_its_area():
    mask = np.array([True, False, True, False, False, True])
    polygon = np.array([0, 0, 1, 1, 2, 3])
    area = np.array([2.0, 1.0, 1.0, 2.0, 1.0, 0.0])
    found = clicks.majority(mask, polygon, area, 5)
    assert found.tolist() == [True, False, False, True, False]


def test_answers_make_room():
    kept = clicks.Answers(max_bytes=12, fewest=1)
    questions = [ClickList((at(INCLUDE, place),)).questions()[0] for place in range(3)]
    for question in questions[:2]:
        kept.keep("fox", question, answer(0))
    assert list(kept.find("fox", questions[:1])) == questions[:1]  # which makes it the last used
    kept.keep("fox", questions[2], answer(0))
    assert set(kept.find("fox", questions)) == {questions[0], questions[2]}
    assert kept.find("hen", questions) == {}
    kept.clear()
    assert kept.find("fox", questions) == {}


def test_answers_to_the_clicks_of_one_mesh_stay_however_large():
    kept = clicks.Answers(max_bytes=0, fewest=3)
    questions = [ClickList((at(INCLUDE, place),)).questions()[0] for place in range(4)]
    for question in questions:
        kept.keep("fox", question, answer(0))
    assert list(kept.find("fox", questions)) == questions[1:]


def accept(labels: list[int], chosen: list[int], **options: object) -> clicks.Accepted:
    return clicks.accept(np.array(labels, np.int32), np.isin(np.arange(6), chosen), **options)


def test_a_mesh_without_parts_gets_the_part_and_the_rest():
    made = accept([-1] * 6, [1, 2])
    assert made.labels.tolist() == [1, 0, 0, 1, 1, 1]
    assert (made.part_id, made.names) == (0, {1: "Rest"})


def test_a_part_that_is_all_leaves_no_rest():
    made = accept([-1] * 6, range(6))
    assert made.labels.tolist() == [0] * 6
    assert made.names == {}


def test_faces_are_taken_from_the_parts_that_they_were_in():
    made = accept([0, 0, 0, 2, 2, -1], [2, 3, 5])
    assert made.labels.tolist() == [0, 0, 1, 1, 2, 1]
    assert made.part_id == 1


def test_locked_parts_keep_their_faces():
    made = accept([0, 0, 0, 2, 2, 2], [2, 3], locked=[2])
    assert made.labels.tolist() == [0, 0, 1, 2, 2, 2]
    with pytest.raises(BadInput, match=r"belongs to locked parts.*Unlock"):
        accept([0, 0, 0, 2, 2, 2], [3, 4], locked=[2])


def test_an_extended_part_keeps_its_id_and_what_it_loses_is_a_part():
    made = accept([0, 0, 0, 2, 2, 2], [1, 2, 3], extended=0)
    assert made.labels.tolist() == [1, 0, 0, 0, 2, 2]
    assert (made.part_id, made.names) == (0, {})


def test_an_extended_part_that_is_gone_becomes_a_new_one():
    assert accept([0, 0, 0, 2, 2, 2], [1, 2], extended=7).labels.tolist() == [0, 1, 1, 2, 2, 2]


def test_what_is_a_part_already_stays_that_part():
    made = accept([0, 0, 0, 2, 2, 2], [3, 4, 5])
    assert made.part_id == 2
    assert made.labels.tolist() == [0, 0, 0, 2, 2, 2]


def test_nothing_cannot_be_accepted():
    with pytest.raises(BadInput, match="mean no faces"):
        accept([0] * 6, [])
