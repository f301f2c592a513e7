# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that several engines take: what each may be."""

from __future__ import annotations

import math
from typing import Any

import pytest

from backend.contract.errors import BadInput
from backend.contract.options import OPTIONS, checked


def test_defaults_may_be_given() -> None:
    given = {name: option.default for name, option in OPTIONS.items()}
    assert checked(given) == given
    assert checked({"drawn_from": [0.0, -1, 0.5], "unknown here": 3})["unknown here"] == 3


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("quality", "best", "draft, normal, fine"),
        ("quality", ["draft"], "draft, normal, fine"),
        ("strength_words", 1.5, "from 0 to 1"),
        ("strength_words", math.nan, "from 0 to 1"),
        ("strength_drawing", "0.5", "from 0 to 1"),
        ("strength_drawing", True, "from 0 to 1"),
        ("faces", True, "from 100 on, or 0"),
        ("faces", "many", "from 100 on, or 0"),
        ("faces", 99, "from 100 on, or 0"),
        ("faces", 1e4, "from 100 on, or 0"),
        ("faces", -1, "from 100 on, or 0"),
        ("faces", 1 << 40, "from 100 on, or 0"),
        ("drawn_from", "left", "front, side, back, top"),
        ("drawn_from", [0, 0, 0], r"\\[x, y, z\\]"),
        ("drawn_from", [0, 0, math.inf], r"\\[x, y, z\\]"),
        ("drawn_from", [1, 0], r"\\[x, y, z\\]"),
        ("drawn_from", ["1", 0, 0], r"\\[x, y, z\\]"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(name: str, value: Any, advice: str) -> None:
    with pytest.raises(BadInput, match=advice.replace("\\\\", "\\")):
        checked({name: value})


def test_all_have_words_for_panels() -> None:
    for option in OPTIONS.values():
        assert option.label[0].isupper()
        assert not option.text.endswith("."), "texts of tooltips have no full stop"
