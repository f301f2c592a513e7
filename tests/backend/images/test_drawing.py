# SPDX-License-Identifier: GPL-3.0-or-later
"""Line drawings of meshes."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.booleans import concatenated
from backend.images.drawing import SIDE, line_drawing
from backend.library.families.forms import block, moved


def lines(*meshes: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    drawing = line_drawing(*concatenated(meshes))
    assert drawing.shape == (SIDE, SIDE, 3)
    assert set(np.unique(drawing)) == {0, 255}
    return drawing[..., 0] == 0


def test_the_outline_of_a_block_is_a_rectangle_with_room_around() -> None:
    drawn = lines(block((1.0, 0.5, 0.2)))
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    assert np.ptp(columns) == pytest.approx(2 * np.ptp(rows), rel=0.03)
    assert columns[0] == pytest.approx(0.12 * SIDE, abs=4)
    middle = drawn[SIDE // 2 - 60 : SIDE // 2 + 60, SIDE // 2 - 120 : SIDE // 2 + 120]
    assert not middle.any()


def test_what_stands_before_something_has_a_line() -> None:
    behind, before = block((1.0, 1.0, 0.2)), moved(block((0.3, 0.3, 0.2)), (0, 0, 0.5))
    drawn = lines(behind, before)
    assert drawn[SIDE // 2, SIDE // 2 - 100 : SIDE // 2 + 100].any()
    assert not lines(behind)[SIDE // 2, SIDE // 2 - 100 : SIDE // 2 + 100].any()


def test_up_is_up() -> None:
    drawn = lines(block((1.0, 0.1, 0.1)), moved(block((0.1, 0.6, 0.1)), (0.4, 0.3, 0)))
    rows, columns = np.nonzero(drawn)
    assert columns[rows < rows.min() + 20].mean() > 0.6 * SIDE


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="extent"):
        line_drawing(np.zeros((3, 3)), np.array([[0, 1, 2]]))
