# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the part generator."""

from __future__ import annotations

import numpy as np

from backend.latents.part_generator import Told
from backend.latents.part_request import Request
from backend.models.members import box_of, colour_of
from tests.backend.latents.tiny_generator import FLOW

BOX = np.array([[-0.5, 0.0, 0.1], [0.5, 0.2, 0.4]])


def told(value: float) -> Told:
    tokens = np.full((FLOW.tokens, FLOW.token), value, np.float32)
    return Told(tokens, 2 * tokens, BOX)


def test_nothing_is_known_or_told_of_a_new_request() -> None:
    request = Request(FLOW, 3)
    assert (request.shape_begun == 1).all()
    assert (request.box_begun == 1).all()
    assert not request.has_words
    assert not request.has_geometry
    assert not any(array.any() for array in request.parts.each().values())


def test_parts_and_boxes_that_are_known() -> None:
    request = Request(FLOW, 3)
    request.know_part(1, told(0.5), np.array([1.0, 0.0, 0.25]))
    request.know_box(2, BOX)
    assert request.shape_begun.tolist() == [1, 0, 1]
    assert request.box_begun.tolist() == [1, 0, 0]
    parts = request.parts
    assert (parts.placed[0, 1] == 1.0).all()
    box, there = box_of(parts.box[0, :, 0])
    np.testing.assert_allclose(box[1:], [BOX, BOX], atol=1e-6)
    assert there.tolist() == [False, True, True]
    np.testing.assert_allclose(colour_of(parts.look[0, 1, 0]), [1.0, 0.0, 0.25])


def test_words_and_geometry_are_told_apart() -> None:
    request = Request(FLOW, 2)
    request.tell("words", np.ones(FLOW.words), 1)
    request.tell("title", np.ones(FLOW.words))
    assert request.has_words
    assert not request.has_geometry
    request.see(0, told(0.5))
    assert request.has_geometry
    words, geometry = (
        request.telling(words=True, geometry=False),
        request.telling(words=False, geometry=True),
    )
    assert words.words[0, :, -1].tolist() == [0.0, 1.0]
    assert words.title[0, -1] == 1.0
    assert not words.seen_own.any()
    assert not geometry.words.any()
    assert geometry.seen_placed[0, :, 0, -1].tolist() == [1.0, 0.0]
    assert (geometry.seen_placed[0, 0, :, :-1] == 1.0).all()


def test_a_whole_that_is_known_is_geometry() -> None:
    request = Request(FLOW, 1)
    request.know_whole(np.ones((FLOW.whole_tokens, FLOW.token), np.float32))
    assert request.has_geometry
    assert request.whole_known
