# SPDX-License-Identifier: GPL-3.0-or-later
"""Wishes of shape change the shape that they name, and closed stays closed."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.library.families.forms import block, lathe, ring
from backend.pipelines.reshape import reshaped, subdivided

SHAPES = ["rounder", "squarer", "tapered", "pointed", "flared", "twisted", "bent", "leaning"]
SHAPES += ["squarer bottom", "rounder top", "pointed top", "wide bottom"]


def width(vertices: np.ndarray, low: float, high: float) -> float:
    height = (vertices[:, 1] - vertices[:, 1].min()) / np.ptp(vertices[:, 1])
    return float(np.ptp(vertices[(height >= low) & (height <= high), 0]))


@pytest.mark.parametrize("shape", SHAPES)
def test_closed_stays_closed(shape: str) -> None:
    vertices, faces = reshaped(*block((1, 2, 0.7)), [shape])
    assert is_closed_manifold(faces)
    assert signed_volume(vertices, faces) > 0.1


def test_a_box_that_is_rounder_loses_its_corners() -> None:
    vertices, faces = reshaped(*block((1, 1, 1)), ["rounder"])
    assert signed_volume(vertices, faces) < 0.75


def test_tapered_is_narrow_at_the_top_alone() -> None:
    vertices, _ = reshaped(*block((1, 2, 1)), ["tapered"])
    assert width(vertices, 0, 0.02) == pytest.approx(1)
    assert width(vertices, 0.98, 1) == pytest.approx(0.5)


def test_a_square_bottom_leaves_the_top_round() -> None:
    tube = lathe([(0.5, 0), (0.5, 2)], 32)
    vertices, _ = reshaped(*tube, ["squarer bottom"])

    def roundness(rows: np.ndarray) -> float:
        far = np.linalg.norm(vertices[rows][:, [0, 2]], axis=1)
        return float(far.max())

    low = vertices[:, 1] < 0.01
    high = vertices[:, 1] > 1.99
    assert roundness(low) > 0.6
    assert roundness(high) == pytest.approx(0.5, abs=0.01)


def test_subdivided_is_the_same_surface() -> None:
    vertices, faces = block((1, 1, 1))
    finer = subdivided(vertices, faces, 0.2)
    assert len(finer[1]) > 10 * len(faces)
    assert is_closed_manifold(finer[1])
    assert signed_volume(*finer) == pytest.approx(1)


def test_a_thin_ring_is_rounded_along_itself() -> None:
    vertices, faces = ring(1.0, 0.05, around=24, tube=4)
    v, f = reshaped(vertices, faces, ["rounder"])
    assert np.ptp(v, axis=0) == pytest.approx(np.ptp(vertices, axis=0), rel=0.15)
    radius = np.linalg.norm(v[:, [0, 2]], axis=1)
    assert radius.min() > 0.9, "it is still a ring"
    assert is_closed_manifold(f)
