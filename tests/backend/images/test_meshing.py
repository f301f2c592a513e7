# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes of solids."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.images.bodies import Solid
from backend.images.heights import signed_depth
from backend.images.meshing import mirrored, net_of, triangles_of
from tests.backend.images.drawn import bar, disc


def ball(radius=50, **more):
    y, x = np.mgrid[:160, :160] + 0.5
    field = (radius**2 - (x - 80) ** 2 - (y - 80) ** 2).astype(np.float32)
    return Solid(field, np.zeros_like(field), "round", **more)


def test_a_ball_comes_out_as_a_ball():
    net = net_of(ball())
    assert is_closed_manifold(net.faces)
    distance = np.linalg.norm(net.vertices - [80, -80, 0], axis=1)
    assert np.abs(distance - 50).max() < 0.6
    assert signed_volume(net.vertices, net.faces) == pytest.approx(4 / 3 * np.pi * 50**3, rel=0.02)
    assert 1500 < len(net.faces) < 8000


def test_triangles_are_even_and_come_in_pairs_of_a_quad():
    net = net_of(ball())
    corner = net.vertices[net.faces]
    edges = np.linalg.norm(corner - np.roll(corner, -1, axis=1), axis=2)
    assert edges.max() < 4.5 * edges.min(axis=1).mean()
    first, second = net.faces[::2], net.faces[1::2]
    shared = [len(set(a) & set(b)) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    assert set(shared) == {2}


def test_the_silhouette_is_a_loop_in_the_middle():
    net = net_of(ball())
    rim = np.abs(net.vertices[:, 2]) < 1e-9
    radius = np.hypot(*(net.vertices[rim, :2] - [80, -80]).T)
    assert len(radius) > 40
    assert np.abs(radius - 50).max() < 0.4
    side = net.vertices[net.faces][..., 2]
    assert (side[net.front] >= -1e-9).all()
    assert (side[~net.front] <= 1e-9).all()


def test_a_half_has_a_flat_back_and_is_closed():
    net = net_of(ball(back=0.0))
    assert is_closed_manifold(net.faces)
    assert net.vertices[:, 2].min() == pytest.approx(0, abs=1e-9)
    assert signed_volume(net.vertices, net.faces) == pytest.approx(2 / 3 * np.pi * 50**3, rel=0.03)


def test_a_wall_ends_a_part_upright():
    wall = (100 - np.mgrid[:160, :160][1]).astype(np.float32)
    net = net_of(ball(wall=wall, lip=5.0))
    assert is_closed_manifold(net.faces)
    assert net.vertices[:, 0].max() == pytest.approx(100.5, abs=0.7)
    upright = net.vertices[net.vertices[:, 0] > 99]
    assert np.ptp(upright[:, 2]) > 60


def test_masks_that_touch_by_a_corner_alone_make_a_manifold():
    mask = bar(160, 20, 80, 20, 80) | bar(160, 80, 140, 80, 140) | disc(160, 40, 120, 12)
    depth = signed_depth(mask, 0.3)
    field = (depth * 12).astype(np.float32)
    net = net_of(Solid(field, np.zeros_like(field), "round"))
    assert is_closed_manifold(net.faces)


def test_a_mirror_image_is_wound_outward():
    net = net_of(ball())
    other = mirrored(net, 70.0)
    assert other.vertices[:, 0].mean() == pytest.approx(60, abs=0.5)
    assert signed_volume(other.vertices, other.faces) > 0


def test_with_an_axis_the_mesh_is_its_own_mirror_image():
    net = net_of(ball(), axis=80.0)
    other = net.vertices * [-1, 1, 1] + [160, 0, 0]
    assert cKDTree(net.vertices).query(other)[0].max() < 0.01


def test_nothing_makes_no_mesh():
    field = np.full((20, 20), -1, np.float32)
    assert net_of(Solid(field, field, "round")) is None


def test_quads_are_split_along_their_shorter_diagonal_one_after_the_other():
    flat = np.array([[0, 0, 0], [2, 0, 0], [3, 1, 0], [1, 1, 0]], float)
    faces = triangles_of(np.array([[0, 1, 2, 3], [5, 6, 7, 4]]), np.concatenate([flat, flat]))
    assert faces.shape == (4, 3)
    for pair in (faces[:2], faces[2:]):
        assert {vertex % 4 for vertex in set(pair[0]) & set(pair[1])} == {1, 3}
    corner = np.concatenate([flat, flat])[faces]
    assert (np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])[:, 2] > 0).all()


def test_the_corners_of_an_upright_end_stay_in_the_outline():
    row, column = np.mgrid[:160, :160] + 0.5
    field = (40**2 - (column - 80) ** 2).astype(np.float32) * np.minimum(1, (row - 20) / 20)
    net = net_of(
        Solid(field.astype(np.float32), np.zeros((160, 160), np.float32), "round",
              wall=(120 - row).astype(np.float32), lip=14.0)
    )  # fmt: skip
    x, y, z = net.vertices.T
    low = np.abs(y + 120) < 1.5
    assert x[low].min() < 44.5  # else the edge's radius is seen
    assert x[low].max() > 115.5
    front = z > 0.8 * z.max()
    assert (-y[front]).max() < 119  # the edge itself is round in front


def test_two_quads_around_a_thin_place_get_two_diagonals():
    quads = np.array([[0, 1, 2, 3], [0, 3, 2, 1]])
    square = np.array([[0, 0, 0], [1, 0, 0.2], [1, 1, 0], [0, 1, 0.2]], float)
    faces = triangles_of(quads, square)
    pairs = {frozenset(faces[2 * k]) & frozenset(faces[2 * k + 1]) for k in range(2)}
    assert len(faces) == 4
    assert pairs <= {frozenset({0, 2}), frozenset({1, 3})}
