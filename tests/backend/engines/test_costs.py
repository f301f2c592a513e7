# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines cost, in words."""

from __future__ import annotations

import pytest

from backend.contract.engines import About
from backend.engines import costs
from backend.machine.device import Device

GREAT = About("great", "Great", "Much", ("complete",), weights=("holopart",), torch=True, work=0.9)


def test_without_a_card_both_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "usable", lambda: Device("cpu", "A processor", 16 << 30))
    monkeypatch.setattr(costs.cpu, "cores", lambda: 8)
    assert costs.cost(GREAT) == (
        "Takes about 40 seconds for each part on a graphics card with 4 GB, "
        "about 1 hour on this processor, in 8 GB of memory."
    )


def test_a_card_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "usable", lambda: Device("cuda", "A card", 8 << 30))
    assert costs.cost(GREAT) == (
        "Takes about 40 seconds for each part, on A card, in 4 GB of its memory."
    )


def test_what_costs_little_has_no_sentence() -> None:
    assert costs.cost(About("small", "Small", "Little", ("segment",))) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"), (3.4, "3 seconds"), (47, "50 seconds"), (59.8, "1 minute"),
        (200, "3 minutes"), (1999, "30 minutes"), (5000, "1 hour"), (90_000, "20 hours"),
    ],
)  # fmt: skip
def test_times_are_rough(seconds: float, words: str) -> None:
    assert costs.duration(seconds) == words
