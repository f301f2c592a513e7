# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of the segmenter's training: described, written, read."""

from dataclasses import fields

import numpy as np
import pytest
import trimesh

from backend.geometry.patches import cues
from backend.models.segmenter import FEATURES, MAPS, PATCHES
from backend.training.corpus import Example, load, reduce_mesh, save
from backend.training.segmenter_data import (
    FEWEST_LEFT,
    Sample,
    fold,
    load_sample,
    main,
    sample,
    thinned,
)


@pytest.fixture(scope="module")
def example():
    ball = trimesh.creation.icosphere(subdivisions=3)
    faces = np.asarray(ball.faces, np.int64)
    up = (ball.triangles_center[:, 2] > 0).astype(np.int32)
    quarters = (2 * up + (ball.triangles_center[:, 0] > 0)).astype(np.int32)
    graph, tables = reduce_mesh(np.asarray(ball.vertices), faces, [up, quarters], seed=1)
    return Example("ball", "balls", "procedural", graph, tables, [0.75, 0.25])


def test_a_sample_says_what_share_of_each_patch_lies_in_each_part(example):
    one = sample(example, patches=40)
    assert one.patch.shape == (40, FEATURES)
    assert one.pair.shape == (MAPS, 40, 40)
    assert [table.shape for table in one.opinions] == [(40, 2), (40, 4)]
    assert one.share.sum() == pytest.approx(1)
    for table, counts in zip(one.opinions, example.opinions, strict=True):
        np.testing.assert_allclose(table.sum(axis=1), 1, atol=1e-6)
        expected = counts.sum(axis=0) / counts.sum()
        np.testing.assert_allclose(one.faces @ table, expected, atol=1e-5)
    assert len(one.borders) > 40
    assert sample(example).patch.shape == (min(PATCHES, example.graph.patches), FEATURES)


def test_areas_are_those_of_the_mesh(example):
    one = sample(example, patches=40)
    area = example.graph.moments[:, cues.AREA]
    assert one.share.max() < 1
    assert np.sort(one.share)[-1] >= area.max() / area.sum()


def test_copies_are_coarsened_in_their_own_way(example):
    first = sample(example, np.random.default_rng(1), 40)
    again = sample(example, np.random.default_rng(1), 40)
    other = sample(example, np.random.default_rng(2), 40)
    np.testing.assert_array_equal(first.share, again.share)
    assert not np.array_equal(np.sort(first.share), np.sort(other.share))


def test_a_thinned_sample_keeps_what_is_known_of_the_patches_that_are_left(example):
    one = sample(example, patches=40)
    few = thinned(one, np.random.default_rng(0), 0.75)
    left = [int(np.flatnonzero((one.patch == row).all(axis=1))[0]) for row in few.patch]
    assert len(left) == 30
    assert left == sorted(set(left))
    assert left != list(range(30))
    np.testing.assert_array_equal(few.pair, one.pair[:, left][:, :, left])
    np.testing.assert_allclose(few.share, one.share[left] / one.share[left].sum())
    assert few.faces.sum() == pytest.approx(1)
    for table, whole in zip(few.opinions, one.opinions, strict=True):
        np.testing.assert_array_equal(table, whole[left])
    borders = {tuple(sorted((left[i], left[j]))) for i, j in few.borders}
    expected = {tuple(sorted(pair)) for pair in one.borders.tolist() if set(pair) <= set(left)}
    assert borders == expected
    assert thinned(one, np.random.default_rng(0), (FEWEST_LEFT - 1) / 40) is one


def test_a_family_lies_in_one_fold_whatever_the_machine():
    assert fold("shape_chair") == 73
    assert len({fold(f"group {k}") for k in range(1000)}) == 100


def test_a_corpus_is_described_once(example, tmp_path, capsys):
    corpus, out = tmp_path / "corpus", tmp_path / "samples"
    corpus.mkdir()
    save(corpus / "ball.npz", example)
    (corpus / "broken.npz").write_bytes(b"not an archive")
    arguments = [f"--corpus={corpus}", f"--out={out}", "--copies=2", "--patches=40", "--jobs=1"]
    assert main(arguments) == 0
    assert "broken: " in capsys.readouterr().err
    paths = sorted(out.iterdir())
    assert [path.name for path in paths] == ["ball.0.npz", "ball.1.npz"]
    expected = sample(load(corpus / "ball.npz"), patches=40)
    found = load_sample(paths[0])
    for field in fields(Sample):
        here, there = getattr(found, field.name), getattr(expected, field.name)
        if field.name == "opinions":
            for table, other in zip(here, there, strict=True):
                np.testing.assert_array_equal(table, other)
        else:
            np.testing.assert_array_equal(here, there)
    written = [path.stat().st_mtime_ns for path in paths]
    main(arguments)
    assert [path.stat().st_mtime_ns for path in paths] == written


def test_an_empty_corpus_is_an_error_in_words(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main([f"--corpus={tmp_path}", f"--out={tmp_path / 'out'}"])
    assert stop.value.code == 2
    assert "has no examples. Make them" in capsys.readouterr().err
