# SPDX-License-Identifier: GPL-3.0-or-later
"""The zero level of a grid: a closed manifold whatever the values, even and on the surface."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.geometry.isosurface import GridField, surface_net, zero_level
from backend.geometry.mesh import is_closed_manifold, signed_volume


def ball(radius: float, cells: int = 32) -> GridField:
    line = np.linspace(-1, 1, cells)
    place = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1)
    values = np.linalg.norm(place, axis=-1) - radius
    return GridField(values.astype(np.float32), np.full(3, -1.0), 2 / (cells - 1))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), shape=st.tuples(*[st.integers(1, 9)] * 3))
def test_any_values_give_a_closed_manifold(seed: int, shape: tuple[int, int, int]) -> None:
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    vertices, faces = zero_level(GridField(values, np.zeros(3), 0.1))
    assert np.isfinite(vertices).all()
    assert (len(faces) > 0) == bool((values < 0).any())
    assert is_closed_manifold(faces)


def test_a_chessboard_is_a_manifold() -> None:
    board = np.indices((6, 6, 6)).sum(axis=0) % 2 * 2.0 - 1
    assert is_closed_manifold(zero_level(GridField(board, np.zeros(3), 1.0))[1])


def test_a_ball_is_round_outward_and_even() -> None:
    field = ball(0.7)
    vertices, faces = zero_level(field)
    assert np.abs(np.linalg.norm(vertices, axis=1) - 0.7).max() < 0.05 * field.cell
    assert signed_volume(vertices, faces) == pytest.approx(4 / 3 * np.pi * 0.343, rel=0.02)
    sides = np.linalg.norm(vertices[faces] - vertices[np.roll(faces, -1, axis=1)], axis=2)
    assert (sides.max(axis=1) < 2.5 * field.cell).all()
    assert np.median(sides) == pytest.approx(field.cell, rel=0.3)


def test_a_ring_of_quads_is_closed_and_has_its_volume() -> None:
    x, y, z = np.mgrid[-1.6:1.6:48j, -1.6:1.6:48j, -0.7:0.7:22j]
    values = np.hypot(np.hypot(x, y) - 1, z) - 0.4
    vertices, quads = surface_net(values.astype(np.float32))
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    assert is_closed_manifold(faces)
    size = np.array([3.2 / 47, 3.2 / 47, 1.4 / 21])
    volume = signed_volume(vertices * size, faces)
    assert volume == pytest.approx(2 * np.pi**2 * 0.4**2, rel=0.03)
    assert surface_net(np.ones((5, 5, 5)))[1].shape == (0, 4)


def test_what_is_inside_at_the_grids_end_is_closed_there() -> None:
    _, faces = zero_level(GridField(np.full((3, 4, 5), -1.0), np.zeros(3), 1.0))
    assert len(faces)
    assert is_closed_manifold(faces)


def test_nothing_inside_is_no_surface() -> None:
    vertices, faces = zero_level(GridField(np.ones((4, 4, 4)), np.zeros(3), 1.0))
    assert vertices.shape == (0, 3)
    assert faces.shape == (0, 3)


def test_the_field_is_linear_between_and_constant_beyond_the_grid() -> None:
    line = np.arange(4.0)
    values = 2 * line[:, None, None] - line[None, :, None] + 0.5 * line
    field = GridField(values, np.array([1.0, 0.0, 0.0]), 1.0)
    points = np.array([[1.25, 0.5, 2.75], [-9.0, 0.0, 0.0], [9.0, 3.0, 3.0]])
    assert field.at(points) == pytest.approx([1.375, 0.0, 4.5])
    assert field.slope(np.array([[2.5, 1.5, 1.5]]))[0] == pytest.approx([2, -1, 0.5])
    finer = field.finer()
    assert finer.cell == 0.5
    assert finer.at(points) == pytest.approx(field.at(points))


def test_points_are_put_on_the_level_but_no_farther_than_they_may() -> None:
    field = ball(0.6)
    points = np.array([[0.62, 0.0, 0.0], [0.0, 0.3, 0.0]])
    near = field.project(points, 0.05)
    assert np.linalg.norm(near[0]) == pytest.approx(0.6, abs=2e-3)
    assert np.linalg.norm(near[1] - points[1]) == pytest.approx(0.05)
