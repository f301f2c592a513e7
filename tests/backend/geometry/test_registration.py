# SPDX-License-Identifier: GPL-3.0-or-later
"""Laying surfaces on each other of which each shows only a part, mirrored ones too."""

import numpy as np
import pytest
import trimesh

from backend.geometry.registration import Placement, Samples, agreement, fitted, suggestions


def samples(mesh, count=1500, seed=0):
    points, face = trimesh.sample.sample_surface(mesh, count, seed=seed)
    return Samples(np.asarray(points), np.asarray(mesh.face_normals[face]))


def hand():
    """A shape that is not its own mirror image."""
    palm = trimesh.creation.box((1.0, 0.6, 0.2))
    thumb = trimesh.creation.box((0.2, 0.5, 0.2))
    thumb.apply_translation((0.3, 0.5, 0.05))
    knob = trimesh.creation.icosphere(2, 0.2)
    knob.apply_translation((-0.4, -0.1, 0.2))
    return trimesh.util.concatenate([palm, thumb, knob])


def nothing_hidden(points):
    return np.zeros(len(points), dtype=bool)


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_a_copy_is_found_turned_a_little_and_mirrored(flip):
    here = samples(hand())
    turn = trimesh.transformations.rotation_matrix(0.12, [1, 2, 3])[:3, :3] @ np.diag([flip, 1, 1])
    true = Placement(turn, np.array([3.0, 0.2, -0.4]))
    other = samples(hand(), seed=1)
    there = Samples(true(other.points), other.normals @ turn.T)
    fits = [fitted(here, there, each, keep=0.9) for each in suggestions(here, there)]
    scores = [agreement(here, there, fit, nothing_hidden, 0.01) for fit in fits]
    best = int(np.argmax([score.same for score in scores]))
    assert scores[best].same > 0.9
    assert fits[best].mirrors == (flip < 0)
    assert np.allclose(fits[best](here.points), true(here.points), atol=0.01)


def test_what_should_be_seen_but_is_not_speaks_against():
    whole = samples(trimesh.creation.icosphere(3))
    low = whole.points[:, 2] < 0.2
    part = Samples(whole.points[low], whole.normals[low])
    same = Placement(np.eye(3), np.zeros(3))
    open_air = agreement(whole, part, same, nothing_hidden, 0.02)
    buried = agreement(whole, part, same, lambda points: points[:, 2] > 0.1, 0.02)
    assert open_air.against > 0.3
    assert buried.against < 0.02
    assert buried.same > 0.5


def test_the_way_back_undoes_the_way():
    turn = trimesh.transformations.rotation_matrix(1.0, [1, 0, 2])[:3, :3] @ np.diag([1, -1, 1])
    way = Placement(turn, np.array([1.0, 2, 3]))
    points = np.random.default_rng(0).normal(size=(20, 3))
    assert np.allclose(way.inverse(way(points)), points)
