# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of two neighbouring clusters: one column a name, and simple ones by hand."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.geometry.patches import cues
from backend.geometry.patches.clusters import Clusters
from backend.geometry.patches.pair_features import FEATURES, pair_features
from tests.backend.geometry.solids import patches_of


@pytest.fixture(scope="module")
def state() -> Clusters:
    return Clusters(patches_of(trimesh.creation.capsule(height=2.0, radius=0.4), 30))


def rows_of(state: Clusters) -> dict[str, np.ndarray]:
    rows = pair_features(state, np.ones(len(state.pair), bool))
    assert rows.shape == (len(state.pair), len(FEATURES))
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    return dict(zip(FEATURES, rows.T, strict=True))


def test_names_are_of_different_columns(state: Clusters):
    assert len(set(FEATURES)) == len(FEATURES)


def test_sizes_and_borders_by_hand(state: Clusters):
    found = rows_of(state)
    area = state.moments[:, cues.AREA]
    small, big = np.sort(area[state.pair], axis=1).T
    np.testing.assert_allclose(found["area_small"], np.log(small / area.sum()), rtol=1e-4)
    np.testing.assert_allclose(found["area_big"], np.log(big / area.sum()), rtol=1e-4)
    length = state.border[:, cues.LENGTH]
    np.testing.assert_allclose(found["length_small"], length / np.sqrt(small), rtol=1e-4)
    np.testing.assert_allclose(found["evidence"], 0.5, rtol=1e-5)
    assert (found["one_island"] == 1).all()
    assert (found["area_ratio"] <= 0).all()


def test_some_pairs_are_described_as_among_all(state: Clusters):
    some = np.arange(len(state.pair)) % 3 == 0
    every = pair_features(state, np.ones(len(state.pair), bool))
    np.testing.assert_array_equal(pair_features(state, some), every[some])


def test_the_smaller_comes_first_however_the_pair_is_written(state: Clusters):
    every = pair_features(state, np.ones(len(state.pair), bool))
    turned = Clusters(state.graph)
    turned.pair = turned.pair[:, ::-1].copy()
    np.testing.assert_allclose(
        pair_features(turned, np.ones(len(state.pair), bool)), every, rtol=1e-4, atol=1e-5
    )
