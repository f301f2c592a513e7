# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects a contact sheet shows, and in which colours."""

from __future__ import annotations

import numpy as np

from backend.evaluation.data import Labelled
from backend.evaluation.runner import Drawn, Measured
from backend.evaluation.sheets import in_colours_of, spread_over_kinds, worst

NOTHING = Labelled("", "", np.zeros((0, 3)), np.zeros((0, 3), int), np.zeros((1, 0), int))


def measured(name, kind, rand, iou=0.5):
    figures = {"rand": rand, "corrective_1": iou}
    first = {"rand": 1 - rand, "corrective_1": 1 - iou}
    drawn = Drawn(NOTHING, {})
    return Measured(name, kind, {"geometric": first, "learned": figures}, drawn=drawn)


def test_a_sheet_shows_as_many_of_each_kind_as_there_are():
    objects = [measured(f"a{k}", "a", 0.1) for k in range(9)]
    objects += [measured("b0", "b", 0.1), *(measured(f"c{k}", "c", 0.1) for k in range(5))]
    objects.append(Measured("broken", "b", {}, "no labels"))
    names = [one.name for one in spread_over_kinds(objects, 7)]
    assert names == ["a0", "a4", "a8", "b0", "c0", "c2", "c4"]
    assert len(spread_over_kinds(objects, 99)) == 15


def test_the_worst_by_the_last_engine_come_first():
    objects = [
        measured("best", "a", 0.1, 0.2),
        measured("worst", "a", 0.9, 0.9),
        measured("middle", "a", 0.5, 0.5),
    ]
    assert [one.name for one in worst(objects, "segment", 2)] == ["worst", "middle"]
    assert [one.name for one in worst(objects, "click", 9)] == ["best", "middle", "worst"]


def test_found_parts_take_the_colours_of_the_true_parts_that_they_are():
    truth = np.array([0, 0, 0, 1, 1, 2])
    labels = np.array([7, 7, 3, 3, 3, 5])
    area = np.array([1.0, 1, 1, 1, 1, 1])
    assert in_colours_of(labels, truth, area).tolist() == [0, 0, 1, 1, 1, 2]
    one_more = np.array([7, 7, 4, 3, 3, 5])  # a part that is no true part has a colour of its own
    assert in_colours_of(one_more, truth, area).tolist() == [0, 0, 3, 1, 1, 2]
    area[2] = 9.0  # of which now most is there
    assert in_colours_of(one_more, truth, area).tolist() == [3, 3, 0, 1, 1, 2]
