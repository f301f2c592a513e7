# SPDX-License-Identifier: GPL-3.0-or-later
"""The triangles near borders: which they are, and how they hang together."""

import numpy as np

from backend.geometry.borders.band import RINGS, band_of
from tests.backend.geometry.borders.balls import SLANTED, ball


def test_one_label_has_no_border():
    graph, labels = ball(2)
    assert band_of(graph, np.zeros_like(labels)) is None


def test_a_band_is_a_few_rings_round_its_border():
    graph, labels = ball(5)
    band = band_of(graph, labels)
    assert 0.02 < len(band.face) / len(labels) < 0.2
    np.testing.assert_array_equal(band.label, labels[band.face])
    np.testing.assert_array_equal(band.vertex[band.corners], graph.welded[graph.faces[band.face]])
    far = np.abs(band.place @ SLANTED - 0.1)
    longest = graph.edge_length.max()
    assert far[band.rim].max() < longest
    assert far.max() < (RINGS + 1) * longest
    assert far[band.open].min() > far[band.rim].max()


def test_edges_of_a_band_know_their_triangles_and_bends():
    graph, labels = ball(3)
    band = band_of(graph, labels)
    tail, head = band.corners, np.roll(band.corners, -1, axis=1)
    np.testing.assert_array_equal(
        band.ends[band.edge], np.stack([np.minimum(tail, head), np.maximum(tail, head)], axis=2)
    )
    across = labels[graph.first] != labels[graph.second]
    assert band.border.sum() == across.sum()
    np.testing.assert_allclose(np.sort(band.bend[band.border]), np.sort(np.abs(graph.bend[across])))
    assert set(band.faces[band.border]) == {2}
    np.testing.assert_allclose(band.angle.sum(axis=1), np.pi)


def test_marks_spread_along_chosen_edges_only():
    graph, labels = ball(3)
    band = band_of(graph, labels)
    start = np.zeros(band.vertices, bool)
    start[band.ends[band.border][0, 0]] = True
    assert band.spread(start, band.border, 2).sum() == 5
    assert band.spread(start, ~band.border, 1)[band.rim].sum() < band.rim.sum() / 2


def test_smoothing_keeps_what_is_the_same_everywhere_and_what_is_not_free():
    graph, labels = ball(3)
    band = band_of(graph, labels)
    step = band.smoother(~band.open)
    np.testing.assert_allclose(step @ np.full(band.vertices, 0.7), 0.7)
    values = np.random.default_rng(0).random(band.vertices)
    after = step @ values
    np.testing.assert_array_equal(after[band.open], values[band.open])
    assert after[~band.open].std() < 0.8 * values[~band.open].std()
