# SPDX-License-Identifier: GPL-3.0-or-later
"""Remeshing: the border stays vertex by vertex, triangles become even, edges keep two faces."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.caps.fill import AHEAD
from backend.geometry.hidden.remesh import compact, relax, remesh, vertex_normals, without_flaps

NONE = np.empty(0, np.int64)


def disc(count: int) -> tuple[np.ndarray, np.ndarray]:
    """A fan over a regular polygon, whose vertices come first."""
    turn = np.arange(count) / count * 2 * np.pi
    rim = np.stack([np.cos(turn), np.sin(turn), np.zeros(count)], axis=1)
    number = np.arange(count)
    faces = np.stack([number, np.roll(number, -1), np.full(count, count)], axis=1)
    return np.concatenate([rim, np.zeros((1, 3))]), faces


def free_edges(faces: np.ndarray) -> set[tuple[int, int]]:
    edges = set(zip(faces.reshape(-1).tolist(), faces[:, AHEAD].reshape(-1).tolist(), strict=True))
    assert len(edges) == faces.size, "an edge is used twice in one direction"
    return {(a, b) for a, b in edges if (b, a) not in edges}


@pytest.mark.parametrize("length", [0.05, 0.15, 0.5])
def test_a_disc_becomes_even_within_its_border(length: float) -> None:
    points, faces = disc(48)
    before = points[:48].copy()
    new, made = remesh(points, faces, 48, lambda p: np.full(len(p), length), NONE, rounds=4)
    assert np.array_equal(new[:48], before)
    assert free_edges(made) == free_edges(faces)
    side = np.linalg.norm(new[made] - new[made[:, AHEAD]], axis=2)
    inner = (made >= 48).all(axis=1)
    if inner.any():
        assert np.median(side[inner]) == pytest.approx(length, rel=0.35)
    area = np.cross(new[made[:, 1]] - new[made[:, 0]], new[made[:, 2]] - new[made[:, 0]])[:, 2]
    assert (area > 0).all()
    assert area.sum() == pytest.approx(48 * np.sin(2 * np.pi / 48), rel=1e-6)


def test_too_fine_a_surface_becomes_coarse() -> None:
    points, faces = disc(24)
    fine, made = remesh(points, faces, 24, lambda p: np.full(len(p), 0.06), NONE)
    coarse, fewer = remesh(fine, made, 24, lambda p: np.full(len(p), 0.4), NONE)
    assert len(fewer) < 0.3 * len(made)
    assert free_edges(fewer) == free_edges(faces)
    assert np.array_equal(coarse[:24], points[:24])


def test_no_new_edge_joins_vertices_of_the_border_that_are_joined_already() -> None:
    points, faces = disc(6)
    taken = np.sort(np.array([(0 << 31) | 2, (2 << 31) | 4, (0 << 31) | 4]))
    _, made = remesh(points, faces, 6, lambda p: np.full(len(p), 9.0), taken)
    edges = {tuple(sorted(e)) for f in made.tolist() for e in zip(f, f[1:] + f[:1], strict=True)}
    assert not edges & {(0, 2), (2, 4), (0, 4)}


def test_relaxing_moves_along_the_surface_only() -> None:
    points, faces = disc(12)
    points[12] = [0.5, 0.3, 0.0]
    moved = relax(points, faces, 12, 1.0, rounds=5)
    assert np.allclose(moved[12], 0.0, atol=1e-3)
    assert np.allclose(vertex_normals(moved, faces)[12], [0, 0, 1])


def test_unused_points_go_but_for_the_borders() -> None:
    points = np.arange(15.0).reshape(5, 3)
    kept, faces = compact(points, np.array([[0, 3, 4]]), 2)
    assert np.array_equal(kept, points[[0, 1, 3, 4]])
    assert faces.tolist() == [[0, 2, 3]]


def test_faces_folded_onto_each_other_go() -> None:
    faces = np.array([[0, 1, 2], [1, 3, 2], [2, 4, 5], [5, 4, 2], [2, 3, 4]])
    assert without_flaps(faces).tolist() == [[0, 1, 2], [1, 3, 2], [2, 3, 4]]
