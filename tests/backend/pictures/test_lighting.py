# SPDX-License-Identifier: GPL-3.0-or-later
"""Light of the pictures: how much reaches a point, how few rays tell, and where it may spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from backend.pictures import lighting
from backend.pictures.lighting import (
    BACKGROUND,
    LAMP,
    LAMP_POWER,
    OFFSET,
    SKY,
    Quality,
    Raster,
    ground_light,
    surface_light,
)
from backend.pictures.raycast import Camera

BOX = np.stack(np.meshgrid([-0.5, 0.5], [0, 1], [-0.5, 0.5]), axis=-1).reshape(-1, 3).astype("f4")
UP = np.array([0, 1, 0], dtype=np.float32)
OPEN_UP = SKY * (0.85 + 0.35 * 2 / 3) + LAMP_POWER * LAMP[1]  # the mean cosine to the sky is 2/3


@dataclass
class Sky:
    """A tracer that hides what it is told, and keeps what it is asked."""

    hides: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda o, d: np.zeros(len(o), bool)
    asked: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)

    def blocked(self, origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
        assert origins.shape == directions.shape == (len(origins), 3)
        self.asked.append((origins, directions))
        return self.hides(origins, directions)

    @property
    def rays(self) -> int:
        return sum(len(origins) for origins, _ in self.asked)


def raster(normal: np.ndarray, depth: np.ndarray | None = None, hit: np.ndarray | None = None):
    """What is seen of pixels with normals (h, w, 3), each a triangle; x and z are its place."""
    shape = normal.shape[:2]
    row, column = np.nonzero(np.ones(shape, bool) if hit is None else hit)
    own = np.ascontiguousarray(normal[row, column].T, dtype=np.float32)
    point = np.stack([column, np.zeros(len(row)), row]).astype(np.float32)
    far = (np.ones(shape) if depth is None else depth)[row, column].astype(np.float32)
    return Raster(shape, row, column, point, own, own, np.arange(len(row)), far)


def level(height: int, width: int, normal: np.ndarray = UP) -> np.ndarray:
    return np.broadcast_to(normal, (height, width, 3)).astype(np.float32)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_under_an_open_sky_light_depends_on_the_normal_alone(step: int):
    found = surface_light(Sky(), raster(level(14, 17)), Quality(light_step=step))
    np.testing.assert_allclose(found, OPEN_UP, atol=0.01)
    side, under = (
        surface_light(Sky(), raster(level(9, 9, np.array(n))), Quality(light_step=step))
        for n in ([-1, 0, 0], [0, -1, 0])
    )
    assert under.max() < side.min() <= side.max() < found.min()
    assert under.min() > 0, "the ground throws light back"


def test_where_nothing_gets_in_it_is_dark():
    shut = Sky(lambda origins, directions: np.ones(len(origins), bool))
    assert surface_light(shut, raster(level(12, 12)), Quality()).max() < 1e-5


def test_the_lamp_alone_is_hidden_by_what_stands_before_it():
    before = Sky(lambda origins, directions: directions @ LAMP > 0.97)
    found = surface_light(before, raster(level(20, 20)), Quality(sky=64))
    sky = OPEN_UP - LAMP_POWER * LAMP[1]
    assert 0.85 * sky < found.min() <= found.max() < sky


def test_rays_leave_their_face():
    """Also where a smooth normal leans over the triangle that it belongs to."""
    leaning = np.array([np.sqrt(0.75), 0.5, 0], dtype=np.float32)
    flat = raster(level(16, 16))
    smooth = raster(level(16, 16, leaning))
    tracer = Sky()
    surface_light(tracer, replace(flat, normal=smooth.normal), Quality())
    for origins, directions in tracer.asked:
        assert directions[:, 1].min() > -1e-6
        np.testing.assert_allclose(origins[:, 1], OFFSET, rtol=1e-3)
        np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-5)


def test_one_point_in_several_pixels_is_lit():
    counts = []
    for step in (1, 3):
        tracer = Sky()
        surface_light(tracer, raster(level(60, 60)), Quality(light_step=step))
        counts.append(tracer.rays)
    assert counts == [60 * 60 * 11, 20 * 20 * 11]


def test_one_lit_pixel_is_enough():
    """A needle of single pixels, each in a cell of its own with nothing around."""
    hit = np.zeros((30, 30), dtype=bool)
    hit[::7, ::7] = True
    found = surface_light(Sky(), raster(level(30, 30), hit=hit), Quality())
    np.testing.assert_allclose(found, OPEN_UP, atol=0.01)


@pytest.mark.parametrize("edge", ["crease", "step"])
def test_shade_does_not_pass_to_another_surface(edge: str):
    normal, depth = level(30, 30).copy(), np.ones((30, 30))
    if edge == "crease":
        normal[:, 15:] = [0, 0.6, 0.8]
    else:
        depth[:, 15:] = 1.1
    dark = Sky(lambda origins, directions: origins[:, 0] < 14.5)
    found = surface_light(dark, raster(normal, depth), Quality()).reshape(30, 30)
    assert found[:, :15].max() < 1e-5
    np.testing.assert_allclose(found[:, 15:], found[0, -1], atol=0.01)
    assert found[0, -1] > 0.5


def test_shade_is_soft_on_one_surface():
    dark = Sky(lambda origins, directions: origins[:, 0] < 14.5)
    found = surface_light(dark, raster(level(30, 30)), Quality()).reshape(30, 30)
    assert np.abs(np.diff(found, axis=1)).max() < 0.3 * found.max()
    assert found[:, 0].max() < 1e-5
    assert (np.diff(found[15]) > -1e-4).all()


def test_even_surfaces_are_spread_as_all_others_are():
    """What is done sooner where the surface goes on gives what the full comparison gives."""
    rng = np.random.default_rng(3)
    step, height, width = 3, 12, 11
    y, x = np.mgrid[: height * step, : width * step]
    bend = 0.05 * x + 1.2 * (y > 17)  # curved, with a crease across
    normal = np.stack([np.sin(bend), np.cos(bend), np.zeros(x.shape)], axis=-1)
    surface = raster(normal, 0.002 * y + 0.1 * (x > 20), rng.random(x.shape) < 0.9)
    cell = (surface.row // step) * width + surface.column // step
    guide = np.zeros((4, height * width), dtype=np.float32)
    guide[:3, cell], guide[3, cell] = surface.normal, surface.depth
    values = rng.random((2, height, width)).astype(np.float32)
    even = lighting._even(guide.reshape(4, height, width))
    assert 0.2 < even.mean() < 0.8, "both ways are gone here"
    found = lighting._spread(values, guide.reshape(4, height, width), surface, cell, step)

    flat, own = values.reshape(2, -1), np.concatenate([surface.normal, surface.depth[None]])
    total, weight = flat[:, cell] * 1e-4, np.full(len(cell), 1e-4)
    at = [(line + 0.5) / step - 0.5 for line in (surface.row, surface.column)]
    for dy in (0, 1):
        for dx in (0, 1):
            low = [np.floor(line).astype(int) + d for line, d in zip(at, (dy, dx), strict=True)]
            w = np.prod([1 - np.abs(a - b) for a, b in zip(at, low, strict=True)], axis=0)
            place = np.clip(low[0], 0, height - 1) * width + np.clip(low[1], 0, width - 1)
            w = w * lighting._alike(guide[:, place], own)
            total, weight = total + w * flat[:, place], weight + w
    np.testing.assert_allclose(found, total / weight, atol=1e-5)


def test_the_ground_is_bright_and_gets_shadows_that_the_frame_does_not_cut():
    camera = Camera(BOX, 101, 75)
    np.testing.assert_allclose(ground_light(Sky(), camera, Quality()), BACKGROUND, atol=1e-5)
    shut = Sky(lambda origins, directions: np.ones(len(origins), bool))
    shade = ground_light(shut, camera, Quality())
    assert shade.shape == (75, 101)
    assert shade.dtype == np.float32
    assert shade[37, 50] < 0.05
    for line in (shade[0], shade[:, 0]):
        np.testing.assert_allclose(line, BACKGROUND, atol=1e-5)


def test_the_ground_lies_under_the_object():
    camera = Camera(BOX, 160, 160)
    tracer = Sky(lambda origins, directions: np.hypot(origins[:, 0], origins[:, 2]) < 0.3)
    shade = ground_light(tracer, camera, Quality(ground_step=2))
    assert all(np.allclose(origins[:, 1], -OFFSET) for origins, _ in tracer.asked)
    darkest = np.argwhere(shade < 0.3 * BACKGROUND).mean(axis=0)[::-1]
    np.testing.assert_allclose(darkest, camera.project(np.zeros((1, 3)))[0], atol=3)


def test_directions_about_a_normal_are_spread_by_the_cosine():
    rays = np.stack([np.stack(lighting._cosine_sample(np.arange(16), k, 8)) for k in range(8)])
    np.testing.assert_allclose(np.linalg.norm(rays, axis=1), 1, atol=1e-6)
    assert len(np.unique(rays.transpose(0, 2, 1).reshape(-1, 3).round(5), axis=0)) == 8 * 16
    assert rays[:, 2].mean() == pytest.approx(2 / 3, abs=0.01)
    assert np.abs(rays[:, :2].mean(axis=(0, 2))).max() < 0.05


def test_tangents_stand_at_right_angles():
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(3, 200)).astype(np.float32)
    normals[:, :6] = np.concatenate([np.eye(3), -np.eye(3)], axis=1)
    normals /= np.linalg.norm(normals, axis=0)
    frame = np.stack([*lighting._tangents(normals), normals])  # (vector, axis, n)
    product = np.einsum("ain,bin->nab", frame, frame)
    np.testing.assert_allclose(product, np.broadcast_to(np.eye(3), product.shape), atol=1e-5)


def test_metal_mirrors_a_bright_sky_and_a_dark_ground() -> None:
    from backend.pictures.lighting import Raster, shining

    normal = np.array([[0.0, 0.6, 0.8], [0.0, -0.6, 0.8]], np.float32).T
    nothing = np.zeros((3, 2), np.float32)
    row = np.arange(2)
    surface = Raster((1, 2), row * 0, row, nothing, normal, normal, row, row.astype(np.float32))
    light = np.full(2, 0.7, np.float32)
    away = np.array([0.0, 0.0, -1.0], np.float32)
    metal = shining(light, surface, away, np.ones(2, np.float32))
    assert metal[0] > 2 * metal[1]
    assert shining(light, surface, away, np.zeros(2, np.float32)) == pytest.approx(light)
