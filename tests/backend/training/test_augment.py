# SPDX-License-Identifier: GPL-3.0-or-later
"""Varied copies of labelled meshes."""

import numpy as np
import pytest
import trimesh

from backend.training.augment import augmented
from backend.training.labelled import LabelledMesh


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
