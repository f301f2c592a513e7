# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on several things at a time in threads, with results in order as from one thread.

NumPy and SciPy compute beside each other, for they leave Python's lock free meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import Any, TypeVar

from ..contract.progress import Progress
from .cpu import cores

MOST = 2  # things at a time

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Shown:
    """A sketch on its way to the thread of the caller."""

    sketch: Any


class _Stopped(BaseException):
    """A thread ends, as nobody waits for its result."""


def abreast(
    work: Callable[[int, Item, Progress], Result],
    items: Sequence[Item],
    workers: int,
    progress: Progress,
) -> Generator[Result, None, None]:
    """What `work(number, item, progress)` makes of each item, in their order.

    Some `workers` items are worked on at a time, those that come first before others. The progress
    of each is that of all: its spans are shares of the whole. What it tells and shows is passed on
    in the thread of the caller; where that raises, all threads end at their next step, and it
    raises here.
    """
    told: SimpleQueue[tuple[str, float] | _Shown | int] = SimpleQueue()  # and who has ended
    ended: set[int] = set()
    stop = Event()
    most = 0.0

    def tell(stage: str, share: float) -> None:
        if stop.is_set():
            raise _Stopped
        told.put((stage, share))

    def look(sketch: Any) -> None:
        told.put(_Shown(sketch))

    def one(number: int, item: Item) -> Result:
        try:
            return work(number, item, _Relay(tell, look=look if progress.is_looked_at else None))
        finally:
            told.put(number)

    pool = ThreadPoolExecutor(max(workers, 1), thread_name_prefix="abreast")
    try:
        waiting = [pool.submit(one, number, item) for number, item in enumerate(items)]
        for number, future in enumerate(waiting):
            while number not in ended:
                heard = told.get()
                if isinstance(heard, int):
                    ended.add(heard)
                    continue
                if isinstance(heard, _Shown):
                    progress.sketch(heard.sketch)
                    continue
                most = max(most, heard[1])  # it never goes back
                progress.span(0.0, 1.0, heard[0]).step(most)
            yield future.result()
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def each_abreast(
    function: Callable[[Item], Result], items: Sequence[Item], progress: Progress
) -> list[Result]:
    """What a function that knows no progress makes of each item, in their order.

    After a cancel no item is begun any more.
    """

    def work(number: int, item: Item, own: Progress) -> Result:
        own.step(number / len(items))
        return function(item)

    return list(abreast(work, items, at_a_time(), progress))


def at_a_time() -> int:
    """How many things threads work on here."""
    return min(MOST, cores())


class _Relay(Progress):
    """A progress whose steps are heard in another thread, as shares of the whole."""

    __slots__ = ("_hear",)

    def __init__(
        self,
        hear: Callable[[str, float], None],
        stage: str = "",
        first: float = 0.0,
        last: float = 1.0,
        look: Callable[[Any], None] | None = None,
    ) -> None:
        super().__init__(None, stage, first, last, look)
        self._hear = hear

    def span(self, first: float, last: float, stage: str = "") -> Progress:
        size = self._last - self._first
        ends = self._first + size * first, self._first + size * last
        return _Relay(self._hear, stage or self._stage, *ends, look=self._look)

    def step(self, share: float = 0.0) -> None:
        self._hear(self._stage, self._first + (self._last - self._first) * share)
