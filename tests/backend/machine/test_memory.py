# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes of arrays, wherever an object keeps them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from backend.machine.memory import held_bytes

KILOBYTE = np.zeros(1000, dtype=np.uint8)


@dataclass(slots=True)
class Slotted:
    array: np.ndarray


@dataclass
class Plain:
    array: np.ndarray
    more: tuple = ()


class Child(Slotted):
    def __init__(self) -> None:
        super().__init__(np.zeros(1000, dtype=np.uint8))
        self.own = np.zeros(24, dtype=np.uint8)


class Foreign:
    held_bytes = 77


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (KILOBYTE, 1000),
        (KILOBYTE[::2], 1000),
        (Slotted(KILOBYTE), 1000),
        (Plain(KILOBYTE, (KILOBYTE[:1], [np.zeros(8, np.uint8)])), 1008),
        (Child(), 1024),
        ({"a": KILOBYTE, "b": {KILOBYTE[1:].tobytes()}}, 1000),
        (Foreign(), 77),
        ("text", 0),
        (None, 0),
    ],
)
def test_arrays_are_counted_once_wherever_they_are(value: object, expected: int) -> None:
    assert held_bytes(value) == expected


def test_circles_end() -> None:
    circle: list[object] = [KILOBYTE]
    circle.append(circle)
    assert held_bytes(circle) == 1000


def test_what_was_seen_is_not_counted_again() -> None:
    seen: set[int] = set()
    assert held_bytes(Plain(KILOBYTE), seen) == 1000
    assert held_bytes(Slotted(KILOBYTE), seen) == 0


def test_tensors_count_as_their_storage() -> None:
    torch = pytest.importorskip("torch")
    whole = torch.zeros(1000, dtype=torch.uint8)
    assert held_bytes({"whole": whole, "half": whole[:500]}) == 1000
    assert held_bytes(torch.nn.Linear(3, 5)) == 4 * (3 * 5 + 5)
