# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts of boxes."""

from __future__ import annotations

from itertools import chain

from backend.engines.part_words import meaning
from backend.evaluation.generator_layouts import LAYOUTS, SCENE, boxes_of


def test_boxes_have_an_inside_words_and_parents_that_are_there():
    for places in (*LAYOUTS.values(), SCENE):
        boxes = boxes_of(places)
        names = [box.name for box in boxes]
        assert len(set(names)) == len(names)
        assert all((box.low < box.high).all() for box in boxes)
        assert all(box.parent in ("", *names) for box in boxes)
        assert all(meaning(box.text).known for box in boxes)
    joints = [box.joint for box in chain(*map(boxes_of, LAYOUTS.values())) if box.joint]
    assert {joint["type"] for joint in joints} == {"hinge", "slider"}
