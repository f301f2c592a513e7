# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of parts as icons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from partwise.blender_addon.ui import thumbnails


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    thumbnails.forget()
    yield
    thumbnails.forget()


def test_an_icon_is_made_once_with_its_top_row_on_top():
    picture = np.zeros((4, 6, 4), np.uint8)
    picture[0] = 255
    for key in ("a", "a", "b"):
        thumbnails.icon_of(key, picture)
    (made, _) = thumbnails._icons.values()
    assert tuple(made.image_size) == (6, 4)
    pixels = np.array(made.image_pixels_float[:]).reshape(4, 6, 4)
    assert pixels[3].min() == 1.0
    assert pixels[:3].max() == 0.0


def test_what_is_transparent_adds_no_light():
    picture = np.full((4, 4, 4), 255, np.uint8)
    picture[..., 3] = 51
    thumbnails.icon_of("a", picture)
    (made,) = thumbnails._icons.values()
    assert np.allclose(made.image_pixels_float[:], 0.2)


def test_the_picture_of_what_is_to_come_is_three_dots_on_nothing():
    picture = thumbnails.empty()
    row = picture[len(picture) // 2, :, 3] > 0
    assert np.count_nonzero(np.diff(row.astype(int)) == 1) == 3
    assert picture[:20, :, 3].max() == 0


def test_each_picture_has_an_icon_of_its_own():
    black, white = np.zeros((4, 4, 4), np.uint8), np.full((4, 4, 4), 255, np.uint8)
    for picture in (black, white, black):
        thumbnails.icon_of("a", picture)
    levels = sorted(np.mean(made.image_pixels_float[:]) for made in thumbnails._icons.values())
    assert levels == [0.0, 1.0]


def test_not_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(thumbnails, "MOST", 3)
    for level in range(20):
        thumbnails.icon_of("a", np.full((4, 4, 4), level, np.uint8))
        assert 1 <= len(thumbnails._icons) <= 4


def test_all_are_freed_when_the_extension_goes():
    picture = np.zeros((4, 4, 4), np.uint8)
    thumbnails.icon_of("a", picture)
    thumbnails.unregister()
    assert thumbnails._icons is None
    thumbnails.unregister()
    thumbnails.icon_of("a", picture)
    assert len(thumbnails._icons) == 1
