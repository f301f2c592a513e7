# SPDX-License-Identifier: GPL-3.0-or-later
"""Flat undersides of parts."""

import numpy as np

from backend.images.bases import base_of, bases
from backend.images.bodies import Wishes
from backend.images.solids import solids
from tests.backend.images.drawn import bar, disc
from tests.backend.images.test_layers import lie, stacked


def test_a_sole_is_level_and_a_ball_is_not():
    boot = bar(160, 40, 120, 60, 90) | bar(160, 95, 120, 40, 90)
    base = base_of(boot)
    assert base is not None
    assert (base.rows == 120).all()
    assert set(base.columns) == set(range(40, 90))
    assert base_of(disc(160, 80, 80, 60)) is None


def test_legs_are_apart_from_a_skirt_and_stripes_are_not_from_their_shirt():
    skirt, leg = bar(160, 30, 90, 30, 130), bar(160, 90, 150, 50, 70)
    shirt = [skirt, bar(160, 90, 150, 30, 130)]
    for masks, apart in ((([skirt, leg]), {(0, 1)}), (shirt, set())):
        labels = stacked(*masks)
        seen = [labels == k for k in range(2)]
        found, parted = bases(seen, seen, lie(labels))
        assert parted == apart
        assert (0 in found) == bool(apart)


def test_a_skirt_is_as_thick_at_its_hem_as_above_and_ends_there():
    across = np.mgrid[:160, :160]
    skirt = bar(160, 30, 90, 0, 160) & (np.abs(across[1] - 80) < 20 + 0.5 * (across[0] - 30))
    leg = bar(160, 90, 150, 70, 90)
    labels = stacked(skirt, leg)
    one, two = solids(labels, lie(labels), Wishes({0: "round"}))
    assert one.kind == "round"
    assert one.front[86, 80] > 0.8 * one.front[70, 80]
    assert not one.inside[92:].any()
    assert two.inside[84, 80]  # goes on inside


def test_a_leg_is_as_deep_as_it_is_wide_down_to_its_sole():
    hip, leg = disc(160, 40, 80, 34), bar(160, 70, 140, 70, 90) | bar(160, 125, 140, 60, 90)
    labels = stacked(leg, hip)
    one, _ = solids(labels, lie(labels), Wishes({0: "round"}))
    assert np.allclose(one.front[105, 80], 10, atol=3)
    assert one.front[134, 78] > 0.7 * one.front[105, 80]
    assert not one.inside[142:].any()


def test_a_base_in_a_box_is_the_same_one():
    mask = bar(120, 30, 80, 20, 100)
    base = base_of(mask)
    small = base.within((slice(10, 110), slice(40, 120)))
    assert np.array_equal(small.below((100, 80), 5), base.below((120, 120), 5)[10:110, 40:120])
