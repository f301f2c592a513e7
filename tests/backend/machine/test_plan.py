# SPDX-License-Identifier: GPL-3.0-or-later
"""Ladders of plans for cards of several sizes; tests/backend/latents/test_measured.py counts."""

from __future__ import annotations

import pytest

from backend.machine.plan import SLACK, Plan, Work, ladder, on_processor

NETWORKS = {"transformer": 1_615_850_000, "vae": 242_660_000, "part_encoder": 56_800_000}
WORK = Work(2, 2048, 2048, 21, 4096, points=40_960)
GB = 10**9


def rungs(parts: int, size: float | None, work: Work = WORK) -> list[Plan]:
    room = None if size is None else int(size * GB)
    return ladder(NETWORKS, work, parts, room, numbers="bfloat16")


@pytest.mark.parametrize(
    ("size", "at_a_time", "stays"),
    [(4.95, 1, False), (6.1, 1, True), (7.7, 2, True), (11, 4, True), (24, 8, True)],
)
def test_larger_cards_take_more_at_a_time(size: float, at_a_time: int, stays: bool) -> None:
    first = rungs(8, size)[0]
    assert (first.at_a_time, first.stays) == (at_a_time, stays)
    assert first.needs <= size * GB
    assert f"{first.needs / 1e9:.1f} GB" in first.said()


def test_each_rung_needs_less_than_all_before_it() -> None:
    found = rungs(5, None)
    needs = [plan.needs for plan in found]
    assert needs == sorted(set(needs), reverse=True)
    assert len(found) > 4
    assert {plan.at_a_time for plan in found} == {5, 2, 1}
    assert found[-1].apart
    assert not found[-1].stays


def test_what_does_not_fit_is_not_tried() -> None:
    assert rungs(8, 2) == []
    most = rungs(8, None)[2].needs
    assert rungs(8, most / GB) == rungs(8, None)[2:]


def test_no_more_parts_at_a_time_than_there_are() -> None:
    assert max(plan.at_a_time for plan in rungs(3, 80)) == 3


def test_parts_that_look_at_each_other_go_together_and_branches_apart() -> None:
    work = Work(2, 1024, 2048, 21, 257, together=16)
    both, *_, alone = rungs(1, None, work)
    assert (both.at_a_time, both.apart, alone.apart) == (1, False, True)
    assert both.needs - alone.needs > 2e9


def test_where_attention_keeps_all_weights_it_counts() -> None:
    work = Work(2, 1024, 2048, 21, 257, together=8)
    plain = ladder(NETWORKS, work, 1, None, numbers="float16", fused=False)[0]
    scores = 2 * 2 * 2 * 16 * 8200**2  # twice, of two branches, in two bytes
    assert plain.needs - rungs(1, None, work)[0].needs == pytest.approx(SLACK * scores, rel=0.02)


def test_the_processor_is_a_rung_for_each_kind_of_numbers_that_fits() -> None:
    wide, narrow = on_processor(NETWORKS, WORK, None, ["float32", "bfloat16"])
    assert (wide.numbers, narrow.numbers) == ("float32", "bfloat16")
    assert wide.on_processor
    assert "processor" in wide.said()
    assert narrow.needs < 0.6 * wide.needs
    assert on_processor(NETWORKS, WORK, narrow.needs, ["float32", "bfloat16"]) == [narrow]
    assert on_processor(NETWORKS, WORK, narrow.needs - 1, ["float32", "bfloat16"]) == []
