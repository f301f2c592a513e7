# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures found by alpha, by a plain background and by a rectangle."""

import numpy as np
import pytest

from backend.images.colours import oklab
from backend.images.figure import coverage, drawn_lines
from tests.backend.images.drawn import RED, bar, disc, doll, painted


def iou(one, two):
    return (one & two).sum() / (one | two).sum()


def test_alpha_is_the_coverage():
    picture, labels = doll()
    picture[0, 0] = (0, 0, 0, 128)
    covered = coverage(picture)
    assert np.array_equal(covered > 0.9, labels >= 0)
    assert covered[0, 0] == pytest.approx(128 / 255)


@pytest.mark.parametrize("ground", [(255, 255, 255, 255), (30, 40, 60, 255), (120, 200, 240, 255)])
def test_a_plain_background_is_taken_off(ground):
    picture, labels = doll(ground=ground)
    assert iou(coverage(picture) >= 0.5, labels >= 0) > 0.98


def test_a_background_that_changes_slowly_and_is_noisy_is_taken_off():
    picture, labels = doll(ground=(200, 220, 240, 255))
    rng = np.random.default_rng(0)
    light = np.linspace(0, -35, 160)[:, None, None] + rng.normal(0, 4, (160, 160, 1))
    free = labels < 0
    picture[..., :3][free] = np.clip(picture[..., :3] + light, 0, 255)[free].astype(np.uint8)
    assert iou(coverage(picture) >= 0.5, labels >= 0) > 0.95


def test_white_in_an_eye_stays_and_the_gap_under_an_arm_goes():
    size = 200
    body, gap, eye = disc(size, 100, 100, 80), bar(size, 90, 140, 110, 150), disc(size, 60, 80, 7)
    white = (255, 255, 255)
    picture = painted(size, (body, RED), (gap | eye, white), ground=(*white, 255))
    covered = coverage(picture) >= 0.5
    assert covered[eye].all()
    assert not covered[gap].any()


def test_a_drawing_of_lines_is_filled_by_its_paper():
    size = 200
    outer, inner = disc(size, 100, 100, 80), disc(size, 100, 100, 77)
    arm = bar(size, 95, 105, 60, 140) & inner
    picture = painted(
        size, (outer, (0, 0, 0)), (inner, (255, 255, 255)), (arm, (0, 0, 0)),
        ground=(255, 255, 255, 255),
    )  # fmt: skip
    assert iou(coverage(picture) >= 0.5, outer) > 0.98


def test_a_rectangle_finds_a_figure_on_a_busy_background():
    rng = np.random.default_rng(1)
    size = 160
    picture = np.full((size, size, 4), 255, np.uint8)
    picture[..., :3] = rng.integers(40, 120, (size, size, 1)) + np.array([0, 40, 10])
    mask = disc(size, 85, 80, 42)
    picture[mask, :3] = (225, 90, 60) + rng.integers(-15, 15, (mask.sum(), 3))
    assert iou(coverage(picture, (25, 30, 135, 140)) >= 0.5, mask) > 0.93


def test_a_picture_of_one_colour_has_no_figure():
    assert coverage(np.full((64, 64, 4), 255, np.uint8)).max() < 0.5


def test_drawn_lines_are_thin_and_dark():
    size = 200
    face, line, boot = (
        disc(size, 90, 100, 70),
        disc(size, 90, 100, 73),
        bar(size, 160, 196, 60, 140),
    )
    picture = painted(size, (line, (10, 10, 10)), (face, RED), (boot, (15, 15, 15)))
    found = drawn_lines(oklab(picture[..., :3]), picture[..., 3] > 0)
    rim = line & ~face & ~boot
    assert found[rim].mean() > 0.8
    assert not found[face & ~boot].any()
    assert found[boot].mean() < 0.2


def test_lines_round_what_is_dark_itself_are_drawn_lines_too():
    line, hair = disc(200, 100, 100, 74), disc(200, 100, 100, 71)
    picture = painted(200, (line, (12, 12, 12)), (hair, (90, 55, 30)))
    found = drawn_lines(oklab(picture[..., :3]), picture[..., 3] > 0)
    assert found[line & ~hair].mean() > 0.8
    assert not found[hair].any()
