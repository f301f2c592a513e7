# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that several engines take: what each may be, and the words for it in panels.

An engine names those that it takes in its declaration (`contract.engines`); commands, requests and
Blender's panels have them under these names. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import hypot, isfinite
from typing import Any

from .engines import AUTO
from .errors import BadInput
from .records import Value

QUALITIES = ("draft", "normal", "fine")
VIEWS = ("front", "side", "back", "top")
JOINS = (AUTO, "overlap", "weld", "trim")  # how the border of a part meets a seam
FIELDS = ("parts", "seed", "drawing")  # of requests, which engines name among their options too


class Choice(Value):
    """One of some words."""

    label: str
    text: str
    words: tuple[str, ...]
    default: str

    def check(self, name: str, value: Any) -> None:
        """Raise BadInput for what is none of them."""
        if not isinstance(value, str) or value not in self.words:
            raise BadInput(f"“{name}” cannot be “{value!s:.40}”.", f"Use {', '.join(self.words)}.")


class Strength(Value):
    """How much of something counts: a number in a closed range."""

    label: str
    text: str
    default: float
    lowest: float = 0.0
    highest: float = 1.0

    def check(self, name: str, value: Any) -> None:
        """Raise BadInput for what is out of range, or no number."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.lowest <= value <= self.highest:  # NaN is in no range
            raise BadInput(
                f"“{name}” cannot be {value!s:.40}.",
                f"Give a number from {self.lowest:g} to {self.highest:g}.",
            )


class Count(Value):
    """How many of something at most: a whole number in a closed range, or 0 for as many as suit."""

    label: str
    text: str
    lowest: int
    highest: int = (1 << 31) - 1
    default: int = 0

    def check(self, name: str, value: Any) -> None:
        """Raise BadInput for what is out of range, or no whole number."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not (value == 0 or self.lowest <= value <= self.highest):
            raise BadInput(
                f"“{name}” cannot be {value!s:.40}.",
                f"Give a whole number from {self.lowest} on, or 0 for as many as suit.",
            )


class Direction(Value):
    """Towards an eye: three numbers in the axes of the object, or one of `VIEWS`."""

    label: str
    text: str
    default: str = "front"

    def check(self, name: str, value: Any) -> None:
        """Raise BadInput for what points nowhere."""
        if isinstance(value, str):
            if value not in VIEWS:
                raise BadInput(f"No side is called “{value:.40}”.", f"Use {', '.join(VIEWS)}.")
            return
        three = isinstance(value, list | tuple) and len(value) == 3
        numbers = three and all(
            isinstance(one, int | float) and not isinstance(one, bool) for one in value
        )
        if not numbers or not 1e-9 < hypot(*value) < 1e9 or not all(map(isfinite, value)):
            raise BadInput(
                f"“{name}” is no direction.", f"Give [x, y, z], or one of {', '.join(VIEWS)}."
            )


OPTIONS: Mapping[str, Choice | Strength | Count | Direction] = {
    "quality": Choice(
        "Quality", "How finely, and how long, the network works", QUALITIES, "normal"
    ),
    "faces": Count(
        "Faces",
        "Most triangles of an object that the network imagines; 0 for as many as suit",
        100,
    ),
    "strength_words": Strength("Words", "How strongly the words count", 1.0),
    "strength_drawing": Strength("Drawing", "How strongly the drawing counts", 0.4),
    "drawn_from": Direction("Drawn From", "The side from which the drawing shows the part"),
}


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same, where those that are of `OPTIONS` are what they may be. Raises BadInput."""
    for name, value in given.items():
        if name in OPTIONS:
            OPTIONS[name].check(name, value)
    return dict(given)
