# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing boosted trees, and what they say."""

import json

import numpy as np
import pytest
import trimesh
from safetensors.numpy import save_file

from backend.contract.errors import WeightsCorrupt, WeightsMissing
from backend.engines.scores import (
    JUDGED,
    SHAPE_SAYS,
    LearnedScores,
    geometric_scores,
    judged_features,
    learned_scores,
    read_geometric_scores,
    read_learned_scores,
    save_models,
)
from backend.geometry.patches.clusters import Clusters
from backend.models.boosted import BoostedTrees
from tests.backend.geometry.solids import patches_of


@pytest.fixture(scope="module")
def graph():
    return patches_of(trimesh.creation.icosphere(subdivisions=2), 40)


def test_the_bundled_models_judge_every_border(graph):
    evidence = geometric_scores().evidence(graph)
    assert evidence.shape == (len(graph.pair),)
    assert ((evidence > 0) & (evidence < 1)).all()


def test_the_bundled_models_are_small_and_stop_between_certainties():
    scores = geometric_scores()
    assert 0.2 < scores.stop < 0.8
    assert (
        sum(
            a.nbytes
            for m in (scores.border, scores.merge)
            for a in (m.feature, m.threshold, m.leaf)
        )
        < 2_000_000
    )


def tree_of(column, threshold, below, above):
    return BoostedTrees(
        np.array([[column]], np.int16),
        np.array([[threshold]], np.float32),
        np.array([[below, above]], np.float32),
    )


def test_the_learned_engine_hears_the_network_and_the_shapes(graph):
    chances = np.full((3, graph.patches, graph.patches), 0.5)
    every = np.ones(len(graph.pair), bool)
    rows = judged_features(Clusters(graph, chances=chances), every)
    assert rows.shape == (len(graph.pair), len(JUDGED))
    by_network = tree_of(JUDGED.index("network"), 0.1, -1.0, 2.0)
    against = (1 - SHAPE_SAYS) / SHAPE_SAYS  # what outweighs the judge's -1
    by_shape = tree_of(JUDGED.index("concave"), 9.0, against, -against)
    scores = LearnedScores(by_network, by_shape, 0.5)
    np.testing.assert_allclose(scores.odds(rows), 0.0, atol=1e-12)
    surer = judged_features(Clusters(graph, chances=chances + 0.4), every)
    np.testing.assert_allclose(scores.odds(surer), 3.0 * (1 - SHAPE_SAYS))


def test_the_bundled_judge_gives_odds(graph):
    chances = np.full((3, graph.patches, graph.patches), 0.5)
    every = np.ones(len(graph.pair), bool)
    scores = learned_scores()
    assert 0.2 < scores.stop < 0.8
    assert np.isfinite(scores.odds(judged_features(Clusters(graph, chances=chances), every))).all()


def test_models_are_written_and_read(tmp_path):
    models = {"judge": tree_of(3, 0.5, -1.0, 1.0)}
    save_models(tmp_path / "judge.safetensors", models, JUDGED, 0.47)
    found = read_learned_scores(tmp_path / "judge.safetensors")
    assert found.stop == 0.47
    np.testing.assert_array_equal(found.judge.leaf, [[-1, 1]])


@pytest.mark.parametrize("about", [{}, {"features": json.dumps(JUDGED), "stop": "often"}])
def test_a_file_that_does_not_tell_what_it_asks_or_when_to_stop_is_damaged(about, tmp_path):
    tree = tree_of(0, 0.0, -1.0, 1.0)
    arrays = {f"judge.{name}": getattr(tree, name) for name in ("feature", "threshold", "leaf")}
    save_file(arrays, tmp_path / "judge.safetensors", metadata=about)
    with pytest.raises(WeightsCorrupt, match="damaged"):
        read_learned_scores(tmp_path / "judge.safetensors")


def write(path, features):
    tree = {
        "feature": np.zeros((1, 1), np.int16),
        "threshold": np.zeros((1, 1), np.float32),
        "leaf": np.zeros((1, 2), np.float32),
    }
    arrays = {
        f"{name}.{part}": value
        for name in ("border", "merge", "judge")
        for part, value in tree.items()
    }
    save_file(arrays, path, metadata={"features": json.dumps(features), "stop": "0.5"})


readers = pytest.mark.parametrize("read", [read_geometric_scores, read_learned_scores])


@readers
def test_a_missing_file_is_told(read, tmp_path):
    with pytest.raises(WeightsMissing):
        read(tmp_path / "none.safetensors")


@readers
def test_a_damaged_file_is_told(read, tmp_path):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(b"\x08\0\0\0\0\0\0\0not json and more")
    with pytest.raises(WeightsCorrupt, match="damaged"):
        read(path)


@readers
def test_models_of_other_features_are_refused(read, tmp_path):
    path = tmp_path / "old.safetensors"
    write(path, ["one", "two"])
    with pytest.raises(WeightsCorrupt, match="another version"):
        read(path)
