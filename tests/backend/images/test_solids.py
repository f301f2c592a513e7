# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids of parts that lie over each other."""

import numpy as np
import pytest

from backend.images.solids import Wishes, solids
from tests.backend.images.drawn import bar, disc
from tests.backend.images.test_layers import bearded, lie, stacked


def made(*masks, **wishes):
    labels = stacked(*masks)
    return solids(labels, lie(labels), Wishes(wishes.pop("kinds", {}), **wishes))


def test_an_arm_goes_on_in_its_sleeve_and_the_sleeve_ends_at_its_hem():
    sleeve, arm = bar(160, 60, 100, 20, 90), bar(160, 70, 90, 90, 150)
    one, two = made(sleeve, arm)
    hidden = two.inside & sleeve
    assert hidden.sum() > 100
    assert hidden[80, 84]
    assert one.wall is not None
    assert not one.inside[80, 96:].any()
    assert two.front[80, 120] < one.front[80, 80]


def test_a_part_under_another_is_thinner_there():
    one, two = made(bar(160, 60, 100, 20, 90), bar(160, 70, 90, 90, 150))
    both = one.inside & two.inside
    both[:, 87:] = False
    assert both.any()
    assert (one.front[both] > two.front[both]).all()


def test_an_eye_lies_on_the_front_of_its_face():
    face, eye = made(disc(160, 80, 80, 70), disc(160, 70, 60, 14))
    assert face.inside[70, 60]  # goes on below it
    assert face.middle.max() == 0
    assert eye.middle[70, 60] == pytest.approx(face.front[70, 60], rel=0.1)


def test_a_beard_is_not_seen_from_behind():
    labels = bearded()
    head, coat, beard = solids(labels, lie(labels), Wishes({}))
    behind = [each.middle - np.sqrt(np.maximum(each.field, 0)) for each in (head, coat, beard)]
    mask = labels == 2
    assert (head.inside | coat.inside)[mask].mean() > 0.97
    body = np.minimum(*(np.where(each.inside, back, np.inf)
                        for each, back in zip((head, coat), behind, strict=False)))  # fmt: skip
    assert (behind[2] > body)[mask].mean() > 0.97
    front = np.maximum(*(np.where(each.inside, each.front, -np.inf) for each in (head, coat)))
    assert (beard.front > front)[mask].mean() > 0.97


def test_kinds_are_chosen_by_shape_and_by_wish():
    assert made(disc(160, 80, 80, 70))[0].kind == "turned"
    assert made(bar(160, 40, 120, 30, 150) | disc(160, 80, 40, 39))[0].kind in ("round", "turned")
    (flat,) = made(disc(160, 80, 80, 70), kinds={0: "flat"})
    assert flat.kind == "flat"
    inner = np.sqrt(flat.field[60:100, 60:100])
    assert np.ptp(inner) < 1
    (half,) = made(disc(160, 80, 80, 70), kinds={0: "half"})
    assert half.back == 0


def test_thickness_is_a_factor():
    usual, thin = (made(disc(160, 80, 80, 70) | bar(160, 70, 90, 80, 158), thickness=t)[0]
                   for t in (1.0, 0.5))  # fmt: skip
    ratio = np.sqrt(thin.field[80, 80] / usual.field[80, 80])
    assert ratio == pytest.approx(0.5, abs=0.02)
