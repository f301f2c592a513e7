# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels as they are sent, and masks as people paint them."""

from __future__ import annotations

import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.core import pictures
from partwise.blender_addon.core.pictures import (
    Pixels,
    backdrop_of,
    coloured,
    one_numbering,
    painted,
)

RED, GREEN, GREY, CLEAR = (220, 30, 30, 255), (30, 200, 60, 255), (90, 90, 90, 255), (0, 0, 0, 0)


def halves(left=RED, right=GREEN, rim=CLEAR) -> np.ndarray:
    """(40, 40, 4) two halves inside a rim."""
    mask = np.full((40, 40, 4), rim, np.uint8)
    mask[6:34, 6:20], mask[6:34, 20:34] = left, right
    return mask


def regions(labels: np.ndarray) -> set[int]:
    assert labels.dtype == np.int32
    return set(np.unique(labels).tolist())


@pytest.mark.parametrize("rim", [CLEAR, GREY, (255, 255, 255, 255)])
def test_each_colour_is_a_part_and_the_rim_is_none(rim):
    labels = painted(halves(rim=rim), "Mask")
    assert regions(labels) == {-1, 0, 1}
    assert (labels >= 0).sum() == 28 * 28
    assert labels[10, 10] != labels[10, 30]


def test_soft_edges_make_no_parts_of_their_own():
    mask = halves().astype(float)
    mask[6:34, 20] = (mask[6:34, 19] + mask[6:34, 21]) / 2
    mask[5, 6:34] = mask[6, 6:34] * 0.4  # of the brush, and half transparent
    mask[20, 20] = (1, 2, 3, 255)
    labels = painted(mask.astype(np.uint8), "Mask")
    assert regions(labels) == {-1, 0, 1}
    assert (labels[6:34, 6:34] >= 0).all()


def test_colours_that_are_almost_the_same_are_one():
    mask = halves()
    mask[10:20, 6:20, 0] -= 3
    mask[20:30, 6:20, 1] += 5
    assert regions(painted(mask, "Mask")) == {-1, 0, 1}


def test_what_is_left_of_the_backdrop_is_no_part():
    picture = np.random.default_rng(3).integers(0, 256, (40, 40, 4)).astype(np.uint8)
    backdrop = backdrop_of(picture)
    assert np.ptp(backdrop[..., :3].astype(int), axis=2).max() == 0, "it is grey"
    mask = backdrop.copy()
    mask[6:34, 6:20], mask[6:34, 20:34] = RED, GREEN
    mask[6:34, 5] = (mask[6:34, 6].astype(int) + backdrop[6:34, 5]) // 2  # a soft brush
    labels = painted(mask, "Mask", backdrop)
    assert regions(labels) == {-1, 0, 1}
    assert (labels[:, :5] == -1).all()
    with pytest.raises(BadInput, match="“Mask” is empty"):
        painted(backdrop, "Mask", backdrop)


def test_labels_become_a_mask_and_that_the_same_labels():
    labels = np.repeat(np.arange(-1, 19, dtype=np.int32), 8)[None].repeat(32, axis=0)
    backdrop = backdrop_of(np.zeros((64, 320, 4), np.uint8))
    again = painted(coloured(labels, backdrop), "Mask", backdrop)[::2, ::2]
    for part in range(-1, 19):
        assert len(np.unique(again[labels == part])) == 1
    assert len(regions(again)) == 20
    assert (again[labels == -1] == -1).all()


def test_masks_that_cannot_be_used_are_refused():
    with pytest.raises(BadInput, match="“Mask” is empty") as error:
        painted(np.zeros((9, 9, 4), np.uint8), "Mask")
    assert "Paint each part" in error.value.hint
    row, column = np.mgrid[:64, :64] // 6
    many = np.stack([row * 24, column * 24, 0 * row, 0 * row + 255], axis=2).astype(np.uint8)
    with pytest.raises(BadInput, match="too many colours"):
        painted(many, "Mask")
    noise = np.random.default_rng(3).integers(0, 256, (300, 300, 4)).astype(np.uint8)
    noise[..., 3] = 255
    with pytest.raises(BadInput, match="too many colours"):
        painted(noise, "Mask")


@pytest.mark.parametrize("shape", [(40, 40), (41, 30), (7, 100), (1, 50)])
def test_picture_and_mask_are_sent_in_the_same_size(monkeypatch, shape):
    monkeypatch.setattr(pictures, "LONGEST", 16)
    values = np.zeros((*shape, 4), np.float32)
    values[..., 3] = 1.0
    values[:, shape[1] // 2 :, 0] = 1.0
    pixels = Pixels(values)
    sent = pixels.to_bytes()
    assert sent.shape[:2] == pixels.sent_shape
    assert max(sent.shape[:2]) <= 16
    assert sent[0, -1].tolist() == [255, 0, 0, 255]
    values[:, : shape[1] // 4, 3] = 0.0
    assert Pixels(values).to_labels("Mask").shape == sent.shape[:2]


def test_numbers_that_are_no_colours_are_black():
    values = np.full((8, 8, 4), np.nan, np.float32)
    values[0, 0], values[0, 1] = np.inf, -np.inf
    made = Pixels(values, is_light=True, is_premultiplied=True).to_bytes()
    assert made[-1, 0].tolist() == [255, 255, 255, 255]
    assert made[-1, 1].tolist() == [0, 0, 0, 0]


def test_a_colour_has_one_number_in_the_masks_of_all_views():
    front, side = halves(GREEN, RED), halves((0, 0, 255, 255), RED)  # the side hides what is green
    one, two = one_numbering([(painted(each, "m"), each) for each in (front, side)])
    assert np.array_equal(one, painted(front, "m"))
    assert regions(two) == {-1, int(one[20, 30]), 2}
    assert two[20, 30] == one[20, 30]
    assert two[20, 10] == 2
    pixels = Pixels(side[::-1] / np.float32(255))
    labels, rgba = pixels.to_labels_and_bytes("m")
    assert np.array_equal(labels, pixels.to_labels("m"))
    assert np.array_equal(rgba, side)
