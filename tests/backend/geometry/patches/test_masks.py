# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of patches: how alike they are, which are kept, and what of them is reached."""

import numpy as np

from backend.geometry.patches.masks import overlaps, reached, suppress

MASKS = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [0, 0, 0, 1, 1], [0, 0, 0, 0, 0]], bool)
SHARE = np.full(5, 0.2, np.float32)


def test_overlaps_are_areas_in_common_over_areas_of_either():
    share = np.array([0.4, 0.2, 0.2, 0.1, 0.1], np.float32)
    iou = overlaps(MASKS[:3], share)
    np.testing.assert_allclose(iou[0], [1, 0.8 / 0.9, 0], rtol=1e-5)
    np.testing.assert_allclose(iou, iou.T)


def test_suppression_keeps_the_worthiest_of_masks_that_are_the_same():
    kept = suppress(MASKS, np.array([0.5, 0.9, 0.8, 1.0]), SHARE)
    assert kept.tolist() == [1, 2]


def test_what_is_reached_stays_inside_and_goes_between_given_neighbours_only():
    pair = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    members = np.array([1, 1, 0, 1, 1], bool)
    found = reached(members, np.array([0]), pair)
    np.testing.assert_array_equal(found, [1, 1, 0, 0, 0])
    both = reached(members, np.array([1, 3]), pair)
    np.testing.assert_array_equal(both, members)
    parted = reached(members, np.array([0]), pair[1:])
    np.testing.assert_array_equal(parted, [1, 0, 0, 0, 0])
