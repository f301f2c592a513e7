# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated clicker: where it clicks, and what it counts."""

from __future__ import annotations

import numpy as np
import pytest

from backend.evaluation.clicks import CLICKS, after, corrective_clicks, error_centre, random_clicks
from backend.evaluation.surface import SeenSurface
from backend.geometry.mesh import build_face_graph, unit_vertices
from tests.bad_meshes import grid, moved


@pytest.fixture(scope="module")
def sheet():
    """A flat sheet of 20 x 20 squares; the column of each face."""
    vertices, faces = grid(20, 20)
    graph = build_face_graph(vertices * [1 / 20, 1 / 20, 0] - [0.5, 0.5, 0], faces)
    return SeenSurface(graph), np.floor(graph.centroid[:, 0] * 20 + 10).astype(int)


def rng():
    return np.random.default_rng(0)


def centre(surface, mask, part):
    """The face that holds the centre of the largest error."""
    (face,) = error_centre(surface, mask, part, rng()).face
    return face


def test_the_first_click_is_deep_inside_the_part(sheet):
    surface, column = sheet
    part = (column >= 4) & (column < 11)
    face = centre(surface, np.zeros_like(part), part)
    assert part[face]
    assert 6 <= column[face] <= 8


def test_the_next_click_is_in_the_largest_error(sheet):
    surface, column = sheet
    part = column < 10
    mask = (column < 8) | (column >= 14)  # two columns missing, six too many
    assert column[centre(surface, mask, part)] >= 15
    mask = (column < 4) | (column == 19)  # six missing, one too many
    assert 4 < column[centre(surface, mask, part)] < 10


def test_missing_and_surplus_faces_side_by_side_are_two_errors(sheet):
    surface, column = sheet
    part, mask = column < 10, (column < 5) | ((column >= 10) & (column < 14))
    assert 5 < column[centre(surface, mask, part)] < 9  # five missing columns beat four


def test_a_whole_island_is_clicked_near_its_middle():
    vertices, faces = moved((0, 0, 0), (3, 0, 0))
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    part = np.arange(len(faces)) >= len(faces) // 2
    face = centre(SeenSurface(graph), np.zeros_like(part), part)
    assert part[face]
    middle = graph.centroid[part].mean(axis=0)
    gap = np.linalg.norm(graph.centroid - middle, axis=1)
    assert gap[face] < np.quantile(gap[part], 0.2)


def test_no_error_has_no_centre(sheet):
    surface, column = sheet
    with pytest.raises(ValueError, match="no error"):
        centre(surface, column < 5, column < 5)


def ious(steps):
    return {count: after(steps, count).iou for count in CLICKS}


def test_a_perfect_answer_scores_one_and_is_asked_once(sheet):
    surface, column = sheet
    part, asked = column < 7, []

    def answer(places, signs):
        asked.append((list(places.face), list(signs)))
        return part

    steps = corrective_clicks(answer, surface, part, rng())
    assert ious(steps) == {1: 1.0, 3: 1.0, 5: 1.0, 10: 1.0}
    assert len(asked) == 1
    assert asked[0][1] == [1]


def test_corrective_clicks_say_what_is_missing_and_what_is_too_much(sheet):
    surface, column = sheet
    part = (column >= 5) & (column < 15)
    answers = [column >= 5, (column >= 10) & (column < 15), part]  # too much, too little, right

    def answer(_places, signs):
        return answers[len(signs) - 1]

    steps = corrective_clicks(answer, surface, part, rng())
    assert [step.signs.tolist() for step in steps] == [[1], [1, 0], [1, 0, 1]]
    assert all((part[step.places.face] == step.signs).all() for step in steps)
    assert steps[1].mask is answers[1]
    assert ious(steps) == pytest.approx({1: 10 / 15, 3: 1, 5: 1, 10: 1})


def test_corrective_clicks_end_at_the_most(sheet):
    surface, column = sheet
    part = column < 7
    assert len(corrective_clicks(lambda *_: column < 3, surface, part, rng(), most=4)) == 4


def test_random_clicks_lie_in_the_part_by_area(sheet):
    surface, column = sheet
    part = column < 7
    steps = random_clicks(lambda *_: part, surface, part, rng())
    assert [len(step.places.face) for step in steps] == [1, 3, 5, 10]
    assert all(part[step.places.face].all() and step.signs.all() for step in steps)
    most = steps[-1].places.weight
    assert all((step.places.weight == most[: len(step.signs)]).all() for step in steps)
    assert set(ious(steps).values()) == {1.0}
    again = random_clicks(lambda *_: ~part, surface, part, rng())
    assert set(ious(again).values()) == {0.0}
    assert (again[-1].places.face == steps[-1].places.face).all()
    graph = surface.graph
    graph.area[column < 6], area = 0.0, graph.area.copy()
    try:
        only = random_clicks(lambda *_: part, surface, part, rng())[-1]
        assert (column[only.places.face] == 6).all()
    finally:
        graph.area[:] = area


def test_clicks_lie_anywhere_on_a_large_face():
    """A person does not click the middles of triangles."""
    corners = np.array([[-0.5, -0.5, 0], [0.5, -0.5, 0], [0, 0.5, 0]])
    graph = build_face_graph(corners, np.array([[0, 1, 2]]))
    part, surface = np.ones(1, bool), SeenSurface(graph)
    steps = random_clicks(lambda *_: part, surface, part, rng(), (40,))
    weight = steps[0].places.weight
    assert weight.min() < 0.05
    assert weight.max() > 0.8
    np.testing.assert_allclose(weight.sum(axis=1), 1)


def test_what_is_hidden_inside_is_not_clicked():
    """A small body in a large one, both of one part: nobody sees the small one."""
    outer, faces = moved((0, 0, 0))
    vertices = np.concatenate([outer, 0.2 * outer])
    faces = np.concatenate([faces, faces + len(outer)])
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    part = np.ones(len(faces), bool)
    inner = np.arange(len(faces)) >= len(faces) // 2
    surface = SeenSurface(graph)
    places = random_clicks(lambda *_: part, surface, part, rng(), (200,))[0].places
    assert not inner[places.face].any()
    # The largest error, by area, has a hidden half; the click is on what is seen.
    assert not inner[centre(surface, np.zeros_like(part), part)]
    # A part that is hidden as a whole is clicked as if the other were put aside.
    assert inner[centre(surface, ~inner, part)]
