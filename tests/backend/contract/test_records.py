# SPDX-License-Identifier: GPL-3.0-or-later
"""Records: made as dataclasses are, and frozen."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest

from backend.contract.records import Record, Value


class Told(Record):
    """One field that is needed, one that is not, and none."""

    name: str
    count: int = 3
    kind: ClassVar[str] = "told"

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("Less than none.")


class Farther(Told):
    """One more."""

    sure: bool = False


class Place(Value):
    """Two numbers."""

    x: int
    y: int = 0


def test_they_are_made_as_dataclasses_are() -> None:
    assert (Told("a").name, Told("a").count, Told(name="b", count=1).count) == ("a", 3, 1)
    assert list(Farther.defaults) == ["name", "count", "sure"]
    assert list(Told.defaults) == ["name", "count"]
    assert repr(Farther("a", sure=True)) == "Farther(name='a', count=3, sure=True)"


@pytest.mark.parametrize(
    ("values", "named", "says"),
    [
        ((), {}, "missing: ['name']"),
        (("a",), {"name": "b"}, "twice: ['name']"),
        (("a", 1, True), {}, "2 fields"),
        (("a",), {"colour": 1}, "no such field, or twice: ['colour']"),
    ],
)
def test_wrong_fields_are_refused(
    values: tuple[Any, ...], named: dict[str, Any], says: str
) -> None:
    with pytest.raises(TypeError, match=re.escape(says)):
        Told(*values, **named)


def test_they_stay_as_they_are_and_are_checked_when_made() -> None:
    told = Told("a")
    with pytest.raises(AttributeError, match=r"Told\.name stays"):
        told.name = "b"  # type: ignore[misc]
    other = told.changed(count=5)
    assert (told.name, told.count, other.name, other.count) == ("a", 3, "a", 5)
    with pytest.raises(ValueError, match="Less than none"):
        told.changed(count=-1)


def test_values_are_the_same_by_their_fields_and_records_are_not() -> None:
    assert Place(1) == Place(1, 0)
    assert Place(1) != Place(1, 2)
    assert Place(1) != (1, 0)
    assert len({Place(1), Place(1, 0), Place(2)}) == 2
    assert Told("a") != Told("a")
