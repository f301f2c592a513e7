# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network says of two clusters."""

import numpy as np
import pytest
import trimesh

from backend.engines.network_features import NETWORK_FEATURES, NOBODY, network_features
from backend.geometry.patches.clusters import Clusters
from backend.models.boosted import logit
from tests.backend.geometry.solids import patches_of


def columns(state, chosen=None):
    chosen = np.ones(len(state.pair), bool) if chosen is None else chosen
    return dict(zip(NETWORK_FEATURES, network_features(state, chosen).T, strict=True))


@pytest.fixture
def state():
    """Patches of a ball; the network says that its upper and its lower half are parts."""
    graph = patches_of(trimesh.creation.icosphere(subdivisions=2), 40)
    up = graph.centre[:, 2] > graph.centre[:, 2].mean()
    pairs = np.where(up[:, None] == up[None, :], 0.9, 0.2)
    masks = np.where(up[:, None] == up[None, :], 0.8, 0.1)
    return Clusters(graph, chances=np.stack([pairs, masks, 0.5 * (pairs + masks)])), up


def test_chances_are_told_as_odds(state):
    clusters, up = state
    found = columns(clusters)
    same = up[clusters.pair[:, 0]] == up[clusters.pair[:, 1]]
    for name, inside, between in (
        ("network", 0.9, 0.2),
        ("masks", 0.8, 0.1),
        ("network_and_masks", 0.85, 0.15),
    ):
        expected = logit(np.where(same, inside, between))
        np.testing.assert_allclose(found[name], expected, rtol=1e-5)
    np.testing.assert_allclose(found["network_within_small"], logit(np.array(0.9)), rtol=1e-5)


def test_means_do_not_change_when_clusters_of_the_same_kind_merge(state):
    clusters, up = state
    i, j = clusters.pair[np.flatnonzero(up[clusters.pair].all(axis=1))[0]]
    clusters.merge(np.array([i]), np.array([j]), np.array([99]))
    found = columns(clusters)
    assert set(np.round(found["network"], 4)) == set(
        np.round(logit(np.array([0.2, 0.9])), 4).astype(np.float32)
    )
    assert (found["network_parts"] < np.log(4)).all()


def test_two_halves_are_left_with_nobody_else(state):
    clusters, up = state
    while clusters.count > 2:
        half = np.zeros(clusters.count)
        half[clusters.label] = up
        inside = np.flatnonzero(half[clusters.pair[:, 0]] == half[clusters.pair[:, 1]])[:1]
        i, j = clusters.pair[inside].T
        clusters.merge(i, j, np.array([0]))
    found = columns(clusters)
    assert found["network_best_small"] == found["network_best_big"] == pytest.approx(NOBODY)
    assert found["network"][0] == pytest.approx(logit(np.array(0.2)))
    assert found["network_agreed"] < 0.6


def test_the_chosen_pairs_alone_are_described(state):
    clusters, _ = state
    chosen = np.arange(len(clusters.pair)) % 3 == 0
    np.testing.assert_array_equal(
        network_features(clusters, chosen),
        network_features(clusters, np.ones(len(chosen), bool))[chosen],
    )
