# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions that slide a surface along itself: found from what is visible, whatever sticks to it."""

import numpy as np
import pytest

from backend.geometry.sampling import random_rotation
from backend.geometry.slippage import moving, turning

RNG = np.random.default_rng(0)


def half_ring(count=800):
    """Points and normals of half a ring about the z axis, as of a wheel that is half sunk."""
    around, tube = RNG.uniform(0, np.pi, count), RNG.uniform(0, 2 * np.pi, count)
    out = np.stack([np.cos(around), np.sin(around), 0 * around], axis=1)
    normal = np.cos(tube)[:, None] * out + np.sin(tube)[:, None] * [0, 0, 1]
    return 0.4 * out + 0.1 * normal, normal


def box(size, faces):
    """Points and normals of some faces of a box: axis and side of each."""
    points, normals = [], []
    for axis, side in faces:
        place, normal = RNG.uniform(-1, 1, (200, 3)), np.zeros((200, 3))
        place[:, axis], normal[:, axis] = side, side
        points.append(place * size)
        normals.append(normal)
    return np.concatenate(points), np.concatenate(normals)


@pytest.mark.parametrize("astray", [0.0, 0.3])
def test_half_a_ring_turns_about_its_axis(astray):
    points, normals = half_ring()
    other = RNG.random(len(points)) < astray
    normals[other] = RNG.standard_normal((int(other.sum()), 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    turn, shift = random_rotation(RNG), np.array([0.3, -0.2, 0.1])
    found = turning(points @ turn.T + shift, normals @ turn.T)
    assert abs(found.axis @ turn[:, 2]) > 0.999
    assert np.linalg.norm(np.cross(found.axis, shift - found.centre)) < 0.01
    assert found.weight[~other].mean() > 0.95
    assert found.weight.shape == (len(points),)


def test_a_bar_moves_along_and_hardly_turns():
    sides = [(0, 1), (0, -1), (1, 1), (1, -1), (2, 1)]
    points, normals = box([0.1, 0.15, 0.5], sides)
    turn = random_rotation(RNG)
    found = moving(points @ turn.T, normals @ turn.T)
    assert abs(found.axis @ turn[:, 2]) > 0.999
    assert np.isclose(found.weight.mean(), 0.8, atol=0.02)
    assert turning(points @ turn.T, normals @ turn.T).weight.mean() < 0.7


@pytest.mark.parametrize("how", [turning, moving])
def test_a_flat_face_and_a_single_place_have_an_answer(how):
    points, normals = box([0.5, 0.5, 0.0], [(2, 1)])
    for count in (len(points), 1):
        found = how(points[:count], normals[:count])
        assert np.isclose(np.linalg.norm(found.axis), 1)
        assert np.isfinite(found.centre).all()
        assert found.weight.min() > 0.99
