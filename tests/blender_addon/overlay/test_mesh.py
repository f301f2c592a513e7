# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rows, borders and triangles the overlay draws, without a Blender."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from partwise.blender_addon.overlay.mesh import NO_ROW, Topology, opposite_faces, rows_of


def faces_of(polygons: list[list[int]]) -> Topology:
    """The corners of a few polygons, joined as Blender would."""
    edges: dict[tuple[int, int], int] = {}
    face, edge, triangles = [], [], []
    for number, polygon in enumerate(polygons):
        first = len(face)
        for start, end in zip(polygon, polygon[1:] + polygon[:1], strict=True):
            face.append(number)
            edge.append(edges.setdefault((min(start, end), max(start, end)), len(edges)))
        triangles += [[first, first + k, first + k + 1] for k in range(1, len(polygon) - 1)]
    ends, face, edge = (np.array(values, np.int32) for values in (list(edges), face, edge))
    opposite = opposite_faces(edge, face, len(ends))
    return Topology(np.array(triangles, np.int32), face, edge, ends, opposite)


def borders(faces: Topology, rows: list[int]) -> set[tuple[int, int]]:
    edges = faces.border_edges(np.array(rows, np.int32))
    return {tuple(ends) for ends in faces.ends[edges].tolist()}


STRIP = [[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6]]
FAN = [[0, 1, 2], [0, 1, 3], [0, 1, 4]]  # three faces on one edge


def test_a_border_is_where_parts_differ():
    assert borders(faces_of(STRIP), [0, 0, 1]) == {(2, 6)}
    assert borders(faces_of(STRIP), [0, 1, NO_ROW]) == {(1, 5), (2, 6)}
    assert borders(faces_of(STRIP), [2, 2, 2]) == set()


@pytest.mark.parametrize("odd", range(3))
def test_a_border_is_found_where_three_faces_meet(odd):
    rows = [0, 0, 0]
    rows[odd] = 1
    assert borders(faces_of(FAN), rows) == {(0, 1)}


def test_borders_of_a_tangle_of_faces():
    generator = np.random.default_rng(7)
    polygons = [generator.choice(9, 3 + number % 3, replace=False).tolist() for number in range(40)]
    rows = generator.integers(-1, 4, len(polygons))
    on_edge = defaultdict(set)
    for polygon, row in zip(polygons, rows.tolist(), strict=True):
        for start, end in zip(polygon, polygon[1:] + polygon[:1], strict=True):
            on_edge[min(start, end), max(start, end)].add(row)
    expected = {ends for ends, parts in on_edge.items() if len(parts) > 1}
    assert borders(faces_of(polygons), rows.tolist()) == expected


def test_edges_at_chosen_faces():
    faces = faces_of(STRIP)
    edges = faces.border_edges(np.array([0, 1, 2], np.int32))
    at_last = faces.touching(edges, np.array([False, False, True]))
    assert {tuple(ends) for ends in faces.ends[edges[at_last]].tolist()} == {(2, 6)}


def test_hidden_faces_have_neither_triangles_nor_borders():
    faces = faces_of(STRIP).without(np.array([False, True, False]))
    assert faces.face[faces.triangles[:, 0]].tolist() == [0, 0, 2, 2]
    assert borders(faces, [0, 1, 2]) == set()


def test_rows_of_part_ids_with_gaps():
    labels = np.array([7, -1, 2, 900_000_000, 2, 0], np.int32)
    part_ids = np.array([2, 0, 7], np.int32)  # an artist's table may be in any order
    assert rows_of(labels, part_ids).tolist() == [2, NO_ROW, 0, NO_ROW, 0, 1]
    assert rows_of(labels, part_ids[:0]).tolist() == [NO_ROW] * 6
