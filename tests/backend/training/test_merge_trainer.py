# SPDX-License-Identifier: GPL-3.0-or-later
"""The trainer of merge scores: targets, errors, and trees as arrays."""

import numpy as np
import pytest

from backend.geometry.patches.clusters import Clusters
from backend.training.merge_trainer import _auc, border_rows, cluster_agreement, merge_rows, packed


def test_agreement_is_the_chance_that_two_random_faces_share_a_part():
    tables = [np.array([[3.0, 1.0], [0.0, 2.0]]), np.array([[4.0], [2.0]])]
    chance = cluster_agreement(tables, [0.5, 0.5], np.array([0]), np.array([1]))
    assert chance[0] == pytest.approx(0.5 * 0.25 + 0.5 * 1.0)


def test_border_and_merge_rows_have_targets_in_0_to_1(example):
    rows, target = border_rows(example)
    assert len(rows) == len(target) == len(example.graph.pair)
    assert ((target >= 0) & (target <= 1)).all()
    evidence = np.full(len(target), 0.5)
    rows, target, weight = merge_rows(example, Clusters(example.graph, evidence), None, 0.3, seed=1)
    assert len(rows) == len(target) == len(weight)
    assert (weight > 0).all()
    assert np.isfinite(rows).all()


def test_packed_trees_predict_what_lightgbm_predicts():
    lightgbm = pytest.importorskip("lightgbm", reason="a training-only dependency")
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(3000, 6)).astype(np.float32)
    target = 1 / (1 + np.exp(-(rows[:, 0] * rows[:, 1] + (rows[:, 2] > 0.3))))
    booster = lightgbm.train(
        {"objective": "cross_entropy", "max_depth": 5, "num_leaves": 20, "verbose": -1},
        lightgbm.Dataset(rows, target),
        30,
    )
    trees = packed(booster.dump_model(), 5)
    np.testing.assert_allclose(
        trees.probability(rows), booster.predict(rows.astype(np.float64)), atol=1e-6
    )


def test_area_under_the_curve_of_known_orders():
    targets = [np.array([1.0, 0.9]), np.array([0.1, 0.0])]
    assert _auc([np.array([0.9, 0.8]), np.array([0.2, 0.1])], targets) == 1.0
    assert _auc([np.array([0.1, 0.2]), np.array([0.8, 0.9])], targets) == 0.0
    assert _auc([np.array([0.5, 0.5]), np.array([0.5, 0.5])], targets) == 0.5
