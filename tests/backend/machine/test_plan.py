# SPDX-License-Identifier: GPL-3.0-or-later
"""Ladders of plans for cards of several sizes."""

from __future__ import annotations

import pytest

from backend.machine.plan import SPARE, Work, ladder

NETWORKS = {"transformer": 3_230_000_000, "vae": 490_000_000, "part_encoder": 114_000_000}
WORK = Work(rows=2, tokens=2049, width=2048, contexts=700_000_000)
GB = 2**30


@pytest.mark.parametrize(
    ("size", "at_a_time", "stays"),
    [(5, 1, False), (6, 1, True), (8, 2, True), (12, 4, True), (24, 8, True)],
)
def test_larger_cards_take_more_at_a_time(size: int, at_a_time: int, stays: bool) -> None:
    first = ladder(NETWORKS, WORK, 8, size * GB, card=True)[0]
    assert (first.at_a_time, first.stays) == (at_a_time, stays)
    assert first.needs <= SPARE * size * GB
    assert f"{first.needs / 1e9:.1f} GB" in first.said()


def test_each_rung_needs_less_of_the_card_and_the_last_is_the_processor() -> None:
    rungs = ladder(NETWORKS, WORK, 5, 24 * GB, card=True)
    for stays in (True, False):
        needs = [plan.needs for plan in rungs if plan.stays == stays and not plan.on_processor]
        assert needs == sorted(needs, reverse=True)
    assert [plan.on_processor for plan in rungs] == [False] * (len(rungs) - 1) + [True]
    assert "processor" in rungs[-1].said()


def test_what_does_not_fit_is_not_tried() -> None:
    assert [plan.on_processor for plan in ladder(NETWORKS, WORK, 8, 2 * GB, card=True)] == [True]
    assert [plan.on_processor for plan in ladder(NETWORKS, WORK, 8, None, card=False)] == [True]
    assert len(ladder(NETWORKS, WORK, 8, None, card=True)) > 5


def test_no_more_parts_at_a_time_than_there_are() -> None:
    assert max(plan.at_a_time for plan in ladder(NETWORKS, WORK, 3, 80 * GB, card=True)) == 3
