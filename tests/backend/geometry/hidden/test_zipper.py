# SPDX-License-Identifier: GPL-3.0-or-later
"""Strips between two loops: every edge of both once, and nothing twisted."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.hidden import zipper
from backend.geometry.hidden.zipper import strip, strip_faces
from backend.geometry.mesh import is_closed_manifold


def circle(count: int, radius: float, height: float, start: float = 0.0) -> np.ndarray:
    turn = start + np.arange(count) / count * 2 * np.pi
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), np.full(count, height)], axis=1)


@pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 50), (37, 5), (60, 61)])
@pytest.mark.parametrize("table", [10**6, 1])
def test_a_strip_and_two_fans_are_closed(
    n: int, m: int, table: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipper, "LARGEST_TABLE", table)
    one, other = circle(n, 1.0, 0.0), circle(m, 0.8, 0.3, start=2.0)
    i, j = strip(one, other)
    assert i[0] == i[-1]
    assert j[0] == j[-1]
    border, patch = np.arange(n), n + np.arange(m)
    faces = strip_faces(border, patch, i, j)
    assert len(faces) == n + m
    below = [[a, b, n + m] for a, b in zip(border, np.roll(border, -1), strict=True)]
    above = [[b, a, n + m + 1] for a, b in zip(patch, np.roll(patch, -1), strict=True)]
    assert is_closed_manifold(np.concatenate([faces, below, above]))
    places = np.concatenate([one, other])
    gap = np.linalg.norm(places[border[i]] - places[patch[j]], axis=1)
    assert gap.max() < (0.9 if min(n, m) > 10 else 2.0)
