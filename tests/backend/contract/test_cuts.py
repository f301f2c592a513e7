# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests about parts and clicks say what is wrong with them, and name their hints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backend.contract.cuts import (
    Click,
    Cut,
    PictureParts,
    Segment,
    SmoothBorders,
    vertices_of_new,
)
from backend.contract.errors import BadInput


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parts": 0}, "'parts' must be a whole number from 1"),
        ({"parts": 2.0}, "'parts' must be a whole number"),
        ({"parts": True}, "'parts' must be a whole number"),
        ({"parts": "3"}, "'parts' must be a whole number"),
        ({"parts": 10**30}, "'parts' must be a whole number"),
        ({"granularity": 1.01}, "'granularity' must be a number from 0 to 1"),
        ({"granularity": float("nan")}, "'granularity' must be a number"),
        ({"granularity": False}, "'granularity' must be a number"),
        ({"granularity": "0.5"}, "'granularity' must be a number"),
        ({"granularity": 0.5, "parts": 3}, "both"),
        ({"seed": -1}, "'seed'"),
        ({"seed": None}, "'seed'"),
        ({"variant": -1}, "'variant' must be a whole number from 0 to 1000"),
        ({"variant": 1001}, "'variant' must be a whole number from 0 to 1000"),
        ({"variant": "1"}, "'variant' must be a whole number"),
        ({"engine": ""}, "'engine'"),
        ({"engine": 3}, "'engine'"),
        ({"fingerprint": None}, "'fingerprint'"),
        ({"fingerprint": "x" * 1000}, "'fingerprint'"),
        ({"granularty": 0.5}, "no parameter 'granularty'"),
        ({"checks": {}}, "no parameter 'checks'"),
    ],
)
def test_wrong_parameter(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Segment.from_message({"fingerprint": "name", **changes}, {})


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"groups": np.zeros(2)}, "'groups' must be an array of int32"),
        ({"groups": np.zeros((2, 2), np.int32)}, "'groups' must have the shape"),
        ({"borders": np.zeros((2, 3), np.int32)}, r"'borders' must have the shape \[N, 2\]"),
    ],
)
def test_wrong_hints(arrays: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Segment.from_message({"fingerprint": "name"}, arrays)


def test_hints_are_told_apart_by_their_digests() -> None:
    one, two = np.array([0, 1], np.int32), np.array([[0, 1]], np.int32)
    hints: list[dict[str, Any]] = [
        {},
        {"groups": one},
        {"groups": one[::-1]},
        {"borders": two},
        {"groups": one, "borders": two},
        {"borders": two[:0]},
        {"colours": np.zeros((2, 3), np.uint8)},
        {"colours": np.eye(2, 3, dtype=np.uint8)},
    ]
    digests = [Segment("name", parts=3, **hint).hints_digest() for hint in hints]
    assert len(set(digests)) == len(hints)
    assert digests[0] == ""
    assert Cut("other", seed=4, **hints[4]).hints_digest() == digests[4]


def test_requests_leave_the_engine_to_the_engine() -> None:
    plain = Segment.from_message({"fingerprint": "name"}, {})
    assert (plain.engine, plain.variant) == ("auto", 0)
    points: dict[str, Any] = {"points": np.zeros((1, 3)), "point_labels": np.ones(1, np.int8)}
    assert Click.from_message({"fingerprint": "name", "sequence": 0}, points).engine == "auto"


def test_each_click_has_one_label() -> None:
    with pytest.raises(BadInput, match="N = 2"):
        Click("name", 0, np.zeros((2, 3)), np.ones(3, np.int8))


def test_borders_are_smoothed_of_triangles_with_a_part_and_a_polygon():
    fine, bad = np.zeros(2, np.int32), np.array([0, -1], np.int32)
    SmoothBorders("mesh", fine, fine)
    for labels, polygon in ((bad, fine), (fine, bad)):
        with pytest.raises(BadInput, match="no polygon, or no part"):
            SmoothBorders("mesh", labels, polygon)


def test_parts_are_pictured_that_have_a_colour():
    colours = np.ones((2, 3), np.float32)
    PictureParts("mesh", np.array([1, 0], np.int32), colours, np.eye(3))
    for labels in ([0, 2], [-1, 0]):
        with pytest.raises(BadInput, match="a part without a colour"):
            PictureParts("mesh", np.array(labels, np.int32), colours, np.eye(3))


def test_new_corners_at_one_place_of_the_same_vertices_are_one_vertex():
    named = np.array([[4, 7, 9], [7, 4, 2], [4, 7, 5], [4, 6, 5]])
    weight = np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]])
    first, number = vertices_of_new(named, weight, np.array([0, 0, 1, 0]))
    assert number[0] == number[1], "an edge read from both of its sides"
    assert len({number[0], number[2], number[3]}) == 3, "another place, and other vertices"
    np.testing.assert_array_equal(number[first], np.arange(3))
