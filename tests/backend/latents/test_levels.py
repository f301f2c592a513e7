# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels of noise, and guidance, of numbers that are known."""

from __future__ import annotations

import numpy as np
import pytest

from backend.latents.levels import guided, schedule


def test_levels_go_down_to_nothing_and_a_shift_stays_longer_at_high_ones() -> None:
    assert schedule(4) == [1.0, 0.75, 0.5, 0.25, 0.0]
    assert schedule(4, shift=3.0) == pytest.approx([1.0, 0.9, 0.75, 0.5, 0.0])


def test_guidance_scales_what_each_context_changes() -> None:
    none, geometry, both = np.random.default_rng(1).normal(size=(3, 2, 5))
    np.testing.assert_allclose(guided([none, both], [3.0]), none + 3 * (both - none))
    np.testing.assert_allclose(
        guided([none, geometry, both], [2.0, 5.0]),
        none + 2 * (geometry - none) + 5 * (both - geometry),
    )
    assert guided([both], []) is both
