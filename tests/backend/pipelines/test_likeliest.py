# SPDX-License-Identifier: GPL-3.0-or-later
"""The likeliest part of a merge tree."""

import numpy as np

from backend.contract.tree import MergeTree
from backend.pipelines.likeliest import best_patches


def test_an_exclude_beside_the_include_takes_its_own_piece_only():
    # Patches 0..5 are one part; 5 was merged with the clicked 0 first of all, wrongly.
    children = np.array([[0, 5], [1, 2], [3, 4], [7, 8], [10, 9], [11, 6]], np.int32)
    height = np.array([0.02, 0.03, 0.04, 0.06, 0.08, 0.95], np.float32)
    tree = MergeTree(children, height)
    area = np.ones(7)
    none = np.zeros(0, np.int64)
    alone, _ = best_patches(tree, area, np.array([0]), none, 1)
    assert alone.tolist() == [True] * 6 + [False]
    without, _ = best_patches(tree, area, np.array([0]), np.array([5]), 1)
    assert without.tolist() == [True] * 5 + [False, False]


def test_an_exclude_takes_out_the_part_it_lies_in():
    # Two parts of three patches each, 0..2 and 3..5, that are likely one: an exclude parts them.
    children = np.array([[0, 1], [6, 2], [3, 4], [8, 5], [7, 9]], np.int32)
    tree = MergeTree(children, np.array([0.02, 0.03, 0.04, 0.05, 0.45], np.float32))
    without, _ = best_patches(tree, np.ones(6), np.array([0]), np.array([4]), 1)
    assert without.tolist() == [True] * 3 + [False] * 3
