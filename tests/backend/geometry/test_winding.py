# SPDX-License-Identifier: GPL-3.0-or-later
"""Winding numbers: against exact sums, of surfaces that are closed, open, empty and degenerate."""

import numpy as np
import pytest
import trimesh

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.geometry.winding import WindingNumber, solid_angles


def exact(vertices, faces, points):
    """The sum of all solid angles, without a hierarchy."""
    face, row = (a.ravel() for a in np.indices((len(faces), len(points))))
    angle = solid_angles(vertices[faces], face, points, row)
    return np.bincount(row, angle, minlength=len(points)) / (4 * np.pi)


def bowl():
    """Most of an ellipsoid: vertices and faces."""
    mesh = trimesh.creation.icosphere(4)
    vertices, faces = mesh.vertices * [0.5, 0.3, 0.4], mesh.faces.astype(np.int64)
    return vertices, faces[vertices[faces].mean(axis=1)[:, 2] < 0.2]


def test_an_open_surface_is_as_the_sum_of_solid_angles():
    vertices, faces = bowl()
    rng = np.random.default_rng(0)
    near = vertices[rng.integers(len(vertices), size=300)] + rng.normal(0, 0.01, (300, 3))
    points = np.concatenate([near, rng.uniform(-0.8, 0.8, (300, 3)), [[50.0, 0, 0]]])
    error = np.abs(WindingNumber(vertices, faces)(points) - exact(vertices, faces, points))
    assert error.max() < 0.03
    assert error.mean() < 0.005


def test_a_closed_surface_tells_inside_from_outside_up_to_its_skin():
    box = trimesh.creation.box((1, 2, 3)).subdivide().subdivide()
    winding = WindingNumber(box.vertices, box.faces)
    inside = np.random.default_rng(1).uniform(-0.5, 0.5, (500, 3)) * [1, 2, 3]
    assert np.allclose(winding(inside * 0.999), 1, atol=0.03)
    assert np.allclose(winding(inside + [1.0001, 0, 0]), 0, atol=0.03)


def test_it_is_the_same_far_from_the_origin_and_of_any_size():
    vertices, faces = bowl()
    points = np.random.default_rng(2).uniform(-0.5, 0.5, (200, 3))
    here = WindingNumber(vertices, faces)(points)
    there = WindingNumber(1e3 * vertices + 5e4, faces)(1e3 * points + 5e4)
    assert np.allclose(here, there, atol=0.03)


@pytest.mark.parametrize("count", [0, 1, 9, 33])
def test_few_faces_and_those_without_area_are_no_exception(count):
    vertices, faces = bowl()
    faces = np.concatenate([faces[:count], [[0, 0, 0], [1, 2, 2]]])
    points = np.random.default_rng(3).uniform(-1, 1, (50, 3))
    found = WindingNumber(vertices, faces)(points)
    assert np.allclose(found, exact(vertices, faces[:count], points), atol=0.01)


def test_no_points_have_no_numbers():
    assert WindingNumber(*bowl())(np.empty((0, 3))).shape == (0,)


def test_a_cancelled_job_ends_between_turns():
    def tell(stage, done, whole):
        raise Cancelled("Stopped.", "")

    with pytest.raises(Cancelled):
        WindingNumber(*bowl())(np.zeros((3, 3)), Progress(tell))
