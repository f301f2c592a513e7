# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on many parts, two at a time: NumPy and SciPy compute beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..contract.progress import Progress

WORKERS = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


def beside(
    function: Callable[[Item], Result], items: Sequence[Item], progress: Progress
) -> list[Result]:
    """What a function makes of each item, in their order. Where the job is cancelled, no item is
    begun any more.
    """
    made = []
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = [pool.submit(function, item) for item in items]
        try:
            for place, each in enumerate(waiting):
                progress.step(place / len(items))
                made.append(each.result())
        finally:
            pool.shutdown(cancel_futures=True)
    return made
