# SPDX-License-Identifier: GPL-3.0-or-later
"""Limbs of silhouettes."""

import numpy as np

from backend.images.limbs import limbs
from tests.backend.images.drawn import bar, disc, doll


def test_a_doll_of_one_colour_has_a_head_a_body_and_four_limbs():
    _, labels = doll(240)
    figure = labels >= 0
    found = limbs(figure, figure)
    assert np.array_equal(found >= 0, figure)
    owner = [np.bincount(found[labels == part]).argmax() for part in range(6)]
    assert len(set(owner)) == 6
    for part in (2, 3, 5):  # arms and head
        assert (found[labels == part] == owner[part]).mean() > 0.8


def test_a_disc_a_bar_and_a_box_stay_whole():
    for mask in (disc(160, 80, 80, 60), bar(160, 70, 90, 10, 150), bar(160, 20, 140, 30, 130)):
        assert limbs(mask, mask).max() == 0


def test_a_corner_is_no_limb():
    row, column = np.mgrid[:160, :160]
    shade = (row > 30) & (row < 130) & (np.abs(column - 80) < 20 + 0.4 * (row - 30))
    assert limbs(shade, shade).max() == 0
