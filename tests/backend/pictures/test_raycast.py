# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the ray caster: frame, camera, normals, rays over many threads."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.pictures import raycast
from backend.pictures.raycast import Camera, Tracer, corner_normals, unit_frame

BALL = trimesh.creation.icosphere(subdivisions=3)
BOX = trimesh.creation.box()


def arrays(mesh: trimesh.Trimesh):
    return np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)


def test_the_object_stands_on_the_ground_in_the_middle():
    vertices, faces = arrays(BOX)
    unit = unit_frame(vertices * [1, 4, 2] * 1e6 + [5, 7e8, -3], faces)
    np.testing.assert_allclose(unit.min(axis=0), [-0.125, 0, -0.25], atol=1e-4)
    np.testing.assert_allclose(unit.max(axis=0), [0.125, 1, 0.25], atol=1e-4)


def test_a_ray_through_a_pixel_meets_what_is_seen_there():
    points = unit_frame(*arrays(BALL))
    camera = Camera(points, 120, 80)
    place = camera.project(points)
    assert (place >= 0).all()
    assert (place <= [120, 80]).all()
    origins, directions = camera.rays(place[:, 0], place[:, 1])
    along = ((points - origins) * directions).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(origins + along * directions, points, atol=1e-5)


def test_rays_go_where_something_may_be_seen():
    """All that is hit is aimed at, and of the empty picture around and between it little."""
    apart = [BOX.copy().apply_scale(0.7).apply_translation([at, 2 * at, 0]) for at in (-1, 0, 1)]
    vertices, faces = arrays(trimesh.util.concatenate(apart))
    points = unit_frame(vertices, faces)
    camera = Camera(points, 203, 350)
    (rows, columns), aimed = camera.aimed(points, faces)
    assert aimed.shape == (rows.stop - rows.start, columns.stop - columns.start)
    place = np.zeros((350, 203), dtype=bool)
    place[rows, columns] = aimed
    row, column = np.indices(place.shape).reshape(2, -1)
    face = Tracer(points, faces).first_hits(*camera.rays(column + 0.5, row + 0.5)).face
    hit = (face >= 0).reshape(place.shape)
    assert not (hit & ~place).any()
    assert hit.any()
    assert place.sum() < 2 * hit.sum() < 0.5 * place.size


def test_normals_are_smooth_on_a_ball_and_flat_on_a_box():
    points, faces = unit_frame(*arrays(BALL)), arrays(BALL)[1]
    out = points[faces] - [0, 0.5, 0]
    out /= np.linalg.norm(out, axis=2, keepdims=True)
    assert (corner_normals(points, faces) * out).sum(axis=2).min() > 0.999
    fine = BOX.subdivide()
    points, faces = unit_frame(*arrays(fine)), arrays(fine)[1]
    flat = np.abs(corner_normals(points, faces)).max(axis=2)
    on_edges = (np.abs(arrays(fine)[0]) == 0.5).sum(axis=1) == 2
    assert on_edges[faces].any()
    np.testing.assert_allclose(flat[on_edges[faces]], 1, atol=1e-6)


def test_many_threads_answer_as_one(monkeypatch: pytest.MonkeyPatch):
    points, faces = unit_frame(*arrays(BALL)), arrays(BALL)[1]
    tracer = Tracer(points, faces, workers=3)
    rng = np.random.default_rng(0)
    origins, directions = rng.normal(size=(2, 900, 3)).astype(np.float32)
    alone, blocked = tracer.first_hits(origins, directions), tracer.blocked(origins, directions)
    monkeypatch.setattr(raycast, "FEW", 100)
    for one, many in zip(alone, tracer.first_hits(origins, directions), strict=True):
        np.testing.assert_array_equal(one, many)
    np.testing.assert_array_equal(tracer.blocked(origins, directions), blocked)
    np.testing.assert_array_equal(blocked, alone.face >= 0)
