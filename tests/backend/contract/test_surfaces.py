# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for new surface say what is wrong with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.contract.surfaces import Complete, Generate, Replace

LABELS = np.zeros(2, np.int32)
PICTURE = np.zeros((4, 3, 4), np.uint8)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parts": [0, -1]}, "'parts' must be a whole number"),
        ({"parts": 3}, "'parts' must be a list"),
        ({"how": ""}, "'how' must be a text"),
        ({"thicken": 0.3}, "'thicken' must be a number from 0 to 0.2"),
    ],
)
def test_what_complete_refuses(changes: dict[str, Any], says: str) -> None:
    assert Complete("name", LABELS, parts=[0, 1]).parts == [0, 1]
    with pytest.raises(BadInput, match=says):
        Complete.from_message({"fingerprint": "name", **changes}, {"labels": LABELS})


def test_pictures_come_in_order_and_without_gaps() -> None:
    brief = Generate(image_0=PICTURE, image_1=PICTURE[:2], mask_0=np.zeros((4, 3), np.int32))
    assert [len(image) for image in brief.given("image")] == [4, 2]
    assert len(brief.given("mask")) == 1
    with pytest.raises(BadInput, match="image_0, image_1 and so on have a gap"):
        Generate(image_0=PICTURE, image_2=PICTURE).given("image")
    with pytest.raises(BadInput, match="'image_0' must have the shape"):
        Generate(image_0=PICTURE[..., :3])


@pytest.mark.parametrize(
    "changes", [{"variants": 0}, {"variants": 33}, {"up": ""}, {"part": -1}, {"title": 3}]
)
def test_what_replace_refuses(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=f"'{next(iter(changes))}' must be"):
        Replace.from_message({"fingerprint": "name", "part": 0, **changes}, {"labels": LABELS})
