# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of pictures beside true ones."""

from __future__ import annotations

import numpy as np
import pytest

from backend.evaluation import generator_pictures
from backend.evaluation.generator_objects import assembled
from backend.evaluation.generator_pictures import (
    compared,
    near,
    of_pictures,
    parts_iou,
    unit_part,
)
from tests.backend.evaluation.made_up import stool, tiny_flow


def true_parts():
    whole = assembled(stool())
    return [unit_part(whole, k) for k in range(3)]


def test_the_same_parts_elsewhere_and_larger_are_the_same():
    true = true_parts()
    made = [(3 * vertices + 7, faces) for vertices, faces in reversed(true)]
    found = compared(true, made, 0)
    assert found["iou"] > 0.95
    assert found["f"] == 1
    assert found["chamfer"] < 8, "what is left is the distance of points"
    less = compared(true, made[1:], 0)
    assert less["iou"] < 0.8
    assert less["parts"] == 2


def test_nothing_is_worth_nothing():
    found = compared(true_parts(), [], 0)
    assert (found["f"], found["iou"], found["parts"]) == (0, 0, 0)
    assert np.isnan(found["chamfer"])


def test_a_part_answers_for_one_true_part_only():
    seat, leg, ball = true_parts()
    assert parts_iou([seat, leg, ball], [seat]) == pytest.approx(1 / 3)
    assert near(np.zeros((3, 3)), np.ones((3, 3))) == 0


def test_both_engines_are_given_the_picture(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generator_pictures, "engine", tiny_flow)
    found = of_pictures(stool(), ("inflate", "flow"), 0)
    assert found["inflate"][0]["parts"] == 3
    assert found["inflate"][0]["f"] > 0.5
    assert found["flow"][0]["true_parts"] == 3
