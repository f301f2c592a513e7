# SPDX-License-Identifier: GPL-3.0-or-later
"""The guess at parts: what it is told of, and what it must not see."""

from dataclasses import replace

import numpy as np
import pytest

from backend.models.numpy_ops import NumpyOps
from backend.models.partflow import Levels, PartFlow
from tests.backend.models.test_partflow import TINY, arrays, asked, changed


def levels(**of):
    """All is known, but for what has another level."""
    each = {"shape": (2, 3), "box": (2, 3), "whole": (2,)}
    return Levels(**{n: np.full(s, of.get(n, 0.0), np.float32) for n, s in each.items()})


def moved(name, of, part=1, config=TINY):
    """By how much the guess at each part differs where a member of one is another."""
    net = PartFlow(config, arrays(config), NumpyOps())
    x, _, given = asked(TINY)
    one, other = (net.guess(each, of, given) for each in (x, changed(x, name, part)))
    return np.abs(np.subtract(one, other)).max((0, 1, 3, 4))


def test_it_has_a_guess_at_each_part_in_both_frames():
    x, at, given = asked(TINY)
    own, placed = PartFlow(TINY, arrays(TINY), NumpyOps()).guess(x, at, given)
    assert own.shape == placed.shape == x.own.shape


@pytest.mark.parametrize("name", ["own", "placed"])
def test_a_part_is_guessed_from_the_others_and_not_from_itself(name):
    found = moved(name, levels())
    assert found[1] < 1e-6
    assert min(found[0], found[2]) > 1e-4
    assert moved(name, levels(shape=1.0)).max() == 0, "noise alone is not looked at"


def test_a_part_that_is_alone_is_not_guessed_from_itself():
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    x, _, given = asked(TINY, parts=1)
    one = Levels(*(np.zeros(s, np.float32) for s in ((2, 1), (2, 1), (2,))))
    same = [net.guess(each, one, given)[0] for each in (x, changed(x, "own", 0))]
    np.testing.assert_array_equal(*same)


def test_boxes_that_are_known_are_told_of_all():
    assert moved("box", levels()).min() > 1e-4
    assert moved("box", levels(box=1.0)).max() == 0


def test_without_sight_across_others_are_not_looked_at():
    alone = replace(TINY, across=False)
    assert (moved("box", levels(), config=alone) > 1e-4).tolist() == [False, True, False]
    assert moved("own", levels(), config=alone).max() == 0


@pytest.mark.parametrize(
    "name", ["words", "title", "mask", "view", "before", "seen_own", "seen_placed"]
)
def test_what_is_told_is_heard(name):
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    x, at, given = asked(TINY)
    more = replace(given, **{name: getattr(given, name) + 1})
    assert np.abs(net.guess(x, at, more)[0] - net.guess(x, at, given)[0]).max() > 1e-4


def test_the_whole_is_heard_where_it_is_known():
    net = PartFlow(TINY, arrays(TINY), NumpyOps())
    x, _, given = asked(TINY)
    other = replace(x, whole=x.whole + 1)
    for level, heard in ((0.0, True), (1.0, False)):
        of = levels(whole=level)
        found = [net.guess(one, of, given)[0] for one in (x, other)]
        assert (np.abs(found[0] - found[1]).max() > 1e-4) == heard
