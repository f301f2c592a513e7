# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces asked for beside their zero level alone, of shapes that are known."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.geometry.isosurface import zero_level
from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.latents.surface import BOUND, Field, dense, extract


def ball(radius: float, slope: float = 20.0) -> Field:
    """A ball whose field saturates, as decoders' do."""

    def field(points):
        return np.tanh(slope * (radius - np.linalg.norm(points, axis=1))).astype(np.float32)

    return field


def slab(points):
    """A wall of 0.024, thinner than the cells that are asked first."""
    out = np.abs(points) - np.array([0.7, 0.5, 0.012])
    far = np.linalg.norm(np.maximum(out, 0), axis=1) + np.minimum(out.max(axis=1), 0)
    return (-far).astype(np.float32)


@pytest.mark.parametrize(("cells", "share"), [(64, 0.18), (128, 0.05), (256, 0.02)])
def test_little_is_asked_and_the_surface_is_that_of_all_places(cells: int, share: float) -> None:
    found = extract(ball(0.8), cells)
    assert found.asked < share * (cells + 1) ** 3
    if cells < 128:
        wanted = dense(ball(0.8), cells).field.whole()
        values = found.field.whole().values
        near = np.abs(wanted.values) < 0.5 * wanted.cell
        assert np.allclose(values[near], wanted.values[near], atol=0.2 * wanted.cell)
        assert np.array_equal(values < 0, wanted.values < 0)


def test_places_are_where_they_are() -> None:
    """Neither half a cell aside nor smaller, whatever the level."""
    for cells in (32, 64, 128):
        vertices, faces = zero_level(extract(ball(0.8, slope=1.0), cells).field)
        assert is_closed_manifold(faces)
        assert np.abs(np.linalg.norm(vertices, axis=1) - 0.8).max() < 0.1 * 2 * BOUND / cells
        assert signed_volume(vertices, faces) == pytest.approx(4 / 3 * np.pi * 0.8**3, rel=1e-2)


def test_a_thin_wall_is_found() -> None:
    vertices, faces = zero_level(extract(slab, 128).field)
    assert is_closed_manifold(faces)
    assert np.ptp(vertices, axis=0) == pytest.approx([1.4, 1.0, 0.024], abs=0.015)


@pytest.mark.parametrize("scale", [1e-3, 50.0])
def test_the_scale_of_the_field_does_not_matter(scale: float) -> None:
    found = extract(lambda points: scale * ball(0.6, slope=1.0)(points), 64).field.whole()
    near = np.abs(found.values) < found.cell
    points = np.stack(np.nonzero(near), axis=1) * found.cell - BOUND
    wanted = np.linalg.norm(points, axis=1) - 0.6
    assert np.abs(found.values[near] - wanted).max() < 0.4 * found.cell


@pytest.mark.parametrize("value", [1.0, -1.0])
def test_all_inside_and_all_outside(value: float) -> None:
    found = extract(lambda points: np.full(len(points), value, np.float32), 64).field
    vertices, faces = zero_level(found)
    assert len(faces) == (0 if value < 0 else len(faces))
    assert bool(len(vertices)) == (value > 0)


def test_a_cancel_is_heard_between_queries() -> None:
    calls = []

    def tell(stage: str, done: int, whole: int) -> None:
        calls.append(done)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        extract(ball(0.8), 128, progress=Progress(tell))
    assert calls == sorted(calls)


def box(points):
    """A box that nearly fills the cube."""
    return (1.0 - np.abs(points).max(axis=1)).astype(np.float32)


def test_little_is_asked_of_what_is_flat_and_the_surface_is_the_same() -> None:
    found, wanted = extract(box, 128), dense(box, 128)
    assert found.asked < 0.06 * 129**3  # both sides of its surface alone are 4.6 %
    vertices, faces = zero_level(found.field)
    true, same = zero_level(wanted.field)
    assert np.allclose(vertices, true, atol=1e-4)
    assert len(faces) == len(same)


@pytest.mark.parametrize("radius", [0.02, 0.03])
@pytest.mark.parametrize("saturates", [False, True])
def test_a_loose_piece_between_the_places_asked_first_is_found(
    radius: float, saturates: bool
) -> None:
    middle = np.full(3, (2 * BOUND / 32) * 4.5)

    def field(points):
        distance = radius - np.linalg.norm(points - middle, axis=1)
        return (np.tanh(20 * distance) if saturates else distance).astype(np.float32)

    vertices, faces = zero_level(extract(field, 256).field)
    assert is_closed_manifold(faces)
    assert np.abs(np.linalg.norm(vertices - middle, axis=1) - radius).max() < 2e-3


def test_the_whole_grid_and_its_pieces_say_the_same() -> None:
    found = extract(ball(0.8), 64).field
    whole = found.whole()
    points = np.random.default_rng(0).uniform(-1.1, 1.1, (500, 3))
    assert np.allclose(found.at(points), whole.at(points), atol=1e-6)
    vertices, faces = zero_level(found)
    same, others = zero_level(whole)
    assert np.allclose(vertices, same)
    assert len(faces) == len(others)
