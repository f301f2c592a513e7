# SPDX-License-Identifier: GPL-3.0-or-later
"""Lids that grow: over a border, to the zero level of a field, never with another topology."""

from __future__ import annotations

import numpy as np

from backend.geometry.hidden.grow import grow
from tests.backend.geometry.hidden.fields import SCENES, Floats, field_of
from tests.backend.geometry.hidden.test_openings import closed, lid_over, opened, taken


def test_a_lid_reaches_the_field_and_still_closes() -> None:
    seen = opened("limb in a body", 1)
    lid = lid_over(seen, [0])
    fixed = len(seen.rim)
    solid = SCENES["limb in a body"][1]
    field = field_of(solid, 32)
    before = np.abs(solid(lid[0].mean(axis=0))) / field.cell
    points, faces = grow(
        *lid, fixed, field, lambda p: np.full(len(p), field.cell), taken(seen), 2000
    )
    assert closed(seen, (points, faces))
    off = np.abs(solid(points[fixed:])) / field.cell
    assert np.quantile(off, 0.9) < 0.5 < before


def test_no_more_faces_are_made_than_may_be() -> None:
    seen = opened("limb in a body", 1)
    lid = lid_over(seen, [0])
    field = field_of(SCENES["limb in a body"][1], 32)

    def wanted(places: Floats) -> Floats:
        return np.full(len(places), field.cell)

    free = grow(*lid, len(seen.rim), field, wanted, taken(seen), 2000)[1]
    bound = grow(*lid, len(seen.rim), field, wanted, taken(seen), 10)[1]
    assert len(bound) < len(free)
