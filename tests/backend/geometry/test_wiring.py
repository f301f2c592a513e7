# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror symmetry of how triangles are joined."""

import numpy as np
import trimesh

from backend.geometry.wiring import wired_mirror
from tests.backend.geometry.solids import arrays, eared, graph_of, images_across_x


def test_the_image_of_a_turned_body_is_that_of_the_straight_one():
    image, left = wired_mirror(graph_of(eared(turn=0.6)))
    known = np.flatnonzero(image >= 0)
    expected = images_across_x(eared())
    assert (image[known] == expected[known]).mean() > 0.97
    np.testing.assert_array_equal(image[image[known]], known)
    assert ((left[known] != left[image[known]]) | (image[known] == known)).all()


def test_a_dented_ball_is_not_symmetric_because_its_wiring_is():
    points, faces = arrays(trimesh.creation.icosphere(subdivisions=3))
    rng = np.random.default_rng(1)
    for way in rng.normal(size=(8, 3)):
        dent = np.square(points - way / np.linalg.norm(way)).sum(axis=1)
        points *= (1 + rng.uniform(-0.3, 0.5) * np.exp(-dent / 0.2))[:, None]
    assert wired_mirror(graph_of(trimesh.Trimesh(points, faces, process=False))) is None


def test_other_wiring_on_one_side_is_gone_around():
    mesh = eared(turn=0.6)
    faces = mesh.faces.copy()
    one, two = mesh.face_adjacency[np.argmax(mesh.triangles_center[mesh.face_adjacency[:, 0], 0])]
    (a,), (b,) = (np.setdiff1d(faces[x], faces[y]) for x, y in ((one, two), (two, one)))
    at = faces[one].tolist().index(a)
    before, after = faces[one][at - 1], faces[one][(at + 1) % 3]
    faces[one], faces[two] = [a, after, b], [a, b, before]  # the other diagonal of their quad
    image, _ = wired_mirror(graph_of(trimesh.Trimesh(mesh.vertices, faces, process=False)))
    assert (image >= 0).mean() > 0.9
    expected = images_across_x(eared())
    assert (image == expected).mean() > 0.9


def test_an_object_of_many_small_islands_is_not_walked():
    balls = [trimesh.creation.icosphere(1).apply_translation([3 * k, 0, 0]) for k in range(3)]
    assert wired_mirror(graph_of(trimesh.util.concatenate(balls))) is None
