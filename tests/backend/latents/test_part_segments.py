# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of an object from its latents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh

from backend.latents.part_generator import sampled
from backend.latents.part_segments import chosen, owners, segments, spread_anchors
from backend.models.partset import WHOLE
from tests.backend.latents.tiny_generator import tiny_generator


def test_masks_that_are_alike_make_way_for_the_better():
    held = np.zeros((4, 100), bool)
    held[0, :50] = held[1, 2:52] = held[2, 50:] = held[3, :49] = True
    assert chosen(held, np.array([0.8, 0.9, 0.7, 0.2])) == [1, 2]
    assert chosen(held, np.full(4, 0.1)) == [], "none is trusted"


def test_what_adds_next_to_nothing_is_left_out():
    held = np.zeros((2, 100), bool)
    held[0, :80] = held[1, 40:81] = True
    assert chosen(held, np.array([0.9, 0.8])) == [0]


def test_places_belong_to_the_surest_mask_or_to_that_of_their_neighbour():
    places = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [2.1, 0, 0]])
    logit = np.array([[4.0, 1.0, -1.0, -9.0], [-4.0, 3.0, 5.0, -8.0]])
    assert owners(logit, np.array([0.9, 0.9]), places).tolist() == [0, 1, 1, 1]


def test_every_place_has_a_part_and_the_same_each_time(tmp_path: Path):
    network = tiny_generator(tmp_path).autoencoder
    ball = trimesh.creation.icosphere(2, 0.9)
    vertices, faces = np.asarray(ball.vertices), np.asarray(ball.faces, np.int64)
    surface = sampled(vertices, faces, 600)
    places = vertices[faces].mean(axis=1)
    found = segments(network, surface, places, prompts=6)
    assert found.shape == (len(faces),)
    assert set(found.tolist()) == set(range(found.max() + 1))
    assert np.array_equal(found, segments(network, surface, places, prompts=6))


def test_anchors_are_far_from_each_other(tmp_path: Path):
    network = tiny_generator(tmp_path).autoencoder
    ball = trimesh.creation.icosphere(2, 0.9)
    surface = sampled(np.asarray(ball.vertices), np.asarray(ball.faces, np.int64), 600)
    points, normals = (a.astype(np.float32)[None] for a in (surface.points, surface.normals))
    decoded = network.decode(network.encode(points, normals, WHOLE), WHOLE)
    index, at = spread_anchors(network, decoded, 5)
    assert len(set(index.tolist())) == len(index) <= 5
    assert at.shape == (len(index), 3)
