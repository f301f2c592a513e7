# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes that are alike have like numbers, whatever their size."""

from __future__ import annotations

import numpy as np

from backend.library.families import made
from backend.library.likeness import NUMBERS, likeness


def test_alike_is_near_and_other_is_far() -> None:
    sphere, torus, leg = (made(title) for title in ("sphere", "torus", "turned table leg"))
    ball = likeness(sphere[0] * 7 + 3, sphere[1])
    assert ball.shape == (NUMBERS,)
    assert np.linalg.norm(ball - likeness(*sphere)) < 1e-6
    assert np.linalg.norm(ball - likeness(*made("egg"))) < np.linalg.norm(ball - likeness(*torus))
    assert np.linalg.norm(ball - likeness(*leg)) > 0.5


def test_no_area_is_no_crash() -> None:
    assert not likeness(np.zeros((3, 3)), np.array([[0, 1, 2]])).any()
