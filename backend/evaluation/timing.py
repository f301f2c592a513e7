# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks of the benchmarks: seconds of a job, memory, and how long others wait for it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable


class LongestHold:
    """How long a second thread that wants to run every 5 ms was at most kept waiting."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def _tick(self) -> None:
        before = time.perf_counter()
        while not self._end.wait(0.005):
            now = time.perf_counter()
            self.longest = max(self.longest, now - before - 0.005)
            before = now

    def __enter__(self) -> LongestHold:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_memory() -> int:
    """Most bytes of memory that this process ever held."""
    if os.name == "nt":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
