# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures for encoders: the figure on white, and the square that is seen."""

from __future__ import annotations

import numpy as np
import pytest

from backend.latents.images import DEVIATION, MEAN, normalised, on_white


def test_a_figure_stands_in_the_middle_of_a_white_square() -> None:
    picture = np.zeros((60, 200, 3), np.uint8)
    picture[20:40, 50:150] = [255, 0, 0]
    covered = np.zeros((60, 200), np.float32)
    covered[20:40, 50:150] = 1
    square = on_white(picture, covered)
    assert square.shape == (120, 120, 3)
    red = np.flatnonzero((square[60] == [255, 0, 0]).all(axis=1))
    assert red[[0, -1]].tolist() == [10, 109]
    rows = np.flatnonzero((square[:, 60] == [255, 0, 0]).all(axis=1))
    assert rows[[0, -1]].tolist() == [50, 69]
    assert (square[0] == 255).all()


def test_half_covered_pixels_are_half_white() -> None:
    covered = np.full((4, 4), 0.5, np.float32)
    assert (on_white(np.zeros((4, 4, 4), np.uint8), covered)[2, 2] == 128).all()


def test_a_picture_without_a_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="no figure"):
        on_white(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32))


@pytest.mark.parametrize("shape", [(300, 400), (512, 512), (90, 31), (701, 254)])
def test_the_middle_of_a_picture_is_seen_in_the_deviation_of_training(
    shape: tuple[int, int],
) -> None:
    picture = np.full((*shape, 3), [51, 102, 204], np.uint8)
    seen = normalised(picture)
    assert seen.shape == (3, 224, 224)
    assert seen.dtype == np.float32
    wanted = (np.array([0.2, 0.4, 0.8]) - MEAN) / DEVIATION
    assert np.allclose(seen, wanted[:, None, None], atol=1e-6)
    left = np.zeros((256, 300, 3), np.uint8)
    left[:, :38] = 255  # exactly what is cut off
    assert np.allclose(normalised(left)[0, :, 3:], -MEAN[0] / DEVIATION[0], atol=1e-5)
