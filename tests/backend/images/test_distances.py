# SPDX-License-Identifier: GPL-3.0-or-later
"""Distances on a raster, in the box in which something is near."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from backend.images.distances import box_of, depth_in, distance_to, nearest_in, put_back
from tests.backend.images.drawn import bar, disc

MASKS = [disc(90, 40, 50, 17), bar(90, 0, 30, 20, 90), disc(90, 20, 20, 9) | disc(90, 70, 60, 14)]


@pytest.mark.parametrize("mask", MASKS)
def test_distances_are_those_of_the_whole_raster(mask):
    assert depth_in(mask) == pytest.approx(distance_transform_edt(mask), abs=1e-4)
    far = distance_transform_edt(~mask)
    assert distance_to(mask) == pytest.approx(far, abs=1e-4)
    assert distance_to(mask, 7.5) == pytest.approx(np.minimum(far, 7.5), abs=1e-4)
    rows, columns = nearest_in(mask)
    assert mask[rows, columns].all()
    row, column = np.mgrid[:90, :90]
    assert np.hypot(rows - row, columns - column) == pytest.approx(far, abs=1e-4)


def test_nothing_is_near_an_empty_mask_and_nothing_deep_in_it():
    empty = np.zeros((20, 30), bool)
    assert (distance_to(empty) >= 50).all()
    assert not depth_in(empty).any()
    assert box_of(empty) == (slice(0, 0), slice(0, 0))


def test_a_box_is_put_back_where_it_was():
    mask = bar(60, 10, 20, 50, 60)
    box = box_of(mask, 3)
    assert [(side.start, side.stop) for side in box] == [(7, 23), (47, 63)]
    values = np.random.default_rng(0).random((60, 60)).astype(np.float32)
    back = put_back(values[box], box, values.shape)
    assert np.array_equal(back[box], values[box])
    assert np.array_equal(back[0, 50:], values[7, 50:])
    assert back[0, 0] == values[7, 47]
