# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures without holes."""

import numpy as np
import pytest

from backend.images import textures
from backend.images.canvas import canvas_of
from backend.images.textures import PADDING, Tile, front_tile, packed, push_pull
from tests.backend.images.drawn import BLUE, RED, SKIN, bar, disc, painted


def test_what_is_not_known_goes_on_from_what_is():
    values = np.zeros((33, 50, 3), np.float32)
    values[:, :20] = (200, 100, 50)
    known = np.zeros((33, 50), bool)
    known[:, :20] = True
    made = push_pull(values, known)
    assert np.abs(made - (200, 100, 50)).max() < 1


def face_with_an_eye():
    face, eye = disc(200, 100, 100, 80), disc(200, 80, 80, 14)
    picture = painted(200, (face, SKIN), (eye, (0, 0, 0)))
    return picture, face, eye


def test_a_front_keeps_its_picture_and_has_no_fringe_of_the_background():
    picture, _, _ = face_with_an_eye()
    covered = picture[..., 3] / np.float32(255)
    canvas = canvas_of(picture, covered)
    labels = np.where(canvas.figure, 0, -1).astype(np.int32)
    ink = np.zeros(labels.shape, bool)
    front, back = front_tile(picture, covered, canvas, labels, 0, canvas.figure, ink, most=4.0)
    pixels = front.picture.reshape(-1, 3)
    near = np.minimum(np.abs(pixels - SKIN).max(axis=1), np.abs(pixels).max(axis=1))
    assert (near > 40).mean() < 0.01  # else it is skin or eye
    assert (np.abs(pixels).max(axis=1) < 30).mean() > 0.01
    assert np.abs(back.picture - SKIN).max() < 12  # no eye behind


def test_an_eye_near_the_outline_is_kept_and_a_line_along_it_is_not(monkeypatch):
    monkeypatch.setattr(textures, "OUTLINE", 0.06)
    face, eye = disc(200, 100, 100, 80), disc(200, 30, 100, 5)  # 5 pixels from the outline
    line = face & ~disc(200, 100, 100, 78.5)
    picture = painted(200, (face, SKIN), (line, (0, 0, 0)), (eye, (0, 0, 0)))
    covered = picture[..., 3] / np.float32(255)
    canvas = canvas_of(picture, covered)
    labels = np.where(canvas.figure, 0, -1).astype(np.int32)
    ink = canvas.raster((picture[..., 0] == 0).astype(np.float32)) > 0.5
    front, _ = front_tile(picture, covered, canvas, labels, 0, canvas.figure, ink, most=4.0)
    black = np.abs(front.picture).max(axis=2) < 128
    share = front.box[2] * canvas.step / len(black)
    assert black.sum() * share**2 == pytest.approx(eye.sum(), rel=0.1)


def test_a_brim_runs_around_to_the_back():
    hat, brim = bar(200, 20, 180, 40, 160), bar(200, 140, 180, 40, 160)
    picture = painted(200, (hat, RED), (brim, BLUE), (disc(200, 80, 100, 20), SKIN))
    covered = picture[..., 3] / np.float32(255)
    canvas = canvas_of(picture, covered)
    labels = np.where(canvas.figure, 0, -1).astype(np.int32)
    ink = np.zeros(labels.shape, bool)
    _, back = front_tile(picture, covered, canvas, labels, 0, canvas.figure, ink, most=4.0)
    rows = len(back.picture)
    assert np.abs(back.picture[: int(0.68 * rows)] - RED).max() < 12  # no badge
    assert np.abs(back.picture[int(0.82 * rows) :] - BLUE).max() < 12


def test_what_another_part_hides_is_filled_with_ones_own_colour():
    body, patch = disc(200, 100, 100, 80), disc(200, 100, 100, 30)
    picture = painted(200, (body, RED), (patch, SKIN))
    covered = picture[..., 3] / np.float32(255)
    canvas = canvas_of(picture, covered)
    labels = np.where(canvas.figure, 0, -1).astype(np.int32)
    labels[canvas.raster(patch.astype(np.float32)) > 0.5] = 1
    ink = np.zeros(labels.shape, bool)
    front, _ = front_tile(picture, covered, canvas, labels, 0, canvas.figure, ink, most=4.0)
    assert np.abs(front.picture - RED).max() < 20


def test_tiles_lie_apart_in_the_atlas_and_are_found_again():
    rng = np.random.default_rng(0)
    tiles = []
    for number in range(9):
        height, width = rng.integers(5, 90, 2)
        colour = np.full((height, width, 3), 20.0 * number + 20, np.float32)
        tiles.append(Tile((10.0, 20.0, float(height), float(width)), colour))
    atlas = packed(tiles)
    taken = np.zeros(atlas.picture.shape[:2], int)
    for number, (left, top, width, height) in enumerate(atlas.places):
        window = slice(top, top + height), slice(left, left + width)
        assert (atlas.picture[window][..., 0] == 20 * number + 20).all()
        around = (slice(top - PADDING, top + height + PADDING),
                  slice(left - PADDING, left + width + PADDING))  # fmt: skip
        taken[around] += 1
        uv = atlas.uv(tiles[number], number, np.array([20.0]), np.array([10.0]))
        size = atlas.picture.shape
        np.testing.assert_allclose(uv, [[left / size[1], 1 - top / size[0]]])
    assert taken.max() == 1


def test_an_atlas_that_would_be_too_large_is_made_smaller(monkeypatch):
    monkeypatch.setattr(textures, "LARGEST", 512)
    tile = Tile((0, 0, 9, 9), np.zeros((400, 400, 3), np.float32))
    assert max(packed([tile, tile, tile]).picture.shape) <= 512


def test_a_front_has_the_very_pixels_of_a_finer_picture():
    picture = painted(900, (disc(900, 450, 450, 440), SKIN))
    row, column = np.mgrid[:900, :900]
    chess = ((row + column) % 2 == 0) & disc(900, 450, 450, 300)
    picture[chess, :3] = 0
    covered = picture[..., 3] / np.float32(255)
    canvas = canvas_of(picture, covered)
    labels = np.where(canvas.figure, 0, -1).astype(np.int32)
    ink = np.zeros(labels.shape, bool)
    front, _ = front_tile(picture, covered, canvas, labels, 0, canvas.figure, ink, most=4.0)
    middle = front.picture[350:550, 350:550]
    assert set(np.unique(middle[..., 0]).tolist()) == {0.0, float(SKIN[0])}
    # Its corners are where the box says, in pixels of the canvas.
    top, left, height, width = front.box
    assert canvas.top + top * canvas.step == pytest.approx(round(canvas.top + top * canvas.step))
    assert height * canvas.step == pytest.approx(len(front.picture))
    assert (top, left) < (canvas.rows, canvas.columns)
    assert width * canvas.step == pytest.approx(front.picture.shape[1])
