# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures taken apart."""

import numpy as np
import pytest

from backend.images.colours import oklab
from backend.images.partition import partition, rejoined
from tests.backend.images.drawn import BLUE, RED, SKIN, bar, disc, doll, painted


def test_colours_and_limbs_together():
    picture, labels = doll(240)
    picture[labels == 2] = picture[labels == 3] = (*RED, 255)  # sleeves of the body's colour
    found = partition(oklab(picture[..., :3]), labels >= 0)
    assert int(found.max()) + 1 == 6
    owner = [np.bincount(found[labels == part]).argmax() for part in range(6)]
    assert len(set(owner)) == 6
    whole = partition(oklab(picture[..., :3]), labels >= 0, cut_limbs=False)
    assert int(whole.max()) + 1 == 4


@pytest.mark.parametrize("count", [1, 3, 6, 9])
def test_as_many_parts_as_are_asked_for(count):
    picture, labels = doll(240)
    found = partition(oklab(picture[..., :3]), labels >= 0, count)
    assert np.array_equal(np.unique(found), np.arange(-1, count))


def test_a_notch_of_another_part_is_no_neck():
    face, nose = disc(200, 100, 100, 80), bar(200, 10, 130, 92, 108)
    picture = painted(200, (face, SKIN), (nose & face, RED))
    assert partition(oklab(picture[..., :3]), face).max() == 1


def test_a_coat_goes_on_under_its_belt_and_two_shoes_stay_two():
    size = 200
    coat, belt = bar(size, 40, 150, 60, 140), bar(size, 90, 104, 58, 142)
    shoes = bar(size, 150, 180, 62, 90) | bar(size, 150, 180, 110, 138)
    picture = painted(size, (coat, BLUE), (belt, SKIN), (shoes, RED))
    labels = np.full((size, size), -1, np.int32)
    for number, mask in enumerate(
        (bar(size, 40, 90, 60, 140), belt, bar(size, 104, 150, 60, 140),
         bar(size, 150, 180, 62, 90), bar(size, 150, 180, 110, 138))
    ):  # fmt: skip
        labels[mask] = number
    found = rejoined(labels, oklab(picture[..., :3]))
    assert found[60, 100] == found[130, 100]
    assert int(found.max()) + 1 == 4


def test_dots_on_a_hat_stay_apart():
    hat = disc(200, 100, 100, 80)
    dots = [disc(200, 80, 60, 18), disc(200, 80, 110, 18)]
    picture = painted(200, (hat, RED), (dots[0] | dots[1], SKIN))
    labels = np.where(hat, 0, -1).astype(np.int32)
    labels[dots[0]], labels[dots[1]] = 1, 2
    assert rejoined(labels, oklab(picture[..., :3])).max() == 2


def test_a_coat_on_both_sides_of_a_buckled_belt_is_one_part():
    coat, belt = bar(200, 40, 160, 50, 150), bar(200, 95, 115, 48, 152)
    buckle = bar(200, 90, 120, 85, 115)
    picture = painted(200, (coat, BLUE), (belt, SKIN), (buckle, RED))
    labels = np.where(coat, 0, -1).astype(np.int32)
    labels[bar(200, 40, 95, 50, 150)] = 3
    labels[belt & bar(200, 0, 200, 0, 100)], labels[belt & bar(200, 0, 200, 100, 200)] = 1, 4
    labels[buckle] = 2
    found = rejoined(labels, oklab(picture[..., :3]))
    assert found[60, 100] == found[140, 100]
    assert found[105, 60] == found[105, 140]
