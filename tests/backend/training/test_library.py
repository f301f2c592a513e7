# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that makes the library: the same part twice is taken once."""

from __future__ import annotations

import numpy as np

from backend.library.families.forms import ball, block
from backend.training.library import _same
from backend.training.library_parts import Made


def test_the_same_shape_under_two_titles_is_seen() -> None:
    hold = np.array([0.0, -1, 0]), np.array([0.0, -0.5, 0]), 0.5
    one = Made("crate", "vessel", *block((1, 1, 1)), *hold, "me")
    turned = Made("box", "vessel", *block((1, 1, 1)), *hold, "you")
    assert _same(one, turned)
    assert not _same(one, Made("tray", "vessel", *block((1, 0.5, 1)), *hold, "me"))
    assert not _same(one, Made("egg", "food", *ball(0.5), *hold, "me"))
