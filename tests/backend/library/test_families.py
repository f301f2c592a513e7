# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural parts: closed for any seed, the same for the same one, others for others."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.library.families import FAMILIES, made


@pytest.mark.parametrize("title", FAMILIES)
def test_parts_of_families_are_closed_and_of_unit_size(title: str) -> None:
    for seed in (0, 5):
        vertices, faces = made(title, seed)
        assert is_closed_manifold(faces)
        assert signed_volume(vertices, faces) > 0
        assert np.ptp(vertices, axis=0).max() == pytest.approx(1)
        assert len(faces) < 4000


def test_seeds_repeat_and_differ() -> None:
    one, again, other = made("cowboy hat", 1), made("cowboy hat", 1), made("cowboy hat", 2)
    assert np.array_equal(one[0], again[0])
    assert one[0].shape != other[0].shape or not np.allclose(one[0], other[0])
