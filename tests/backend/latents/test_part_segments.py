# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of an object from its latents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh

from backend.geometry.mesh import face_vectors
from backend.latents.part_generator import Surface, sampled
from backend.latents.part_segments import gathered, segments
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
