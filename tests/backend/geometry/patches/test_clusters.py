# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of patches: a merge keeps sums, extremes and borders as if they were measured anew."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.geometry.patches import cues
from backend.geometry.patches.clusters import Clusters
from tests.backend.geometry.solids import patches_of


@pytest.fixture(scope="module")
def graph():
    ball = trimesh.creation.icosphere(subdivisions=3)
    other = trimesh.creation.box().apply_translation([3, 0, 0])
    return patches_of(trimesh.util.concatenate([ball, other.subdivide().subdivide()]), 40)


def merged(graph, rounds: int, seed: int = 0) -> Clusters:
    """Clusters after some rounds of random merges of neighbours."""
    rng = np.random.default_rng(seed)
    chances = rng.random((2, graph.patches, graph.patches))
    state = Clusters(
        graph,
        rng.random(len(graph.pair)),
        rng.random(len(graph.pair)),
        chances + chances.transpose(0, 2, 1),
    )
    for k in range(rounds):
        into, gone = state.pair[rng.integers(len(state.pair))]
        state.merge(np.array([into]), np.array([gone]), np.array([graph.patches + k]))
    return state


def test_sums_and_extremes_are_those_of_the_members(graph):
    state = merged(graph, 25)
    assert state.count == graph.patches - 25
    for cluster in range(state.count):
        members = state.label == cluster
        assert members.any()
        np.testing.assert_allclose(state.moments[cluster], graph.moments[members].sum(axis=0))
        np.testing.assert_array_equal(state.low[cluster], graph.low[members].min(axis=0))
        np.testing.assert_array_equal(state.high[cluster], graph.high[members].max(axis=0))
        islands = np.unique(graph.island[members])
        assert state.island_low[cluster] == islands.min()
        assert state.island_high[cluster] == islands.max()
        if len(islands) == 1:
            assert state.whole_area[cluster] == pytest.approx(graph.island_area[islands[0]])


def test_borders_are_those_between_the_members(graph):
    state = merged(graph, 25, seed=1)
    ends = np.sort(state.label[graph.pair], axis=1)
    rng = np.random.default_rng(1)
    rng.random((2, graph.patches, graph.patches))
    evidence, marked = rng.random(len(graph.pair)), rng.random(len(graph.pair))
    outer = ends[ends[:, 0] != ends[:, 1]]
    np.testing.assert_array_equal(state.pair, np.unique(outer, axis=0))
    for k, pair in enumerate(state.pair):
        on = (ends == pair).all(axis=1)
        np.testing.assert_allclose(state.border[k], graph.border[on].sum(axis=0))
        assert state.sharpest[k] == graph.sharpest[on].max()
        assert state.weakest[k] == evidence[on].min()
        assert state.marked[k] == pytest.approx(marked[on].sum())
        length = graph.border[on, cues.LENGTH]
        assert state.evidence[k] == pytest.approx((evidence[on] * length).sum())


def test_chances_are_means_by_area(graph):
    state = merged(graph, 30, seed=2)
    rng = np.random.default_rng(2)
    chances = rng.random((2, graph.patches, graph.patches))
    chances = chances + chances.transpose(0, 2, 1)
    area = graph.moments[:, cues.AREA]
    found = state.mean_chances()
    one, two = state.label == 0, state.label == state.count - 1
    weight = area[one][:, None] * area[two]
    for k in range(2):
        expected = (chances[k][np.ix_(one, two)] * weight).sum() / weight.sum()
        assert found[k, 0, -1] == pytest.approx(min(expected, 1.0), rel=1e-6)


def test_a_merge_tells_which_pairs_touch_what_changed(graph):
    state = Clusters(graph)
    into, gone = state.pair[0]
    changed = state.merge(np.array([into]), np.array([gone]), np.array([graph.patches]))
    new = state.label[into]
    np.testing.assert_array_equal(changed, (state.pair == new).any(axis=1))
    assert state.node[new] == graph.patches
    assert state.label[gone] == new
