# SPDX-License-Identifier: GPL-3.0-or-later
"""Superfaces: connected, spread, and on one side of a crease."""

import numpy as np
import pytest
import trimesh

from backend.geometry.graphs import components
from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches import superfaces as module
from backend.geometry.patches.superfaces import LARGE_ISLANDS, superfaces


def grown(mesh, patches=100, seed=0):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    return graph, superfaces(graph, np.random.default_rng(seed), patches)


def assert_connected(graph, patch):
    inside = patch[graph.first] == patch[graph.second]
    pieces = components(len(patch), graph.first[inside], graph.second[inside])
    assert pieces.max() == patch.max()


def test_patches_are_connected_numbered_and_of_like_size():
    graph, patch = grown(trimesh.creation.icosphere(subdivisions=4))
    assert patch.min() == 0
    assert len(np.unique(patch)) == patch.max() + 1 == 100
    assert_connected(graph, patch)
    area = np.bincount(patch, graph.area)
    assert area.max() < 4 * area.mean()


def test_patches_do_not_cross_the_edges_of_a_box():
    box = trimesh.creation.box()
    for _ in range(5):
        box = box.subdivide()
    graph, patch = grown(box, 120)
    side = np.argmax(np.abs(graph.normal), axis=1) * 2 + (graph.normal.max(axis=1) > 0.5)
    mixed = [len(np.unique(side[patch == p])) for p in range(patch.max() + 1)]
    assert np.mean(np.array(mixed) > 1) < 0.15


def test_a_small_mesh_has_a_patch_for_each_face():
    _, patch = grown(trimesh.creation.box())
    assert len(np.unique(patch)) == 12


def test_every_island_has_patches_of_its_own():
    balls = [
        trimesh.creation.icosphere(subdivisions=1).apply_translation([3 * k, 0, 0])
        for k in range(20)
    ]
    graph, patch = grown(trimesh.util.concatenate(balls), 30)
    for p in range(patch.max() + 1):
        assert len(np.unique(graph.island[patch == p])) == 1


def test_crowds_of_islands_share_patches_and_none_is_torn():
    rng = np.random.default_rng(0)
    count = LARGE_ISLANDS + 3000
    vertices = (rng.random((count, 1, 3)) * 50 + rng.random((count, 3, 3))).reshape(-1, 3)
    mesh = trimesh.Trimesh(vertices, np.arange(3 * count).reshape(-1, 3), process=False)
    graph, patch = grown(mesh)
    assert patch.max() + 1 < LARGE_ISLANDS + 200
    first_of_island = np.full(graph.islands, -1)
    first_of_island[graph.island] = patch
    assert (first_of_island[graph.island] == patch).all()


def test_coarsening_keeps_patches_connected_and_apart(monkeypatch):
    monkeypatch.setattr(module, "COARSE_FROM", 2000)
    graph, patch = grown(trimesh.creation.icosphere(subdivisions=5))
    assert_connected(graph, patch)
    assert 60 <= patch.max() + 1 <= 100


@pytest.mark.parametrize("seed", [0, 1])
def test_same_seed_same_patches(seed):
    mesh = trimesh.creation.torus(1, 0.3)
    np.testing.assert_array_equal(grown(mesh, seed=seed)[1], grown(mesh, seed=seed)[1])
