# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies between meshes and the part generator's tokens."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.geometry.isosurface import zero_level
from backend.geometry.mesh import is_closed_manifold
from backend.latents.part_generator import (
    Frame,
    PartGenerator,
    Surface,
    Told,
    sampled,
)
from backend.models.partset import OWN, WHOLE
from tests.backend.latents.tiny_generator import tiny_generator


def cube() -> tuple[np.ndarray, np.ndarray]:
    box = trimesh.creation.box((1.8, 1.8, 1.8))
    return np.asarray(box.vertices), np.asarray(box.faces, np.int64)


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> PartGenerator:
    return tiny_generator(tmp_path_factory.mktemp("weights"))


def test_a_frame_fills_the_cube_with_the_longest_side_and_comes_back() -> None:
    points = np.array([[1.0, 2.0, 3.0], [3.0, 12.0, 4.0]])
    frame = Frame.around(points)
    inside = frame.into(points)
    np.testing.assert_allclose(np.abs(inside).max(axis=0), [0.19, 0.95, 0.095])
    np.testing.assert_allclose(frame.out(inside), points)


def test_normals_stay_upright_on_what_is_stretched() -> None:
    vertices, faces = cube()
    slant = vertices @ np.array([[1, 0, 0], [0.4, 1, 0], [0, 0.2, 1.0]])
    half = np.array([0.5, 2.0, 1.0])
    stretched = sampled(slant / half, faces, 64)
    found = sampled(slant, faces, 64).within(np.zeros(3), half)
    # Where both draw from one face, its normal is the same.
    alike = np.abs(found.normals @ stretched.normals.T).max(axis=1)
    np.testing.assert_allclose(alike, 1.0, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(found.normals, axis=1), 1.0)


def test_tokens_tell_shapes_apart_and_do_not_ask_in_which_order(generator: PartGenerator) -> None:
    surface = sampled(*cube(), 512)
    tokens = generator.tokens(surface, WHOLE)
    config = generator.flow.config
    assert tokens.shape == (config.whole_tokens, config.token)
    order = np.random.default_rng(0).permutation(512)
    shuffled = Surface(surface.points[order], surface.normals[order])
    np.testing.assert_allclose(generator.tokens(shuffled, WHOLE), tokens, atol=2e-4)
    smaller = Surface(surface.points * 0.5, surface.normals)
    assert np.abs(generator.tokens(smaller, WHOLE) - tokens).max() > 0.05


def test_a_part_is_told_in_its_own_frame_wherever_it_is(generator: PartGenerator) -> None:
    vertices, faces = cube()
    here = generator.told(0.3 * vertices, faces)
    there = generator.told(0.1 * vertices + [0.5, -0.2, 0.1], faces)
    np.testing.assert_allclose(here.own, there.own, atol=2e-3)
    assert np.abs(here.placed - there.placed).max() > 0.02
    np.testing.assert_allclose(there.box[1] - there.box[0], 0.1 * np.ptp(vertices, axis=0))
    assert isinstance(here, Told)


def test_a_shape_is_closed_and_a_cancel_is_heard(generator: PartGenerator) -> None:
    size = generator.flow.config.tokens, generator.flow.config.token
    tokens = np.random.default_rng(5).normal(size=size).astype(np.float32)
    found = generator.shape(tokens, OWN, 32)
    vertices, faces = zero_level(found.field)
    assert len(faces) > 100
    assert is_closed_manifold(faces)
    # What the network says there is about nothing.
    assert np.abs(generator.field(tokens)(vertices.astype(np.float32))).mean() < 0.02

    def tell(stage: str, done: int, whole: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        generator.shape(tokens, OWN, 32, Progress(tell))
