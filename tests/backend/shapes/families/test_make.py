# SPDX-License-Identifier: GPL-3.0-or-later
"""Training shapes are closed, labelled without gaps, and the same for the same seed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

pytest.importorskip("skimage", reason="training shapes need scikit-image (training only)")
pytest.importorskip("igl", reason="training shapes need libigl (training only)")

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.shapes.families.make import FAMILIES, LabelledMesh, make
from backend.shapes.labelled import (
    biggest_component,
    clean_labels,
    connected_pieces,
    face_areas,
    face_pairs,
)

SAMPLED = ["human", "vase", "chair"]


@cache
def sample(family: str) -> LabelledMesh:
    return make(family, 0, 4000)


@pytest.mark.parametrize("family", SAMPLED)
def test_mesh_is_one_closed_outward_surface(family: str) -> None:
    mesh = sample(family)
    assert is_closed_manifold(mesh.faces)
    assert connected_pieces(len(mesh.faces), face_pairs(mesh.faces)[0])[0] == 1
    assert signed_volume(mesh.vertices, mesh.faces) > 0
    assert np.isfinite(mesh.vertices).all()
    assert len(np.unique(mesh.faces)) == len(mesh.vertices)
    assert len(mesh.faces) <= 4000


@pytest.mark.parametrize("family", SAMPLED)
def test_labels_are_dense_connected_and_not_tiny(family: str) -> None:
    mesh = sample(family)
    area = face_areas(mesh.vertices, mesh.faces)
    pairs = face_pairs(mesh.faces)[0]
    assert len(mesh.labels) == len(mesh.weights) == len(mesh.names)
    assert sum(mesh.weights) == pytest.approx(1)
    for labels, names in zip(mesh.labels, mesh.names, strict=True):
        count = int(labels.max()) + 1
        assert count >= 2
        assert labels.dtype == np.int32
        assert labels.shape == (len(mesh.faces),)
        assert len(names) == count
        same = pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]]
        assert connected_pieces(len(mesh.faces), same)[0] == count
        assert np.bincount(labels, area).min() >= 0.003 * area.sum() * 0.999


def test_same_seed_same_mesh_and_other_seed_other_mesh() -> None:
    a, b, c = make("fish", 5, 4000), make("fish", 5, 4000), make("fish", 6, 4000)
    assert a.vertices.tobytes() == b.vertices.tobytes()
    assert a.faces.tobytes() == b.faces.tobytes()
    assert all(np.array_equal(x, y) for x, y in zip(a.labels, b.labels, strict=True))
    assert a.vertices.shape != c.vertices.shape or not np.allclose(a.vertices, c.vertices)


def test_a_person_has_a_head_two_arms_and_two_legs() -> None:
    mesh = sample("human")
    coarse = mesh.names[int(np.argmin([len(n) for n in mesh.names]))]
    assert sorted(coarse) == ["arm.l", "arm.r", "head", "leg.l", "leg.r", "torso"]


def test_every_family_is_registered_as_a_callable() -> None:
    mesh = FAMILIES["blob"](np.random.default_rng(0))
    assert mesh.name == "blob"
    assert is_closed_manifold(mesh.faces)


def grid(n: int) -> tuple[np.ndarray, np.ndarray]:
    """A flat n by n grid of squares, two triangles each."""
    x, y = np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0), indexing="ij")
    vertices = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], 1)
    a = (np.arange(n)[:, None] * (n + 1) + np.arange(n)).ravel()
    faces = np.concatenate(
        [np.stack([a, a + n + 1, a + 1], 1), np.stack([a + n + 1, a + n + 2, a + 1], 1)]
    )
    return vertices, faces


def test_small_islands_melt_and_large_pieces_part() -> None:
    vertices, faces = grid(20)
    x = vertices[faces].mean(1)[:, 0]
    labels = np.where((x < 5) | (x > 15), 1, 0).astype(np.int32)
    labels[np.argmin(abs(x - 10))] = 1
    parts, origin = clean_labels(vertices, faces, labels, 0.01)
    assert sorted(origin.tolist()) == [0, 1, 1]
    assert len(np.unique(parts[(x > 6) & (x < 14)])) == 1
    assert parts[x < 5][0] != parts[x > 15][0]


def test_biggest_component_is_kept() -> None:
    small, large = grid(2), grid(6)
    vertices = np.concatenate([small[0], large[0]])
    faces = np.concatenate([small[1], large[1] + len(small[0])])
    v, f, share = biggest_component(vertices, faces)
    assert len(f) == len(large[1])
    assert len(v) == len(large[0])
    assert share == pytest.approx(36 / 40)
