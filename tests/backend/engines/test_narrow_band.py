# SPDX-License-Identifier: GPL-3.0-or-later
"""A field that is asked only beside its zero level."""

import numpy as np
import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.engines.narrow_band import OUTSIDE, NarrowBand

LOW, CELL, SHAPE = np.full(3, -1.0), 0.25, np.array([9, 9, 9])


def ball(points, radius=0.7):
    return 8 * (radius - np.linalg.norm(points, axis=1))


class Told:
    """A band of something in a box, and where it was asked."""

    def __init__(self, logit, box=0.95, shape=SHAPE, cell=CELL):
        self.asked = []

        def logits(points, inside):
            self.asked.append(points)
            assert (inside > 0.5).all()
            return logit(points)

        def inside(points):
            return (np.abs(points) < box).all(axis=1).astype(float)

        self.box, self.logit = box, logit
        self.band = NarrowBand(inside, logits, LOW, cell, shape)

    def finest(self, levels=2, shown=None):
        self.band.ask_all(np.zeros(self.band.values.shape, bool))
        for _ in range(levels):
            self.band = self.band.finer()
            marks = np.zeros(self.band.values.shape, bool)
            if shown is not None:
                marks = shown(self.places()).reshape(marks.shape)
            self.band.follow(marks)
        return self.band.values

    def places(self):
        band = self.band
        return band.low + band.cell * np.indices(band.values.shape).reshape(3, -1).T

    def truth(self):
        places = self.places()
        within = (np.abs(places) < self.box).all(axis=1)
        return np.where(within, self.logit(places), OUTSIDE).reshape(self.band.values.shape)


def test_beside_the_zero_level_all_is_as_if_everything_had_been_asked():
    told = Told(ball)
    found, truth = told.finest(), told.truth()
    assert ((found > 0) == (truth > 0)).all()
    near = np.abs(truth) < 8 * 0.9 * told.band.cell
    assert np.abs(found - truth)[near].max() < 0.6
    assert sum(map(len, told.asked)) < 0.25 * found.size


def test_no_place_is_asked_twice():
    told = Told(ball)
    told.finest()
    asked = np.concatenate(told.asked)
    assert len(np.unique(asked.round(6), axis=0)) == len(asked)


def test_what_is_outside_of_the_object_is_not_asked():
    told = Told(ball, box=0.4)
    found = told.finest()
    outside = (np.abs(told.places()) > 0.45).any(axis=1).reshape(found.shape)
    assert (found[outside] == OUTSIDE).all()


def test_a_rod_that_a_coarse_grid_misses_is_followed_from_where_it_is_seen():
    def rod(points):  # between the coarse places, along z
        return 40 * (0.09 - np.linalg.norm(points[:, :2] - 0.125, axis=1))

    def shown(places):
        return (places[:, 2] > 0.85) & (np.linalg.norm(places[:, :2] - 0.125, axis=1) < 0.05)

    unseen, seen = Told(rod), Told(rod)
    assert (unseen.finest() <= 0).all()
    found = seen.finest(shown=shown)
    assert ((found > 0) == (seen.truth() > 0)).all()


def test_what_is_shown_is_of_the_part_where_it_is_inside():
    told = Told(lambda points: np.full(len(points), -3.0))
    told.band.ask_all(np.ones(told.band.values.shape, bool))
    within = (np.abs(told.places()) < 0.95).all(axis=1).reshape(told.band.values.shape)
    assert ((told.band.values > 0) == within).all()
    assert not told.asked


def test_it_ends_when_it_is_cancelled():
    def tell(stage, done, whole):
        raise Cancelled

    told = Told(ball)
    with pytest.raises(Cancelled):
        told.band.ask_all(np.zeros(told.band.values.shape, bool), Progress(tell))
