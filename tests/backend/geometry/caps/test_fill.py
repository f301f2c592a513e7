# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills are bounded by their loops, flat where loops are flat, small where they are not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.geometry.caps.fill import LARGEST_TABLE, edge_key, fill, smallest_area

NONE = np.empty(0, np.int64)


def area(points, faces):
    a, b, c = (points[faces[:, i]] for i in range(3))
    return 0.5 * float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum())


def assert_bounded(faces, loops):
    uses = Counter((f[i], f[(i + 1) % 3]) for f in faces.tolist() for i in range(3))
    assert set(uses.values()) == {1}
    free = {e for e in uses if (e[1], e[0]) not in uses}
    assert free == {e for p in loops for e in zip(p.tolist(), np.roll(p, -1).tolist(), strict=True)}


def ring(count, radius=1.0, height=0.0):
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack(
        [radius * np.cos(turn), radius * np.sin(turn), height * np.cos(2 * turn)], axis=1
    )


def test_a_concave_outline_with_straight_sides_is_filled_exactly():
    corners = np.array([[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [0, 3.0]])
    t = np.linspace(0, 1, 5)[:-1, None]
    ahead = np.roll(corners, -1, axis=0)
    flat = np.concatenate([(1 - t) * a + t * b for a, b in zip(corners, ahead, strict=True)])
    points = np.column_stack([flat, np.zeros(len(flat))])
    made, faces = fill(points, [np.arange(len(points))])
    assert len(made) == len(points), "a flat loop needs no new vertex"
    assert_bounded(faces, [np.arange(len(points))])
    assert area(made, faces) == pytest.approx(6.0)


@pytest.mark.parametrize("count", [12, 48, 300])
def test_an_outline_with_holes(count):
    holes = [ring(9, 0.2)[::-1] + [0.4, 0, 0], ring(8, 0.2)[::-1] - [0.4, 0, 0]]
    points = np.concatenate([ring(count), *holes])
    loops = np.split(np.arange(len(points)), [count, count + 9])
    made, faces = fill(points, loops)
    assert_bounded(faces, loops)
    signed = np.cross(*(made[faces[:, i]] - made[faces[:, 0]] for i in (1, 2)))[:, 2]
    assert (signed >= -1e-12).all()
    ngon = [0.5 * n * np.sin(2 * np.pi / n) for n in (count, 9, 8)]
    exact = ngon[0] - 0.2**2 * (ngon[1] + ngon[2])
    assert area(made, faces) == pytest.approx(exact)


def test_a_saddle_becomes_a_smooth_small_surface():
    points = ring(60, height=0.4)
    made, faces = fill(points, [np.arange(60)])
    assert np.array_equal(made[:60], points), "the loop was moved"
    assert_bounded(faces, [np.arange(60)])
    # The saddle z = 0.4 r^2 cos 2t over the disc is close to the minimal surface.
    x, y, z = made.T
    assert np.abs(z - 0.4 * (x**2 - y**2)).max() < 0.05
    flat = smallest_area(points, np.arange(60), NONE)
    assert area(made, faces) < area(points, flat)


def test_a_strip_around_three_sides_of_a_frame_is_no_membrane_over_it():
    """From the front it looks like the frame's whole opening, which would be ten times as large."""
    outline = np.array([[3.0, 4], [0, 4], [0, 0], [3, 0]])
    back = np.column_stack([outline, np.zeros(4)])
    front = np.column_stack([outline, np.full(4, 0.2)])
    points = np.concatenate([back, front[::-1]])
    made, faces = fill(points, [np.arange(8)])
    assert_bounded(faces, [np.arange(8)])
    assert area(made, faces) < 1.1 * 10 * 0.2


def test_taken_edges_are_avoided():
    points = ring(4)
    taken = np.array([edge_key(np.array(0), np.array(2))])
    made, faces = fill(points, [np.arange(4)], taken)
    assert len(made) == 4
    assert [0, 2] not in [sorted({a, b}) for f in faces.tolist() for a in f for b in f]
    both = np.sort(np.append(taken, edge_key(np.array(1), np.array(3))))
    made, faces = fill(points, [np.arange(4)], both)
    assert len(made) == 5, "with both diagonals taken, a vertex in the middle is needed"
    assert_bounded(faces, [np.arange(4)])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_any_loop_is_filled(seed, count):
    points = np.random.default_rng(seed).normal(size=(count, 3))
    made, faces = fill(points, [np.arange(count)])
    assert np.isfinite(made).all()
    assert_bounded(faces, [np.arange(count)])


def test_a_loop_longer_than_the_table():
    points = ring(3 * LARGEST_TABLE + 5, height=0.3)
    loop = np.arange(len(points))
    assert_bounded(smallest_area(points, loop, NONE), [loop])


def test_a_loop_without_extent():
    loop = np.arange(5)
    _, faces = fill(np.zeros((5, 3)), [loop])
    assert_bounded(faces, [loop])
