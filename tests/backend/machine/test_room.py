# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory may be planned with, and what is learned of it."""

from __future__ import annotations

import pytest

from backend.machine import cpu, room
from backend.machine.device import Device
from backend.machine.resident import IDLE
from backend.machine.room import SPARE, Room

CARD = Device("xpu", "card", 8_000_000_000)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_of_a_card_its_driver_keeps_some_and_of_the_processor_others_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cpu, "free_memory", lambda: 5)
    assert Room().available(CARD) == SPARE * 8e9
    assert Room().available(Device("cpu", "processor", 9)) == 5
    assert Room().available(Device("xpu", "card")) is None


def test_no_more_than_was_allowed_and_only_for_that_job() -> None:
    own = Room()
    with own.allowed(3_000_000_000):
        assert own.available(CARD) == 3_000_000_000
        with own.allowed(None):
            assert own.available(CARD) == SPARE * 8e9
    assert own.available(CARD) == SPARE * 8e9


def test_what_was_too_much_is_kept_for_a_while() -> None:
    clock = Clock()
    own = Room(clock)
    own.refused(CARD, 6_000_000_000)
    assert own.available(CARD) == 5_999_999_999
    assert own.available(Device("cpu", "processor")) == room.free_of(Device("cpu", "processor"))
    clock.now = IDLE + 1
    assert own.available(CARD) == SPARE * 8e9
    own.refused(CARD, 6_000_000_000)
    own.overflowed("model")
    assert own.needs_exact("model")
    own.forget()
    assert own.available(CARD) == SPARE * 8e9
    assert not own.needs_exact("model")


def test_numbers_that_overflowed_are_kept_for_a_while() -> None:
    clock = Clock()
    own = Room(clock)
    assert not own.needs_exact("model")
    own.overflowed("model")
    clock.now = IDLE - 1
    assert own.needs_exact("model")
    assert not own.needs_exact("other")
    clock.now = IDLE + 1
    assert not own.needs_exact("model")


def test_other_programs_on_a_card_count(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="cards are asked by torch")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (3_000_000_000, 8_000_000_000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 1_000_000_000)
    assert room.free_of(Device("cuda", "card", 8_000_000_000)) == 4_000_000_000

    def fails() -> None:
        raise RuntimeError("The NVIDIA driver on your system is too old")

    monkeypatch.setattr(torch.cuda, "mem_get_info", fails)
    assert room.free_of(Device("cuda", "card", 8_000_000_000)) == SPARE * 8e9
