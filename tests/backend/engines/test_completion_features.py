# SPDX-License-Identifier: GPL-3.0-or-later
"""Features of places in hidden regions: finite, named, the same however the object is turned."""

import numpy as np
import trimesh

from backend.engines.completion_features import NAMES, lifted, winding_logit
from backend.engines.visible_part import VisibleObject
from tests.backend.engines.balls import balls

TOWARDS_WORLD = ("place x", "place y", "place z", "outside", "extent 1", "extent 2", "extent 3")


def features(vertices, faces, labels, points, part=1):
    seen = VisibleObject(vertices, faces, labels)
    return lifted(seen.part(part), points, seen.inside(points))


def test_each_has_a_name_and_a_number():
    points = np.random.default_rng(0).uniform(-0.2, 0.5, (200, 3))
    found = features(*balls([(0, 0, 0), (0.33, 0, 0)], [0.25, 0.13], 3), points)
    assert found.shape == (200, len(NAMES))
    assert found.dtype == np.float32
    assert len(set(NAMES)) == len(NAMES)
    assert np.isfinite(found).all()


def test_heights_and_winding_numbers_tell_inside_from_outside():
    points = np.array([[0.34, 0, 0], [0.1, 0, 0]])
    inner, outer = features(*balls([(0, 0, 0), (0.33, 0, 0)], [0.25, 0.13], 3), points)
    height, winding = NAMES.index("height"), NAMES.index("winding")
    assert inner[height] < 0
    assert inner[winding] > 0.5 > outer[winding]
    assert outer[NAMES.index("loop depth")] > inner[NAMES.index("loop depth")]


def test_they_are_the_same_however_the_object_is_turned():
    vertices, faces, labels = balls([(0, 0, 0), (0.33, 0, 0)], [0.25, 0.13], 3)
    turn = trimesh.transformations.rotation_matrix(np.pi / 2, [0, 0, 1])[:3, :3]
    points = np.random.default_rng(1).uniform([0.1, -0.1, -0.1], [0.3, 0.1, 0.1], (100, 3))
    here = features(vertices, faces, labels, points)
    there = features(vertices @ turn.T, faces, labels, points @ turn.T)
    free = [k for k, name in enumerate(NAMES) if name not in TOWARDS_WORLD]
    assert np.abs(here - there)[:, free].mean() < 0.05


def test_a_part_alone_has_features_as_well():
    ball = trimesh.creation.icosphere(2, 0.5)
    whole = np.asarray(ball.vertices), ball.faces.astype(np.int64), np.zeros(len(ball.faces), int)
    assert np.isfinite(features(*whole, np.zeros((3, 3)), part=0)).all()


def test_the_logit_is_bounded():
    assert np.allclose(winding_logit(np.array([-5, 0.5, 7.0])), [-3.89, 0, 3.89], atol=0.01)
