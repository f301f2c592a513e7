# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids of parts of one body."""

import numpy as np

from tests.backend.images.drawn import bar, disc
from tests.backend.images.test_solids import made


def test_kinds_are_chosen_by_shape_and_by_wish():
    assert made(disc(160, 80, 80, 70))[0].kind == "turned"
    assert made(bar(160, 40, 120, 30, 150) | disc(160, 80, 40, 39))[0].kind in ("round", "turned")
    (flat,) = made(disc(160, 80, 80, 70), kinds={0: "flat"})
    assert flat.kind == "flat"
    inner = np.sqrt(flat.field[60:100, 60:100])
    assert np.ptp(inner) < 1
    (half,) = made(disc(160, 80, 80, 70), kinds={0: "half"})
    assert half.back == 0


def test_a_pompom_is_a_ball_also_beside_its_hat():
    row, column = np.mgrid[:240, :240] + 0.5
    hat = (row > 72) & (row < 200) & (np.abs(column - 120) < 13 + 0.6 * (row - 72))
    hat |= bar(240, 170, 200, 180, 236)  # its brim, no figure of revolution
    pompom = disc(240, 57, 120, 18)
    one, two = made(pompom, hat)
    half = np.sqrt(np.maximum(one.field[:, 120], 0))
    ball = np.sqrt(np.maximum(18**2 - (np.arange(240) + 0.5 - 57) ** 2, 0))
    assert np.abs(half - ball)[42:69].max() < 3
    assert half[57] > half[70] + 4  # its foot is no wider than in the picture
    hidden = one.inside & hat & ~pompom
    assert hidden[76, 120]
    assert (two.front > one.front)[76:, 120][hidden[76:, 120]].all()
