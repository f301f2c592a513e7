# SPDX-License-Identifier: GPL-3.0-or-later
"""What a field of a message may hold, and the sentence about what it may not."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.contract.fields import Array, Fields, Json, Number, Text, Whole
from backend.contract.requests import OpenMesh, Segment

VERTICES = np.eye(4, 3)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"vertices": VERTICES[:, :2]}, r"'vertices' must have the shape \[V, 3\]"),
        ({"vertices": VERTICES.ravel()}, "'vertices' must have the shape"),
        ({"vertices": VERTICES.astype(np.int64)}, "float32 or float64, not of int64"),
        ({"faces": FACES.astype(np.float64)}, "int32 or int64, not of float64"),
        ({"faces": np.zeros((2, 4), np.int32)}, "'faces' must have the shape"),
        ({"normals": VERTICES}, "no array 'normals'"),
        ({"fingerprint": VERTICES}, "no array 'fingerprint'"),
    ],
)
def test_wrong_array(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        OpenMesh.from_message({}, {"vertices": VERTICES, "faces": FACES, **changes})


def test_missing_fields_are_named() -> None:
    with pytest.raises(BadInput, match="'fingerprint' is missing"):
        Segment.from_message({}, {})
    with pytest.raises(BadInput, match="'faces' is missing"):
        OpenMesh.from_message({}, {"vertices": VERTICES})


def test_an_array_may_not_come_as_a_parameter() -> None:
    with pytest.raises(BadInput, match="no parameter 'vertices'"):
        OpenMesh.from_message({"vertices": [[0, 0, 0]]}, {"faces": FACES})


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (Text(1, 3), ["a", "abc"], ["", "abcd", 3, None]),
        (Whole(0, 5), [0, 5], [-1, 6, 1.0, True, "1"]),
        (Number(0, 1), [0, 1, 0.5], [-0.1, float("nan"), True, "1"]),
        (Json(list), [[], [1]], [{}, "x", (1,)]),
    ],
)
def test_a_check_takes_what_it_says(check: Any, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        check.check("it", value, {})
    for value in bad:
        with pytest.raises(BadInput, match="'it'"):
            check.check("it", value, {})


def test_a_field_may_be_none_only_where_it_may_be_left_out() -> None:
    from dataclasses import make_dataclass

    number = Annotated[int | None, Whole(0, 9)]
    rows = Annotated[Any, Array(("N",), "uint8")]
    fields = [("rows", rows), ("number", number, None)]
    made = make_dataclass("Made", fields, bases=(Fields,), frozen=True, eq=False)
    assert made(np.zeros(2, np.uint8)).to_message()[0] == {}
    with pytest.raises(BadInput, match="'rows' must be an array"):
        made(None)
