# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics against cases counted by hand, brute force, and their invariances."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.evaluation.metrics import boundary_f, contingency, mask_iou, matched_iou, rand_error


def brute_rand_error(a, b, w):
    apart = total = 0.0
    for i, j in itertools.combinations(range(len(a)), 2):
        total += w[i] * w[j]
        apart += w[i] * w[j] * ((a[i] == a[j]) != (b[i] == b[j]))
    return apart / total if total else 0.0


def test_rand_error_counted_by_hand():
    # Six pairs of four faces; {0,1} {0,2} {1,3} {2,3} are judged differently, {0,3} {1,2} alike.
    assert rand_error([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(4 / 6)
    # Moving one of four faces breaks three pairs: {0,1}, {1,2}, {1,3}.
    assert rand_error([0, 0, 1, 1], [0, 1, 1, 1]) == pytest.approx(3 / 6)


def test_rand_error_extremes():
    everything, nothing = np.zeros(5, int), np.arange(5)
    assert rand_error(everything, everything) == 0
    assert rand_error(nothing, nothing) == 0
    assert rand_error(everything, nothing) == 1
    assert rand_error([7], [3]) == 0


def test_rand_error_averages_several_truths():
    labels, one, two = [0, 0, 1, 1], [0, 0, 1, 1], [0, 1, 1, 1]
    assert rand_error(labels, [one, two]) == pytest.approx((0 + 3 / 6) / 2)


def test_rand_error_is_exact_for_a_million_faces():
    labels = np.arange(1_000_000) % 2
    truth = labels.copy()
    truth[0] = 1  # one face changes sides: it disagrees with the 999 999 others
    pairs = 1_000_000 * 999_999 / 2
    assert rand_error(labels, truth) == pytest.approx(999_999 / pairs, rel=1e-9)


labellings = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-2, 4), min_size=n, max_size=n),
        st.lists(st.integers(-2, 4), min_size=n, max_size=n),
        st.lists(st.floats(0.1, 10), min_size=n, max_size=n),
    )
)


@given(labellings)
def test_rand_error_matches_brute_force(case):
    a, b, w = case
    assert rand_error(a, b) == pytest.approx(brute_rand_error(a, b, [1] * len(a)), abs=1e-9)
    assert rand_error(a, b, w) == pytest.approx(brute_rand_error(a, b, w), abs=1e-9)


@given(labellings, st.permutations(range(-2, 5)))
def test_names_of_labels_do_not_matter(case, names):
    a, b, w = case
    renamed = [names[x + 2] for x in a]
    assert rand_error(renamed, b, w) == pytest.approx(rand_error(a, b, w))
    for one_to_one in (False, True):
        assert matched_iou(renamed, b, w, one_to_one=one_to_one) == pytest.approx(
            matched_iou(a, b, w, one_to_one=one_to_one)
        )


@given(labellings)
def test_rand_error_is_symmetric_and_zero_only_for_the_same_partition(case):
    a, b, _ = case
    assert rand_error(a, b) == pytest.approx(rand_error(b, a))
    same = contingency(a, b)
    one_partition = len(same.shared) == len(same.rows) == len(same.columns)
    assert (rand_error(a, b) == 0) == one_partition


def test_matched_iou_counted_by_hand():
    truth = [0, 0, 0, 0, 1, 1, 2, 2]
    labels = [0, 0, 0, 1, 1, 1, 1, 1]
    # Part 0: 3 of 4. Parts 1 and 2 both lie in label 1, which has 5 faces: 2 of 5 each.
    assert matched_iou(labels, truth) == pytest.approx((3 / 4 + 2 / 5 + 2 / 5) / 3)
    assert matched_iou(labels, truth, one_to_one=True) == pytest.approx((3 / 4 + 2 / 5) / 3)
    area = [1, 1, 1, 9, 1, 1, 1, 1]
    assert matched_iou(labels, truth, area) == pytest.approx((9 / 16 + 2 / 13 + 2 / 13) / 3)


def test_matched_iou_extremes():
    parts = np.repeat(np.arange(4), 5)
    assert matched_iou(parts, parts) == 1
    assert matched_iou(np.zeros(20), parts) == pytest.approx(1 / 4)
    assert matched_iou(np.arange(20), parts) == pytest.approx(1 / 5)
    assert matched_iou(np.arange(20), parts, one_to_one=True) == pytest.approx(1 / 5)


@given(labellings)
def test_one_to_one_never_beats_free_matching(case):
    a, b, w = case
    assert matched_iou(a, b, w, one_to_one=True) <= matched_iou(a, b, w) + 1e-12


def test_faces_without_weight_do_not_divide_by_zero():
    assert matched_iou([0, 1], [0, 1], [0.0, 0.0]) == 0
    assert rand_error([0, 1], [0, 0], [0.0, 0.0]) == 0


def test_mask_iou():
    assert mask_iou([1, 1, 0, 0], [0, 1, 1, 0]) == pytest.approx(1 / 3)
    assert mask_iou([1, 1, 0, 0], [0, 1, 1, 0], [1, 2, 5, 9]) == pytest.approx(2 / 8)
    assert mask_iou([0, 0], [0, 0]) == 1
    assert mask_iou([0, 0], [0, 1]) == 0


@pytest.mark.parametrize(("labels", "truth"), [([0, 1], [0]), ([], []), ([[0, 1]], [[0, 1]])])
def test_lengths_that_do_not_fit_are_refused(labels, truth):
    with pytest.raises(ValueError, match="equally long"):
        contingency(labels, truth)
    with pytest.raises(ValueError, match="weights"):
        contingency([0, 1], [0, 1], [1.0])


def strip(count):
    """A row of `count` faces; edge i lies at x = i + 1 and is one unit long."""
    first = np.arange(count - 1)
    x = np.arange(1.0, count)
    low = np.stack([x, np.zeros_like(x), np.zeros_like(x)], axis=1)
    return first, first + 1, np.stack([low, low + np.array([0, 1, 0])], axis=1)


def step(count, at):
    return (np.arange(count) >= at).astype(int)


def test_boundary_f_on_a_strip():
    first, second, ends = strip(10)
    near = boundary_f(step(10, 5), step(10, 4), first, second, ends, tolerance=1.0)
    far = boundary_f(step(10, 5), step(10, 3), first, second, ends, tolerance=1.0)
    assert near == 1.0
    assert far == 0.0
    assert boundary_f(step(10, 5), step(10, 5), first, second, ends, 0.01) == 1.0
    # Both found, one too many: precision 1/2, recall 1.
    extra = step(10, 5) + step(10, 9)
    assert boundary_f(extra, step(10, 5), first, second, ends, 0.1) == pytest.approx(2 / 3)


def test_boundary_f_weighs_by_length():
    first, second, ends = strip(10)
    ends[8, 1] = ends[8, 0] + np.array([0, 3, 0])  # the wrong border is three times as long
    extra = step(10, 5) + step(10, 9)
    precision, recall = 1 / 4, 1.0
    expected = 2 * precision * recall / (precision + recall)
    assert boundary_f(extra, step(10, 5), first, second, ends, 0.1) == pytest.approx(expected)


def test_boundary_f_without_borders():
    first, second, ends = strip(4)
    one_part = np.zeros(4, int)
    assert math.isnan(boundary_f(step(4, 2), one_part, first, second, ends, 0.1))
    assert boundary_f(one_part, step(4, 2), first, second, ends, 0.1) == 0.0
