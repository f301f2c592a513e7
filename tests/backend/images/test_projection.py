# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an object is seen in its picture, and from which side."""

from __future__ import annotations

import numpy as np
import pytest

from backend.images.projection import alike, found, laid, outline_of_figure, turned
from backend.latents import chair


def points_of_chair() -> np.ndarray:
    """Points within it, and its corners, at some place and of some size."""
    return 0.3 * chair._of_boxes() + np.array([0.0, 0.4, 0.1])


def drawn(turn: np.ndarray, size: int = 200) -> np.ndarray:
    """What the chair covers of a picture, seen by parallel rays."""
    seen = (points_of_chair() - [0.0, 0.4, 0.1]) @ turn.T
    cell = ((seen[:, :2] / 0.45 + 1) / 2 * size).astype(int).clip(0, size - 1)
    covered = np.zeros((size, size), np.float32)
    covered[size - 1 - cell[:, 1], cell[:, 0]] = 1
    from scipy.ndimage import binary_closing

    return binary_closing(covered > 0, iterations=4).astype(np.float32)


@pytest.mark.parametrize(("yaw", "pitch"), [(0.0, 0.0), (-0.5, 0.26), (0.8, 0.1)])
def test_the_side_it_is_seen_from_is_found(yaw: float, pitch: float) -> None:
    turn = turned(yaw, pitch)
    projection = found(points_of_chair(), drawn(turn), distance=np.inf)
    apart = np.arccos(np.clip((np.trace(projection.turn @ turn.T) - 1) / 2, -1, 1))
    assert np.degrees(apart) < 12


def test_of_all_24_turns_the_true_one_is_the_most_alike() -> None:
    figure = outline_of_figure(drawn(np.eye(3)))
    scores = [alike(points_of_chair(), figure, turn, np.inf) for turn in chair.turns()]
    best = chair.turns()[int(np.argmax(scores))]
    assert np.array_equal(best, np.eye(3))
    assert max(scores) > 0.9 > sorted(scores)[-3]  # but for a mirror image behind


@pytest.mark.parametrize("distance", [4.0, np.inf])
def test_places_are_within_the_figure_and_nearer_is_nearer(distance: float) -> None:
    covered = np.zeros((60, 90), np.float32)
    covered[20:40, 30:60] = 1
    points = points_of_chair()
    projection = laid(points, covered, distance=distance)
    uv = projection.places(points)
    assert uv.min(axis=0) == pytest.approx([1 / 3, 1 / 3])
    assert uv.max(axis=0) == pytest.approx([2 / 3, 2 / 3])
    front, back = np.array([[0, 0.4, 1.0]]), np.array([[0, 0.4, -1.0]])
    assert projection.nearness(front) > projection.nearness(back)
    assert projection.towards_eye(back)[0] == pytest.approx([0, 0, 1])


def test_the_eye_is_where_its_turn_says() -> None:
    covered = np.ones((10, 10), np.float32)
    points = points_of_chair()
    right = laid(points, covered, distance=4.0, turn=turned(np.pi / 2, 0.0))
    assert right.nearness(np.array([[1.0, 0.4, 0]])) > right.nearness(np.array([[-1.0, 0.4, 0]]))
    middle = right.middle[None]
    assert right.towards_eye(middle)[0] == pytest.approx([1, 0, 0])
