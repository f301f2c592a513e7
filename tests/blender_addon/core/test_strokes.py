# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawn lines become pixels."""

from __future__ import annotations

import numpy as np
import pytest
from partwise.blender_addon.core.strokes import MARGIN, SIDE, drawn


def dark(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.nonzero(picture[..., 0] == 0)
    return rows, columns


def test_a_stroke_is_one_line_without_gaps_in_the_middle_of_the_picture() -> None:
    picture = drawn([np.array([[3.0, 1.0], [5.0, 1.0]])])
    assert picture is not None
    assert picture.shape == (SIDE, SIDE, 4)
    assert (picture[..., 3] == 255).all()
    rows, columns = dark(picture)
    assert np.ptp(rows) == 2, "three pixels wide"
    assert abs(rows.mean() - SIDE / 2) < 2
    assert len(np.unique(columns)) == np.ptp(columns) + 1
    assert np.ptp(columns) == pytest.approx(SIDE * (1 - 2 * MARGIN), abs=3)


def test_up_is_up_and_proportions_stay() -> None:
    tall = [np.array([[0.0, 0.0], [0.0, 4.0]]), np.array([[0.0, 4.0], [1.0, 4.0]])]
    picture = drawn(tall)
    assert picture is not None
    rows, columns = dark(picture)
    assert np.ptp(rows) == pytest.approx(4 * np.ptp(columns), rel=0.05)
    top = rows < rows.min() + 3
    assert np.ptp(columns[top]) > 0.9 * np.ptp(columns)


def test_nothing_that_is_seen_is_none() -> None:
    assert drawn([]) is None
    assert drawn([np.empty((0, 2))]) is None
    assert drawn([np.array([[1.0, 1.0], [1.0, 1.0]])]) is None
    assert drawn([np.array([[np.nan, 1.0], [np.inf, 2.0]])]) is None


def test_a_dot_among_lines_is_drawn() -> None:
    lines = [np.array([[0.0, 0.0], [4.0, 0.0]]), np.array([[2.0, 2.0]])]
    picture = drawn(lines)
    assert picture is not None
    rows, _ = dark(picture)
    assert (rows < SIDE / 2 - 50).sum() == 9
