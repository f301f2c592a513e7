# SPDX-License-Identifier: GPL-3.0-or-later
"""Which points of a grid lie inside a surface."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.contract.arrays import Floats
from backend.geometry.occupancy import Grid, inside

CUBE = Grid(np.full(3, -1.0), np.full(3, 1.0), (20, 24, 32))


def turned(mesh: trimesh.Trimesh, seed: int) -> Floats:
    axis = np.random.default_rng(seed).normal(size=3)
    return mesh.vertices @ trimesh.transformations.rotation_matrix(1.0, axis)[:3, :3].T


@pytest.mark.parametrize("seed", range(4))
def test_a_ball_and_a_box(seed: int) -> None:
    points = CUBE.points().reshape(*CUBE.shape, 3)
    ball = trimesh.creation.icosphere(4, 0.7)
    found = inside(turned(ball, seed), ball.faces, CUBE)
    assert found[np.linalg.norm(points, axis=-1) < 0.69].all()
    assert not found[np.linalg.norm(points, axis=-1) > 0.7].any()
    box = trimesh.creation.box((0.5, 1.2, 0.9))
    here = np.random.default_rng(seed).uniform(-0.2, 0.2, 3)
    found = inside(box.vertices + here, box.faces, CUBE)
    assert np.array_equal(found, (np.abs(points - here) < (0.25, 0.6, 0.45)).all(axis=-1))


def test_faces_and_edges_on_the_points_of_the_grid_count_once() -> None:
    grid = Grid(np.zeros(3), np.full(3, 8.0), (8, 8, 8))
    box = trimesh.creation.box((4, 4, 4))
    found = inside(box.vertices + 3.5, box.faces, grid)  # from 1.5 to 5.5: on points
    assert found[2:5, 2:5, 2:5].all()
    assert 27 <= found.sum() <= 5**3
    assert not found[0].any()
    assert not found[6:].any()


def test_solids_that_overlap_are_their_union_and_a_cavity_is_outside() -> None:
    box = trimesh.creation.box((1, 1, 1))
    both = np.concatenate([box.vertices - 0.2, box.vertices + 0.2])
    faces = np.concatenate([box.faces, box.faces + 8])
    one, other = (
        inside(box.vertices - 0.2, box.faces, CUBE),
        inside(box.vertices + 0.2, box.faces, CUBE),
    )
    assert np.array_equal(inside(both, faces, CUBE), one | other)
    hollow = np.concatenate([box.vertices, 0.5 * box.vertices])
    faces = np.concatenate([box.faces, box.faces[:, ::-1] + 8])
    whole, cavity = (
        inside(box.vertices, box.faces, CUBE),
        inside(0.5 * box.vertices, box.faces, CUBE),
    )
    assert np.array_equal(inside(hollow, faces, CUBE), whole & ~cavity)


def test_what_reaches_beyond_the_grid_and_nothing_at_all() -> None:
    large = trimesh.creation.box((9, 9, 9))
    assert inside(large.vertices, large.faces, CUBE).all()
    assert not inside(large.vertices + 10, large.faces, CUBE).any()
    assert not inside(np.zeros((0, 3)), np.zeros((0, 3), np.int64), CUBE).any()


def test_an_open_side_leaves_the_inside_that_two_axes_see() -> None:
    box = trimesh.creation.box((1, 1, 1))
    lid = (box.vertices[box.faces][:, :, 2] > 0).all(axis=1)
    whole = inside(box.vertices, box.faces, CUBE)
    assert np.array_equal(inside(box.vertices, box.faces[~lid], CUBE), whole)
