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
