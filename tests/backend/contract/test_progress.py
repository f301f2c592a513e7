# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress: spans of spans, and how a cancel gets through."""

from __future__ import annotations

import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import SILENT, Progress


def test_a_span_of_a_span_is_told_as_part_of_the_whole() -> None:
    heard: list[tuple[str, int, int]] = []
    whole = Progress(lambda *told: heard.append(told))
    half = whole.span(0.5, 1.0, "Merging")
    half.step()
    half.span(0.5, 1.0).step(0.5)
    half.step(1.0)
    assert heard == [("Merging", 50, 100), ("Merging", 87, 100), ("Merging", 100, 100)]


def test_hundredths_are_not_lost_to_rounding() -> None:
    heard: list[int] = []
    whole = Progress(lambda stage, done, total: heard.append(done))
    for percent in range(101):
        whole.span(0.0, percent / 100).step(1.0)
        whole.span(percent / 100, 1.0).step(0.0)
    assert heard == [percent for percent in range(101) for _ in range(2)]


def test_a_cancelled_job_ends_at_its_next_step() -> None:
    def cancelled(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Progress(cancelled).span(0.0, 0.5, "Reading").step(0.3)


def test_nobody_has_to_listen() -> None:
    SILENT.span(0.0, 0.5, "Reading").step(1.0)


def test_sketches_go_to_whoever_looks_and_spans_hand_them_on() -> None:
    seen: list[tuple[str, str]] = []
    whole = Progress(look=lambda sketch: seen.append(("whole", sketch)))
    whole.span(0.0, 0.5, "Imagining").span(0.0, 1.0).sketch("a")
    turned = whole.shown_to(lambda sketch: whole.sketch(sketch + " turned"))
    turned.span(0.2, 0.4).sketch("b")
    assert seen == [("whole", "a"), ("whole", "b turned")]
    assert turned.span(0.0, 1.0).is_looked_at
    unseen = whole.shown_to(None)
    unseen.sketch("c")
    assert len(seen) == 2
    assert not unseen.is_looked_at
    assert not SILENT.is_looked_at
