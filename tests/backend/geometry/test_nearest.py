# SPDX-License-Identifier: GPL-3.0-or-later
"""The face under a point."""

import numpy as np
import trimesh

from backend.geometry.nearest import NearestFace


def test_points_on_faces_find_their_face():
    ball = trimesh.creation.icosphere(subdivisions=3)
    face, gap = NearestFace(np.asarray(ball.vertices), np.asarray(ball.faces))(
        ball.triangles_center * 1.01
    )
    assert (face == np.arange(len(ball.faces))).all()
    assert (gap < 0.02).all()


def test_a_large_face_is_found_far_from_its_centroid_among_many_small_ones():
    ball = trimesh.creation.icosphere(subdivisions=4, radius=0.05).apply_translation([0, 0, 1])
    floor = trimesh.Trimesh([[-9, -9, 0], [9, -9, 0], [0, 9, 0]], [[0, 1, 2]], process=False)
    mesh = trimesh.util.concatenate([ball, floor])
    face, gap = NearestFace(np.asarray(mesh.vertices), np.asarray(mesh.faces))(
        np.array([[-8, -8.5, 0.1]])
    )
    assert face[0] == len(ball.faces)
    np.testing.assert_allclose(gap, 0.1, rtol=1e-6)


def test_degenerate_faces_do_not_disturb():
    faces = np.vstack([trimesh.creation.box().faces, [[0, 0, 0], [1, 1, 2]]])
    face, gap = NearestFace(np.asarray(trimesh.creation.box().vertices), faces)(
        np.array([[0, 0, 0.6]])
    )
    assert np.isfinite(gap).all()
    assert face[0] < 12
