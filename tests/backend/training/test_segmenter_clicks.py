# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks to train and to measure with."""

from dataclasses import replace

import numpy as np
import pytest

from backend.training.segmenter_clicks import (
    KEEP_MASK,
    MOST_CLICKS,
    MOST_CORRECTIONS,
    Queries,
    corrected,
    first_clicks,
)
from tests.backend.training.samples import chain


def test_first_clicks_lie_in_the_part_that_they_ask_for():
    one = chain(patches=20, parts=4)
    queries = first_clicks(one, 200, np.random.default_rng(0))
    assert queries.clicks.shape == queries.signs.shape == (200, MOST_CLICKS)
    assert set(np.unique(queries.signs)) == {0, 1}
    assert (queries.signs[:, 0] == 1).all(), "each set has a click"
    inside = np.take_along_axis(queries.truth, queries.clicks, axis=1)
    assert (inside[queries.signs == 1] == 1).all()
    assert not queries.before.any()
    assert not queries.known.any()
    # Parts of both opinions are asked for, about as often as these are held.
    fine = {tuple(part) for part in one.opinions[0].T}
    coarse = {tuple(part) for part in one.opinions[1].T} - fine
    asked = [tuple(truth) for truth in queries.truth]
    assert set(asked) == fine | coarse
    assert (np.count_nonzero(queries.signs, axis=1) == 1).mean() > 0.3


def test_a_number_of_clicks_can_be_asked_for():
    queries = first_clicks(chain(), 5, np.random.default_rng(0), clicks=3)
    assert (np.count_nonzero(queries.signs, axis=1) == 3).all()


def test_crumbs_are_not_asked_for():
    one = chain(parts=3)
    share = one.share.copy()
    crumb = one.opinions[0][:, 0] > 0
    share[crumb] = 1e-5
    one = replace(one, share=share, opinions=one.opinions[:1], weights=[1.0])
    truth = first_clicks(one, 100, np.random.default_rng(0)).truth
    assert not truth[:, crumb].any()


def asked(one, masks):
    """Queries for the first part, whose masks so far are given."""
    count = len(masks)
    truth = np.tile(one.opinions[0][:, 0], (count, 1))
    inside = int(truth[0].argmax())
    clicks = np.full((count, MOST_CLICKS), inside)
    signs = np.zeros((count, MOST_CLICKS), np.float32)
    signs[:, 0] = 1
    nothing = np.zeros_like(truth)
    return Queries(clicks, signs, nothing, np.zeros((count, 1), np.float32), truth)


@pytest.mark.parametrize(("mask", "sign"), [(0.0, 1.0), (1.0, -1.0)])
def test_corrections_are_made_where_the_mask_is_wrong(mask, sign):
    one = chain(patches=20, parts=4)
    chance = np.full((100, 20), mask, np.float32)
    queries = asked(one, chance)
    after = corrected(one, queries, chance, np.random.default_rng(0))
    np.testing.assert_array_equal(after.clicks[:, :MOST_CLICKS], queries.clicks)
    np.testing.assert_array_equal(after.signs[:, :MOST_CLICKS], queries.signs)
    clicks, signs = after.clicks[:, MOST_CLICKS:], after.signs[:, MOST_CLICKS:]
    assert set(np.unique(signs)) == {0, sign}
    assert set(np.count_nonzero(signs, axis=1)) == set(range(1, MOST_CORRECTIONS + 1))
    truth = np.take_along_axis(queries.truth, clicks, axis=1)
    assert (truth[signs != 0] == (sign > 0)).all()


def test_a_mask_that_is_right_is_not_corrected():
    one = chain()
    truth = np.tile(one.opinions[0][:, 0], (10, 1))
    after = corrected(one, asked(one, truth), truth, np.random.default_rng(0))
    assert not after.signs[:, MOST_CLICKS:].any()


def test_a_patch_that_the_border_runs_through_is_nobodys_mistake():
    one = chain()
    table = one.opinions[0].copy()
    torn = int(table[:, 0].argmax())
    table[torn] = [0.6, 0.4, 0.0]
    one = replace(one, opinions=[table], weights=[1.0])
    queries = asked(one, np.zeros((10, len(table))))
    mask = np.tile((table[:, 0] > 0.5).astype(np.float32), (10, 1))
    after = corrected(one, queries, mask, np.random.default_rng(0))
    assert not after.signs[:, MOST_CLICKS:].any()


def test_the_mask_so_far_is_told_where_it_is_known():
    one = chain()
    chance = np.random.default_rng(1).random((300, len(one.share))).astype(np.float32)
    after = corrected(one, asked(one, chance), chance, np.random.default_rng(0))
    assert after.known.mean() == pytest.approx(KEEP_MASK, abs=0.1)
    np.testing.assert_array_equal(after.before, chance * after.known)
