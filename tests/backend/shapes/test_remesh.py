# SPDX-License-Identifier: GPL-3.0-or-later
"""From fields to triangles: on the surface, closed, outward; and the variation of real files."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

pytest.importorskip("skimage", reason="training shapes need scikit-image (training only)")
pytest.importorskip("igl", reason="training shapes need libigl (training only)")

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.shapes import remesh
from backend.shapes.implicit import box, sphere
from backend.shapes.remesh import (
    bumps,
    decimate,
    neighbour_mean,
    polygonise,
    project,
    relax,
    vertex_normals,
    warp,
)
from backend.shapes.sculpt import Sculpture
from tests.backend.geometry.solids import arrays

BALL = arrays(trimesh.creation.icosphere(subdivisions=3))


def sculpture(*solids: object, crisp: bool = False) -> Sculpture:
    made = Sculpture(crisp=crisp, detail=20)
    for solid in solids:
        made.add(solid, "all", blend=0.0)  # type: ignore[arg-type]
    return made


def test_a_ball_becomes_a_closed_ball_of_its_radius():
    vertices, faces = polygonise(sculpture(sphere((1, 2, 3), 0.5)))
    assert is_closed_manifold(faces)
    radius = np.linalg.norm(vertices - [1, 2, 3], axis=1)
    np.testing.assert_allclose(radius, 0.5, atol=2e-3)  # a grid cell has 0.05
    assert signed_volume(vertices, faces) == pytest.approx(4 / 3 * np.pi * 0.5**3, rel=0.02)


def test_edges_are_sharper_than_the_grid_left_them(monkeypatch: pytest.MonkeyPatch):
    block = sculpture(box((0, 0, 0), (0.5, 0.4, 0.3)), crisp=True)
    fitted = signed_volume(*polygonise(block))
    monkeypatch.setattr(remesh, "fit_to_field", lambda _, vertices, *__: vertices)
    cut = signed_volume(*polygonise(block))
    whole = 8 * 0.5 * 0.4 * 0.3
    assert cut < fitted < whole
    assert whole - fitted < 0.5 * (whole - cut)


def test_the_biggest_of_several_surfaces_is_kept():
    both = sculpture(sphere((0, 0, 0), 0.5), sphere((2, 0, 0), 0.2))
    vertices, faces = polygonise(both)
    assert vertices[:, 0].max() < 0.6
    assert is_closed_manifold(faces)


def test_vertices_go_back_to_the_surface_by_so_much_at_most():
    ball = sculpture(sphere((0, 0, 0), 1.0))
    vertices, _ = BALL
    rng = np.random.default_rng(0)
    near = vertices * rng.uniform(0.99, 1.01, (len(vertices), 1))
    np.testing.assert_allclose(np.linalg.norm(project(ball, near), axis=1), 1, atol=1e-4)
    outside = 1.015 * vertices
    moved = np.linalg.norm(project(ball, outside, limit=0.002) - outside, axis=1)
    np.testing.assert_allclose(moved, 0.002 * 2.03, rtol=0.02)


def test_normals_and_means_of_neighbours():
    vertices, faces = BALL
    np.testing.assert_allclose(vertex_normals(vertices, faces), vertices, atol=0.02)
    tetrahedron = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    sides = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    others = (tetrahedron.sum(axis=0) - tetrahedron) / 3
    np.testing.assert_allclose(neighbour_mean(tetrahedron, sides), others)


def test_relaxed_triangles_are_more_even_and_on_the_same_surface():
    vertices, faces = BALL
    rng = np.random.default_rng(0)
    shifted = vertices + rng.normal(0, 0.03, vertices.shape)
    shifted /= np.linalg.norm(shifted, axis=1, keepdims=True)

    def unevenness(at: np.ndarray) -> float:
        edges = np.linalg.norm(at[faces] - at[np.roll(faces, 1, axis=1)], axis=2)
        return float(edges.std() / edges.mean())

    even = relax(shifted, faces, 3)
    assert unevenness(even) < 0.7 * unevenness(shifted)
    np.testing.assert_allclose(np.linalg.norm(even, axis=1), 1, atol=0.02)


@pytest.mark.parametrize("adaptive", [True, False])
def test_fewer_faces_know_where_they_come_from(adaptive: bool):
    vertices, faces = BALL
    fewer, found, source = decimate(vertices, faces, 300, adaptive=adaptive)
    assert 200 < len(found) <= 300
    assert is_closed_manifold(found)
    assert len(source) == len(found)
    before, after = vertices[faces].mean(axis=1)[source], fewer[found].mean(axis=1)
    assert np.linalg.norm(before - after, axis=1).max() < 0.5
    same, kept, rows = decimate(vertices, faces, len(faces), adaptive=adaptive)
    assert same is vertices
    assert kept is faces
    assert rows.tolist() == list(range(len(faces)))


def test_what_would_not_stay_closed_is_left_as_it_was():
    vertices, faces = arrays(trimesh.creation.box())
    same, kept, _ = decimate(vertices, faces, 4, adaptive=True)
    np.testing.assert_array_equal(kept, faces)
    np.testing.assert_array_equal(same, vertices)


def test_warps_bend_the_whole_and_bumps_move_along_normals():
    vertices, faces = BALL
    bent = warp(10 * vertices, np.random.default_rng(0), 0.05)
    away = np.linalg.norm(bent - 10 * vertices, axis=1)
    assert 0.05 < away.max() < 5
    edges = bent[faces] - bent[np.roll(faces, 1, axis=1)]
    before = 10 * (vertices[faces] - vertices[np.roll(faces, 1, axis=1)])
    assert np.linalg.norm(edges - before, axis=2).max() < 0.5 * np.linalg.norm(before, axis=2).max()
    bumpy = bumps(vertices, faces, np.random.default_rng(0), 0.001)
    height = np.linalg.norm(bumpy, axis=1) - 1
    assert 1e-4 < np.abs(height).max() < 0.02
    aside = np.cross(bumpy - vertices, vertices)
    assert np.linalg.norm(aside, axis=1).max() < 0.1 * np.abs(height).max()
