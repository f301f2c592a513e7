# SPDX-License-Identifier: GPL-3.0-or-later
"""Ray queries, and the stand-in that large meshes are shot at through."""

import numpy as np
import pytest
import trimesh

from backend.geometry import rays
from backend.geometry.rays import RayScene, cluster_vertices


@pytest.fixture(scope="module")
def box():
    return RayScene(np.asarray(trimesh.creation.box().vertices), trimesh.creation.box().faces)


def test_distances_to_a_box_are_exact(box):
    start = np.array([[0, 0, 0], [0, 0, 2], [0, 0, 2.0]])
    way = np.array([[1, 0, 0], [0, 0, -1], [0, 0, 1.0]])
    np.testing.assert_allclose(box.distance(start, way), [0.5, 1.5, np.inf], rtol=1e-6)


def test_sight_ends_at_walls_and_at_the_target(box):
    inside, outside = np.array([[0.1, 0, 0]]), np.array([[0.9, 0, 0.0]])
    assert box.sees(inside, -inside).all()
    assert not box.sees(inside, outside).any()
    assert box.sees(outside, outside + np.ones(3)).all()


def test_the_first_hit_says_which_triangle_and_where(box):
    cube = trimesh.creation.box()
    rng = np.random.default_rng(0)
    start, way = rng.normal(size=(2, 200, 3))
    hits = box.first_hits(start, way)
    struck = hits.face >= 0
    assert 20 < struck.sum() < 180
    a, b, c = np.asarray(cube.triangles)[hits.face[struck]].transpose(1, 0, 2)
    u, v = hits.u[struck, None], hits.v[struck, None]
    place = start[struck] + hits.distance[struck, None] * way[struck]
    np.testing.assert_allclose((1 - u - v) * a + u * b + v * c, place, atol=1e-5)
    np.testing.assert_array_equal(box.blocked(start, way), struck)
    unit = way / np.linalg.norm(way, axis=1, keepdims=True)
    np.testing.assert_array_equal(np.isfinite(box.distance(start, unit)), struck)


def test_triangles_keep_their_numbers_where_no_stand_in_is_wanted(monkeypatch):
    monkeypatch.setattr(rays, "PROXY_FROM", 100)
    ball = trimesh.creation.icosphere(subdivisions=3, radius=0.5)
    middle = np.asarray(ball.triangles_center)
    for proxy in (False, True):
        found = RayScene(np.asarray(ball.vertices), ball.faces, proxy=proxy)
        hits = found.first_hits(2 * middle, -middle)
        assert np.array_equal(hits.face, np.arange(len(ball.faces))) == (not proxy)


def test_many_rays_are_shot_in_pieces(box, monkeypatch):
    start = np.zeros((1000, 3))
    way = np.random.default_rng(0).normal(size=(1000, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    whole = box.distance(start, way)
    monkeypatch.setattr(rays, "RAYS_A_CALL", 77)
    np.testing.assert_array_equal(box.distance(start, way), whole)


def test_clustered_stand_in_keeps_the_shape():
    ball = trimesh.creation.icosphere(subdivisions=5, radius=0.5)
    vertices, faces = cluster_vertices(np.asarray(ball.vertices), np.asarray(ball.faces), 2000)
    assert 500 < len(faces) < 5000
    np.testing.assert_allclose(np.linalg.norm(vertices[np.unique(faces)], axis=1), 0.5, atol=0.03)


def test_a_cloud_of_specks_still_has_triangles_to_shoot_at():
    rng = np.random.default_rng(0)
    vertices = rng.random((3000, 1, 3)) - 0.5 + 1e-7 * rng.random((3000, 3, 3))
    _, faces = cluster_vertices(vertices.reshape(-1, 3), np.arange(9000).reshape(-1, 3), 100)
    assert len(faces) > 0


@pytest.mark.parametrize("stray", [1e300, -1e200, np.nan, np.inf])
def test_vertices_that_no_face_uses_may_be_anything(stray):
    cube = trimesh.creation.box()
    vertices = np.concatenate([np.full((2, 3), stray), cube.vertices])
    with np.errstate(all="raise"):
        scene = RayScene(vertices, np.asarray(cube.faces) + 2)
    assert scene.distance(np.zeros((1, 3)), np.eye(3)[:1])[0] == pytest.approx(0.5)
