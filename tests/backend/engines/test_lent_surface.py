# SPDX-License-Identifier: GPL-3.0-or-later
"""What mirror images and siblings lend: what a part lacks, and nothing that it has."""

import numpy as np
import pytest

from backend.engines.lent_surface import Lenders, _Taken
from backend.engines.visible_part import VisibleObject
from backend.geometry.nearest import NearestFace
from tests.backend.engines.balls import balls

RADIUS = 0.13


@pytest.fixture(scope="module")
def pair():
    """A body with two balls, the second sunk deeper; the lenders of all three."""
    centres = [(0, 0, 0), (0.36, 0, 0), (-0.27, 0, 0)]
    seen = VisibleObject(*balls(centres, [0.25, RADIUS, RADIUS], 3))
    return centres, seen, Lenders(seen)


def test_what_is_lent_lies_on_the_true_surface_and_is_hidden(pair):
    centres, seen, lenders = pair
    vertices, faces = lenders.lent(2)
    middle = vertices[faces].mean(axis=1)
    assert np.abs(np.linalg.norm(middle - centres[2], axis=1) - RADIUS).max() < 0.01
    assert (seen.inside(middle) > 0.5).all()


def test_what_is_lent_looks_outward(pair):
    centres, _, lenders = pair
    vertices, faces = lenders.lent(2)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    outward = np.einsum("ij,ij->i", normal, vertices[faces].mean(axis=1) - centres[2])
    assert (outward > 0).mean() > 0.98


def test_what_a_part_shows_itself_is_not_lent_again(pair):
    lent = pair[2].lent(1)
    shown = np.sqrt(0.36**2 + RADIUS**2)  # beyond, along x, all of the outer ball is visible
    assert lent is None or lent[0][lent[1]].mean(axis=1)[:, 0].max() < shown


def test_different_parts_lend_each_other_nothing():
    rng = np.random.default_rng(0)
    vertices, faces, labels = balls([(0, 0, 0), (0.3, 0, 0), (-0.3, 0, 0)], [0.25, 0.13, 0.13], 3)
    vertices = vertices.copy()
    bumpy = np.unique(faces[labels == 2])
    vertices[bumpy] += 0.02 * rng.standard_normal((len(bumpy), 3))
    lenders = Lenders(VisibleObject(vertices, faces, labels))
    assert lenders._registered(2, 1) is None


def test_a_part_without_faces_is_lent_nothing(pair):
    assert pair[2].lent(17) is None


def test_it_does_not_matter_which_of_a_pair_is_asked_for_first(pair):
    _, seen, _ = pair
    first, second = Lenders(seen), Lenders(seen)
    second._registered(2, 1)
    asked, again = first._registered(1, 2), second._registered(1, 2)
    assert asked is not None
    assert again is not None
    places = seen.vertices
    assert np.array_equal(asked[0](places), again[0](places))


def test_what_is_far_from_faces_is_told_as_by_the_nearest_of_all():
    vertices, faces, _ = balls([(0, 0, 0)], [0.3], 2)
    long = np.concatenate([vertices, [[0.5, -1, 0], [0.5, 1, 0], [0.5, 0, 0.01]]])
    faces = np.concatenate([faces, [[len(vertices), len(vertices) + 1, len(vertices) + 2]]])
    points = np.random.default_rng(5).uniform(-0.7, 0.7, (400, 3))
    for rows in (faces[:-1], faces):  # small faces alone, and with one that is long
        far = _Taken(long, rows).far_from(points, 0.1)
        assert far.tolist() == (NearestFace(long, rows)(points)[1] > 0.1).tolist()
        assert 0 < far.sum() < len(points)
