# SPDX-License-Identifier: GPL-3.0-or-later
"""Examples of the corpus: reduced, written, read."""

from dataclasses import fields

import numpy as np
import pytest
import trimesh

from backend.geometry.patches.cues import PatchGraph
from backend.training import corpus
from backend.training.corpus import Example, example_paths, load, pieces, reduce_mesh, save


@pytest.fixture(scope="module")
def example():
    ball = trimesh.creation.icosphere(subdivisions=3)
    faces = np.asarray(ball.faces, np.int64)
    up = (ball.triangles_center[:, 2] > 0).astype(np.int32)
    quarters = (2 * up + (ball.triangles_center[:, 0] > 0)).astype(np.int32)
    graph, tables = reduce_mesh(np.asarray(ball.vertices), faces, [up, quarters], seed=1)
    return Example("ball", "balls", "procedural", graph, tables, [0.75, 0.25])


def test_tables_count_every_face_of_every_patch(example):
    for table, parts in zip(example.opinions, (2, 4), strict=True):
        assert table.shape == (example.graph.patches, parts)
        assert table.sum() == 1280
    np.testing.assert_array_equal(example.opinions[0].sum(axis=1), example.opinions[1].sum(axis=1))


def test_an_example_survives_its_file(example, tmp_path):
    save(tmp_path / "ball.npz", example)
    found = load(tmp_path / "ball.npz")
    assert (found.name, found.group, found.kind) == ("ball", "balls", "procedural")
    assert found.weights == [0.75, 0.25]
    for field in fields(PatchGraph):
        np.testing.assert_allclose(
            getattr(found.graph, field.name), getattr(example.graph, field.name), rtol=1e-6
        )
    assert [load(path).name for path in example_paths(tmp_path)] == ["ball"]


def test_the_pieces_of_each_material_are_an_opinion_unless_they_are_a_crowd(monkeypatch):
    boxes = [trimesh.creation.box(transform=np.eye(4) + 3 * k * np.eye(4, k=3)) for k in range(3)]
    mesh = trimesh.util.concatenate(boxes)
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int64)
    wood, steel = np.zeros(24, np.int32), np.ones(12, np.int32)
    (found,) = pieces(vertices, faces, np.concatenate([wood, steel]))
    np.testing.assert_array_equal(found, np.arange(36) // 12)
    assert not pieces(vertices, faces, found), "the same as the materials"
    monkeypatch.setattr(corpus, "MOST_PIECES", 2)
    assert not pieces(vertices, faces, np.concatenate([wood, steel]))
