# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures in other sizes."""

import numpy as np

from backend.images.resample import at_most, resampled


def test_a_ramp_stays_a_ramp_in_any_size():
    ramp = np.tile(np.arange(40, dtype=np.float32) + 0.5, (30, 1))
    for count in (10, 40, 100):
        step = 40 / count
        made = resampled(ramp, (30, 0, 1), (count, 0, step))
        wanted = (np.arange(count) + 0.5) * step
        np.testing.assert_allclose(made[5, 3:-3], wanted[3:-3], atol=0.02)


def test_what_lies_outside_is_nothing():
    made = resampled(np.ones((4, 4), np.float32), (12, -4, 1), (4, 0, 1))
    assert made[:3].max() == 0
    np.testing.assert_allclose(made[5:7], 1, atol=1e-6)


def test_large_pictures_get_smaller_without_fringes_of_hidden_colours():
    picture = np.zeros((300, 900, 4), np.uint8)
    picture[:, :450] = (200, 100, 50, 255)
    picture[:, 450:] = (0, 255, 0, 0)  # not seen: it must not bleed in
    made = at_most(picture, 200)
    assert made.shape == (67, 200, 4)
    shown = made[made[..., 3] > 60]
    assert np.abs(shown[:, :3].astype(int) - (200, 100, 50)).max() <= 2
    assert at_most(picture, 900) is picture
