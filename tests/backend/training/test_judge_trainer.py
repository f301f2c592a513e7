# SPDX-License-Identifier: GPL-3.0-or-later
"""The trainer of the learned engine's judge."""

import numpy as np
import pytest

from backend.engines.learned import CHECKPOINT
from backend.engines.scores import JUDGED, read_learned_scores
from backend.geometry.patches import cues
from backend.shapes.families.make import make
from backend.training.corpus import Example, reduce_mesh, save
from backend.training.judge_trainer import chosen_paths, main, prepared
from backend.training.segmenter_data import HELD_OUT, fold


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Two small bodies, and one of them as an artist's object, learned and held out."""
    folder = tmp_path_factory.mktemp("corpus")
    groups = (f"group{k}" for k in range(1000))
    held_out = next(group for group in groups if fold(group) < HELD_OUT)
    learned = next(group for group in groups if fold(group) >= HELD_OUT)
    for family, groups in (("mushroom", (learned, held_out)), ("goblet", (held_out, learned))):
        mesh = make(family, 1, 2000)
        graph, tables = reduce_mesh(mesh.vertices, mesh.faces, mesh.labels, 0)
        for kind, group in zip(("procedural", "nodes"), groups, strict=True):
            name = f"{family}_{kind}"
            save(folder / f"{name}.npz", Example(name, group, kind, graph, tables, mesh.weights))
    return folder


def test_of_artists_objects_only_those_held_out_are_used(corpus):
    found = ["goblet_procedural", "mushroom_nodes", "mushroom_procedural"]
    assert [path.stem for path in chosen_paths(corpus, learned=9)] == found
    assert [path.stem for path in chosen_paths(corpus, learned=0)] == found[:2]


def test_examples_are_coarsened_and_no_face_is_lost(corpus):
    one = prepared(corpus / "goblet_nodes.npz", CHECKPOINT)
    patches = one.example.graph.patches
    assert one.chances.shape == (3, patches, patches)
    assert ((one.chances >= 0) & (one.chances <= 1)).all()
    for table in one.example.opinions:
        np.testing.assert_array_equal(table.sum(axis=1), one.example.graph.moments[:, cues.FACES])
    assert one.state.count == patches


def test_a_judge_is_trained_and_can_be_loaded(corpus, tmp_path, capsys):
    pytest.importorskip("lightgbm", reason="a training-only dependency")
    options = ["--merge-trees", "4", "--folds", "2", "--test-folds", "2", "--jobs", "1"]
    unseen = tmp_path / "unseen"
    unseen.mkdir()
    (unseen / "other.npz").write_bytes((corpus / "mushroom_procedural.npz").read_bytes())
    options += ["--learned", "1", "--unseen", str(unseen)]
    assert main(["--corpus", str(corpus), "--out", str(tmp_path), *options]) == 0
    report = capsys.readouterr().err
    assert "4 examples" in report
    assert "nodes" in report
    assert "all" in report
    judge = read_learned_scores(tmp_path / "judge.safetensors").judge
    rows = np.random.default_rng(0).normal(size=(50, len(JUDGED))).astype(np.float32)
    assert np.isfinite(judge.logit(rows)).all()


def test_a_corpus_without_examples_is_told(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--corpus", str(tmp_path), "--out", str(tmp_path)])
    assert "too few examples" in capsys.readouterr().err
