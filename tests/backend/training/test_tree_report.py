# SPDX-License-Identifier: GPL-3.0-or-later
"""How good merge trees are: errors of their cuts, and where merging should stop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.evaluation.metrics import rand_error
from backend.geometry.patches.clusters import Clusters
from backend.geometry.patches.merging import agglomerate
from backend.geometry.patches.pair_features import FEATURES
from backend.training.tree_report import (
    STOPS,
    TreeReport,
    best_stop,
    gathered,
    likely_cut,
    rand_of_cut,
    summary,
    tree_report,
)


def test_rand_error_of_patches_equals_the_metric_on_faces(example):
    rng = np.random.default_rng(0)
    label = rng.integers(0, 5, example.graph.patches)
    label[:5] = np.arange(5)
    table = example.opinions[0].astype(int)
    truth = np.concatenate([np.repeat(np.arange(2), row) for row in table])
    faces = np.repeat(label, table.sum(axis=1))
    total = len(faces)
    expected = rand_error(faces, truth) * (total - 1) / total  # the metric leaves out self pairs
    assert rand_of_cut(example, label) == pytest.approx(expected, rel=1e-6)


def test_best_stop_follows_the_errors():
    # Every tree is best at two parts, whose merge has height 0.58.
    report = TreeReport("a", "rig", [0.3, 0.1, 0.3], 0.1, 2.0, [0.62, 0.5], [], [])
    stop = best_stop([report] * 3)
    assert report.parts(1 - stop) == 2
    assert report.automatic(1 - stop) == 0.1


def test_counts_of_clusters_are_the_sums_of_their_patches(example):
    (table,) = example.opinions
    label = np.arange(len(table)) % 3
    (found,) = gathered(example, label)
    for cluster in range(3):
        np.testing.assert_array_equal(found[cluster], table[label == cluster].sum(axis=0))


def perfect(example):
    """The tree that joins patches of the true parts first, and is sure of it."""
    side = example.opinions[0].argmax(axis=1)
    one, other = example.graph.pair.T
    same = np.where(side[one] == side[other], 0.95, 0.05)
    state = Clusters(example.graph, same, np.zeros(len(same)))

    def chance(rows):
        return rows[:, FEATURES.index("weakest")].astype(float)

    return agglomerate(state, chance)


def test_a_tree_that_knows_the_parts_has_little_error(example):
    children, strength = perfect(example)
    report = tree_report(example, children, strength)
    assert (report.name, report.kind, report.opinions) == ("ball", "procedural", 2)
    impure = np.minimum(*example.opinions[0].T).sum() / example.opinions[0].sum()
    assert report.errors[1] == report.told == min(report.errors)
    assert report.told <= 2 * impure + 1e-9, "only patches across the border are wrong"
    assert report.errors[0] > 0.4, "all in one"
    assert report.judged_parts == [2] * len(STOPS)
    assert report.judged == [report.told] * len(STOPS)
    assert report.heights == sorted(report.heights, reverse=True)
    assert report.parts(1.0) == 1
    assert report.parts(-1.0) == len(report.errors)


def test_copies_that_were_fused_are_a_kind_of_their_own(example):
    fused = replace(example, name="ball_fused")
    assert tree_report(fused, *perfect(example)).kind == "procedural fused"


def test_a_cut_keeps_merges_that_are_likelier_than_the_stop():
    children = np.array([[0, 1], [2, 3], [4, 5]], np.int32)
    strength, size = np.array([0.9, 0.6, 0.1], np.float32), np.ones(4)
    one, two, three, four = likely_cut(children, strength, size)
    assert one == two != three == four
    stricter = likely_cut(children, strength, size, stop=0.7)
    assert stricter[0] == stricter[1]
    assert len(set(stricter.tolist())) == 3


def test_the_table_has_a_row_for_each_kind_and_one_for_all():
    made = [
        TreeReport("a", "rig", [0.4, 0.2], 0.2, 2.0, [0.9], [0.1] * len(STOPS), []),
        TreeReport("b", "nodes", [0.2, 0.4], 0.4, 2.0, [0.3], [0.3] * len(STOPS), []),
    ]
    head, *rows = summary(made, 0.5).splitlines()
    assert [row.split()[:2] for row in rows] == [["nodes", "1"], ["rig", "1"], ["all", "2"]]
    auto, told, best, parts = map(float, rows[2].split()[2:6])
    assert (auto, told, best, parts) == pytest.approx((0.2, 0.3, 0.2, 1.5))
    assert rows[2].split()[-1] == "0.2000"
    assert str(STOPS) in head


def test_bodies_decide_where_merging_stops_and_scenes_only_without_them():
    body = TreeReport("a", "rig fused", [0.3, 0.1, 0.3], 0.1, 2.0, [0.62, 0.5], [], [])
    scene = TreeReport("b", "materials", [0.1, 0.3, 0.3], 0.1, 1.0, [0.62, 0.5], [], [])
    assert best_stop([body, *[scene] * 99]) == best_stop([body])
    assert scene.parts(1 - best_stop([scene])) == 1
