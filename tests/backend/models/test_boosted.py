# SPDX-License-Identifier: GPL-3.0-or-later
"""Boosted trees as arrays."""

import numpy as np
import pytest

from backend.models.boosted import ROWS_A_CALL, BoostedTrees


def two_trees() -> BoostedTrees:
    return BoostedTrees(
        feature=np.array([[0, 1, 1], [1, 0, 0]], np.int16),
        threshold=np.array([[0.5, 0.2, 0.8], [0.0, np.inf, np.inf]], np.float32),
        leaf=np.array([[1, 2, 3, 4], [10, -99, 20, -99]], np.float32),
    )


def by_hand(x0: float, x1: float) -> float:
    first = (1 if x1 <= 0.2 else 2) if x0 <= 0.5 else (3 if x1 <= 0.8 else 4)
    return first + (10 if x1 <= 0 else 20)


def test_rows_reach_the_leaves_that_a_person_would_reach():
    rows = np.random.default_rng(0).uniform(-1, 1, (200, 2)).astype(np.float32)
    rows[0] = [0.5, 0.2]  # equal goes left
    expected = [by_hand(*row) for row in rows]
    np.testing.assert_array_equal(two_trees().logit(rows), expected)


def test_probability_is_the_logistic_of_the_logit():
    rows = np.array([[0.0, 0.0]], np.float32)
    assert two_trees().probability(rows)[0] == pytest.approx(1 / (1 + np.exp(-11)))


def test_long_tables_are_taken_in_pieces_with_the_same_answer():
    rows = np.random.default_rng(1).normal(size=(ROWS_A_CALL + 7, 2)).astype(np.float32)
    whole = two_trees().logit(rows)
    np.testing.assert_array_equal(whole[-9:], two_trees().logit(rows[-9:]))


def test_no_rows_give_no_values():
    assert two_trees().logit(np.zeros((0, 2), np.float32)).shape == (0,)


def test_arrays_that_are_no_full_trees_are_refused():
    with pytest.raises(ValueError, match="full binary"):
        BoostedTrees(
            np.zeros((1, 2), np.int16), np.zeros((1, 2), np.float32), np.zeros((1, 3), np.float32)
        )
