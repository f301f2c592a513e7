# SPDX-License-Identifier: GPL-3.0-or-later
"""Lids that bend least."""

from __future__ import annotations

import numpy as np

from backend.geometry.caps.loops import edge_key
from backend.geometry.hidden.least_bent import MOST, least_bent

NONE = np.empty(0, np.int64)
# Seen from outside: a hole over an edge of a roof, along y, from the eaves to the other eaves.
ROOF = np.array(
    [[-1, 0, 0], [0, 0, 1], [1, 0, 0], [1, 1, 0], [0, 1, 1], [-1, 1, 0]], dtype=np.float64
)
LEFT, RIGHT, DOWN = np.array([[-1, 0, 1], [1, 0, 1], [0, 0, -1]]) / np.array([[2], [2], [1]]) ** 0.5
AROUND = np.array([LEFT, RIGHT, RIGHT, RIGHT, LEFT, LEFT])  # beyond each side of the loop


def edges(faces: np.ndarray) -> set[tuple[int, int]]:
    """Of triangles, without direction."""
    return {(min(f[k], f[k - 1]), max(f[k], f[k - 1])) for f in faces.tolist() for k in range(3)}


def test_a_hidden_edge_goes_on() -> None:
    faces = least_bent(ROOF, np.arange(6), AROUND, NONE)
    assert faces is not None
    assert len(faces) == 4
    assert (1, 4) in edges(faces)
    a, b, c = (ROOF[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    assert (normal[:, 2] > 0).all()


def test_an_edge_that_exists_is_not_made_again() -> None:
    taken = np.unique(edge_key(np.array([1]), np.array([4])))
    faces = least_bent(ROOF, np.arange(6), AROUND, taken)
    assert faces is not None
    assert (1, 4) not in edges(faces)


def test_it_goes_once_around_and_names_the_rings_vertices() -> None:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    points = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    ring = np.arange(24) + 3
    faces = least_bent(
        np.concatenate([np.zeros((3, 3)), points]), ring, np.tile([0.0, 0, 1], (24, 1)), NONE
    )
    assert faces is not None
    assert len(faces) == 22
    there = set(
        zip(faces.ravel().tolist(), np.roll(faces, -1, axis=1).ravel().tolist(), strict=True)
    )
    free = {(a, b) for a, b in there if (b, a) not in there}
    assert free == set(zip(ring.tolist(), np.roll(ring, -1).tolist(), strict=True))


def test_long_loops_are_left_alone() -> None:
    turn = np.linspace(0, 2 * np.pi, MOST + 1, endpoint=False)
    points = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    assert (
        least_bent(points, np.arange(MOST + 1), np.tile([0.0, 0, 1], (MOST + 1, 1)), NONE) is None
    )
