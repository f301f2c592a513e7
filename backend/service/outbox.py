# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames on their way from the backend process to its client."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ..contract.protocol import ByteWriter, encode_frame, write_pieces

MAX_UNREAD_BYTES = 256 << 20  # then the next result waits
MAX_UNREAD_FRAMES = 4000  # then the client is given up
PROGRESS_INTERVAL = 0.1  # seconds

Pieces = list[memoryview]


class Outbox:
    """Frames on their way out, in order, written by a thread of their own.

    Progress has a place apart: only the latest is kept, and is sent when it is due and nothing
    else waits, so that the last word about a long stage always arrives.
    """

    def __init__(self, stream: ByteWriter, on_broken: Callable[[], object]) -> None:
        self._stream = stream
        self._on_broken = on_broken
        self._changed = threading.Condition()
        self._frames: deque[Pieces] = deque()
        self._unsent = 0  # frames, and their bytes, of which one may be half written
        self._unsent_bytes = 0
        self._progress: dict[str, Any] | None = None
        self._progress_due = 0.0
        self._broken = False
        threading.Thread(target=self._write, name="writer", daemon=True).start()

    def put(self, pieces: Pieces) -> None:
        """Send a frame. Never waits."""
        with self._changed:
            self._frames.append(pieces)
            self._unsent += 1
            self._unsent_bytes += _size(pieces)
            self._changed.notify_all()

    def put_progress(self, body: dict[str, Any] | None) -> None:
        """Replace the progress message that was not sent yet; None takes it back."""
        with self._changed:
            self._progress = body
            if body is not None:
                self._changed.notify_all()

    def wait_for_room(self) -> None:
        """Wait until the client has read enough for another big frame."""
        with self._changed:
            self._changed.wait_for(lambda: self._unsent_bytes <= MAX_UNREAD_BYTES or self._broken)

    def flush(self, timeout: float) -> None:
        """Wait until all is written, the pipe is broken or the time is over (seconds)."""
        with self._changed:
            self._changed.wait_for(lambda: not self._unsent or self._broken, timeout)

    @property
    def overfull(self) -> bool:
        """Has the client stopped to read its answers?"""
        return self._unsent > MAX_UNREAD_FRAMES

    def _write(self) -> None:
        try:
            while True:
                self._write_next()
        except OSError:  # the client is gone
            with self._changed:
                self._broken = True
                self._changed.notify_all()
            self._on_broken()

    def _write_next(self) -> None:
        with self._changed:
            while not self._frames and (wait := self._until_progress()) != 0:
                self._changed.wait(wait)
            if not self._frames:
                body, self._progress = self._progress, None
                self._progress_due = time.monotonic() + PROGRESS_INTERVAL
            else:
                body, pieces = None, self._frames.popleft()
        if body is not None:
            write_pieces(self._stream, encode_frame(body))
            return
        write_pieces(self._stream, pieces)
        with self._changed:
            self._unsent -= 1
            self._unsent_bytes -= _size(pieces)
            self._changed.notify_all()

    def _until_progress(self) -> float | None:
        """Seconds until progress may be sent; None when there is none to send."""
        if self._progress is None:
            return None
        return max(self._progress_due - time.monotonic(), 0.0)


def _size(pieces: Pieces) -> int:
    return sum(len(piece) for piece in pieces)
