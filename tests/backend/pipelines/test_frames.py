# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a part is: its axis, its ends, what is inside, its size without antennas."""

from __future__ import annotations

import numpy as np
import pytest

from backend.library.families.forms import ball, block, lathe, moved, turned
from backend.pipelines import frames
from tests.backend.pipelines.replacing import labelled


def spindle_of(mesh: tuple[np.ndarray, np.ndarray]) -> frames.Spindle | None:
    return frames.spindle(frames.sampled(*mesh))


def test_a_cone_has_an_axis_towards_its_wide_end() -> None:
    found = spindle_of(turned(lathe([(0.5, 0), (0.2, 0.6)], 24), 2, 35))
    assert found is not None
    assert found.wide
    down = turned((np.array([[0.0, -1, 0]]), np.zeros((0, 3), np.int64)), 2, 35)[0][0]
    assert found.axis @ down > 0.99


def test_a_wheel_has_an_axis_and_a_ball_has_none() -> None:
    found = spindle_of(turned(lathe([(0.5, 0), (0.5, 0.3)], 24), 2, 90))
    assert found is not None
    assert abs(found.axis[0]) == pytest.approx(1)
    assert not found.wide
    assert spindle_of(ball(0.5)) is None
    assert spindle_of(block((1, 2, 3))) is None


def test_a_rod_between_two_others_has_two_ends() -> None:
    rod = lathe([(0.05, 0), (0.05, 1)], 12)
    both = labelled(moved(block((1, 0.2, 1)), (0, -0.1, 0)), rod, moved(ball(0.2), (0, 1.1, 0)))
    ends = frames.frame_of(*both, 1).ends
    assert ends is not None
    assert np.sort(ends[:, 1]) == pytest.approx([0, 1], abs=0.1)
    assert ends[0, 1] < 0.5, "that of the side where it is held comes first"
    alone = labelled(moved(block((1, 0.2, 1)), (0, -0.1, 0)), rod)
    assert frames.frame_of(*alone, 1).ends is None


def test_a_bulb_is_inside_its_shade() -> None:
    shade = lathe([(0.5, 0), (0.2, 0.6)], 24)
    both = labelled(shade, moved(ball(0.1), (0, 0.2, 0)), moved(ball(0.1), (0.6, 0.2, 0)))
    inside = frames.frame_of(*both, 0).contents
    assert len(inside)
    assert np.abs(inside[:, 0]).max() < 0.2


def test_an_antenna_does_not_count_as_size() -> None:
    vertices, faces, _ = labelled(
        block((1, 1, 1)), moved(lathe([(0.01, 0), (0.01, 1)], 6), (0, 0.5, 0))
    )
    assert frames.bulk(frames.sampled(vertices, faces)) == pytest.approx([1, 1, 1], abs=0.1)
