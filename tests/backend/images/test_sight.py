# SPDX-License-Identifier: GPL-3.0-or-later
"""What an eye sees first."""

from __future__ import annotations

import numpy as np

from backend.images.sight import first_seen


def test_the_nearest_face_is_seen_and_nothing_beside_them() -> None:
    """A large square, and a small one before its lower left."""
    large = np.array([[0, 0, 0.2], [0.8, 0, 0.2], [0.8, 0.8, 0.2], [0, 0.8, 0.2]])
    small = large * [0.5, 0.5, 0] + [0, 0, 0.7]
    points = np.concatenate([large, small])
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    across, up = np.array([0.1, 0.3, 0.6, 0.9]), np.array([0.7, 0.2])
    face, near = first_seen(points[:, :2], points[:, 2], faces, across, up)
    assert face.tolist() == [[1, 1, 1, -1], [3, 2, 0, -1]]
    wanted = [[0.2, 0.2, 0.2, -np.inf], [0.7, 0.7, 0.2, -np.inf]]
    assert np.allclose(near, wanted, atol=1e-5)
