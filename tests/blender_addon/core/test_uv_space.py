# SPDX-License-Identifier: GPL-3.0-or-later
"""The room that islands leave in a UV map."""

from __future__ import annotations

import time

import numpy as np
import pytest
from partwise.blender_addon.core.uv_space import GRID, FreeSpace


def rectangle(low: tuple[float, float], high: tuple[float, float]) -> np.ndarray:
    (a, b), (c, d) = low, high
    return np.array([[(a, b), (c, b), (c, d)], [(a, b), (c, d), (a, d)]])


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Area that two boxes (low u, low v, high u, high v) share."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    return float(np.prod(sides.clip(0)))


def test_what_is_taken_covers_triangles_and_little_more():
    free = FreeSpace()
    rng = np.random.default_rng(0)
    triangles = rng.random((5, 3, 2))
    free.take(triangles)
    share = rng.dirichlet([1, 1, 1], 4000)
    inside = np.concatenate([share @ corners for corners in triangles])
    u, v = np.floor(inside * GRID).astype(int).T
    assert free.taken[v, u].all()
    alone = FreeSpace()
    alone.take(rectangle((0.25, 0.25), (0.5, 0.75)))
    assert 0.125 <= alone.taken.mean() < 0.14


def test_islands_find_room_beside_what_is_there_and_beside_each_other():
    free, whole = FreeSpace(), np.array([0.1, 0.1, 0.6, 0.9])
    free.take(rectangle(tuple(whole[:2]), tuple(whole[2:])))
    sizes = np.array([[0.3, 0.3], [0.2, 0.5], [0.05, 0.05]])
    scale, corner = free.place(sizes)
    assert scale == 1.0
    boxes = [whole, *np.concatenate([corner, corner + sizes], axis=1)]
    assert max(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i]) == 0
    assert min(box.min() for box in boxes) >= 0
    assert max(box.max() for box in boxes) <= 1
    again = free.place(np.array([[0.2, 0.2]]))
    assert again is not None
    box = np.concatenate([again[1][0], again[1][0] + 0.2 * again[0]])
    assert max(overlap(box, other) for other in boxes) == 0


def test_without_enough_room_all_become_smaller_alike():
    free = FreeSpace()
    free.take(rectangle((0, 0), (1, 0.9)))
    scale, corner = free.place(np.array([[0.4, 0.4], [0.2, 0.2]]))
    assert 0.05 < scale < 0.25
    assert (corner[:, 1] >= 0.9).all()


def test_a_full_map_has_no_room_and_stays_as_it_is():
    free = FreeSpace()
    free.take(rectangle((-3, -3), (4, 4)))
    assert free.taken.all()
    assert free.place(np.array([[0.1, 0.1]])) is None


def test_textures_that_repeat_count_where_they_do():
    free = FreeSpace()
    free.take(rectangle((7.25, -2.75), (7.5, -2.5)))
    assert free.taken[70, 70]
    assert free.taken.mean() < 0.08


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_broken_maps_end(value: float):
    free = FreeSpace()
    free.take(np.array([[[0.1, 0.1], [0.2, 0.1], [value, 0.2]]]))
    free.place(np.array([[0.1, 0.1]]))


def test_a_large_map_is_quick():
    rng = np.random.default_rng(1)
    middle = rng.random((100_000, 1, 2))
    start = time.process_time()
    free = FreeSpace()
    free.take(middle + 0.004 * rng.random((100_000, 3, 2)))
    FreeSpace().place(np.full((60, 2), 0.08))
    assert time.process_time() - start < 2.0
