# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of a part: samples, borders, and whether places are inside the object."""

import numpy as np
import pytest
import trimesh

from backend.engines.visible_part import VisibleObject, loops
from tests.backend.engines.balls import balls


@pytest.fixture(scope="module")
def seen():
    return VisibleObject(*balls([(0, 0, 0), (0.33, 0, 0)], [0.25, 0.13], 3))


def test_inside_is_inside_of_any(seen):
    points = np.array([[0, 0, 0], [0.4, 0, 0], [0.24, 0, 0], [0.5, 0, 0], [0, 0.3, 0]], float)
    assert (seen.inside(points) > 0.5).tolist() == [True, True, True, False, False]


def test_samples_lie_on_the_part_and_the_rest_on_others(seen):
    part = seen.part(1)
    assert np.allclose(np.linalg.norm(part.points - [0.33, 0, 0], axis=1), 0.13, atol=0.01)
    assert np.allclose(np.linalg.norm(part.others, axis=1), 0.25, atol=0.02)
    assert not part.lent.any()
    assert part.winding is part.own_winding
    assert (part.low < part.points.min(0)).all()
    assert (part.high > part.points.max(0)).all()


def test_its_border_is_one_loop_that_goes_on_into_the_other(seen):
    border = seen.part(1).border
    assert len(border.ring) == 1
    assert border.ring[0, 3] < -0.3  # the surface goes on towards the large ball
    assert (border.outward[:, 0] < 0).mean() > 0.8
    assert 0.2 < border.room[0] < 0.6


def test_what_is_lent_joins_the_samples_and_ends_the_border(seen):
    ball = trimesh.creation.icosphere(3, 0.13)
    ball.apply_translation((0.33, 0, 0))
    hidden = np.linalg.norm(ball.triangles_center, axis=1) < 0.25
    part = seen.part(1, (np.asarray(ball.vertices), ball.faces[hidden].astype(np.int64)))
    assert 0.02 < part.lent.mean() < 0.5
    assert len(part.border.middle) < len(seen.part(1).border.middle) / 2
    centre = np.array([[0.33, 0, 0], [0.22, 0, 0]])
    assert np.allclose(part.winding(centre), 1, atol=0.1)


def test_a_part_without_area_is_not_seen():
    flat = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 1, 0]], float) / 2
    faces = np.array([[0, 1, 2], [0, 1, 3]])
    seen = VisibleObject(flat, faces, np.array([0, 1]))
    assert seen.part(0) is None
    assert seen.part(1) is not None


def test_a_round_loop_is_measured():
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    spoke = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    along = np.stack([-np.sin(angle), np.cos(angle), 0 * angle], axis=1)
    down = np.tile([0.0, 0, -1], (64, 1))
    ring = loops(2 * spoke, along, down, spoke, np.full(64, 0.2), np.zeros(64, np.int64))[0]
    assert np.allclose(ring[:3], 0)
    assert np.allclose(ring[3:6], [0, 0, -1])  # a tube that goes on downward
    assert np.allclose(ring[[6, 7, 8, 10]], [2, 0, 0, 1])


def test_a_part_that_is_none_shows_nothing():
    vertices, faces, labels = balls([(0, 0, 0), (0.33, 0, 0)], [0.25, 0.13], 2)
    seen = VisibleObject(vertices, faces, 2 * labels)
    assert [len(rows) for rows in seen.rows] == [(labels == 0).sum(), 0, (labels == 1).sum()]
    assert seen.part(1) is None
    assert seen.part(3) is None
