# SPDX-License-Identifier: GPL-3.0-or-later
"""What parts cover where others hide them."""

import numpy as np

from backend.images.wholes import wholes
from tests.backend.images.drawn import bar, disc
from tests.backend.images.test_layers import lie, stacked


def test_no_part_is_completed_into_one_that_lies_behind_it():
    upper = bar(200, 40, 100, 60, 140)
    teeth = np.logical_or.reduce([bar(200, 100, 112, left, left + 8) for left in (60, 92, 132)])
    apart = disc(200, 130, 76, 5)
    behind = bar(200, 100, 170, 60, 140) & ~teeth & ~apart
    labels = stacked(behind, upper | teeth | apart)
    order = np.array([0, 1])
    for first, second in (order, order[::-1]):
        found = wholes([labels == 0, labels == 1], lie(labels, np.array([first, second])))
        assert not (found[second] & (labels == first)).any()


def test_the_middle_between_pieces_goes_on_behind_what_hides_it():
    belt = bar(160, 70, 90, 30, 130)
    coat = bar(160, 30, 130, 40, 120) & ~belt
    labels = stacked(coat, belt)
    found = wholes([labels == 0, labels == 1], lie(labels, np.array([0, 1])))
    assert found[0][80, 50:110].all()
    assert np.array_equal(found[1], belt)
