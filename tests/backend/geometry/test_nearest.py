# SPDX-License-Identifier: GPL-3.0-or-later
"""The face under a point."""

import time

import numpy as np
import pytest
import trimesh

from backend.geometry.nearest import FAN, MOST_TOP, NearestFace, triangle_gap
from backend.shapes.blob import blob
from tests.bad_meshes import grid


def nearest(mesh, points):
    found = NearestFace(np.asarray(mesh.vertices), np.asarray(mesh.faces))
    return found(np.array(points, dtype=float))


def of_all(vertices, faces, points):
    """Distance (N,) to the nearest face, asking each of them with the help of another library."""
    triangles = vertices[faces]
    return np.array(
        [
            np.linalg.norm(
                trimesh.triangles.closest_point(triangles, np.tile(point, (len(faces), 1))) - point,
                axis=1,
            ).min()
            for point in points
        ]
    )


def points_on(vertices, faces, face, rng):
    """A random point within each of some faces."""
    weight = rng.dirichlet([1, 1, 1], len(face))
    return np.einsum("ij,ijk->ik", weight, vertices[faces[face]])


def soup(rng, count=600):
    """Triangles of all sizes, a third of them slivers, on each other and apart."""
    size = 10.0 ** rng.uniform(-3, 0.3, (count, 1, 1))
    corners = rng.normal(size=(count, 3, 3)) * size + rng.normal(size=(count, 1, 3))
    third = count // 3
    share = rng.random((third, 1))
    corners[:third, 2] = (1 - share) * corners[:third, 0] + share * corners[:third, 1]
    corners[:third, 2] += 1e-7 * rng.normal(size=(third, 3))
    return corners.reshape(-1, 3), np.arange(3 * count).reshape(-1, 3)


def test_points_on_faces_find_their_face():
    ball = trimesh.creation.icosphere(subdivisions=3)
    face, gap = nearest(ball, ball.triangles_center * 1.01)
    assert (face == np.arange(len(ball.faces))).all()
    assert (gap < 0.02).all()


def test_a_large_face_is_found_far_from_its_centroid_among_many_small_ones():
    ball = trimesh.creation.icosphere(subdivisions=4, radius=0.05).apply_translation([0, 0, 1])
    floor = trimesh.Trimesh([[-9, -9, 0], [9, -9, 0], [0, 9, 0]], [[0, 1, 2]], process=False)
    face, gap = nearest(trimesh.util.concatenate([ball, floor]), [[-8, -8.5, 0.1]])
    assert face[0] == len(ball.faces)
    np.testing.assert_allclose(gap, 0.1, rtol=1e-6)


def test_faces_a_little_larger_than_many_beside_them_are_found_all_over():
    """Squares under a ball that all but touches them: its faces are nearer by their middles."""
    ball = trimesh.creation.icosphere(subdivisions=3, radius=0.1).apply_translation([0, 0, 0.102])
    vertices, faces = grid(40, 40)
    floor = trimesh.Trimesh(vertices * [0.1, 0.1, 0] - [2, 2, 0], faces, process=False)
    mesh = trimesh.util.concatenate([ball, floor])
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces)
    near = np.flatnonzero(np.linalg.norm(mesh.triangles_center * [1, 1, 9], axis=1) < 0.15)
    face = np.repeat(near[near >= len(ball.faces)], 40)
    got, gap = NearestFace(vertices, faces)(
        points_on(vertices, faces, face, np.random.default_rng(0))
    )
    assert (got == face).all()
    assert gap.max() < 1e-12


@pytest.mark.parametrize("seed", range(3))
def test_no_face_of_a_soup_is_nearer(seed):
    rng = np.random.default_rng(seed)
    vertices, faces = soup(rng)
    on = points_on(vertices, faces, rng.integers(len(faces), size=200), rng)
    points = np.concatenate([on, 2 * rng.normal(size=(100, 3)), 100 * rng.normal(size=(5, 3))])
    face, gap = NearestFace(vertices, faces)(points)
    assert gap[:200].max() < 1e-12
    np.testing.assert_allclose(gap[200:], of_all(vertices, faces, points[200:]), rtol=1e-9)
    a, b, c = (vertices[faces[face, k]] for k in range(3))
    np.testing.assert_allclose(np.sqrt(triangle_gap(points, a, b, c)), gap, atol=1e-12)


def test_points_as_far_from_everything_as_can_be():
    """At the centre of a ball no face can be left out for another, for many points at once."""
    ball = trimesh.creation.icosphere(subdivisions=4)
    face, gap = nearest(ball, np.zeros((60, 3)))
    assert (face == face[0]).all()
    np.testing.assert_allclose(gap, of_all(ball.vertices, ball.faces, np.zeros((1, 3)))[0])


