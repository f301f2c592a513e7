# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours of parts, and the way from linear light to sRGB and back."""

from __future__ import annotations

import numpy as np

from backend.contract.palette import oklch_to_linear, part_colours, to_linear, to_srgb_bytes


def test_parts_have_colours_of_their_own_and_a_part_keeps_its():
    many = part_colours(40)
    assert many.shape == (40, 3)
    assert many.dtype == np.float32
    apart = np.linalg.norm(many[:, None] - many[None], axis=2) + np.eye(40)
    assert apart.min() > 0.02
    np.testing.assert_array_equal(part_colours(7), many[:7])


def test_colours_of_neighbours_in_number_are_far_apart():
    many = part_colours(40).astype(float)
    assert np.linalg.norm(many[1:] - many[:-1], axis=1).min() > 0.2


def test_red_by_its_place_in_oklch():
    red = oklch_to_linear([0.62796], [0.25768], np.radians([29.2339]))
    np.testing.assert_allclose(red, [[1, 0, 0]], atol=1e-3)


def test_srgb_of_known_values():
    assert to_srgb_bytes(np.array([-1.0, 0.0, 0.0031308, 0.5, 1.0, 2.0])).tolist() == [
        0, 0, 10, 188, 255, 255,
    ]  # fmt: skip
    np.testing.assert_allclose(
        to_linear(np.array([0.0, 0.04, 0.5, 1.0])), [0, 0.0030960, 0.2140411, 1], rtol=1e-4
    )
