# SPDX-License-Identifier: GPL-3.0-or-later
"""Neighbours closed for the part generator."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.engines.part_lids import lidded
from backend.geometry.mesh import is_closed_manifold, same_positions, signed_volume


def ball(keep: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """A unit ball, of which faces are kept by the height of their middle."""
    mesh = trimesh.creation.icosphere(4)
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int64)
    height = vertices[faces].mean(axis=1)[:, 1]
    return vertices, faces[(height > keep[0]) & (height < keep[1])] if keep is not None else faces


def test_what_is_closed_stays_as_it_is() -> None:
    vertices, faces = ball()
    found = lidded(vertices, faces)
    assert found.lids == 0
    assert found.share == 0.0
    assert found.faces is faces


@pytest.mark.parametrize(
    ("low", "high", "volume", "share"),
    [(-0.5, 9, 27 / 32, 0.2), (-0.5, 0.5, 11 / 16, 3 / 7), (0.8, 9, 0.028, 0.47)],
)
def test_openings_get_lids_and_their_share_is_told(
    low: float, high: float, volume: float, share: float
) -> None:
    vertices, faces = ball(np.array([low, high]))
    found = lidded(vertices, faces)
    assert is_closed_manifold(same_positions(found.vertices)[found.faces])
    whole = 4 / 3 * np.pi
    assert signed_volume(found.vertices, found.faces) == pytest.approx(whole * volume, rel=0.15)
    assert found.share == pytest.approx(share, abs=0.08)
    np.testing.assert_array_equal(found.faces[: len(faces)], faces)
    assert len(found.faces) == len(faces) + found.lids


def test_vertices_in_the_same_place_are_one() -> None:
    vertices, faces = ball(np.array([-0.5, 9]))
    loose = lidded(vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3))
    assert loose.lids == lidded(vertices, faces).lids
