# SPDX-License-Identifier: GPL-3.0-or-later
"""The chair by which a network's answers are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from backend.latents import chair


def points() -> np.ndarray:
    rng = np.random.default_rng(0)
    share = rng.random((len(chair.BOXES), 4000, 3))
    low, high = chair.BOXES[:, 0, None], chair.BOXES[:, 1, None]
    return (low + share * (high - low)).reshape(-1, 3)


def test_there_are_24_rotations_and_no_mirror_images() -> None:
    found = chair.turns()
    assert len({tuple(turn.ravel()) for turn in found}) == 24
    for turn in found:
        assert np.array_equal(turn @ turn.T, np.eye(3))
        assert np.linalg.det(turn) == pytest.approx(1)


@pytest.mark.parametrize("number", range(24))
def test_a_turned_chair_is_turned_back(number: int) -> None:
    turn = chair.turns()[number]
    moved = 3.0 * points() @ turn + [5.0, -2.0, 1.0]  # in any place and size
    found, score = chair.best_turn(moved)
    assert np.array_equal(found, turn)
    assert score > 0.9


def test_something_else_is_not_alike() -> None:
    ball = np.random.default_rng(1).normal(size=(20_000, 3))
    ball /= np.linalg.norm(ball, axis=1, keepdims=True)
    assert chair.best_turn(ball)[1] < 0.6


def test_its_picture_shows_it_from_the_front() -> None:
    picture, coverage = chair.drawn(128, turn=0.0, rise=0.0)
    rows, columns = np.nonzero(coverage)
    # The back is above, the legs below with white between them, the arm on the right.
    assert coverage[40, 45:80].all()
    assert not coverage[100, 60:68].any()
    left, right = columns.min(), columns.max()
    assert left + right == pytest.approx(127, abs=1)
    low = 63.5 - 127 * -0.95 / 2.6
    assert rows.max() == pytest.approx(low, abs=1.5)
    assert (picture[coverage == 0] == 255).all()
    assert (picture[coverage > 0] < 255).all()


def test_its_sides_differ_in_brightness_and_its_edges_are_drawn() -> None:
    picture, coverage = chair.drawn(128)
    assert len(np.unique(picture[coverage > 0][:, 0])) == 3
    drawing = chair.lines(128)
    assert drawing.shape == (128, 128, 3)
    assert set(np.unique(drawing)) == {0, 255}
    assert 0.02 < (drawing == 0).mean() < 0.2


def test_each_turn_is_told_by_its_axes_and_found_by_them() -> None:
    for turn in chair.turns():
        assert np.array_equal(chair.turn_of(chair.axes_of(turn)), turn)
    assert np.array_equal(chair.turn_of("+X, +Y, +Z"), np.eye(3))
    with pytest.raises(ValueError, match="no rotation"):
        chair.turn_of("+X, +Y, -Z")
