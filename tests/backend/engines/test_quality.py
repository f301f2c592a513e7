# SPDX-License-Identifier: GPL-3.0-or-later
"""What quality means in steps and cells."""

from __future__ import annotations

from backend.contract.options import QUALITIES
from backend.engines.quality import TIMES, of_quality


def test_all_qualities_are_known_and_grow() -> None:
    assert tuple(TIMES) == QUALITIES
    assert list(TIMES.values()) == sorted(TIMES.values())


def test_steps_and_cells() -> None:
    assert of_quality(50, 128, {}) == (50, 128)
    assert of_quality(50, 128, {"quality": "draft"}) == (25, 64)
    assert of_quality(50, 128, {"quality": "fine"}) == (100, 256)
    assert of_quality(1, 32, {"quality": "draft"}) == (1, 16)
