# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of an object from its latents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh

from backend.geometry.mesh import face_vectors
from backend.latents.part_generator import Surface, sampled
from backend.latents.part_segments import (
    LEAST,
    gathered,
    joined,
    nearest,
    rotations,
    segments,
    turned,
)
from tests.backend.latents.tiny_generator import tiny_generator


def test_places_that_are_mostly_of_one_part_are_gathered():
    chance = np.full((5, 5), 0.1)
    chance[:3, :3] = chance[3:, 3:] = 0.9
    chance[0, 2] = chance[2, 0] = 0.4  # by way of the third they are one
    part = gathered(chance)
    assert part[0] == part[1] == part[2] != part[3] == part[4]
    assert set(part.tolist()) == {0, 1}
    assert gathered(np.ones((1, 1))).tolist() == [0]


def test_where_only_one_of_two_places_thinks_so_the_mean_decides():
    sure, unsure = np.array([[1, 0.9], [0.2, 1]]), np.array([[1, 0.7], [0.2, 1]])
    assert len(set(gathered(sure).tolist())) == 1
    assert len(set(gathered(unsure).tolist())) == 2


def test_every_place_has_a_part_and_the_same_each_time(tmp_path: Path):
    network = tiny_generator(tmp_path).autoencoder
    ball = trimesh.creation.icosphere(2, 0.9)
    vertices, faces = np.asarray(ball.vertices), np.asarray(ball.faces, np.int64)
    surface = sampled(vertices, faces, 600)
    normals, _, middles = face_vectors(vertices, faces)
    places = Surface(middles, normals)
    found = segments(network, surface, places)
    assert found.shape == (len(faces),)
    assert set(found.tolist()) == set(range(found.max() + 1))
    assert np.array_equal(found, segments(network, surface, places))


def test_what_is_too_small_goes_to_what_it_is_likest_to():
    part = np.repeat([0, 1, 2], [LEAST, LEAST - 1, LEAST])
    chance = np.where(part[:, None] == part, 0.9, 0.1)
    chance[np.ix_(part == 2, part == 1)] = 0.4
    found = joined(part, chance)
    assert found.tolist() == [0] * LEAST + [1] * (2 * LEAST - 1)
    assert joined(part[: LEAST + 1], chance[: LEAST + 1, : LEAST + 1]).tolist() == [0] * (LEAST + 1)
    few = np.arange(3)
    assert joined(few, np.eye(3)).tolist() == [0, 0, 0], "all of them are too small"


def test_a_place_goes_to_the_point_that_faces_the_same_way():
    sheet = np.array([[0.0, 0.0, 0.01], [0.0, 0.0, -0.01]])
    up = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    low = Surface(np.array([[0.0, 0.0, 0.005]]), up[1:])
    assert nearest(Surface(sheet, up), low).tolist() == [1]


def test_an_object_is_looked_at_in_its_own_way_and_turned_ones():
    first, second = rotations(2)
    assert np.array_equal(first, np.eye(3))
    assert np.allclose(second @ second.T, np.eye(3))
    assert np.isclose(np.linalg.det(second), 1), "not mirrored"
    box = trimesh.creation.box((1.9, 0.4, 0.4))
    surface = sampled(np.asarray(box.vertices), np.asarray(box.faces, np.int64), 500)
    found = turned(surface, second)
    assert np.isclose(np.abs(found.points).max(), 0.95), "it fills its frame again"
    assert np.allclose(found.normals, surface.normals @ second.T)


def test_what_is_said_of_an_object_in_several_ways_is_averaged(tmp_path: Path):
    network = tiny_generator(tmp_path).autoencoder
    ball = trimesh.creation.icosphere(2, 0.9)
    surface = sampled(np.asarray(ball.vertices), np.asarray(ball.faces, np.int64), 600)
    asked: list[np.ndarray] = []
    told = network.encode
    network.encode = lambda points, *more: (asked.append(points), told(points, *more))[1]
    segments(network, surface, surface, turns=3)
    assert len(asked) == 3
    assert not np.allclose(asked[0], asked[1], atol=0.1)
