# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids of parts that lie over each other."""

import numpy as np
import pytest

from backend.images.bodies import Wishes
from backend.images.solids import solids
from tests.backend.images.drawn import bar, disc
from tests.backend.images.test_layers import bearded, belted, lie, stacked


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


def shown(found):
    """The part (h, w) that is seen, -1 for none, with the edges of those that lie before."""
    fronts = []
    for each in found:
        wall = np.inf if each.wall is None else each.wall
        lost = np.maximum(each.lip - wall, 0) if each.lip else 0.0 * each.field
        down = each.lip - np.sqrt(np.maximum(each.lip**2 - lost**2, 0))
        fronts.append(np.where(each.inside, each.front - down, -np.inf))
    stack = np.stack(fronts)
    return np.where(np.isfinite(stack).any(axis=0), stack.argmax(axis=0), -1)


def test_stripes_of_a_body_are_seen_where_the_picture_has_them():
    stripes = [bar(240, top, top + 40, 50, 190) for top in (40, 80, 120, 160)]
    labels = stacked(*stripes)
    seen = shown(solids(labels, lie(labels, np.array([1, 3, 0, 2])), Wishes({})))
    for number, stripe in enumerate(stripes):
        both = ((seen == number) & stripe).sum() / ((seen == number) | stripe).sum()
        assert both > 0.9


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


def test_nothing_of_a_buckle_is_behind_the_body_and_the_belt_goes_on_there():
    labels = belted()
    found = solids(labels, lie(labels), Wishes({}))
    back = [each.middle - np.sqrt(np.maximum(each.field, 0)) for each in found]
    body = np.minimum.reduce(
        [np.where(found[part].inside, back[part], np.inf) for part in (0, 1, 2)]
    )
    buckle = found[3].inside
    assert buckle[labels == 3].mean() > 0.97
    assert (back[3] > body)[buckle].all()
    behind = labels == 2
    behind[116:128, 62:98] = True
    assert found[2].inside[behind].mean() > 0.97
    front = np.maximum.reduce(
        [np.where(found[part].inside, found[part].front, -np.inf) for part in (0, 1, 2)]
    )
    assert (found[3].front > front)[labels == 3].mean() > 0.97


def test_a_coat_ends_within_the_belt_around_it():
    coat, belt = bar(160, 20, 150, 40, 120), bar(160, 80, 100, 40, 120)
    one, two = made(coat, belt)
    middle = slice(86, 94), slice(40, 120)
    assert two.inside[middle].mean() > 0.95
    # Both at their sides and in front: nothing of it comes through.
    assert (two.field - one.field)[middle].min() > 25
    assert (one.field > 0)[middle].mean() > 0.9


def test_thickness_is_a_factor():
    usual, thin = (made(disc(160, 80, 80, 70) | bar(160, 70, 90, 80, 158), thickness=t)[0]
                   for t in (1.0, 0.5))  # fmt: skip
    ratio = np.sqrt(thin.field[80, 80] / usual.field[80, 80])
    assert ratio == pytest.approx(0.5, abs=0.02)


def test_nothing_comes_out_below_a_level_underside():
    wheel, behind = bar(240, 60, 200, 60, 120), bar(240, 70, 200, 110, 132)
    for each in made(behind, wheel):
        assert not each.inside[202:].any()
