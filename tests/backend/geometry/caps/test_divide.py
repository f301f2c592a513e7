# SPDX-License-Identifier: GPL-3.0-or-later
"""Border loops are divided where neighbours change: each piece has one, and edges fit together."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from backend.geometry.caps.divide import Divider, Ring


class Place:
    """Vertices of a circle, to which chords may add."""

    def __init__(self, count: int) -> None:
        turn = 2 * np.pi * np.arange(count) / count
        self.points = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
        self.count = count

    def divider(self) -> Divider:
        def add(points):
            first = len(self.points)
            self.points = np.concatenate([self.points, points])
            return list(range(first, len(self.points)))

        return Divider(lambda v: self.points[v], add, lambda a, b: False)

    def ring(self, neighbours) -> Ring:
        return Ring(list(range(self.count)), list(neighbours), [True] * self.count)


def edges(ring: Ring):
    return list(zip(ring.vertices, [*ring.vertices[1:], ring.vertices[0]], strict=True))


def test_a_way_along_a_ring_and_another_after_it():
    ring = Place(6).ring([1, 1, 2, 2, 3, 3])
    arc = ring.arc(4, 1)
    assert arc.vertices == [4, 5, 0]
    assert arc.neighbour == [3, 3, 1]
    assert ring.arc(1, 4).joined(arc).vertices == [1, 2, 3, 4, 5, 0]


def test_gaps_are_where_neighbours_change_also_across_chords():
    ring = Place(6).ring([1, 1, 2, 2, 2, 2])
    assert ring.gaps() == [[2], [0]]
    soft = Ring(ring.vertices, [1, 1, -1, 2, 2, 2], [True, True, False, True, True, True])
    assert soft.gaps() == [[2, 3], [0]]


def test_a_ring_with_one_neighbour_stays_whole():
    place = Place(8)
    ring = place.ring([5] * 8)
    assert place.divider().divide(ring) == [(ring, 5)]
    assert len(place.points) == 8


@pytest.mark.parametrize("parts", [2, 3, 5])
def test_each_neighbour_gets_one_piece_and_pieces_fit_together(parts: int):
    place = Place(30)
    neighbours = np.arange(30) * parts // 30
    pieces = place.divider().divide(place.ring(neighbours))
    assert sorted(part for _, part in pieces) == list(range(parts))
    used = Counter(edge for ring, _ in pieces for edge in edges(ring))
    assert set(used.values()) == {1}
    for ring, part in pieces:
        assert {p for p in ring.neighbour if p >= 0} == {part}
        for edge, hard in zip(edges(ring), ring.hard, strict=True):
            assert hard == (edge[::-1] not in used), "chords have a piece on either side"
    outline = {edge for edge in used if edge[::-1] not in used}
    assert outline == set(edges(place.ring(neighbours)))


def test_the_longest_border_prevails_and_the_surface_before_what_is_inside():
    place = Place(10)
    ring = place.ring([1] * 4 + [2] * 6)
    assert place.divider().prevailing(ring) == 2
    inside = Ring(ring.vertices, ring.neighbour, [True] * 4 + [False] * 6)
    assert place.divider().prevailing(inside) == 1
