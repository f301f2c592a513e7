# SPDX-License-Identifier: GPL-3.0-or-later
"""What completed parts are measured by."""

from __future__ import annotations

import json

import numpy as np
import pytest

from backend.pipelines.guarantees import closed_parts, report_part

CORNERS = np.array([[0, 0, 0], [2, 0, 0], [0, 2, 0], [0, 0, 2]], dtype=np.float64)
SIDES = np.array([[0, 1, 3], [1, 2, 3], [0, 3, 2]])
FLOOR = np.array([[0, 2, 1]])
NONE = np.empty((0, 3), np.int64)


def test_a_part_is_closed_by_faces_that_run_the_right_way_once() -> None:
    part = np.zeros(3, np.int64)
    assert closed_parts(SIDES, part, [FLOOR]) == [True]
    for wrong in (NONE, FLOOR[:, ::-1], np.concatenate([FLOOR, FLOOR])):
        assert closed_parts(SIDES, part, [wrong]) == [False]


def test_parts_are_told_apart() -> None:
    both = np.concatenate([SIDES, SIDES + 4])
    part = np.repeat([0, 1], 3)
    assert closed_parts(both, part, [FLOOR, NONE]) == [True, False]
    assert closed_parts(both, part, [NONE, FLOOR + 4]) == [False, True]
    assert closed_parts(both, part, [FLOOR + 4, FLOOR]) == [False, False]
    assert closed_parts(SIDES, np.zeros(3, np.int64), [FLOOR, NONE]) == [True, False]


def test_faces_without_area_do_not_count() -> None:
    flat = np.concatenate([SIDES, [[1, 1, 2]]])
    assert closed_parts(flat, np.zeros(4, np.int64), [FLOOR]) == [True]


def test_the_report_of_a_cap() -> None:
    report = report_part(CORNERS, SIDES, FLOOR, closed=True, engine="cap")
    assert report.volume == pytest.approx(8 / 6)
    area = 3 * 2 + 2 * np.sqrt(3)
    assert report.hidden_share == pytest.approx(2 / area)
    assert report.cap_distance == 0
    assert json.loads(json.dumps(report.to_json()))["engine"] == "cap"


def test_the_report_of_what_goes_on_below_its_border() -> None:
    places = np.concatenate([CORNERS, [[0.5, 0.5, -0.75]]])
    below = np.array([[0, 2, 4], [2, 1, 4], [1, 0, 4]])
    report = report_part(places, SIDES, below, closed=True, engine="hidden")
    assert report.volume == pytest.approx(8 / 6 + 2 * 0.75 / 3)
    assert report.cap_distance == pytest.approx(0.75)
    assert report.engine == "hidden"


def test_the_report_of_an_open_part() -> None:
    report = report_part(CORNERS, SIDES, NONE, closed=False, engine="hidden")
    assert (report.volume, report.hidden_share, report.cap_distance) == (0, 0, 0)
    assert report.engine == "none"
