# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves in the place of borders: sides of vertices, and crossings of edges."""

import numpy as np
import pytest

from backend.geometry.borders.band import band_of
from backend.geometry.borders.curves import EXACT, NEAR, ON, smooth_curves
from backend.geometry.borders.teeth import kept_borders
from tests.backend.geometry.borders.balls import SLANTED, ball


@pytest.fixture(scope="module")
def found():
    band = band_of(*ball(4))
    return band, smooth_curves(band, kept_borders(band))


def test_a_curve_is_near_the_plane_that_the_border_follows_in_teeth(found):
    band, curves = found
    crossed = ~np.isnan(curves.at)
    tail, head = band.place[band.ends[crossed]].transpose(1, 0, 2)
    point = tail + curves.at[crossed, None] * (head - tail)
    teeth = (band.place[band.rim] @ SLANTED).std()
    assert (point @ SLANTED).std() < 0.3 * teeth


def test_crossings_lie_between_vertices_of_two_sides_and_away_from_both(found):
    band, curves = found
    crossed = ~np.isnan(curves.at)
    one, two = curves.side[band.ends].T
    np.testing.assert_array_equal(crossed, (one != two) & (one != ON) & (two != ON))
    at = curves.at[crossed]
    assert np.abs(at - 0.5).max() < 0.5 - NEAR + 1 / EXACT
    np.testing.assert_array_equal(1 - (1 - at), at)  # the same from both ends


def test_vertices_inside_of_a_part_stay_there(found):
    band, curves = found
    inside = ~band.rim & (curves.side != ON)
    own = np.zeros(band.vertices, np.int64)
    own[band.corners] = band.label[:, None]
    np.testing.assert_array_equal(curves.side[inside], own[inside])


def test_borders_that_are_kept_stay_to_the_vertex():
    band = band_of(*ball(3))
    curves = smooth_curves(band, band.border)
    assert np.isnan(curves.at).all()
    np.testing.assert_array_equal(curves.label, band.label)
    np.testing.assert_array_equal(curves.side == ON, band.rim)
