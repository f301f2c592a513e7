# SPDX-License-Identifier: GPL-3.0-or-later
"""Cracks: found by open edges alone, and closed without a change of what is seen."""

from __future__ import annotations

import numpy as np

from backend.geometry.caps.cracks import stitched, without_cracks
from backend.geometry.mesh import is_closed_manifold, same_positions, signed_volume

AROUND = 12


def turned(gap: float) -> tuple[np.ndarray, np.ndarray]:
    """A double cone on two rings, whose last turn misses the first by a gap."""
    angle = np.linspace(0, 2 * np.pi, AROUND + 1)
    angle[-1] = 2 * np.pi - gap
    rings = [
        np.stack([np.cos(angle), np.sin(angle), np.full(AROUND + 1, z)], axis=1)
        for z in (-0.5, 0.5)
    ]
    rings[0][-1, :2] = rings[0][0, :2]  # at one end both sides meet
    vertices = np.concatenate([*rings, [[0, 0, -1.0], [0, 0, 1.0]]])
    a = np.arange(AROUND)
    b, c, d = a + 1, a + AROUND + 2, a + AROUND + 1
    low, high = np.full(AROUND, len(vertices) - 2), np.full(AROUND, len(vertices) - 1)
    faces = [[a, b, c], [a, c, d], [b, a, low], [d, c, high]]
    return vertices, np.concatenate([np.stack(corner, axis=1) for corner in faces])


def closed_with(gap: float) -> tuple[int, bool, np.ndarray, np.ndarray]:
    vertices, faces = turned(gap)
    welded = same_positions(vertices)
    joined = without_cracks(vertices, faces, welded)
    new = stitched(vertices, welded[faces], np.empty((0, 3), np.int64), joined)
    return len(new), is_closed_manifold(np.concatenate([welded[faces], new])), vertices, new


def test_a_crack_is_closed_with_slivers() -> None:
    count, closed, vertices, new = closed_with(1e-9)
    assert count > 0
    assert closed
    assert abs(signed_volume(vertices, new)) < 1e-9


def test_a_slit_that_can_be_seen_stays_open() -> None:
    count, closed, *_ = closed_with(1e-3)
    assert count == 0
    assert not closed


def test_what_is_closed_is_left_alone() -> None:
    vertices, faces = turned(0.0)
    vertices[AROUND], vertices[2 * AROUND + 1] = vertices[0], vertices[AROUND + 1]
    welded = same_positions(vertices)
    assert without_cracks(vertices, faces, welded) is welded


def test_small_details_are_no_cracks() -> None:
    """Vertices that are close but of no open edge stay two."""
    vertices, faces = turned(0.0)
    vertices[AROUND], vertices[2 * AROUND + 1] = vertices[0], vertices[AROUND + 1]
    vertices[1] = vertices[2] + 1e-8
    welded = same_positions(vertices)
    joined = without_cracks(vertices, faces, welded)
    assert joined[1] != joined[2]
