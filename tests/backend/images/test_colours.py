# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours as they are seen, and their names."""

import numpy as np
import pytest

from backend.images.colours import colour_name, oklab

NAMES = {
    "black": (10, 10, 10), "white": (255, 255, 255), "grey": (128, 128, 128), "red": (220, 30, 30),
    "green": (40, 150, 50), "blue": (40, 80, 220), "yellow": (245, 215, 40),
    "brown": (120, 75, 40), "dark blue": (15, 20, 80), "orange": (240, 140, 40),
    "beige": (240, 200, 165), "pink": (255, 150, 190),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_colours_have_the_names_that_people_give_them(name):
    assert colour_name(oklab(np.array(NAMES[name], np.uint8)).astype(float)) == name


def test_white_and_black_are_the_ends_of_lightness():
    ends = oklab(np.array([[255, 255, 255], [0, 0, 0]], np.uint8))
    np.testing.assert_allclose(ends, [[1, 0, 0], [0, 0, 0]], atol=1e-3)
