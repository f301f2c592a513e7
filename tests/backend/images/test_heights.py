# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of thickness."""

import numpy as np
import pytest

from backend.images.heights import cap, extruded, mirror_line, signed_depth, torsion, turned
from tests.backend.images.drawn import bar, disc


def test_depth_is_the_distance_from_the_outline():
    depth = signed_depth(disc(120, 60, 60, 40), blur=0.5)
    assert depth[60, 80] == pytest.approx(20, abs=1)
    assert depth[60, 115] == pytest.approx(-15.5, abs=1)


def test_a_disc_becomes_a_ball():
    depth = signed_depth(disc(220, 110, 110, 80))
    field = torsion(depth)
    y, x = np.mgrid[:220, :220] + 0.5
    ball = 80**2 - (x - 110) ** 2 - (y - 110) ** 2
    inside = ball > 0
    half = np.sqrt(np.maximum(field[inside], 0))
    assert np.abs(half - np.sqrt(ball[inside])).mean() < 3
    assert np.array_equal(field > 0, depth > 0)


def test_the_outline_is_kept_where_a_part_is_thin():
    mask = disc(220, 110, 60, 45) | bar(220, 107, 113, 60, 200)
    depth = signed_depth(mask)
    assert np.array_equal(torsion(depth) > 0, depth > 0)


def test_an_end_is_rounded_and_ends():
    assert cap(np.array([-2.0, 0, 5, 10, 20]), 10).tolist() == [-0.4, 0, 0.75, 1, 1]


def test_a_vase_is_turned_about_its_axis():
    row, column = np.mgrid[:200, :160] + 0.5
    radius = 30 + 15 * np.sin(row / 25)
    mask = (np.abs(column - 80) < radius) & (row > 20) & (row < 180)
    line, fit = mirror_line(mask)
    assert fit > 0.99
    assert abs(line[1][0]) == pytest.approx(1)
    made = turned(signed_depth(mask), line) > 0
    assert (made & mask).sum() / (made | mask).sum() > 0.97
    assert turned(signed_depth(mask[:, :60] & False), line) is None


def test_what_is_turned_has_no_end_where_it_goes_on():
    union = bar(200, 20, 180, 60, 100)
    own = bar(200, 20, 90, 60, 100)
    line, _ = mirror_line(union)
    alone, within = turned(signed_depth(own), line), turned(signed_depth(own), line, union)
    assert np.sqrt(within[88, 80]) == pytest.approx(20, abs=1)
    assert np.sqrt(alone[88, 80]) < 15
    assert np.sqrt(within[21, 80]) < 15


def test_a_slab_is_even_but_for_its_edges():
    field = extruded(signed_depth(bar(120, 20, 100, 20, 100)), 10.0, 4.0)
    assert np.sqrt(field[60, 60]) == pytest.approx(10)
    assert 4 < np.sqrt(field[60, 22]) < 10
    assert field[60, 10] < 0
