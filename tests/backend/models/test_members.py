# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of the part generator's sets: what they say, and that it is read back."""

import numpy as np

from backend.models import members


def test_a_mask_from_the_front_says_its_box():
    # A figure twice as high as it is wide, in the middle of the picture; a part is its upper half.
    figure, mask = np.zeros((64, 64), np.float32), np.zeros((1, 64, 64), np.float32)
    figure[2:62, 17:47] = 1
    mask[0, 2:32, 17:47] = 1
    view = members.view_member(np.array([0.0, 0.0, 1.0]), 10.0)
    outline = members.mask_member(mask, figure, view)[0, -members.OUTLINE :]
    half = members.FILLED
    box = np.array([[-half / 2, 0, 0], [half / 2, half, 0]])
    np.testing.assert_allclose(outline[:4], members.box_member(box)[[0, 1, 3, 4]], atol=1e-6)
    np.testing.assert_allclose(outline[4], 0.5**0.5)
    np.testing.assert_allclose(outline[5:8], members.box_member(box)[:3], atol=1e-6)
    np.testing.assert_allclose(outline[8:10], members.box_member(box)[3:5], atol=1e-6)
    np.testing.assert_allclose(outline[11:], [0, 0, 1])
    # From its left, which is -x, what lies right in the picture lies at +z.
    view = members.view_member(np.array([-1.0, 0.0, 0.0]), 10.0)
    mask[:, :, :32] = 0
    beside = members.mask_member(mask, figure, view)[0, -members.OUTLINE :]
    np.testing.assert_allclose(beside[[5, 7]], [0, half / 2], atol=1e-6)
    assert not members.mask_member(mask, figure)[0, -9:].any()


def test_boxes_and_looks_become_members_and_back():
    box = np.array([[[-0.5, -0.2, 0.1], [0.5, 0.3, 0.4]], [[0, 0, 0], [0.04, 0.9, 0.2]]])
    back, there = members.box_of(members.box_member(box))
    assert np.allclose(back, box, atol=1e-6)
    assert there.all()
    colour = np.array([[0.0, 0.5, 1.0]])
    assert np.allclose(members.colour_of(members.look_member(colour)), colour)


def test_an_own_frame_is_filled_but_for_thin_sides():
    box = np.array([[-0.5, 0.0, 0.0], [0.5, 0.5, 0.001]])
    middle, half = members.own_frame(box)
    filled = (box[1] - middle) / half
    assert np.allclose(filled[:2], members.FILLED)
    assert filled[2] < 0.1
