# SPDX-License-Identifier: GPL-3.0-or-later
"""A grid kept in pieces: its points, its neighbours, and what lies between pieces."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.bricks import SIDE, BrickField, Bricks
from backend.geometry.isosurface import doubled, zero_level
from backend.geometry.mesh import is_closed_manifold, signed_volume


def filled(cells: int = 16) -> tuple[Bricks, np.ndarray]:
    """A whole grid of random values."""
    bricks = Bricks(cells)
    values = np.random.default_rng(0).normal(size=(cells + 1,) * 3).astype(np.float32)
    points = np.argwhere(np.ones_like(values, bool))
    numbers = bricks.numbers(points)
    bricks.value.reshape(-1)[numbers] = values[tuple(points.T)]
    bricks.known[:] = True
    return bricks, values


def test_points_and_numbers_are_each_other() -> None:
    bricks, values = filled()
    points = np.argwhere(values > 0)
    assert np.array_equal(bricks.points(bricks.numbers(points)), points)
    assert np.array_equal(bricks.at(points), values[tuple(points.T)])


def test_a_finer_grid_guesses_from_the_coarser_one() -> None:
    coarse, values = filled()
    fine = Bricks(32, coarse)
    points = np.argwhere(np.ones((33,) * 3, bool))
    wanted = doubled(values)[tuple(points.T)]
    assert np.allclose(fine.at(points), wanted, atol=1e-6)  # without a brick
    assert (fine.numbers(points) < 0).all()
    numbers = fine.numbers(points, make=True)
    assert np.allclose(fine.value.reshape(-1)[numbers], wanted, atol=1e-6)
    assert np.array_equal(fine.known.reshape(-1)[numbers], (points % 2 == 0).all(axis=1))
    assert fine.told.reshape(-1)[numbers].all()


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("way", [-1, 1])
def test_neighbours_are_across_pieces_too_and_end_with_the_grid(axis: int, way: int) -> None:
    bricks, values = filled()
    there = bricks.beside(bricks.value, axis, way).reshape(-1)
    points = np.argwhere(np.ones_like(values, bool))
    other = points.copy()
    other[:, axis] = np.clip(other[:, axis] + way, 0, bricks.cells)
    assert np.array_equal(there[bricks.numbers(points)], values[tuple(other.T)])


def test_a_piece_without_neighbours_is_beside_itself() -> None:
    coarse, _ = filled()
    fine = Bricks(32, coarse)
    fine.make(np.array([[1, 1, 1]]))
    assert fine.value.shape == (1, SIDE, SIDE, SIDE)
    beside = fine.beside(fine.value, 0, 1)
    assert np.array_equal(beside[0, -1], fine.value[0, -1])


def test_what_is_inside_everywhere_is_closed_at_the_ends() -> None:
    bricks = Bricks(16)
    bricks.value[:] = 1.0
    fine = Bricks(32, bricks)  # of which no piece is kept
    for grid in (bricks, fine):
        vertices, faces = zero_level(BrickField(np.zeros(3), 1 / grid.cells, grid, -1.0))
        assert is_closed_manifold(faces)
        assert signed_volume(vertices, faces) == pytest.approx(1.0, rel=0.2)
