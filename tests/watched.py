# SPDX-License-Identifier: GPL-3.0-or-later
"""What a thread does while it must not be long: counted, for time depends on the machine's load."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

LOCK = type(threading.Lock())


@dataclass
class Watched:
    """What the thread did.

    waits : what it waited for, a sleep, a lock or a queue, and where; modules : file names of the
    code that ran; longest : the longest collection of Blender's that was read or written as a
    whole.
    """

    waits: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    longest: int = 0

    def note(self, frame: FrameType, event: str, what: Any) -> None:
        """The function that `sys.setprofile` takes."""
        if event == "call":
            self.modules.add(Path(frame.f_code.co_filename).name)
        if event != "c_call":
            return
        owner, name = getattr(what, "__self__", None), what.__name__
        if name in ("foreach_get", "foreach_set"):
            self.longest = max(self.longest, len(owner))
        is_wait = what is time.sleep or (
            isinstance(owner, LOCK | queue.SimpleQueue) and name in ("acquire", "get")
        )
        if is_wait and not _starts_a_thread(frame):
            self.waits.append(f"{name} in {frame.f_code.co_filename}:{frame.f_lineno}")


def _starts_a_thread(frame: FrameType | None) -> bool:
    """Does it wait only until a thread that it started runs?"""
    while frame is not None:
        if frame.f_code is threading.Thread.start.__code__:
            return True
        frame = frame.f_back
    return False


@contextmanager
def watched() -> Iterator[Watched]:
    """Watch this thread while inside."""
    found = Watched()
    before = sys.getprofile()
    sys.setprofile(found.note)
    try:
        yield found
    finally:
        sys.setprofile(before)
