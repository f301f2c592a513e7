# SPDX-License-Identifier: GPL-3.0-or-later
"""The watcher of threads sees them wait."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

import pytest

from tests.watched import watched


def wait_for_a_queue() -> None:
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    waiting.put(1)
    waiting.get(timeout=1)


WAITS = {
    "sleep": lambda: time.sleep(0.001),
    "event": lambda: threading.Event().wait(0.001),
    "queue": wait_for_a_queue,
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_waiting_is_seen(wait: Callable[[], object]) -> None:
    with watched() as seen:
        wait()
    assert seen.waits
    assert "test_watched.py" in seen.modules


def test_what_does_not_wait_is_not(tmp_path) -> None:
    events: queue.SimpleQueue[int] = queue.SimpleQueue()
    with watched() as seen:
        thread = threading.Thread(target=time.sleep, args=(0.05,))
        thread.start()
        events.put(1)
        events.get_nowait()
        with threading.Lock():
            {}.get("a")
    thread.join()
    assert not seen.waits
