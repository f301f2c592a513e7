# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging patches: the cues of unions, and the tree that comes out."""

import numpy as np
import pytest
import trimesh

from backend.geometry.patches import cues
from backend.geometry.patches.clusters import Clusters
from backend.geometry.patches.merging import (
    agglomerate,
    joining_islands,
    likely_merges,
    matching,
    ordered_merges,
)
from backend.geometry.patches.pair_features import FEATURES, pair_features
from tests.backend.geometry.solids import patches_of


@pytest.fixture(scope="module")
def dumbbell():
    """Two balls on a bar, one welded-looking shell and two islands beside."""
    left = trimesh.creation.icosphere(subdivisions=3)
    right = left.copy().apply_translation([4, 0, 0])
    bar = (
        trimesh.creation.cylinder(0.3, 3.0, sections=24)
        .apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, [0, 1, 0]))
        .apply_translation([2, 0, 0])
    )
    return patches_of(trimesh.util.concatenate([left, right, bar]), 60)


def by_area(rows):
    """A simple score: small clusters first."""
    return 1 - np.exp(rows[:, FEATURES.index("area_small")].astype(float))


def test_every_merge_joins_two_living_nodes_and_ends_in_one(dumbbell):
    children, strength = agglomerate(Clusters(dumbbell), by_area)
    leaves = dumbbell.patches
    assert children.shape == (leaves - 1, 2)
    assert np.isfinite(strength).all()
    assert sorted(children.ravel().tolist()) == list(range(2 * leaves - 2))
    assert (children < leaves + np.arange(leaves - 1)[:, None]).all()


def test_merged_cues_equal_the_cues_of_the_union(dumbbell):
    state = Clusters(dumbbell)
    rng = np.random.default_rng(0)
    made = 0
    while state.count > 9:
        into, gone = state.pair[matching(state, rng.random(len(state.pair)), 0.06)].T
        state.merge(into, gone, dumbbell.patches + made + np.arange(len(into)))
        made += len(into)
    member = np.eye(state.count)[state.label]  # (P, C)
    np.testing.assert_allclose(state.moments, member.T @ dumbbell.moments, rtol=1e-9)
    area = dumbbell.moments[:, cues.AREA] + 1e-12
    sight = dumbbell.visible.astype(float) * area[:, None] * area[None, :]
    np.testing.assert_allclose(state.sight, member.T @ sight @ member, rtol=1e-9)
    ends = np.sort(state.label[dumbbell.pair], axis=1)
    for (a, b), border, sharpest in zip(state.pair, state.border, state.sharpest, strict=True):
        here = (ends == [a, b]).all(axis=1)
        np.testing.assert_allclose(border, dumbbell.border[here].sum(axis=0), rtol=1e-9)
        assert sharpest == dumbbell.sharpest[here].max()
    across = ends[ends[:, 0] != ends[:, 1]]
    assert len(np.unique(across, axis=0)) == len(state.pair)


def test_features_are_finite_named_and_do_not_depend_on_the_order_of_a_pair(dumbbell):
    state = Clusters(dumbbell)
    every = np.ones(len(state.pair), dtype=bool)
    rows = pair_features(state, every)
    assert rows.shape == (len(state.pair), len(FEATURES))
    assert np.isfinite(rows).all()
    state.pair = state.pair[:, ::-1].copy()
    turned = pair_features(state, every)
    different = dumbbell.moments[dumbbell.pair, cues.AREA]
    clear = different[:, 0] != different[:, 1]
    # Eigenvectors and sums may differ in the last bits only.
    np.testing.assert_allclose(rows[clear], turned[clear], rtol=1e-4, atol=1e-5)


def test_matching_takes_the_best_pairs_and_no_cluster_twice(dumbbell):
    state = Clusters(dumbbell)
    values = np.random.default_rng(1).random(len(state.pair))
    chosen = matching(state, values, 0.06)
    assert values[chosen[0]] == values.max()
    assert len(np.unique(state.pair[chosen])) == 2 * len(chosen)


def test_islands_meet_in_the_graph_and_know_that_they_are_islands(dumbbell):
    assert dumbbell.island.max() == 2
    apart = dumbbell.island[dumbbell.pair]
    bridges = apart[:, 0] != apart[:, 1]
    assert bridges.any()
    share = dumbbell.border[:, cues.BRIDGE] / dumbbell.border[:, cues.LENGTH]
    assert (share[~bridges] == 0).all()
    state = Clusters(dumbbell)
    rows = pair_features(state, np.ones(len(state.pair), dtype=bool))
    assert (rows[:, FEATURES.index("one_island")] == ~bridges).all()


def test_a_doubtful_merge_is_done_for_the_sake_of_a_sure_one_above_it():
    # (0 1) is a little unlikely, ((0 1) 2) very likely; 3 stays apart.
    children = np.array([[0, 1], [4, 2], [5, 3]], np.int32)
    strength = np.array([0.45, 0.95, 0.1], np.float32)
    assert likely_merges(children, strength, np.ones(4)).tolist() == [True, True, False]
    assert likely_merges(children, strength, np.array([9, 9, 0.1, 1])).tolist() == [False] * 3


def test_sure_merges_are_kept_below_a_cut_and_everything_is_one_part_when_all_are_sure():
    children = np.array([[0, 1], [2, 3], [4, 5]], np.int32)
    strength = np.array([0.9, 0.2, 0.2], np.float32)
    assert likely_merges(children, strength, np.ones(4)).tolist() == [True, False, False]
    assert likely_merges(children, np.full(3, 0.9, np.float32), np.ones(4)).all()


def test_ordered_merges_make_the_same_sets():
    children = np.array([[0, 1], [2, 3], [4, 5]], np.int32)
    ordered, order = ordered_merges(children, np.array([0.8, 0.1, 0.9]))
    assert order.tolist() == [1, 0, 2]
    assert ordered.tolist() == [[2, 3], [0, 1], [5, 4]]


def test_merges_of_whole_islands_are_told_from_those_within():
    # Leaves 0 1 are one island, 2 another, 3 4 a third.
    children = np.array([[0, 1], [5, 2], [3, 6], [7, 4]], np.int32)
    assert joining_islands(children, np.array([0, 0, 1, 2, 2])).tolist() == [
        False, True, False, False,
    ]  # fmt: skip
    assert joining_islands(np.array([[0, 1]], np.int32), np.array([0, 1])).tolist() == [True]


def test_each_merge_may_have_a_stop_of_its_own():
    children = np.array([[0, 1], [2, 3], [4, 5]], np.int32)
    strength = np.array([0.4, 0.4, 0.1], np.float32)
    stop = np.array([0.35, 0.5, 0.5])
    assert likely_merges(children, strength, np.ones(4), stop).tolist() == [True, False, False]
