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


def test_mirror_images_stay_known_while_clusters_merge(graph):
    # 2 and 3 mirror each other, 4 lies across the line, 5 has no image.
    mirror = np.full(graph.patches, -1)
    mirror[[2, 3, 4]] = 3, 2, 4
    state = Clusters(graph, mirror=mirror)
    state.merge(np.array([2]), np.array([5]), np.array([graph.patches]))
    one, two = state.label[2], state.label[3]
    assert (state.mirror[one], state.mirror[two]) == (two, one)
    state.merge(np.array([one]), np.array([state.label[4]]), np.array([graph.patches + 1]))
    whole = state.label[4]
    assert state.mirror[whole] == whole
    assert state.mirror[state.label[3]] == whole


def test_the_mirror_image_of_a_pair_is_that_of_its_ends(graph):
    state = Clusters(graph)
    assert (state.twins() == -1).all()
    state.mirror = np.arange(graph.patches)
    np.testing.assert_array_equal(state.twins(), np.arange(len(state.pair)))
    (a, b), (c, d) = state.pair[0], state.pair[-1]
    state.mirror[:] = -1
    state.mirror[[a, b, c, d]] = c, d, a, b
    assert (state.twins()[0], state.twins()[-1]) == (len(state.pair) - 1, 0)


def test_what_is_owed_stays_so_while_its_clusters_grow(graph):
    state = Clusters(graph)
    state.owed[3] = 0.4
    one, two = state.pair[3]
    other = next(
        k for k in range(len(state.pair)) if two in state.pair[k] and one not in state.pair[k]
    )
    into, gone = state.pair[other]
    state.merge(np.array([into]), np.array([gone]), np.array([graph.patches]))
    ends = sorted((state.label[one], state.label[two]))
    assert state.pair[~np.isnan(state.owed)].tolist() == [ends]