@pytest.mark.parametrize("count", [1, 2, FAN, FAN + 1, FAN * MOST_TOP, FAN * MOST_TOP + 1])
def test_any_number_of_faces(count):
    rng = np.random.default_rng(count)
    vertices, faces = soup(rng, max(count, 3))
    faces = faces[:count]
    points = rng.normal(size=(50, 3))
    near = NearestFace(vertices, faces)
    np.testing.assert_allclose(near(points)[1], of_all(vertices, faces, points), rtol=1e-9)
    face, gap = near(points[:0])
    assert face.shape == gap.shape == (0,)


@pytest.mark.parametrize(
    ("corners", "place", "gap"),
    [
        ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], [3, 4, 0], 5),
        ([[0, 0, 0], [2, 0, 0], [0, 0, 0]], [1, 0, 3], 3),
        ([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [5, 4, 0], 5),
        ([[2, 0, 0], [0, 0, 0], [1, 0, 0]], [1.5, 0, 1], 1),
        ([[0, 0, 0], [1, 0, 0], [0.5, 1e-160, 0]], [0.5, 0, 1], 1),
        ([[0, 0, 0], [1, 0, 0], [0.5, 1e-9, 0]], [0.5, 1, 0], 1 - 1e-9),
        ([[0, 0, 0], [4, 0, 0], [0, 4, 0]], [1, 1, -2], 2),
        ([[0, 0, 0], [4, 0, 0], [0, 4, 0]], [4, 4, 1], 3),
        ([[0, 0, 0], [4, 0, 0], [0, 4, 0]], [-3, -4, 0], 5),
    ],
)
def test_distance_to_triangles_also_without_area(corners, place, gap):
    for turn in range(3):
        a, b, c = np.roll(np.array(corners, float), turn, axis=0)[:, None]
        assert np.sqrt(triangle_gap(np.array([place], float), a, b, c))[0] == pytest.approx(gap)


def test_degenerate_faces_do_not_disturb():
    box = trimesh.creation.box()
    faces = np.vstack([box.faces, [[0, 0, 0], [1, 1, 2]]])
    face, gap = NearestFace(np.asarray(box.vertices), faces)(np.array([[0, 0, 0.6]]))
    assert np.isfinite(gap).all()
    assert face[0] < 12


def test_of_faces_on_each_other_the_first_is_meant():
    rng = np.random.default_rng(4)
    vertices, faces = blob(800)
    turned = np.concatenate([faces, np.roll(faces, 1, axis=1), faces[:, ::-1]])
    face = np.arange(len(faces))
    points = points_on(vertices, faces, face, rng)
    np.testing.assert_array_equal(NearestFace(vertices, turned)(points)[0], face)


def test_on_an_edge_the_face_whose_middle_is_nearer_is_meant():
    corners = np.array([[0, 0, 0], [4, 0, 0], [4, 1, 0], [0, -1, 0]], float)
    for faces in ([[0, 1, 2], [0, 3, 1]], [[0, 3, 1], [0, 1, 2]]):
        face, gap = NearestFace(corners, np.array(faces))(np.array([[1.0, 0, 0], [3.0, 0, 0]]))
        assert [faces[k] for k in face] == [[0, 3, 1], [0, 1, 2]]
        assert not gap.any()


def test_points_out_of_all_numbers_are_infinitely_far_and_no_trouble():
    ball = trimesh.creation.icosphere(subdivisions=3)
    face, gap = nearest(ball, [[0, 0, 2], [1e200, 0, 0], [np.inf, 0, 0], [0, 2, 0]])
    np.testing.assert_allclose(gap, [1, np.inf, np.inf, 1], atol=0.01)
    assert (face < len(ball.faces)).all()


def test_a_click_is_answered_at_once_and_many_are_in_reasonable_time():
    """Loosely, for a machine that is busy: on a free one 40 ms, 0.4 ms and 0.1 s."""
    vertices, faces = blob(200_000)
    rng = np.random.default_rng(0)
    face = rng.integers(len(faces), size=2_000)
    points = points_on(vertices, faces, face, rng)

    def cost(work):
        began = time.process_time()
        work()
        return time.process_time() - began

    assert cost(lambda: NearestFace(vertices, faces)) < 0.5
    near = NearestFace(vertices, faces)
    assert min(cost(lambda k=k: near(points[k : k + 1])) for k in range(10)) < 0.01
    assert cost(lambda: near(points)) < 4
    assert (near(points)[0] == face).mean() > 0.999


@pytest.mark.parametrize("height", [1e-6, 1e-8, 1e-10, 1e-13, 0])
@pytest.mark.parametrize("size", [[1 / 30, 1 / 7, 0], [0.5, 0, 0]])
def test_a_hair_above_the_corners_of_a_flat_sheet_or_a_line(size, height):
    """Where the bounds of boxes are almost equal, and rounding must not leave a point without."""
    vertices, faces = grid(30, 30)
    vertices = vertices * size
    face, gap = NearestFace(vertices, faces)(vertices + [0, 0, height])
    np.testing.assert_allclose(gap, height, atol=1e-15)
    corners = vertices[faces[face]]
    assert (corners == vertices[:, None]).all(axis=2).any(axis=1).all()
