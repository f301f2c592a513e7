# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading the models of the geometric engine."""

import json

import numpy as np
import pytest
import trimesh
from safetensors.numpy import save_file

from backend.catalogue import WeightsCorrupt, WeightsMissing
from backend.geometry.cues import patch_graph
from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.superfaces import superfaces
from backend.pipelines.merge_scores import geometric_scores


@pytest.fixture(scope="module")
def graph():
    ball = trimesh.creation.icosphere(subdivisions=2)
    faces = np.asarray(ball.faces, np.int64)
    found = build_face_graph(unit_vertices(np.asarray(ball.vertices), faces)[0], faces)
    rng = np.random.default_rng(0)
    return patch_graph(found, superfaces(found, rng, 40), rng)


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


def write(path, features):
    tree = {
        "feature": np.zeros((1, 1), np.int16),
        "threshold": np.zeros((1, 1), np.float32),
        "leaf": np.zeros((1, 2), np.float32),
    }
    arrays = {
        f"{name}.{part}": value for name in ("border", "merge") for part, value in tree.items()
    }
    save_file(arrays, path, metadata={"features": json.dumps(features), "stop": "0.5"})


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(WeightsMissing):
        geometric_scores(tmp_path / "none.safetensors")


def test_a_damaged_file_is_told(tmp_path):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(b"\x08\0\0\0\0\0\0\0not json and more")
    with pytest.raises(WeightsCorrupt, match="damaged"):
        geometric_scores(path)


def test_models_of_other_features_are_refused(tmp_path):
    path = tmp_path / "old.safetensors"
    write(path, ["one", "two"])
    with pytest.raises(WeightsCorrupt, match="another version"):
        geometric_scores(path)
