# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in threads: results in order, steps heard by the caller."""

from __future__ import annotations

import threading
import time

import pytest

from backend.contract.progress import SILENT, Progress
from backend.machine import abreast as module
from backend.machine.abreast import abreast, at_a_time, each_abreast


def test_results_come_in_order_though_the_first_takes_longest() -> None:
    meeting = threading.Barrier(2)  # which nobody passes alone

    def work(number: int, item: str, progress: Progress) -> str:
        meeting.wait(10)
        time.sleep(0.0 if number else 0.05)
        return item.upper()

    assert list(abreast(work, ["a", "b", "c", "d"], 2, SILENT)) == ["A", "B", "C", "D"]


def test_what_one_raises_is_raised_in_its_turn() -> None:
    def work(number: int, item: float, progress: Progress) -> float:
        time.sleep(item)
        if number == 1:
            raise ValueError("the second")
        return item

    found = abreast(work, [0.03, 0.0, 0.0], 3, SILENT)
    assert next(found) == 0.03
    with pytest.raises(ValueError, match="the second"):
        next(found)


def test_the_caller_hears_each_step_and_no_share_goes_back() -> None:
    heard: list[tuple[int, int]] = []

    def work(number: int, item: int, progress: Progress) -> None:
        own = progress.span(number / 4, (number + 1) / 4, "working")
        for k in range(5):
            own.step(k / 5)

    def tell(stage: str, done: int, whole: int) -> None:
        heard.append((threading.get_ident(), done))

    assert list(abreast(work, range(4), 2, Progress(tell))) == [None] * 4
    shares = [done for _, done in heard]
    assert {thread for thread, _ in heard} == {threading.get_ident()}
    assert shares == sorted(shares)
    assert len(shares) > 15
    assert shares[-1] == 95


def test_a_cancelled_job_ends_in_all_threads() -> None:
    def work(number: int, item: int, progress: Progress) -> None:
        while True:
            progress.step(0.1)
            time.sleep(0.001)

    def tell(stage: str, done: int, whole: int) -> None:
        raise KeyError("cancelled")

    before = threading.active_count()
    with pytest.raises(KeyError):
        list(abreast(work, range(5), 2, Progress(tell)))
    assert threading.active_count() == before


def test_sketches_are_seen_in_the_thread_of_the_caller_and_in_order() -> None:
    seen: list[tuple[str, int]] = []

    def look(sketch: str) -> None:
        seen.append((sketch, threading.get_ident()))

    def work(number: int, item: str, progress: Progress) -> str:
        assert progress.is_looked_at
        for k in range(2):
            shown = progress.span(0.0, 1.0).shown_to(lambda s: progress.sketch(s.upper()))
            shown.span(0.5, 1.0).sketch(f"{item}{k}")
            shown.step(0.5)
        return item

    heard: list[int] = []
    progress = Progress(lambda stage, done, whole: heard.append(done), look=look)
    for item in abreast(work, ["a", "b", "c"], 2, progress):
        assert [sketch for sketch, _ in seen if sketch[0].lower() == item] == [
            f"{item.upper()}0", f"{item.upper()}1"
        ]  # fmt: skip
    assert {thread for _, thread in seen} == {threading.get_ident()}
    assert heard

    def unseen(number: int, item: int, progress: Progress) -> bool:
        return progress.is_looked_at

    assert list(abreast(unseen, [1, 2], 2, SILENT)) == [False, False]


def test_functions_that_know_no_progress_are_called_for_each_and_after_a_cancel_no_more() -> None:
    def slow(item: int) -> int:
        time.sleep(0.01 * (3 - item))
        return item * 10

    assert each_abreast(slow, [0, 1, 2, 3], SILENT) == [0, 10, 20, 30]
    assert each_abreast(slow, [], SILENT) == []
    begun: list[int] = []

    def tell(stage: str, done: int, whole: int) -> None:
        raise KeyError("cancelled")

    def work(item: int) -> None:
        begun.append(item)
        time.sleep(0.02)

    with pytest.raises(KeyError):
        each_abreast(work, list(range(50)), Progress(tell))
    assert len(begun) < 10


def test_there_are_no_more_threads_than_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 1)
    assert at_a_time() == 1
    monkeypatch.setattr(module, "cores", lambda: 64)
    assert at_a_time() == module.MOST
