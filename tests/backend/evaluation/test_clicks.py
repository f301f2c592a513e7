# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated clicker: where it clicks, and what it counts."""

from __future__ import annotations

import numpy as np
import pytest

from backend.evaluation.clicks import CLICKS, after, corrective_clicks, error_centre, random_clicks
from backend.geometry.mesh import build_face_graph, unit_vertices
from tests.bad_meshes import grid, moved


@pytest.fixture(scope="module")
def sheet():
    """A flat sheet of 20 x 20 squares; the column of each face."""
    vertices, faces = grid(20, 20)
    graph = build_face_graph(vertices * [1 / 20, 1 / 20, 0] - [0.5, 0.5, 0], faces)
    return graph, np.floor(graph.centroid[:, 0] * 20 + 10).astype(int)


def test_the_first_click_is_deep_inside_the_part(sheet):
    graph, column = sheet
    part = (column >= 4) & (column < 11)
    face = error_centre(graph, np.zeros_like(part), part)
    assert part[face]
    assert 6 <= column[face] <= 8


def test_the_next_click_is_in_the_largest_error(sheet):
    graph, column = sheet
    part = column < 10
    mask = (column < 8) | (column >= 14)  # two columns missing, six too many
    assert column[error_centre(graph, mask, part)] >= 15
    mask = (column < 4) | (column == 19)  # six missing, one too many
    assert 4 < column[error_centre(graph, mask, part)] < 10


def test_missing_and_surplus_faces_side_by_side_are_two_errors(sheet):
    graph, column = sheet
    part, mask = column < 10, (column < 5) | ((column >= 10) & (column < 14))
    assert 5 < column[error_centre(graph, mask, part)] < 9  # five missing columns beat four


def test_a_whole_island_is_clicked_near_its_middle():
    vertices, faces = moved((0, 0, 0), (3, 0, 0))
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    part = np.arange(len(faces)) >= len(faces) // 2
    face = error_centre(graph, np.zeros_like(part), part)
    assert part[face]


def test_no_error_has_no_centre(sheet):
    graph, column = sheet
    with pytest.raises(ValueError, match="no error"):
        error_centre(graph, column < 5, column < 5)


def ious(steps):
    return {count: after(steps, count).iou for count in CLICKS}


def test_a_perfect_answer_scores_one_and_is_asked_once(sheet):
    graph, column = sheet
    part, asked = column < 7, []

    def answer(faces, signs):
        asked.append((list(faces), list(signs)))
        return part

    steps = corrective_clicks(answer, graph, part)
    assert ious(steps) == {1: 1.0, 3: 1.0, 5: 1.0, 10: 1.0}
    assert len(asked) == 1
    assert asked[0][1] == [1]


def test_corrective_clicks_say_what_is_missing_and_what_is_too_much(sheet):
    graph, column = sheet
    part = (column >= 5) & (column < 15)
    answers = [column >= 5, (column >= 10) & (column < 15), part]  # too much, too little, right

    def answer(_faces, signs):
        return answers[len(signs) - 1]

    steps = corrective_clicks(answer, graph, part)
    assert [step.signs.tolist() for step in steps] == [[1], [1, 0], [1, 0, 1]]
    assert all((part[step.faces] == step.signs).all() for step in steps)
    assert steps[1].mask is answers[1]
    assert ious(steps) == pytest.approx({1: 10 / 15, 3: 1, 5: 1, 10: 1})


def test_corrective_clicks_end_at_the_most(sheet):
    graph, column = sheet
    part = column < 7
    assert len(corrective_clicks(lambda *_: column < 3, graph, part, most=4)) == 4


def test_random_clicks_lie_in_the_part_by_area(sheet):
    graph, column = sheet
    part = column < 7
    steps = random_clicks(lambda *_: part, graph, part, np.random.default_rng(0))
    assert [len(step.faces) for step in steps] == [1, 3, 5, 10]
    assert all(part[step.faces].all() and step.signs.all() for step in steps)
    assert all((step.faces == steps[-1].faces[: len(step.faces)]).all() for step in steps)
    assert set(ious(steps).values()) == {1.0}
    again = random_clicks(lambda *_: ~part, graph, part, np.random.default_rng(0))
    assert set(ious(again).values()) == {0.0}
    assert (again[-1].faces == steps[-1].faces).all()
    graph.area[column < 6], area = 0.0, graph.area.copy()
    try:
        only = random_clicks(lambda *_: part, graph, part, np.random.default_rng(0))[-1]
        assert (column[only.faces] == 6).all()
    finally:
        graph.area[:] = area
