# SPDX-License-Identifier: GPL-3.0-or-later
"""Varied copies of labelled meshes."""

import numpy as np
import pytest
import trimesh

from backend.shapes.augment import augmented, rearranged
from backend.shapes.labelled import LabelledMesh


def ball():
    mesh = trimesh.creation.icosphere(subdivisions=4)
    side = (mesh.triangles_center[:, 2] > 0).astype(np.int32)
    octant = (mesh.triangles_center > 0) @ np.array([1, 2, 4])
    return LabelledMesh(
        np.asarray(mesh.vertices),
        np.asarray(mesh.faces, np.int64),
        [side, octant.astype(np.int32)],
        [0.5, 0.5],
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_copy_keeps_its_parts_where_they_were(seed):
    pytest.importorskip("igl", reason="igl decimates")
    mesh = ball()
    copy = augmented(mesh, np.random.default_rng(seed))
    assert np.isfinite(copy.vertices).all()
    for label in copy.labels:
        assert len(label) == len(copy.faces)
        assert set(label.tolist()) == set(range(label.max() + 1))
    centre = copy.vertices[copy.faces].mean(axis=1)
    upper, lower = (np.median(centre[copy.labels[0] == k, 2]) for k in (1, 0))
    assert upper > lower
    assert copy.weights == mesh.weights


def test_copies_differ_in_shape_tessellation_and_holes():
    pytest.importorskip("igl", reason="igl decimates")
    mesh = ball()
    copies = [augmented(mesh, np.random.default_rng(seed)) for seed in range(16)]
    assert len({len(copy.faces) for copy in copies}) > 4
    sizes = np.array([np.ptp(copy.vertices, axis=0) for copy in copies])
    assert (sizes.std(axis=0) > 0.05).all()
    open_ = [not trimesh.Trimesh(c.vertices, c.faces, process=False).is_watertight for c in copies]
    assert 0 < sum(open_) < len(copies)


def test_the_mesh_itself_is_left_as_it_was():
    mesh = ball()
    before = mesh.vertices.copy()
    augmented(mesh, np.random.default_rng(0))
    np.testing.assert_array_equal(mesh.vertices, before)


def tower():
    """Three boxes one upon the other, and a lid that is welded to the third."""
    boxes = [trimesh.creation.box(extents=(2 + k, 1, 1)) for k in range(3)]
    for k, box in enumerate(boxes):
        box.apply_translation((0, 0, k))
    mesh = trimesh.util.concatenate(boxes)
    label = np.repeat(np.arange(3, dtype=np.int32), 12)
    label[(mesh.triangles_center[:, 2] > 2.49)] = 3
    return LabelledMesh(
        np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int64), [label], [1.0], "tower"
    )


def test_parts_are_moved_and_scaled_a_little_but_welded_ones_together():
    mesh = tower()
    alone = 0
    for seed in range(20):
        copy = rearranged(mesh, np.random.default_rng(seed))
        if len(copy.faces) < len(mesh.faces):
            continue
        alone += 1
        moved = (copy.vertices - mesh.vertices).reshape(3, 8, 3)
        assert 0 < np.abs(moved).max() < 1
        assert len(np.unique(moved.mean(axis=1)[:, 2].round(9))) == 3, "each in its own way"
        np.testing.assert_array_equal(copy.faces, mesh.faces)
        top = copy.vertices[16:]
        assert len(np.unique(top[:, 0].round(9))) == 2, "the lid stays on its box"
    assert alone > 2


def test_parts_are_left_out_at_times_but_never_all_but_one():
    mesh = tower()
    copies = [rearranged(mesh, np.random.default_rng(seed)) for seed in range(40)]
    counts = [int(copy.labels[0].max()) + 1 for copy in copies]
    assert set(counts) == {2, 3, 4}
    for copy in copies:
        assert set(copy.labels[0].tolist()) == set(range(copy.labels[0].max() + 1))
        assert len(copy.labels[0]) == len(copy.faces)
