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


def test_a_half_sunk_wheel_says_where_its_other_half_is():
    wheel = trimesh.creation.torus(0.35, 0.1, 48, 24)
    shown = wheel.faces[wheel.vertices[wheel.faces].mean(axis=1)[:, 1] > 0.05].astype(np.int64)
    ground = trimesh.creation.box([1, 0.6, 0.6])
    ground.apply_translation([0, -0.25, 0])
    vertices = np.concatenate([wheel.vertices, ground.vertices])
    faces = np.concatenate([shown, ground.faces + len(wheel.vertices)])
    labels = np.repeat([0, 1], [len(shown), len(ground.faces)])
    around = np.linspace(np.pi + 0.3, 2 * np.pi - 0.3, 9)
    middle = 0.35 * np.stack([np.cos(around), np.sin(around), 0 * around], axis=1)
    inner, outer = (
        features(vertices, faces, labels, middle, 0),
        features(vertices, faces, labels, middle + [0, 0, 0.15], 0),
    )
    height, fit = NAMES.index("turned height"), NAMES.index("turns")
    assert (inner[:, height] < -0.05).all()
    assert (outer[:, height] > 0.02).all()
    assert inner[0, fit] > 0.8


def test_a_rod_through_a_bead_has_slices_on_both_sides():
    rod = trimesh.creation.cylinder(0.05, 1.0, 24).subdivide().subdivide()
    middle = rod.vertices[rod.faces].mean(axis=1)[:, 2]
    shown = rod.faces[np.abs(middle) > 0.2].astype(np.int64)
    bead = trimesh.creation.icosphere(3, 0.22)
    vertices = np.concatenate([rod.vertices, bead.vertices])
    faces = np.concatenate([shown, bead.faces + len(rod.vertices)])
    labels = np.repeat([0, 1], [len(shown), len(bead.faces)])
    points = np.array([[0, 0, 0.0], [0.1, 0, 0], [0, 0, 0.4]])
    within, beside, end = features(vertices, faces, labels, points, 0)
    height, gap, beyond = (NAMES.index(f"moved {name}") for name in ("height", "gap", "beyond"))
    assert within[height] < 0 < beside[height]
    assert within[gap] > 0.2 > 0.05 > end[gap]
    assert within[beyond] < 0


def test_the_logit_is_bounded():
    assert np.allclose(winding_logit(np.array([-5, 0.5, 7.0])), [-3.89, 0, 3.89], atol=0.01)
