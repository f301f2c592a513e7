# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies before what."""

import numpy as np
from scipy.ndimage import binary_opening, distance_transform_edt

from backend.images.layers import goes_around, hull, layers, under_disc
from tests.backend.images.drawn import bar, disc


def lie(labels, order=None):
    depth = np.zeros(labels.shape, np.float32)
    for part in range(labels.max() + 1):
        depth[labels == part] = distance_transform_edt(labels == part)[labels == part]
    return layers(labels, depth, order)


def stacked(*masks):
    labels = np.full(masks[0].shape, -1, np.int32)
    for number, mask in enumerate(masks):
        labels[mask] = number
    return labels


def test_an_eye_lies_on_its_face_and_a_pupil_on_its_eye():
    found = lie(stacked(disc(160, 80, 80, 70), disc(160, 70, 60, 16), disc(160, 70, 60, 7)))
    assert found.host.tolist() == [-1, 0, 1]
    assert found.order.tolist() == [0, 1, 2]


def test_the_bar_whose_outline_goes_on_lies_before_the_other():
    upright, across = bar(160, 20, 140, 70, 90), bar(160, 70, 90, 20, 140)
    found = lie(stacked(upright, across))  # the first is cut in two by the second
    assert found.over[1, 0] > 0.8
    assert found.order.tolist() == [0, 1]


def test_an_arm_goes_into_a_wider_sleeve():
    sleeve, arm = bar(160, 60, 100, 20, 90), bar(160, 70, 90, 90, 150)
    found = lie(stacked(sleeve, arm))
    assert found.host.tolist() == [-1, -1]
    assert found.over[0, 1] > 0


def bearded():
    """A head over a wide coat, and a beard over both."""
    beard = disc(160, 84, 80, 30) & ~bar(160, 0, 66, 0, 160)
    return stacked(disc(160, 50, 80, 34), bar(160, 76, 150, 30, 130), beard)


def test_a_beard_lies_on_chin_and_coat_though_neither_is_all_around_it():
    found = lie(bearded())
    assert found.host[2] in (0, 1)
    assert (found.over[2, :2] > 0).all()
    assert found.order[2] == 2


def belted():
    """A head, a coat, a belt around it, a buckle on that, and a beard over the buckle's edge."""
    beard = disc(160, 84, 80, 30) & ~bar(160, 0, 66, 0, 160)
    belt = bar(160, 112, 132, 30, 130)
    buckle = binary_opening(bar(160, 104, 140, 62, 98), disc(15, 7.5, 7.5, 7.05))
    return stacked(disc(160, 50, 80, 34), bar(160, 76, 150, 30, 130), belt, buckle, beard)


def test_a_buckle_under_the_end_of_a_beard_lies_on_the_body():
    found = lie(belted())
    assert found.host[2] == -1  # the belt goes around
    assert found.host[3] in (1, 2)
    assert found.over[4, 3] > 0  # the beard is before it


def test_of_two_stripes_as_wide_as_each_other_one_is_before_the_other():
    found = lie(stacked(bar(160, 20, 80, 40, 120), bar(160, 80, 140, 40, 120)))
    assert found.over[0, 1] == -found.over[1, 0] != 0
    assert (found.over[0, 1] > 0) == (found.order[0] > found.order[1])


def test_a_chest_between_legs_lies_on_none_of_them_behind_a_head_that_is_before_it():
    chest, head = bar(200, 60, 130, 60, 140), disc(200, 60, 100, 40)
    legs = bar(200, 64, 190, 20, 60), bar(200, 64, 190, 140, 180)
    under = bar(200, 130, 150, 60, 140)
    found = lie(stacked(*legs, under, chest, head))
    assert found.host[3] not in (0, 1, 2)
    assert found.over[4, 3] > 0


def test_a_person_can_turn_the_order_round():
    labels = stacked(disc(160, 80, 80, 70), disc(160, 80, 80, 20))
    assert lie(labels).order.tolist() == [0, 1]
    found = lie(labels, np.array([1, 0]))
    assert found.order.tolist() == [1, 0]
    assert found.host.tolist() == [-1, -1]


def test_a_hull_is_convex_and_holds_its_mask():
    corner = bar(80, 10, 70, 10, 20) | bar(80, 60, 70, 10, 70)
    found = hull(corner)
    assert found[corner].all()
    assert found[50, 30]
    assert not found[20, 60]
    line = bar(80, 5, 6, 0, 80)
    assert np.array_equal(hull(line), line)


def test_a_belt_goes_around_and_a_beard_does_not():
    coat, belt = bar(160, 20, 140, 40, 120), bar(160, 80, 100, 38, 122)
    beard = bar(160, 30, 100, 40, 120)
    labels = stacked(coat, belt)
    assert goes_around(labels, 1)
    assert lie(labels).host[1] == -1
    assert not goes_around(stacked(coat, beard), 1)
    assert not goes_around(stacked(coat, bar(160, 80, 100, 60, 100)), 1)


def test_a_wheel_lies_on_all_that_its_disc_overlaps():
    back, front = bar(240, 60, 140, 20, 110), bar(240, 60, 140, 110, 220)
    wheel, hub = disc(240, 140, 110, 40), disc(240, 140, 110, 18)
    labels = stacked(back, front, wheel, hub)
    assert under_disc(labels, 2) == [0, 1]
    found = lie(labels)
    assert (found.over[2, :2] > 2).all()
    assert found.host[2] in (0, 1)
    assert found.host[3] == 2


def test_what_is_cut_off_and_what_stands_free_is_no_disc_on_others():
    body, head = bar(240, 120, 220, 60, 180), disc(240, 90, 120, 40)
    assert under_disc(stacked(head, body), 0) == []  # the body cuts it
    assert under_disc(stacked(body, head & ~bar(240, 125, 240, 0, 240)), 1) == []
    assert under_disc(stacked(bar(240, 128, 220, 60, 180), head), 1) == []  # it just stands there
