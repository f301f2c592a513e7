# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions of one colour."""

import numpy as np

from backend.images.colours import oklab
from backend.images.regions import (
    colour_regions,
    flooded,
    islands,
    mean_colours,
    neighbours,
    numbered,
    shading,
    smoothed,
    spread_into,
)
from tests.backend.images.drawn import BLUE, RED, bar, disc, doll, painted


def regions_of(picture):
    return colour_regions(oklab(picture[..., :3]), picture[..., 3] > 0)


def test_each_plain_colour_is_a_region_wherever_it_is():
    picture, labels = doll()
    found = regions_of(picture)
    assert int(found.max()) + 1 == int(labels.max()) + 1
    for part in range(int(labels.max()) + 1):
        inside = found[labels == part]
        assert (inside == np.bincount(inside).argmax()).mean() > 0.97


def test_shading_does_not_divide_a_part():
    picture = painted(160, (disc(160, 80, 80, 60), RED))
    shade = 0.6 + 0.4 * np.linspace(1, 0, 160)[:, None, None]
    picture[..., :3] = picture[..., :3] * shade
    assert regions_of(picture).max() == 0


def lit(size, row, column, radius, colour):
    """Colours (size, size, 3) of a ball lit from the upper left, with a highlight."""
    y, x = (np.mgrid[:size, :size] + 0.5 - np.array([row, column])[:, None, None]) / radius
    z = np.sqrt(np.maximum(1 - x * x - y * y, 0))
    light = np.clip(0.6 * z - 0.5 * y - 0.6 * x, 0, 1)[..., None]
    shine = np.clip(0.9 * z - 0.3 * y - 0.3 * x, 0, 1)[..., None] ** 40
    return 255 * np.clip((0.2 + 0.8 * light) * np.array(colour) / 255 + 0.5 * shine, 0, 1)


def test_lit_balls_are_a_region_each_whatever_their_shadows_and_highlights():
    size, at = 240, (75, 165)
    picture, ball = np.zeros((size, size, 4), np.uint8), []
    for row, colour in zip(at, (RED, BLUE), strict=True):
        mask = disc(size, row, 120, 50)
        picture[mask, :3] = lit(size, row, 120, 50, colour)[mask]
        picture[mask, 3] = 255
        ball.append(mask)
    lab = oklab(picture[..., :3])
    assert shading(lab, picture[..., 3] > 0) > 0.9
    found = regions_of(picture)
    assert found.max() == 1
    assert (found[ball[0] & ~ball[1]] == found[40, 120]).mean() > 0.98
    assert found[40, 120] != found[200, 120]


def test_a_flat_drawing_is_not_shaded():
    picture, _ = doll()
    assert shading(oklab(picture[..., :3]), picture[..., 3] > 0) == 0


def test_a_drawn_line_parts_what_it_encloses_and_is_no_part():
    size = 160
    picture = painted(
        size, (disc(size, 80, 80, 70), (0, 0, 0)), (disc(size, 80, 80, 68), RED),
        (bar(size, 10, 150, 79, 82), (0, 0, 0)),
    )  # fmt: skip
    found = regions_of(picture)
    assert found.max() == 1
    assert found[80, 40] != found[80, 120]
    assert (found[picture[..., 3] > 0] >= 0).all()


def test_noise_makes_no_parts():
    rng = np.random.default_rng(0)
    picture = painted(160, (bar(160, 20, 140, 20, 80), RED), (bar(160, 20, 140, 80, 140), BLUE))
    noise = rng.normal(0, 10, (160, 160, 3))
    picture[..., :3] = np.clip(picture[..., :3] + noise, 0, 255)
    assert regions_of(picture).max() == 1


def test_labels_by_hand():
    labels = np.array([[0, 0, 5], [-1, 5, 5], [0, -1, -1]], np.int32)
    assert numbered(labels).tolist() == [[0, 0, 1], [-1, 1, 1], [0, -1, -1]]
    assert islands(numbered(labels)).max() == 2
    low, high, count = neighbours(numbered(labels))
    assert (low.tolist(), high.tolist(), count.tolist()) == ([0], [1], [2])
    everywhere = np.ones((3, 3), bool)
    assert (spread_into(labels, everywhere) >= 0).all()
    assert mean_colours(np.array([[0, 1]]), np.array([[[0.1, 0, 0], [0.5, 0, 0]]])).tolist() == [
        [0.1, 0, 0],
        [0.5, 0, 0],
    ]


def test_a_flood_meets_on_the_ridge():
    seeds = np.full((1, 9), -1, np.int32)
    seeds[0, 0], seeds[0, 8] = 0, 1
    height = np.array([[0, 1, 2, 3, 4, 9, 3, 2, 0]], np.float32)
    made = flooded(seeds, height, np.ones((1, 9), bool), 6)
    assert made[0, :5].tolist() == [0] * 5
    assert made[0, 6:].tolist() == [1] * 3


def test_smoothing_takes_off_a_burr():
    labels = np.where(bar(60, 0, 60, 0, 30), 0, 1).astype(np.int32)
    labels[30, 30:34] = 0
    assert smoothed(labels, np.ones((60, 60), bool), 2.0)[30, 32] == 1
